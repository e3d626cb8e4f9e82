package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.content;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.Proves;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the server sends beside PUBLISH, byte for byte (sections 3.2 to 3.14). */
final class PacketEncoderTest {
  private static final long ANY_SIZE = Integer.MAX_VALUE;

  @Test
  void connack_of311() {
    Accepted accepted = new Accepted(5, 6, "id", 10, 1024, 5, false, "r");
    assertThat(written(out -> PacketEncoder.connack(out, 4, false, accepted, ANY_SIZE)))
        .isEqualTo(
            bytes(
                0x20, 2, // CONNACK, remaining length
                0, // no session present
                0)); // accepted
    assertThat(written(out -> PacketEncoder.connack(out, 4, true, accepted, ANY_SIZE)))
        .isEqualTo(bytes(0x20, 2, 1, 0));
  }

  @Proves(v5 = "MQTT-3.2.2-1")
  @Test
  void connack_leastOf5() {
    Accepted accepted = new Accepted(-1, -1, null, 1000, 0x10_0000, 0, true, null);
    assertThat(written(out -> PacketEncoder.connack(out, 5, true, accepted, ANY_SIZE)))
        .isEqualTo(
            bytes(
                0x20, 11, // CONNACK, remaining length
                1, // session present
                0, // success
                8, // length of the properties
                0x21, 0x03, 0xE8, // receive maximum
                0x27, 0, 0x10, 0, 0)); // maximum packet size
  }

  @Test
  void connack_everyPropertyOf5() {
    assertThat(written(out -> PacketEncoder.connack(out, 5, false, everything(), ANY_SIZE)))
        .isEqualTo(
            bytes(
                0x20, 33, // CONNACK, remaining length
                0, // no session present
                0, // success
                30, // length of the properties
                0x11, 0xFF, 0xFF, 0xFF, 0xFF, // session expiry
                0x13, 0xFF, 0xFE, // server keep-alive
                0x12, 0, 2, "id", // assigned client identifier
                0x21, 0xFF, 0xFF, // receive maximum
                0x25, 0, // retained messages: not available
                0x27, 0x7F, 0xFF, 0xFF, 0xFF, // maximum packet size
                0x22, 0, 32, // topic alias maximum
                0x1A, 0, 1, "r")); // response information
  }

  /** The terms are always told; the rest goes, the least important first. */
  @Proves(v5 = "MQTT-3.1.2-24")
  @Test
  void connack_isNoLargerThanTheClientTakes() {
    assertThat(everything().sizeMin()).isEqualTo(21);
    int before = 0;
    for (int bytesMax = 21; bytesMax <= 35; bytesMax++) {
      int most = bytesMax;
      byte[] packet = written(out -> PacketEncoder.connack(out, 5, false, everything(), most));
      assertThat(packet).hasSizeBetween(before, bytesMax);
      assertThat(packet).startsWith(0x20, packet.length - 2, 0, 0, packet.length - 5, 0x11);
      before = packet.length;
    }
    assertThat(before).isEqualTo(35);
  }

  private static Accepted everything() {
    return new Accepted(0xFFFF_FFFFL, 65_534, "id", 65_535, Integer.MAX_VALUE, 32, false, "r");
  }

  @Proves(v5 = "MQTT-3.2.2-8")
  @Test
  void connackRefused_hasReasonCodesOfConnackOnly() {
    assertThat(
            written(out -> PacketEncoder.connackRefused(out, 5, Reason.SERVER_SHUTTING_DOWN, null)))
        .isEqualTo(bytes(0x20, 3, 0, Reason.SERVER_UNAVAILABLE, 0));
  }

