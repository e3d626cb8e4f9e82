package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.Tombstone;
import java.io.IOException;

/** Writes a group message as the contract wants it: keys, their order and their types. */
final class MessageJson {
  private static final int STATUS_RECALLED = 0;
  private static final int STATUS_NORMAL = 1;

  private MessageJson() {}

  static void write(JsonGenerator json, GroupMessage message) throws IOException {
    Tombstone recall = message.recall();
    json.writeStartObject();
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
    json.writeEndObject();
  }
}
