package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** PUBLISH from a client, byte for byte (section 3.3). */
final class PublishDecodeTest {
  private final Decoding decoding = new Decoding();

  @Test
  void publish_qos0Of311() {
    Publish packet =
        decoding.publish(
            0b0000,
            4,
            bytes(
                0, 3, "a/b", // topic name
                "hi")); // payload
    assertThat(packet.topic()).isEqualTo("a/b");
    assertThat(packet.qos()).isZero();
    assertThat(packet.duplicate()).isFalse();
    assertThat(packet.retain()).isFalse();
    assertThat(packet.packetId()).isZero();
    assertThat(packet.topicAlias()).isZero();
    assertThat(packet.expirySeconds()).isEqualTo(-1);
    assertThat(packet.properties()).isEqualTo(MessageProperties.NONE);
    assertThat(packet.payload()).asString().isEqualTo("hi");
  }

  @Test
  void publish_everyFlagOf311() {
    Publish packet =
        decoding.publish(
            0b1101, // DUP, QoS 2, RETAIN
            4,
            bytes(
                0, 1, "t", // topic name
                0xFF, 0xFF)); // packet identifier; no payload
    assertThat(packet.qos()).isEqualTo(2);
    assertThat(packet.duplicate()).isTrue();
    assertThat(packet.retain()).isTrue();
    assertThat(packet.packetId()).isEqualTo(65_535);
    assertThat(packet.payload()).isEmpty();
  }

  @Test
  void publish_everyPropertyOf5() {
    Publish packet =
        decoding.publish(
            0b0010, // QoS 1
            5,
            bytes(
                0, 1, "t", // topic name
                0, 1, // packet identifier
                46, // length of the properties
                0x01, 1, // payload format: text
                0x02, 0xFF, 0xFF, 0xFF, 0xFF, // message expiry
                0x03, 0, 4, "text", // content type
                0x08, 0, 1, "r", // response topic
                0x09, 0, 3, 0, 1, 2, // correlation data
                0x23, 0, 32, // topic alias
                0x26, 0, 1, "k", 0, 1, "1", // user property
                0x26, 0, 1, "k", 0, 1, "2", // user property, the same name
                0x26, 0, 0, 0, 0, // user property, both empty
                "hi")); // payload
    assertThat(packet.topicAlias()).isEqualTo(32);
    assertThat(packet.expirySeconds()).isEqualTo(0xFFFF_FFFFL);
    assertThat(packet.properties().utf8Payload()).isTrue();
    assertThat(packet.properties().contentType()).isEqualTo("text");
    assertThat(packet.properties().responseTopic()).isEqualTo("r");
    assertThat(packet.properties().correlationData()).containsExactly(0, 1, 2);
    assertThat(packet.properties().userProperties()).isEqualTo(List.of("k", "1", "k", "2", "", ""));
    assertThat(packet.payload()).asString().isEqualTo("hi");
  }

  @Test
  void publish_aliasWithoutTopic() {
    Publish packet =
        decoding.publish(
            0,
            5,
            bytes(
                0, 0, // no topic name
                3, 0x23, 0xFF, 0xFF, // topic alias
                "p"));
    assertThat(packet.topic()).isEmpty();
    assertThat(packet.topicAlias()).isEqualTo(65_535);
  }

  @Test
  void publish_propertiesOfOnePacketAreNotThoseOfTheNext() {
    Publish first =
        decoding.publish(0, 5, bytes(0, 1, "t", 10, 0x02, 0, 0, 0, 7, 0x26, 0, 0, 0, 0, "p"));
    assertThat(first.expirySeconds()).isEqualTo(7);
    Publish second = decoding.publish(0, 5, bytes(0, 1, "t", 0, "q"));
    assertThat(second.expirySeconds()).isEqualTo(-1);
    assertThat(second.properties()).isEqualTo(MessageProperties.NONE);
    assertThat(second.payload()).asString().isEqualTo("q");
  }

  @Test
  void publish_payloadFormatIsToldAsItWasSaid() {
    Publish packet = decoding.publish(0, 5, bytes(0, 1, "t", 2, 0x01, 0));
    assertThat(packet.properties().payloadFormat()).isEqualTo(PayloadFormat.BYTES);
    packet = decoding.publish(0, 5, bytes(0, 1, "t", 2, 0x01, 1));
    assertThat(packet.properties().payloadFormat()).isEqualTo(PayloadFormat.UTF8);
    packet = decoding.publish(0, 5, bytes(0, 1, "t", 0));
    assertThat(packet.properties().payloadFormat()).isEqualTo(PayloadFormat.NOT_SAID);
  }

  @Test
  void publish_emptyTextsAreTold() {
    Publish packet =
        decoding.publish(0, 5, bytes(0, 1, "t", 11, 0x03, 0, 0, 0x09, 0, 0, 0x26, 0, 0, 0, 0));
    assertThat(packet.properties().contentType()).isEmpty();
    assertThat(packet.properties().correlationData()).isEmpty();
    assertThat(packet.properties().userProperties()).isEqualTo(List.of("", ""));
  }
}