  @Proves(v5 = {"MQTT-3.2.2-6", "MQTT-3.2.2-8"})
  @Test
  void connackRefused_of5() {
    assertThat(written(out -> PacketEncoder.connackRefused(out, 5, 0x82, "bad")))
        .isEqualTo(
            bytes(
                0x20, 9, // CONNACK, remaining length
                0, // no session present
                0x82, // reason code
                6, // length of the properties
                0x1F, 0, 3, "bad")); // reason string
    assertThat(written(out -> PacketEncoder.connackRefused(out, 5, 0x82, null)))
        .isEqualTo(bytes(0x20, 3, 0, 0x82, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "0x84, 1", // unsupported protocol version
    "0x85, 2", // client identifier not valid
    "0x88, 3", // server unavailable
    "0x8B, 3", // server shutting down
    "0x97, 3", // quota exceeded
    "0x86, 4", // bad user name or password
    "0x87, 5" // not authorized
  })
  void connackRefused_of311(int reason, int returnCode) {
    assertThat(PacketEncoder.canRefuse(4, reason)).isTrue();
    assertThat(written(out -> PacketEncoder.connackRefused(out, 4, reason, "text")))
        .isEqualTo(bytes(0x20, 2, 0, returnCode));
  }

  @ParameterizedTest
  @CsvSource({"0x81", "0x82", "0x90", "0x8C", "0x95"})
  void canRefuse_311HasNoReturnCodeForTheRest(int reason) {
    assertThat(PacketEncoder.canRefuse(4, reason)).isFalse();
    assertThat(PacketEncoder.canRefuse(5, reason)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"4, 0x40", "5, 0x50", "6, 0x62", "7, 0x70"})
  void ack_successHasNoReason(int type, int firstByte) {
    for (int version = 4; version <= 5; version++) {
      int of = version;
      assertThat(written(out -> PacketEncoder.ack(out, of, type, 0x1234, 0, "text")))
          .isEqualTo(bytes(firstByte, 2, 0x12, 0x34));
    }
  }

  @Test
  void ack_reasonOf5() {
    assertThat(written(out -> PacketEncoder.ack(out, 5, PacketType.PUBACK, 65_535, 0x97, null)))
        .isEqualTo(
            bytes(
                0x40, 3, // PUBACK, remaining length
                0xFF, 0xFF, // packet identifier
                0x97)); // reason code
    assertThat(written(out -> PacketEncoder.ack(out, 5, PacketType.PUBREC, 1, 0x90, "no")))
        .isEqualTo(
            bytes(
                0x50, 9, // PUBREC, remaining length
                0, 1, // packet identifier
                0x90, // reason code
                5, // length of the properties
                0x1F, 0, 2, "no")); // reason string
  }

  @Test
  void ack_311HasNoReason() {
    assertThat(written(out -> PacketEncoder.ack(out, 4, PacketType.PUBACK, 1, 0x97, "no")))
        .isEqualTo(bytes(0x40, 2, 0, 1));
  }

  @Test
  void ack_longTextHasALongLength() {
    String text = "x".repeat(130);
    assertThat(written(out -> PacketEncoder.ack(out, 5, PacketType.PUBACK, 1, 0x80, text)))
        .isEqualTo(bytes(0x40, 0x8A, 0x01, 0, 1, 0x80, 0x85, 0x01, 0x1F, 0, 130, text));
  }

  @Proves(v5 = "MQTT-2.2.2-1")
  @Test
  void subscribeAck_codes() {
    byte[] codes = bytes(0, 1, 2, 0x80);
    assertThat(
            written(
                out -> PacketEncoder.subscribeAck(out, 4, PacketType.SUBACK, 7, codes, bytes())))
        .isEqualTo(
            bytes(
                0x90, 6, // SUBACK, remaining length
                0, 7, // packet identifier
                0, 1, 2, 0x80)); // return codes
    assertThat(
            written(
                out -> PacketEncoder.subscribeAck(out, 5, PacketType.UNSUBACK, 7, codes, bytes())))
        .isEqualTo(
            bytes(
                0xB0, 7, // UNSUBACK, remaining length
                0, 7, // packet identifier
                0, // no properties
                0, 1, 2, 0x80)); // reason codes
    assertThat(
            written(out ->
                PacketEncoder.subscribeAck(out, 4, PacketType.UNSUBACK, 7, bytes(), bytes())))
        .isEqualTo(bytes(0xB0, 2, 0, 7));
  }

  @Test
  void pingresp() {
    assertThat(written(PacketEncoder::pingresp)).isEqualTo(bytes(0xD0, 0));
  }

  @Test
  void disconnect_of5() {
    assertThat(written(out -> PacketEncoder.disconnect(out, 0x8E, null)))
        .isEqualTo(bytes(0xE0, 1, 0x8E));
    assertThat(written(out -> PacketEncoder.disconnect(out, 0x8E, "\u00e9")))
        .isEqualTo(
            bytes(
                0xE0, 7, // DISCONNECT, remaining length
                0x8E, // reason code
                5, // length of the properties
                0x1F, 0, 2, 0xC3, 0xA9)); // reason string
  }

  @Proves(v5 = "MQTT-1.5.5-1")
  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "127, 1",
    "128, 2",
    "16383, 2",
    "16384, 3",
    "2097151, 3",
    "2097152, 4",
    "268435455, 4"
  })
  void varint_boundsOfTable11(int value, int size) {
    byte[] bytes = Bytes.varint(value);
    assertThat(bytes).hasSize(size);
    assertThat(PacketEncoder.varintSize(value)).isEqualTo(size);
    assertThat(new Decoding().start(bytes).varint()).isEqualTo(value);
  }

  private static byte[] written(Consumer<ByteBuf> packet) {
    ByteBuf out = Unpooled.buffer();
    packet.accept(out);
    return content(out);
  }
}
