package dev.herald.http;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;

/**
 * The JSON of a group event as subscribers of {@code $group/{groupId}} get it: {@code
 * {"event":"create","seq":7,"message":{...}}} with the message of the group-message contract.
 */
public final class GroupEventJson {
  private GroupEventJson() {}

  /**
   * Encodes an event. From any thread.
   *
   * @param event what happened
   * @return compact JSON in UTF-8, a new array
   */
  public static byte[] encode(GroupEvent event) {
    return Json.encode(json -> {
      json.writeStartObject();
      switch (event) {
        case Created created -> {
          json.writeStringField("event", "create");
          json.writeNumberField("seq", created.seq());
          json.writeFieldName("message");
          MessageJson.write(json, created.message());
        }
      }
      json.writeEndObject();
    });
  }
}
