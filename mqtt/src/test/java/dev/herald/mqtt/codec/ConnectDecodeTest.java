package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.route.MessageProperties;
import dev.herald.mqtt.Proves;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT, byte for byte (sections 3.1 of 3.1.1 and 5.0). */
final class ConnectDecodeTest {
  private final Decoding decoding = new Decoding();

  @Test
  void connect_leastOf311() {
    Connect packet =
        decoding.connect(
            bytes(
                0, 4, "MQTT", // protocol name
                4, // protocol level
                0x02, // flags: clean session
                0, 60, // keep alive
                0, 0)); // client identifier: empty
    assertThat(packet.version()).isEqualTo(4);
    assertThat(packet.clientId()).isEmpty();
    assertThat(packet.cleanStart()).isTrue();
    assertThat(packet.keepAliveSeconds()).isEqualTo(60);
    assertThat(packet.userName()).isNull();
    assertThat(packet.will()).isNull();
    assertThat(packet.options())
        .isEqualTo(
            new Connect.Options(0, 65_535, Integer.MAX_VALUE, 0, false, false, null, List.of()));
  }

  @Test
  void connect_fullOf311() {
    Connect packet =
        decoding.connect(
            bytes(
                0, 4, "MQTT", // protocol name
                4, // protocol level
                0xEC, // flags: user name, password, will retain, will QoS 1, will
                0xFF, 0xFF, // keep alive
                0, 2, "id", // client identifier
                0, 3, "w/t", // will topic
                0, 2, 0x00, 0xFF, // will message
                0, 5, "app/u", // user name
                0, 3, 1, 2, 3)); // password
    assertThat(packet.clientId()).isEqualTo("id");
    assertThat(packet.cleanStart()).isFalse();
    assertThat(packet.keepAliveSeconds()).isEqualTo(65_535);
    assertThat(packet.userName()).isEqualTo("app/u");
    assertThat(packet.options().sessionExpirySeconds()).isEqualTo(Connect.NEVER_EXPIRES);
    Connect.WillMessage will = will(packet);
    assertThat(will.topic()).isEqualTo("w/t");
    assertThat(will.payload()).containsExactly(0, 0xFF);
    assertThat(will.qos()).isEqualTo(1);
    assertThat(will.retain()).isTrue();
    assertThat(will.delaySeconds()).isZero();
    assertThat(will.expirySeconds()).isEqualTo(-1);
    assertThat(will.properties()).isEqualTo(MessageProperties.NONE);
  }

  @Proves(v5 = {"MQTT-3.1.2-16", "MQTT-3.1.2-18"})
  @Test
  void connect_leastOf5() {
    Connect packet =
        decoding.connect(
            bytes(
                0, 4, "MQTT", // protocol name
                5, // protocol version
                0x00, // flags: none
                0, 0, // keep alive: none
                0, // no properties
                0, 1, "c")); // client identifier
    assertThat(packet.version()).isEqualTo(5);
    assertThat(packet.cleanStart()).isFalse();
    assertThat(packet.keepAliveSeconds()).isZero();
    assertThat(packet.options())
        .isEqualTo(
            new Connect.Options(0, 65_535, Integer.MAX_VALUE, 0, true, false, null, List.of()));
  }

  private static final byte[] EVERY_PROPERTY =
      bytes(
          bytes(0x11, 0xFF, 0xFF, 0xFF, 0xFF), // session expiry: never
          bytes(0x15, 0, 1, "m"), // authentication method
          bytes(0x16, 0, 2, 0, 1), // authentication data
          bytes(0x17, 0), // request problem information
          bytes(0x19, 1), // request response information
          bytes(0x21, 0, 1), // receive maximum
          bytes(0x22, 0xFF, 0xFF), // topic alias maximum
          bytes(0x26, 0, 1, "k", 0, 1, "v"), // user property
          bytes(0x26, 0, 1, "k", 0, 1, "w"), // user property, the same name again
          bytes(0x27, 0x80, 0, 0, 0), // maximum packet size: 2^31
          bytes(0x26, 0, 0, 0, 0)); // user property, both empty

  private static final byte[] EVERY_PROPERTY_OF_A_WILL =
      bytes(
          bytes(0x01, 1), // payload format: text
          bytes(0x02, 0, 0, 0, 9), // message expiry
          bytes(0x03, 0, 3, "t/p"), // content type
          bytes(0x08, 0, 3, "r/t"), // response topic
          bytes(0x09, 0, 2, 0xFF, 0), // correlation data
          bytes(0x18, 0x80, 0, 0, 0), // will delay: 2^31
          bytes(0x26, 0, 1, "a", 0, 1, "1"), // user property
          bytes(0x26, 0, 1, "b", 0, 0), // user property, value empty
          bytes(0x26, 0, 0, 0, 0)); // user property, both empty

