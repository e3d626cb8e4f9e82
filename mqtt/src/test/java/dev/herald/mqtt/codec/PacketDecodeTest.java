package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The packets of a client beside CONNECT and PUBLISH, byte for byte (sections 3.4 to 3.14). */
final class PacketDecodeTest {
  private final Decoding decoding = new Decoding();

  @Test
  void ack_of311() {
    Ack ack = decoding.ack(PacketType.PUBREL, 4, bytes(0x12, 0x34)); // packet identifier
    assertThat(ack.packetId()).isEqualTo(0x1234);
    assertThat(ack.reason()).isZero();
  }

  @Test
  void ack_of5WithoutReasonIsSuccess() {
    assertThat(decoding.ack(PacketType.PUBACK, 5, bytes(0, 7, 0x80)).reason()).isEqualTo(0x80);
    Ack ack = decoding.ack(PacketType.PUBACK, 5, bytes(0, 8));
    assertThat(ack.packetId()).isEqualTo(8);
    assertThat(ack.reason()).isZero();
  }

  @Test
  void ack_everyPropertyOf5() {
    Ack ack =
        decoding.ack(
            PacketType.PUBREC,
            5,
            bytes(
                0xFF, 0xFF, // packet identifier
                0x97, // reason code
                19, // length of the properties
                0x1F, 0, 4, "full", // reason string
                0x26, 0, 1, "a", 0, 1, "b", // user property
                0x26, 0, 0, 0, 0)); // user property, both empty
    assertThat(ack.packetId()).isEqualTo(65_535);
    assertThat(ack.reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
  }

  @Test
  void ack_noProperties() {
    assertThat(decoding.ack(PacketType.PUBACK, 5, bytes(0, 1, 0, 0)).packetId()).isEqualTo(1);
  }

  @Test
  void subscribe_of311() {
    Subscribe packet =
        decoding.subscribe(
            4,
            bytes(
                0, 10, // packet identifier
                0, 3, "a/b", // filter
                1, // QoS 1
                0, 1, "#", // filter
                2)); // QoS 2
    assertThat(packet)
        .isEqualTo(
            new Subscribe(
                10,
                0,
                List.of(),
                List.of(new Subscribe.Request("a/b", 1), new Subscribe.Request("#", 2))));
  }

  @Test
  void subscribe_everyPropertyAndOptionOf5() {
    Subscribe packet =
        decoding.subscribe(
            5,
            bytes(
                0,
                1, // packet identifier
                12, // length of the properties
                0x0B,
                0xFF,
                0xFF,
                0xFF,
                0x7F, // subscription identifier: the greatest
                0x26,
                0,
                1,
                "k",
                0,
                1,
                "v", // user property
                0,
                1,
                "a", // filter
                0b0010_1110)); // retain handling 2, retain as published, no local, QoS 2
    assertThat(packet)
        .isEqualTo(
            new Subscribe(
                1,
                268_435_455,
                List.of("k", "v"),
                List.of(new Subscribe.Request("a", 0b0010_1110))));
  }

  @Test
  void subscribe_filterIsNotCheckedHere() {
    // one filter that is not accepted is refused in the SUBACK, the others count
    Subscribe packet = decoding.subscribe(5, bytes(0, 1, 0, 0, 0, 0));
    assertThat(packet.requests()).containsExactly(new Subscribe.Request("", 0));
  }

  @Test
  void unsubscribe_of311() {
    Unsubscribe packet =
        decoding.unsubscribe(
            4,
            bytes(
                0, 2, // packet identifier
                0, 1, "a", // filter
                0, 3, "b/+")); // filter
    assertThat(packet).isEqualTo(new Unsubscribe(2, List.of("a", "b/+")));
  }

  @Test
  void unsubscribe_everyPropertyOf5() {
    Unsubscribe packet =
        decoding.unsubscribe(
            5,
            bytes(
                0, 2, // packet identifier
                7, // length of the properties
                0x26, 0, 1, "k", 0, 1, "v", // user property
                0, 1, "a")); // filter
    assertThat(packet).isEqualTo(new Unsubscribe(2, List.of("a")));
  }

  @Test
  void disconnect_of311() {
    assertThat(decoding.disconnect(4, bytes())).isEqualTo(new Disconnect(0, -1));
  }

  @Test
  void disconnect_of5() {
    assertThat(decoding.disconnect(5, bytes())).isEqualTo(new Disconnect(0, -1));
    assertThat(decoding.disconnect(5, bytes(4))).isEqualTo(new Disconnect(4, -1));
    assertThat(decoding.disconnect(5, bytes(0, 0))).isEqualTo(new Disconnect(0, -1));
  }

  @Test
  void disconnect_everyPropertyOf5() {
    Disconnect packet =
        decoding.disconnect(
            5,
            bytes(
                0x04, // reason code: disconnect with will
                19, // length of the properties
                0x11, 0xFF, 0xFF, 0xFF, 0xFE, // session expiry
                0x1F, 0, 4, "done", // reason string
                0x26, 0, 1, "k", 0, 1, "v")); // user property
    assertThat(packet).isEqualTo(new Disconnect(0x04, 0xFFFF_FFFEL));
  }
}
