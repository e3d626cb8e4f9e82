package dev.herald.sql;

import dev.herald.core.relay.SavedSession.Subscription;
import dev.herald.core.relay.SavedSession.Will;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of the relay's database that are bytes: messages, wills, subscriptions and lists of
 * numbers. Numbers are big-endian, lists and texts begin with their length; a change of form is a
 * change of schema.
 */
final class RelayBytes {
  private static final int QOS = 0x03;

  /** Beside a subscription's identifier, which has 28 bits: a number to go on from follows. */
  private static final int RESUMES = 1 << 31;

  private static final int RETAIN = 0x04;
  private static final int UTF8_PAYLOAD = 0x08;
  private static final int CONTENT_TYPE = 0x10;
  private static final int RESPONSE_TOPIC = 0x20;
  private static final int CORRELATION_DATA = 0x40;
  private static final int ORIGIN = 0x80;

  /** The last byte of a message whose payload is declared to be bytes; others have no such byte. */
  private static final int PAYLOAD_IS_BYTES = 0;

  private RelayBytes() {}

  // ---- to bytes

  static byte[] of(Message message) {
    return write(out -> writeMessage(out, message));
  }

  static byte @Nullable [] of(@Nullable Will will) {
    if (will == null) {
      return null;
    }
    return write(out -> {
      out.writeLong(will.delaySeconds());
      out.writeLong(will.expirySeconds());
      writeMessage(out, will.message());
    });
  }

  static byte[] ofSubscriptions(List<Subscription> subscriptions) {
    return write(out -> {
      out.writeInt(subscriptions.size());
      for (Subscription subscription : subscriptions) {
        writeText(out, subscription.filter());
        boolean resumes = subscription.after() >= 0;
        out.writeByte(subscription.options());
        out.writeInt(subscription.identifier() | (resumes ? RESUMES : 0));
        if (resumes) {
          out.writeLong(subscription.after());
        }
      }
    });
  }

  static byte[] ofNumbers(List<Integer> numbers) {
    return write(out -> {
      out.writeInt(numbers.size());
      for (int number : numbers) {
        out.writeInt(number);
      }
    });
  }

  private static void writeMessage(DataOutputStream out, Message message) throws IOException {
    MessageProperties properties = message.properties();
    String origin = message.origin() instanceof String client ? client : null;
    out.writeByte(
        message.qos()
            | (message.retain() ? RETAIN : 0)
            | (properties.utf8Payload() ? UTF8_PAYLOAD : 0)
            | (properties.contentType() == null ? 0 : CONTENT_TYPE)
            | (properties.responseTopic() == null ? 0 : RESPONSE_TOPIC)
            | (properties.correlationData() == null ? 0 : CORRELATION_DATA)
            | (origin == null ? 0 : ORIGIN));
    out.writeLong(message.expiresAtMs());
    writeText(out, message.topic());
    writeIfPresent(out, properties.contentType());
    writeIfPresent(out, properties.responseTopic());
    if (properties.correlationData() != null) {
      writeBytes(out, properties.correlationData());
    }
    writeIfPresent(out, origin);
    out.writeInt(properties.userProperties().size());
    for (String text : properties.userProperties()) {
      writeText(out, text);
    }
    writeBytes(out, message.payload());
    if (properties.payloadFormat() == PayloadFormat.BYTES) {
      out.writeByte(PAYLOAD_IS_BYTES);
    }
  }

  private static void writeIfPresent(DataOutputStream out, @Nullable String text)
      throws IOException {
    if (text != null) {
      writeText(out, text);
    }
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] write(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  // ---- from bytes

  static Message message(byte[] bytes) throws SQLException {
    return read(bytes, RelayBytes::readMessage);
  }

  static @Nullable Will will(byte @Nullable [] bytes) throws SQLException {
    if (bytes == null) {
      return null;
    }
    return read(
        bytes,
        in -> {
          long delaySeconds = in.getLong();
          long expirySeconds = in.getLong();
          return new Will(readMessage(in), delaySeconds, expirySeconds);
        });
  }

  static List<Subscription> subscriptions(byte[] bytes) throws SQLException {
    return read(
        bytes,
        in -> {
          int count = in.getInt();
          List<Subscription> subscriptions = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            subscriptions.add(readSubscription(in));
          }
          return subscriptions;
        });
  }

  static List<Integer> numbers(byte @Nullable [] bytes) throws SQLException {
    if (bytes == null) {
      return List.of();
    }
    return read(
        bytes,
        in -> {
          int count = in.getInt();
          List<Integer> numbers = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            numbers.add(in.getInt());
          }
          return numbers;
        });
  }

  private static Subscription readSubscription(ByteBuffer in) {
    String filter = readText(in);
    int options = in.get() & 0xFF;
    int identifier = in.getInt();
    long after = (identifier & RESUMES) == 0 ? -1 : in.getLong();
    return new Subscription(filter, options, identifier & ~RESUMES, after);
  }

  private static Message readMessage(ByteBuffer in) {
    int flags = in.get();
    long expiresAtMs = in.getLong();
    String topic = readText(in);
    String contentType = (flags & CONTENT_TYPE) == 0 ? null : readText(in);
    String responseTopic = (flags & RESPONSE_TOPIC) == 0 ? null : readText(in);
    byte[] correlationData = (flags & CORRELATION_DATA) == 0 ? null : readBytes(in);
    String origin = (flags & ORIGIN) == 0 ? null : readText(in);
    int texts = in.getInt();
    List<String> user = new ArrayList<>();
    for (int i = 0; i < texts; i++) {
      user.add(readText(in));
    }
    byte[] payload = readBytes(in);
    PayloadFormat format = payloadFormat(in, flags);
    MessageProperties properties = MessageProperties.NONE;
    if (format != PayloadFormat.NOT_SAID
        || texts > 0
        || (flags & (CONTENT_TYPE | RESPONSE_TOPIC | CORRELATION_DATA)) != 0) {
      properties = new MessageProperties(format, contentType, responseTopic, correlationData, user);
    }
    return new Message(
        topic, payload, flags & QOS, (flags & RETAIN) != 0, properties, expiresAtMs, origin);
  }

  private static PayloadFormat payloadFormat(ByteBuffer in, int flags) {
    if ((flags & UTF8_PAYLOAD) != 0) {
      return PayloadFormat.UTF8;
    }
    if (in.hasRemaining() && in.get(in.position()) == PAYLOAD_IS_BYTES) {
      in.position(in.position() + 1);
      return PayloadFormat.BYTES;
    }
    return PayloadFormat.NOT_SAID;
  }

  private static String readText(ByteBuffer in) {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  private static byte[] readBytes(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static <T> T read(byte[] bytes, Reading<T> reading) throws SQLException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      T value = reading.from(in);
      if (!in.hasRemaining()) {
        return value;
      }
    } catch (BufferUnderflowException e) {
      throw new SQLException("a value ends too early", e);
    }
    throw new SQLException("a value has more bytes than it should");
  }

  private interface Reading<T> {
    T from(ByteBuffer in);
  }
}
