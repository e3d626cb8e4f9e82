package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.Tombstone;
import dev.herald.core.group.GroupLedger.GatewayPush;
import dev.herald.core.group.GroupLedger.Steps;
import dev.herald.core.group.GroupLedger.Trace;
import dev.herald.core.id.MessageIds;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the way that a message took. When it was accepted is in its id, when the journal numbered
 * it is in the store; the rest is null where it is not remembered any more.
 */
final class LedgerJson {
  private LedgerJson() {}

  /**
   * Encodes the way of a message.
   *
   * @param message the message as it is now
   * @param trace what is remembered of its way, or null
   * @param messagesMax of how many messages that much is remembered
   */
  static byte[] encode(GroupMessage message, @Nullable Trace trace, int messagesMax) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeStringField("messageId", Long.toString(message.messageId()));
      json.writeNumberField("seq", message.seq());
      json.writeNumberField("rememberedMax", messagesMax);
      json.writeFieldName("creation");
      write(
          json,
          MessageIds.timeMs(message.messageId()),
          message.createTimeMs(),
          trace == null ? null : trace.creation());
      json.writeFieldName("recall");
      Tombstone recall = message.recall();
      if (recall == null) {
        json.writeNull();
      } else {
        write(json, 0, recall.timeMs(), trace == null ? null : trace.recall());
      }
      json.writeEndObject();
    });
  }

  private static void write(
      JsonGenerator json, long acceptedMs, long journaledMs, @Nullable Steps steps)
      throws IOException {
    json.writeStartObject();
    writeTime(json, "acceptedTime", acceptedMs);
    writeTime(json, "journaledTime", journaledMs);
    writeTime(json, "storedTime", steps == null ? 0 : steps.storedMs());
    json.writeFieldName("pushed");
    if (steps == null) {
      json.writeNull();
    } else {
      write(json, steps);
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Steps steps) throws IOException {
    json.writeStartObject();
    json.writeNumberField("clients", steps.clients());
    writeTime(json, "clientsTime", steps.clientsMs());
    json.writeArrayFieldStart("gateways");
    for (GatewayPush push : steps.gateways()) {
      json.writeStartObject();
      json.writeStringField("gatewayId", push.gatewayId());
      writeTime(json, "queuedTime", push.queuedMs());
      writeTime(json, "writtenTime", push.writtenMs());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("gatewaysMore", steps.gatewaysMore());
    json.writeEndObject();
  }

  private static void writeTime(JsonGenerator json, String name, long ms) throws IOException {
    json.writeFieldName(name);
    if (ms == 0) {
      json.writeNull();
    } else {
      json.writeNumber(ms);
    }
  }
}
