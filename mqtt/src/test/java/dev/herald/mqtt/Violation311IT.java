package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What breaks MQTT 3.1.1 closes the connection it came on without a word, and no other. */
final class Violation311IT extends EdgeTest {
  private final RawClient witness = edge.client(4, "witness");
  private int violations;

  @AfterEach
  void othersGoOn() {
    witness.ping();
    assertThat(edge.metric("herald_mqtt_protocol_errors_total")).isEqualTo(violations);
    witness.close();
  }

  // ---- CONNECT

  @Test
  @Proves(v311 = "MQTT-3.1.0-1")
  void first_packetMustBeConnect() {
    for (byte[] packet :
        List.of(
            Wire.publish(4, 0, "t", 0, "p"),
            Wire.publish(4, 1, "t", 1, "p"),
            Wire.subscribe(4, 1, Wire.NO_PROPERTIES, 0, "t"),
            Wire.unsubscribe(4, 1, "t"),
            Wire.ack(PacketType.PUBACK, 1),
            Wire.PINGREQ,
            Wire.packet(0xE0),
            Wire.packet(0xF0),
            Wire.packet(0x20, 0, 0))) {
      refusesFirst(packet);
    }
  }

  @Test
  @Proves(v311 = {"MQTT-3.1.0-2", "MQTT-4.8.0-1"})
  void second_connectIsAViolation() {
    closes(Wire.hello(4, "c").toBytes());
    closes(Wire.hello(4, "other").toBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"MQTX", "mqtt", "MQT", "MQTTT", "HTTP", ""})
  @Proves(v311 = "MQTT-3.1.2-1")
  void connect_ofAnotherProtocol(String name) {
    refusesFirst(Wire.packet(0x10, text(name), 4, 2, u16(0), text("c")));
  }

  @ParameterizedTest
  @CsvSource({
    "the reserved bit,              0x03",
    "will QoS 1 without a will,     0x0A",
    "will QoS 2 without a will,     0x12",
    "will retain without a will,    0x22",
    "will QoS 3,                    0x1E",
    "will QoS 3 without a will,     0x1A",
    "a password without user name,  0x42",
    "a will that is not there,      0x06",
    "a user name that is not there, 0x82",
    "a password that is not there,  0xC2"
  })
  @Proves(
      v311 = {
        "MQTT-3.1.2-3",
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-11",
        "MQTT-3.1.2-13",
        "MQTT-3.1.2-14",
        "MQTT-3.1.2-15",
        "MQTT-3.1.2-19",
        "MQTT-3.1.2-21",
        "MQTT-3.1.2-22",
        "MQTT-3.1.4-1"
      })
  void connect_withFlagsThatDoNotFit(String what, int flags) {
    byte[] userName = (flags & 0xC0) == 0xC0 ? text("u") : new byte[0];
    refusesFirst(Wire.packet(0x10, text("MQTT"), 4, flags, u16(0), text("c"), userName));
  }

  @ParameterizedTest
  @CsvSource({"a will, 2", "a user name, 2", "a user name, 0x06", "a password, 0x82"})
  @Proves(v311 = {"MQTT-3.1.2-11", "MQTT-3.1.2-18", "MQTT-3.1.2-20", "MQTT-3.1.4-1"})
  void connect_withAFieldNobodyAnnounced(String what, int flags) {
    byte[] announced = flags == 6 ? bytes(text("w"), text("m")) : flags == 2 ? bytes() : text("u");
    refusesFirst(
        Wire.packet(0x10, text("MQTT"), 4, flags, u16(0), text("c"), announced, text("more")));
  }

  @Test
  @Proves(v311 = {"MQTT-3.1.3-3", "MQTT-3.1.4-1"})
  void connect_withoutClientIdentifier() {
    refusesFirst(Wire.packet(0x10, text("MQTT"), 4, 2, u16(0)));
    refusesFirst(Wire.packet(0x10, text("MQTT"), 4, 2, u16(0), 0));
    refusesFirst(Wire.packet(0x10, text("MQTT"), 4, 2, u16(0), u16(5), "c"));
  }

  @Test
  @Proves(v311 = "MQTT-3.1.4-1")
  void connect_cutShort() {
    byte[] whole = bytes(text("MQTT"), 4, 2, u16(0), text("client"));
    for (int length = 0; length < whole.length; length++) {
      refusesFirst(Wire.packet(0x10, java.util.Arrays.copyOf(whole, length)));
    }
  }

  // ---- texts

  static List<byte[]> brokenTexts() {
    return List.of(
        bytes(0xFF),
        bytes("a", 0x80),
        bytes(0xC0, 0xAF),
        bytes(0xE2, 0x82),
        bytes(0xED, 0xA0, 0x80),
        bytes(0xED, 0xBF, 0xBF),
        bytes(0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80),
        bytes(0xF4, 0x90, 0x80, 0x80),
        bytes("a", 0, "b"),
        bytes(0));
  }

