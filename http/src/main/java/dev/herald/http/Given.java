package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.consumer.Delivery;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message that its group gave to an {@link HttpConsumer}. Owned by the consumer's lane. */
final class Given {
  private final long id;
  private final Message message;
  private final @Nullable Delivery delivery;
  private boolean sent;

  /**
   * Makes one that was not sent yet.
   *
   * @param id its delivery id, 0 for QoS 0
   * @param delivery takes the answer; null for QoS 0, to which there is none
   */
  Given(long id, Message message, @Nullable Delivery delivery) {
    this.id = id;
    this.message = message;
    this.delivery = delivery;
  }

  long id() {
    return id;
  }

  Message message() {
    return message;
  }

  @Nullable Delivery delivery() {
    return delivery;
  }

  /** Returns its delivery, which it must have. */
  Delivery held() {
    if (delivery == null) {
      throw new IllegalStateException("QoS 0 has no answer");
    }
    return delivery;
  }

  /** Returns whether the group took it back. From any thread. */
  boolean isTaken() {
    return delivery != null && delivery.isHandedOver();
  }

  /** Notes that the client may have got it. */
  void sent() {
    sent = true;
    if (delivery != null) {
      delivery.sent();
    }
  }

  boolean wasSent() {
    return sent;
  }

  /** Writes it as the client is shown it. From any thread. */
  void write(JsonGenerator json) throws IOException {
    MessageProperties properties = message.properties();
    json.writeStartObject();
    if (delivery != null) {
      json.writeStringField("deliveryId", Long.toString(id));
      json.writeNumberField("attempt", delivery.attempt());
    }
    json.writeStringField("topic", message.topic());
    json.writeNumberField("qos", message.qos());
    writePayload(json, message.payload());
    if (message.expiresAtMs() != Message.NEVER) {
      json.writeNumberField("expiryTime", message.expiresAtMs());
    }
    if (properties.contentType() != null) {
      json.writeStringField("contentType", properties.contentType());
    }
    if (properties.responseTopic() != null) {
      json.writeStringField("responseTopic", properties.responseTopic());
    }
    byte[] correlation = properties.correlationData();
    if (correlation != null) {
      json.writeBinaryField("correlationDataBase64", correlation);
    }
    writeUserProperties(json, properties.userProperties());
    json.writeEndObject();
  }

  private static void writePayload(JsonGenerator json, byte[] payload) throws IOException {
    String text;
    try {
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
    } catch (CharacterCodingException bytes) {
      json.writeBinaryField("payloadBase64", payload);
      return;
    }
    json.writeStringField("payload", text);
  }

  private static void writeUserProperties(JsonGenerator json, List<String> properties)
      throws IOException {
    if (properties.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("userProperties");
    for (int i = 0; i + 1 < properties.size(); i += 2) {
      json.writeStartObject();
      json.writeStringField("name", properties.get(i));
      json.writeStringField("value", properties.get(i + 1));
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
