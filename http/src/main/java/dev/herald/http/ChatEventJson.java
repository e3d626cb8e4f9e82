package dev.herald.http;

import dev.herald.core.chat.ChatEvent;
import dev.herald.core.chat.Seat;

/** The JSON in which the participants of a chat are told what happens to it. */
public final class ChatEventJson {
  private ChatEventJson() {}

  /**
   * Returns an event as a document, whose first member is {@code $chat}, as that of no
   * participant's message can be. From any thread.
   */
  public static byte[] encode(ChatEvent event) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeStringField("$chat", event.kind().word());
      json.writeStringField("chatId", event.chat().chatId());
      json.writeNumberField("seq", event.seq());
      json.writeNumberField("time", event.timeMs());
      Seat.Who who = event.who();
      if (who != null) {
        json.writeStringField("clientId", who.clientId());
        json.writeStringField("userId", who.userId());
      }
      json.writeNumberField("participantCount", event.participants());
      json.writeEndObject();
    });
  }
}
