package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.content;
import static dev.herald.mqtt.codec.Bytes.text;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The codec on input nobody thought of. */
final class CodecPropertyTest {
  /** Whole bodies to begin mutations with: first byte, version, body. */
  private static final List<Sample> SAMPLES =
      List.of(
          new Sample(
              0x10,
              0,
              bytes(
                  text("MQTT"),
                  5,
                  0xEE,
                  0,
                  9,
                  18,
                  0x11,
                  0,
                  0,
                  0,
                  9,
                  0x21,
                  0,
                  5,
                  0x26,
                  text("k"),
                  text("v"),
                  0x22,
                  0,
                  1,
                  text("id"),
                  7,
                  0x18,
                  0,
                  0,
                  0,
                  1,
                  0x01,
                  1,
                  text("w/t"),
                  text("bye"),
                  text("app/user"),
                  text("secret"))),
          new Sample(0x10, 0, bytes(text("MQTT"), 4, 0x02, 0, 9, text("id"))),
          new Sample(0x30, 4, bytes(text("a/b"), "payload")),
          new Sample(0x3D, 4, bytes(text("a/b"), 0, 7, "payload")),
          new Sample(
              0x32,
              5,
              bytes(
                  text("a/b"),
                  0,
                  7,
                  29,
                  0x02,
                  0,
                  0,
                  0,
                  60,
                  0x03,
                  text("t"),
                  0x08,
                  text("r"),
                  0x09,
                  text("d"),
                  0x23,
                  0,
                  1,
                  0x26,
                  text("k"),
                  text("v"),
                  0x01,
                  1,
                  "payload")),
          new Sample(0x82, 5, bytes(0, 1, 2, 0x0B, 9, text("a/+/#"), 0x2D, text("b"), 0)),
          new Sample(0x82, 4, bytes(0, 1, text("a/+/#"), 2, text("b"), 0)),
          new Sample(0xA2, 5, bytes(0, 1, 0, text("a"), text("b/c"))),
          new Sample(0x40, 5, bytes(0, 1, 0x97, 5, 0x1F, text("no"))),
          new Sample(0x62, 4, bytes(0, 1)),
          new Sample(0xE0, 5, bytes(4, 9, 0x11, 0, 0, 0, 1, 0x1F, 0, 1, 'x')));

  private final Decoding decoding = new Decoding();

  @Property(tries = 5000)
  void decode_randomBytesAreTakenOrRefused(
      @ForAll @IntRange(max = 255) int firstByte,
      @ForAll @IntRange(min = 4, max = 5) int version,
      @ForAll @Size(max = 64) byte[] body) {
    decoding.anyOrRefused(firstByte, version, body);
  }

