package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.event.Tombstone;
import java.io.IOException;
import java.util.List;

/** Writes a notice as the contract wants it: keys, their order and their types. */
final class NoticeJson {
  private static final int STATUS_DELETED = 0;
  private static final int STATUS_NORMAL = 1;

  private NoticeJson() {}

  static void write(JsonGenerator json, GroupNotice notice) throws IOException {
    json.writeStartObject();
    writeFields(json, notice);
    json.writeEndObject();
  }

  /** Writes a notice with the user who deleted it, as resources have it. */
  static void writeResource(JsonGenerator json, GroupNotice notice) throws IOException {
    Tombstone deletion = notice.deletion();
    json.writeStartObject();
    writeFields(json, notice);
    json.writeStringField("deletedBy", deletion == null ? null : deletion.userId());
    json.writeEndObject();
  }

  /** Writes the fields of a notice into an object that more may be added to. */
  static void writeFields(JsonGenerator json, GroupNotice notice) throws IOException {
    Tombstone deletion = notice.deletion();
    json.writeStringField("informationId", Long.toString(notice.noticeId()));
    json.writeStringField("appId", notice.key().appId());
    json.writeStringField("groupId", notice.key().groupId());
    json.writeStringField("userId", notice.userId());
    json.writeStringField("title", notice.title());
    json.writeStringField("content", notice.content());
    json.writeNumberField("createTime", notice.createTimeMs());
    json.writeNumberField("deleteTime", deletion == null ? 0 : deletion.timeMs());
    json.writeStringField("jumpURL", notice.jumpUrl());
    json.writeNumberField("status", deletion == null ? STATUS_NORMAL : STATUS_DELETED);
    json.writeNumberField("type", notice.type());
    json.writeNumberField("seq", notice.seq());
  }

  /** Writes an array of notices. */
  static void write(JsonGenerator json, List<GroupNotice> notices) throws IOException {
    json.writeStartArray();
    for (GroupNotice notice : notices) {
      write(json, notice);
    }
    json.writeEndArray();
  }
}