  @Proves(v5 = {"MQTT-3.1.2-9", "MQTT-3.1.2-17", "MQTT-3.1.2-19", "MQTT-3.1.3-1"})
  @Test
  void connect_everyPropertyOf5() {
    Connect packet =
        decoding.connect(
            bytes(
                bytes(0, 4, "MQTT"), // protocol name
                5, // protocol version
                0xF6, // flags: user name, password, will retain, will QoS 2, will, clean start
                bytes(0, 10), // keep alive
                bytes(48, EVERY_PROPERTY),
                bytes(1, 0, "c".repeat(256)), // client identifier
                bytes(47, EVERY_PROPERTY_OF_A_WILL),
                bytes(0, 1, "w"), // will topic
                bytes(0, 0), // will payload: empty
                bytes(0, 4, "user"), // user name
                bytes(0, 0))); // password: empty
    assertThat(packet.clientId()).hasSize(256);
    assertThat(packet.options())
        .isEqualTo(
            new Connect.Options(
                0xFFFF_FFFFL,
                1,
                0x8000_0000L,
                65_535,
                false,
                true,
                "m",
                List.of("k", "v", "k", "w", "", "")));
    Connect.WillMessage will = will(packet);
    assertThat(will.payload()).isEmpty();
    assertThat(will.qos()).isEqualTo(2);
    assertThat(will.delaySeconds()).isEqualTo(0x8000_0000L);
    assertThat(will.expirySeconds()).isEqualTo(9);
    assertThat(will.properties().utf8Payload()).isTrue();
    assertThat(will.properties().contentType()).isEqualTo("t/p");
    assertThat(will.properties().responseTopic()).isEqualTo("r/t");
    assertThat(will.properties().correlationData()).containsExactly(0xFF, 0);
    assertThat(will.properties().userProperties()).isEqualTo(List.of("a", "1", "b", "", "", ""));
  }

  @Test
  void connect_passwordWithoutUserNameIsAllowedIn5() {
    Connect packet = decoding.connect(bytes(0, 4, "MQTT", 5, 0x42, 0, 0, 0, 0, 1, "c", 0, 1, "p"));
    assertThat(packet.userName()).isNull();
  }

  @Proves(v5 = {"MQTT-1.5.4-1", "MQTT-3.1.3-4"})
  @Test
  void connect_textOfEveryWidth() {
    String id = "a\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\ud83d\ude00\udbff\udfff";
    Connect packet = decoding.connect(bytes(0, 4, "MQTT", 4, 2, 0, 0, Bytes.text(id)));
    assertThat(packet.clientId()).isEqualTo(id);
  }

  @Proves(v5 = "MQTT-1.5.4-3")
  @Test
  void connect_byteOrderMarkIsKept() {
    // 0xEF 0xBB 0xBF is U+FEFF wherever it appears, and is not stripped [MQTT-1.5.4-3]
    Connect packet = decoding.connect(bytes(0, 4, "MQTT", 4, 2, 0, 0, 0, 3, 0xEF, 0xBB, 0xBF));
    assertThat(packet.clientId()).isEqualTo("\ufeff");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 0x84, 255})
  void protocolLevel_isReadWhateverItIs(int level) {
    PacketDecoder decoder = new PacketDecoder();
    assertThat(decoder.protocolLevel(decoding.start(bytes(0, 4, "MQTT", level)))).isEqualTo(level);
  }

  @Test
  void protocolLevel_oldNameIs3() {
    PacketDecoder decoder = new PacketDecoder();
    assertThat(decoder.protocolLevel(decoding.start(bytes(0, 6, "MQIsdp", 3)))).isEqualTo(3);
  }

  @Proves(v5 = "MQTT-3.1.2-1")
  @ParameterizedTest
  @ValueSource(strings = {"mqtt", "MQTt", "MQT", "MQTTX", "", "HTTP"})
  void protocolLevel_otherNameIsRefused(String name) {
    PacketDecoder decoder = new PacketDecoder();
    assertThatThrownBy(() -> decoder.protocolLevel(decoding.start(bytes(Bytes.text(name), 5))))
        .isInstanceOfSatisfying(
            PacketException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(Reason.UNSUPPORTED_PROTOCOL_VERSION));
  }

  private static Connect.WillMessage will(Connect packet) {
    Connect.WillMessage will = packet.will();
    if (will == null) {
      throw new AssertionError("no will");
    }
    return will;
  }
}
