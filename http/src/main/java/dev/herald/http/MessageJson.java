package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.Tombstone;
import java.io.IOException;
import java.util.List;

/** Writes a group message as the contract wants it: keys, their order and their types. */
final class MessageJson {
  private static final int STATUS_RECALLED = 0;
  private static final int STATUS_NORMAL = 1;

  private MessageJson() {}

  static void write(JsonGenerator json, GroupMessage message) throws IOException {
    json.writeStartObject();
    writeFields(json, message);
    json.writeEndObject();
  }

  /** Writes a message with the user who recalled it, as resources have it. */
  static void writeResource(JsonGenerator json, GroupMessage message) throws IOException {
    Tombstone recall = message.recall();
    json.writeStartObject();
    writeFields(json, message);
    json.writeStringField("recalledBy", recall == null ? null : recall.userId());
    json.writeEndObject();
  }

  /** Writes the fields of a message into an object that more may be added to. */
  static void writeFields(JsonGenerator json, GroupMessage message) throws IOException {
    Tombstone recall = message.recall();
    json.writeStringField("messageId", Long.toString(message.messageId()));
    json.writeStringField("appId", message.key().appId());
    json.writeStringField("groupId", message.key().groupId());
    json.writeStringField("userId", message.userId());
    json.writeStringField("content", message.content());
    json.writeNumberField("createTime", message.createTimeMs());
    json.writeNumberField("recallTime", recall == null ? 0 : recall.timeMs());
    json.writeStringField("recallCause", recall == null ? null : recall.cause());
    json.writeNumberField("status", recall == null ? STATUS_NORMAL : STATUS_RECALLED);
    json.writeFieldName("type");
    Integer type = message.type();
    if (type == null) {
      json.writeNull();
    } else {
      json.writeNumber(type);
    }
    json.writeNumberField("seq", message.seq());
  }

  /** Writes an array of messages. */
  static void write(JsonGenerator json, List<GroupMessage> messages) throws IOException {
    json.writeStartArray();
    for (GroupMessage message : messages) {
      write(json, message);
    }
    json.writeEndArray();
  }
}
