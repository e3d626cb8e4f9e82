package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import java.io.IOException;

/**
 * The JSON of a group event as subscribers of {@code $group/{groupId}} get it: {@code
 * {"event":"create","seq":7,"message":{...}}} with the message of the group-message contract, the
 * same with {@code "recall"}, or {@code {"event":"notice","seq":8,"notice":{...}}} with its notice,
 * the same with {@code "deleteNotice"}.
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
        case Created created -> write(json, "create", created.seq(), created.message());
        case Recalled recalled -> write(json, "recall", recalled.seq(), recalled.message());
        case NoticePublished published ->
            write(json, "notice", published.seq(), published.notice());
        case NoticeDeleted deleted -> write(json, "deleteNotice", deleted.seq(), deleted.notice());
      }
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, String name, long seq, GroupMessage message)
      throws IOException {
    json.writeStringField("event", name);
    json.writeNumberField("seq", seq);
    json.writeFieldName("message");
    MessageJson.write(json, message);
  }

  private static void write(JsonGenerator json, String name, long seq, GroupNotice notice)
      throws IOException {
    json.writeStringField("event", name);
    json.writeNumberField("seq", seq);
    json.writeFieldName("notice");
    NoticeJson.write(json, notice);
  }
}
