package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.History.Listing;
import dev.herald.core.store.History.UserGroup;
import java.io.IOException;
import java.util.List;

/**
 * The envelope of every answer and frame of the group-message contract: {@code
 * {"success":...,"code":...,"message":...,"data":...}}.
 */
final class Envelope {
  /** The code of an HTTP answer that succeeded. */
  static final int OK = 0;

  /** The code of an HTTP answer that did not. */
  static final int FAILED = -1;

  /** The answer to a command that was done. */
  static final byte[] DONE = success(OK, "");

  private Envelope() {}

  /** Returns a success with data. */
  static byte[] success(int code, Json.Writer data) {
    return encode(true, code, "success", data);
  }

  /** Returns a success whose data is a text. */
  static byte[] success(int code, String data) {
    return success(code, json -> json.writeString(data));
  }

  /** Returns a success whose data is a message. */
  static byte[] success(int code, GroupMessage message) {
    return success(code, json -> MessageJson.write(json, message));
  }

  /** Returns a success whose data is a notice. */
  static byte[] success(int code, GroupNotice notice) {
    return success(code, json -> NoticeJson.write(json, notice));
  }

  /** Returns a success whose data is a page of messages and how many there are in all. */
  static byte[] messages(Listing<GroupMessage> page) {
    return success(
        OK,
        json -> {
          json.writeStartObject();
          json.writeNumberField("total", page.total());
          json.writeFieldName("pageMessageList");
          MessageJson.write(json, page.entries());
          json.writeEndObject();
        });
  }

  /** Returns a success whose data is messages. */
  static byte[] messages(List<GroupMessage> messages) {
    return success(OK, json -> MessageJson.write(json, messages));
  }

  /** Returns a success whose data is a page of notices and how many there are in all. */
  static byte[] notices(Listing<GroupNotice> page) {
    return success(
        OK,
        json -> {
          json.writeStartObject();
          json.writeNumberField("total", page.total());
          json.writeFieldName("pageInformationList");
          NoticeJson.write(json, page.entries());
          json.writeEndObject();
        });
  }

  /** Returns a success whose data is the groups of a user. */
  static byte[] groups(List<UserGroup> groups) {
    return success(
        OK,
        json -> {
          json.writeStartArray();
          for (UserGroup group : groups) {
            GroupMessage last = group.lastMessage();
            json.writeStartObject();
            json.writeStringField("groupId", group.key().groupId());
            json.writeStringField("newMessage", last == null ? "" : last.content());
            json.writeStringField("updateTime", Long.toString(group.updateTimeMs()));
            json.writeNumberField("messageTotal", group.messageTotal());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** Returns a refusal; its message tells what was wrong. */
  static byte[] failure(int code, String message) {
    return encode(false, code, message, JsonGenerator::writeNull);
  }

  /** Writes the members of a refusal. */
  static void writeFailure(JsonGenerator json, int code, String message) throws IOException {
    write(json, false, code, message, JsonGenerator::writeNull);
  }

  private static byte[] encode(boolean success, int code, String message, Json.Writer data) {
    return Json.encode(json -> {
      json.writeStartObject();
      write(json, success, code, message, data);
      json.writeEndObject();
    });
  }

  private static void write(
      JsonGenerator json, boolean success, int code, String message, Json.Writer data)
      throws IOException {
    json.writeBooleanField("success", success);
    json.writeNumberField("code", code);
    json.writeStringField("message", message);
    json.writeFieldName("data");
    data.write(json);
  }
}
