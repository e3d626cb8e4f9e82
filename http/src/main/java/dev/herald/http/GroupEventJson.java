package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.group.GroupQueries.EventPage;
import java.io.IOException;

/**
 * The JSON of a group event as subscribers of {@code $group/{groupId}} get it: {@code
 * {"event":"create","seq":7,"message":{...}}} with the message of the group-message contract, the
 * same with {@code "recall"}, or {@code {"event":"notice","seq":8,"notice":{...}}} with its notice,
 * the same with {@code "deleteNotice"}. A recall and a deletion have {@code "by"}, the user who did
 * it, null when the caller named nobody. Who asked for events that are kept no longer gets {@code
 * {"event":"pruned","seq":6}} first, which {@link dev.herald.core.group.GroupFeed} makes.
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
    return Json.encode(json -> write(json, event));
  }

  /** Writes an event as part of a document. */
  static void write(JsonGenerator json, GroupEvent event) throws IOException {
    json.writeStartObject();
    json.writeStringField("event", nameOf(event));
    json.writeNumberField("seq", event.seq());
    switch (event) {
      case Created created -> write(json, created.message());
      case Recalled recalled -> {
        json.writeStringField("by", recalled.tombstone().userId());
        write(json, recalled.message());
      }
      case NoticePublished published -> write(json, published.notice());
      case NoticeDeleted deleted -> {
        json.writeStringField("by", deleted.tombstone().userId());
        write(json, deleted.notice());
      }
    }
    json.writeEndObject();
  }

  /** Writes the field {@code prunedSeq} if events after a number that was asked for are gone. */
  static void writePruned(JsonGenerator json, EventPage page, long after) throws IOException {
    if (page.startSeq() > after) {
      json.writeNumberField("prunedSeq", page.startSeq());
    }
  }

  private static String nameOf(GroupEvent event) {
    return switch (event) {
      case Created _ -> "create";
      case Recalled _ -> "recall";
      case NoticePublished _ -> "notice";
      case NoticeDeleted _ -> "deleteNotice";
    };
  }

  private static void write(JsonGenerator json, GroupMessage message) throws IOException {
    json.writeFieldName("message");
    MessageJson.write(json, message);
  }

  private static void write(JsonGenerator json, GroupNotice notice) throws IOException {
    json.writeFieldName("notice");
    NoticeJson.write(json, notice);
  }
}