  @ParameterizedTest
  @MethodSource("brokenTexts")
  @Proves(
      v311 = {
        "MQTT-1.5.3-1",
        "MQTT-1.5.3-2",
        "MQTT-3.1.3-4",
        "MQTT-3.1.3-10",
        "MQTT-3.1.3-11",
        "MQTT-3.3.2-1",
        "MQTT-3.8.3-1",
        "MQTT-3.10.3-1",
        "MQTT-4.7.3-2"
      })
  void text_thatIsNotWellFormed(byte[] broken) {
    byte[] field = bytes(u16(broken.length), broken);
    refusesFirst(Wire.packet(0x10, text("MQTT"), 4, 2, u16(0), field));
    refusesFirst(Wire.packet(0x10, text("MQTT"), 4, 6, u16(0), text("c"), field, text("m")));
    refusesFirst(Wire.packet(0x10, text("MQTT"), 4, 0x82, u16(0), text("c"), field));
    closes(Wire.packet(0x30, field, "payload"));
    closes(Wire.packet(0x82, u16(1), text("t"), 0, field, 0));
    closes(Wire.packet(0xA2, u16(1), text("t"), field));
  }

  // ---- flags and identifiers

  @Test
  @Proves(
      v311 = {
        "MQTT-2.2.2-1",
        "MQTT-2.2.2-2",
        "MQTT-3.6.1-1",
        "MQTT-3.8.1-1",
        "MQTT-3.10.1-1",
        "MQTT-3.14.1-1"
      })
  void flags_otherThanThoseOfThePacket() {
    for (int flags = 0; flags < 16; flags++) {
      if (flags != 2) {
        closes(Wire.packet(0x60 | flags, u16(1)));
        closes(Wire.packet(0x80 | flags, u16(1), text("t"), 0));
        closes(Wire.packet(0xA0 | flags, u16(1), text("t")));
      }
      if (flags != 0) {
        refusesFirst(Wire.packet(0x10 | flags, text("MQTT"), 4, 2, u16(0), text("c")));
        closes(Wire.packet(0x40 | flags, u16(1)));
        closes(Wire.packet(0xC0 | flags));
        closes(Wire.packet(0xE0 | flags));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x20, 0x90, 0xB0, 0xD0, 0xF0})
  @Proves(v311 = "MQTT-4.8.0-1")
  void type_thatIsNotForAServer(int firstByte) {
    closes(Wire.packet(firstByte));
    closes(Wire.packet(firstByte, u16(1)));
  }

  @Test
  @Proves(v311 = "MQTT-2.3.1-1")
  void identifier_zero() {
    closes(Wire.publish(4, 1, "t", 0, "p"));
    closes(Wire.publish(4, 2, "t", 0, "p"));
    closes(Wire.subscribe(4, 0, Wire.NO_PROPERTIES, 0, "t"));
    closes(Wire.unsubscribe(4, 0, "t"));
  }

  // ---- PUBLISH

  @Test
  @Proves(v311 = {"MQTT-3.3.1-2", "MQTT-3.3.1-4"})
  void publish_flagsThatDoNotFit() {
    for (int flags : List.of(6, 7, 14, 15)) {
      closes(Wire.packet(0x30 | flags, text("t"), u16(1), "p"));
    }
    closes(Wire.packet(0x38, text("t"), "p"));
    closes(Wire.packet(0x39, text("t"), "p"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "a/#", "a/+/b", "a+", "a#b"})
  @Proves(v311 = {"MQTT-3.3.2-2", "MQTT-4.7.1-1"})
  void publish_toATopicWithAWildcard(String topic) {
    closes(Wire.publish(4, 0, topic, 0, "p"));
    closes(Wire.publish(4, 2, topic, 1, "p"));
    refusesFirst(Wire.hello(4, "c").will(topic, "m", 0, false).toBytes());
  }

  @Test
  @Proves(v311 = {"MQTT-3.3.2-1", "MQTT-4.7.3-1"})
  void publish_toNoTopic() {
    closes(Wire.publish(4, 0, "", 0, "p"));
    closes(Wire.packet(0x30));
    closes(Wire.packet(0x32, u16(9), "t"));
    refusesFirst(Wire.hello(4, "c").will("", "m", 0, false).toBytes());
  }

  // ---- SUBSCRIBE, UNSUBSCRIBE

  @Test
  @Proves(v311 = {"MQTT-3.8.3-3", "MQTT-3.10.3-2"})
  void subscribe_withoutAFilter() {
    closes(Wire.subscribe(4, 1, Wire.NO_PROPERTIES, 0));
    closes(Wire.unsubscribe(4, 1));
  }

  @Test
  @Proves(v311 = "MQTT-3.8.3-4")
  void subscribe_withReservedBitsOrQos3() {
    for (int options : List.of(3, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xFD)) {
      closes(Wire.subscribe(4, 1, Wire.NO_PROPERTIES, options, "t"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/#/b", "#/", "##", "a#", "#a", "a+", "+a", "a/+b/c", "a/b+", "++"})
  @Proves(v311 = {"MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.3-1"})
  void subscribe_toAFilterWithoutForm(String filter) {
    closes(Wire.subscribe(4, 1, Wire.NO_PROPERTIES, 0, "good", filter));
    closes(Wire.unsubscribe(4, 1, filter));
    assertThat(edge.metric("herald_subscriptions")).isZero();
  }

  /** The first packet of a connection; it must be closed without a CONNACK. */
  private void refusesFirst(byte[] packet) {
    violations++;
    RawClient client = edge.open(4);
    client.send(packet);
    client.expectClosed();
  }

  /** A packet of a connected client. */
  private void closes(byte[] packet) {
    violations++;
    RawClient client = edge.client(4, "c");
    client.send(packet);
    client.expectClosed();
  }
}