  @Property(tries = 10_000)
  void decode_mutatedPacketsAreTakenOrRefused(
      @ForAll @IntRange(max = 10) int sample,
      @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 0xFFFF) Integer> mutations,
      @ForAll @IntRange(max = 3) int kind) {
    Sample from = SAMPLES.get(sample);
    byte[] body = from.body.clone();
    for (int mutation : mutations) {
      body = mutate(body, mutation >> 8, mutation & 0xFF, kind);
    }
    decoding.anyOrRefused(from.firstByte, from.version, body);
  }

  @Property(tries = 3000)
  void decode_propertiesOfAnyOrderAndNumberAreTakenOrRefused(
      @ForAll @Size(max = 8) List<@IntRange(max = 0x2F) Integer> ids,
      @ForAll @Size(min = 24, max = 24) byte[] values) {
    byte[] properties = bytes();
    for (int i = 0; i < ids.size(); i++) {
      properties = bytes(properties, ids.get(i), java.util.Arrays.copyOfRange(values, i, i + 4));
    }
    decoding.anyOrRefused(0x30, 5, bytes(text("t"), Bytes.varint(properties.length), properties));
    decoding.anyOrRefused(
        0x10,
        0,
        bytes(text("MQTT"), 5, 2, 0, 0, Bytes.varint(properties.length), properties, 0, 0));
  }

  /** The samples are valid, so that mutations begin inside the rules. */
  @Property(tries = 11)
  void decode_samplesAreTaken(@ForAll @IntRange(max = 10) int sample) {
    Sample from = SAMPLES.get(sample);
    decoding.any(from.firstByte, from.version, from.body);
  }

  @Property(tries = 2000)
  void publish_whatIsWrittenIsRead(
      @ForAll("messages") Message message,
      @ForAll @IntRange(max = 2) int qos,
      @ForAll boolean duplicate,
      @ForAll boolean retain,
      @ForAll @IntRange(min = 1, max = 65_535) int packetId,
      @ForAll @IntRange(min = 4, max = 5) int version) {
    int flags = (duplicate && qos > 0 ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
    long expirySeconds = message.expiresAtMs() == Message.NEVER ? -1 : message.expiresAtMs();
    PublishForm form = PublishForm.of(message, version);
    ByteBuf out = Unpooled.buffer();
    form.write(out, flags, qos == 0 ? 0 : packetId, new int[0], expirySeconds);
    assertThat(out.readableBytes()).isLessThanOrEqualTo(form.sizeMax(0));

    assertThat(out.readUnsignedByte()).isEqualTo((short) (0x30 | flags));
    int length = remainingLength(out);
    assertThat(out.readableBytes()).as("remaining length").isEqualTo(length);
    Publish read = decoding.publish(flags, version, content(out));
    assertThat(read.topic()).isEqualTo(message.topic());
    assertThat(read.payload()).isEqualTo(message.payload());
    assertThat(read.qos()).isEqualTo(qos);
    assertThat(read.retain()).isEqualTo(retain);
    assertThat(read.duplicate()).isEqualTo(duplicate && qos > 0);
    assertThat(read.packetId()).isEqualTo(qos == 0 ? 0 : packetId);
    assertThat(read.expirySeconds()).isEqualTo(version == 5 ? expirySeconds : -1);
    assertProperties(
        read.properties(), version == 5 ? message.properties() : MessageProperties.NONE);
  }

  @Property(tries = 500)
  void publish_whatIsOfTheSubscriberIsThereInOrder(
      @ForAll("messages") Message message,
      @ForAll @IntRange(min = -65_535, max = 65_535) int alias,
      @ForAll @Size(max = 5) List<@IntRange(min = 1, max = 268_435_455) Integer> identifiers) {
    int[] ids = identifiers.stream().mapToInt(Integer::intValue).toArray();
    ByteBuf out = Unpooled.buffer();
    PublishForm form = PublishForm.of(message, 5);
    form.write(out, 2, 1, ids, -1, alias);
    assertThat(out.readableBytes()).isLessThanOrEqualTo(form.sizeMax(ids.length));
    out.skipBytes(1);
    int length = remainingLength(out);
    PacketReader reader = new PacketReader();
    reader.start(out, length);
    String topic = reader.utf8();
    assertThat(topic).isEqualTo(alias < 0 ? "" : message.topic());
    assertThat(reader.u16()).isEqualTo(1);
    int propertiesLength = reader.varint();
    assertThat(propertiesLength).isLessThanOrEqualTo(reader.remaining());
    List<Integer> read = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      assertThat(reader.u8()).isEqualTo(Properties.SUBSCRIPTION_IDENTIFIER);
      read.add(reader.varint());
    }
    assertThat(read).isEqualTo(identifiers);
    if (alias != 0) {
      assertThat(reader.u8()).isEqualTo(Properties.TOPIC_ALIAS);
      assertThat(reader.u16()).isEqualTo(Math.abs(alias));
    }
  }

  @Property(tries = 2000)
  void topics_areReadRightThoughTheirPlacesCollide(
      @ForAll @Size(min = 1, max = 200) List<@IntRange(max = 40) Integer> order,
      @ForAll @Size(min = 41, max = 41) List<@IntRange(max = 3) Integer> lengths) {
    TopicReader topics = new TopicReader(1, 65_535, 128);
    PacketReader reader = new PacketReader();
    for (int number : order) {
      String name = "t/" + "\u00e9".repeat(lengths.get(number)) + number % 20;
      reader.start(Unpooled.wrappedBuffer(text(name)), text(name).length);
      assertThat(topics.read(reader)).isEqualTo(name);
      assertThat(reader.remaining()).isZero();
    }
  }

  @Provide
  Arbitrary<Message> messages() {
    return Combinators.combine(
            texts(1, 300).map(name -> "t" + name.replace('+', 'p').replace('#', 'h')),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(300),
            properties(),
            Arbitraries.longs().between(0, 0xFFFF_FFFFL).injectNull(0.5))
        .as((topic, payload, properties, expiry) ->
            new Message(
                topic,
                payload,
                0,
                false,
                properties,
                expiry == null ? Message.NEVER : expiry,
                null));
  }

  private static Arbitrary<MessageProperties> properties() {
    Arbitrary<List<String>> user =
        texts(0, 20).list().ofMaxSize(6).map(list -> list.subList(0, list.size() / 2 * 2));
    return Combinators.combine(
            Arbitraries.of(PayloadFormat.values()),
            texts(0, 20).injectNull(0.5),
            texts(1, 20).map(name -> name.replace('+', 'p').replace('#', 'h')).injectNull(0.5),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(20).injectNull(0.5),
            user)
        .as(MessageProperties::new);
  }

  private static Arbitrary<String> texts(int min, int max) {
    return Arbitraries.integers()
        .between(1, Character.MAX_CODE_POINT)
        .filter(point -> point < 0xD800 || point > 0xDFFF)
        .list()
        .ofMinSize(min)
        .ofMaxSize(max)
        .map(points -> {
          StringBuilder text = new StringBuilder();
          points.forEach(text::appendCodePoint);
          return text.toString();
        })
        .filter(text -> text.chars().filter(c -> c == '/').count() < 100);
  }

  private static int remainingLength(ByteBuf packet) {
    PacketReader reader = new PacketReader();
    reader.start(packet, packet.readableBytes());
    return reader.varint();
  }

  private static void assertProperties(MessageProperties read, MessageProperties written) {
    assertThat(read.payloadFormat()).isEqualTo(written.payloadFormat());
    assertThat(read.contentType()).isEqualTo(written.contentType());
    assertThat(read.responseTopic()).isEqualTo(written.responseTopic());
    assertThat(read.correlationData()).isEqualTo(written.correlationData());
    assertThat(read.userProperties()).isEqualTo(written.userProperties());
  }

  private static byte[] mutate(byte[] body, int place, int value, int kind) {
    if (body.length == 0) {
      return bytes(value);
    }
    int at = place % body.length;
    byte[] before = java.util.Arrays.copyOf(body, at);
    byte[] after = java.util.Arrays.copyOfRange(body, at, body.length);
    return switch (kind) {
      case 0 -> bytes(before, value, java.util.Arrays.copyOfRange(body, at + 1, body.length));
      case 1 -> bytes(before, value, after);
      case 2 -> bytes(before, java.util.Arrays.copyOfRange(body, at + 1, body.length));
      default -> bytes(before, u16(value << 8), after);
    };
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sample(int firstByte, int version, byte[] body) {}
}
