package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.content;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.mqtt.Proves;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** PUBLISH to a client, byte for byte (section 3.3). */
final class PublishFormTest {
  private static final int[] NONE = {};

  @Test
  void writePlain_of311() {
    ByteBuf out = Unpooled.buffer();
    PublishForm form = PublishForm.of(message("a/b", "hi", MessageProperties.NONE), 4);
    form.writePlain(out);
    byte[] packet = content(out);
    assertThat(packet)
        .isEqualTo(
            bytes(
                0x30, 7, // PUBLISH, remaining length
                0, 3, "a/b", // topic name
                "hi")); // payload
    assertThat(form.plainSize()).isEqualTo(packet.length);
  }

  @Proves(v5 = {"MQTT-2.2.1-2", "MQTT-2.2.2-1"})
  @Test
  void writePlain_of5() {
    ByteBuf out = Unpooled.buffer();
    PublishForm.of(message("t", "", MessageProperties.NONE), 5).writePlain(out);
    assertThat(content(out))
        .isEqualTo(
            bytes(
                0x30, 4, // PUBLISH, remaining length
                0, 1, "t", // topic name
                0)); // no properties
  }

  @Test
  void write_311LeavesOutWhatOnly5Knows() {
    MessageProperties properties =
        new MessageProperties(PayloadFormat.UTF8, "c", "r", new byte[] {1}, List.of("k", "v"));
    ByteBuf out = Unpooled.buffer();
    PublishForm.of(message("t", "p", properties), 4)
        .write(out, 0b1011, 0xFFFE, new int[] {1, 2}, 99);
    assertThat(content(out))
        .isEqualTo(
            bytes(
                0x3B, 6, // PUBLISH with DUP, QoS 1, RETAIN; remaining length
                0, 1, "t", // topic name
                0xFF, 0xFE, // packet identifier
                "p")); // payload
  }

  @Test
  void write_everyPropertyOf5() {
    MessageProperties properties =
        new MessageProperties(
            PayloadFormat.UTF8, "c", "r", new byte[] {0, 1}, List.of("k", "1", "k", ""));
    ByteBuf out = Unpooled.buffer();
    PublishForm.of(message("t", "p", properties), 5)
        .write(out, 0b0100, 1, new int[] {1, 128}, 0xFFFF_FFFFL);
    assertThat(content(out))
        .isEqualTo(
            bytes(
                0x34, 45, // PUBLISH with QoS 2; remaining length
                0, 1, "t", // topic name
                0, 1, // packet identifier
                38, // length of the properties
                0x0B, 1, // subscription identifier
                0x0B, 0x80, 0x01, // subscription identifier
                0x02, 0xFF, 0xFF, 0xFF, 0xFF, // message expiry
                0x01, 1, // payload format: text
                0x03, 0, 1, "c", // content type
                0x08, 0, 1, "r", // response topic
                0x09, 0, 2, 0, 1, // correlation data
                0x26, 0, 1, "k", 0, 1, "1", // user property
                0x26, 0, 1, "k", 0, 0, // user property, value empty
                "p")); // payload
  }

  @Test
  void write_aliasWithItsTopicThenInItsPlace() {
    PublishForm form = PublishForm.of(message("topic", "p", MessageProperties.NONE), 5);
    ByteBuf out = Unpooled.buffer();
    form.write(out, 0, 0, NONE, -1, 258);
    assertThat(content(out))
        .isEqualTo(
            bytes(
                0x30, 12, // PUBLISH, remaining length
                0, 5, "topic", // topic name
                3, // length of the properties
                0x23, 1, 2, // topic alias
                "p")); // payload
    form.write(out.clear(), 0, 0, new int[] {9}, -1, -258);
    assertThat(content(out))
        .isEqualTo(
            bytes(
                0x30, 9, // PUBLISH, remaining length
                0, 0, // no topic name
                5, // length of the properties
                0x0B, 9, // subscription identifier
                0x23, 1, 2, // topic alias
                "p")); // payload
  }

  @Test
  void write_emptyTextsAreTold() {
    MessageProperties properties =
        new MessageProperties(PayloadFormat.NOT_SAID, "", null, new byte[0], List.of());
    ByteBuf out = Unpooled.buffer();
    PublishForm.of(message("t", "", properties), 5).write(out, 0, 0, NONE, 0);
    assertThat(content(out))
        .isEqualTo(
            bytes(
                0x30, 15, // PUBLISH, remaining length
                0, 1, "t", // topic name
                11, // length of the properties
                0x02, 0, 0, 0, 0, // message expiry: 0
                0x03, 0, 0, // content type: empty
                0x09, 0, 0)); // correlation data: empty
  }

  @Test
  void of_isMadeOnceForEachVersion() {
    Message message = message("t", "p", MessageProperties.NONE);
    assertThat(PublishForm.of(message, 5)).isSameAs(PublishForm.of(message, 5));
    assertThat(PublishForm.of(message, 4)).isSameAs(PublishForm.of(message, 4));
    assertThat(PublishForm.of(message, 4)).isNotSameAs(PublishForm.of(message, 5));
  }

  private static Message message(String topic, String payload, MessageProperties properties) {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    return new Message(topic, bytes, 1, false, properties, Message.NEVER, null);
  }
}
