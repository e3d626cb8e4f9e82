package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.History.Listing;

/**
 * The envelope of every answer and frame of the group-message contract: {@code
 * {"success":...,"code":...,"message":...,"data":...}}.
 */
final class Envelope {
  /** The code of an HTTP answer that succeeded. */
  static final int OK = 0;

  /** The code of an HTTP answer that did not. */
  static final int FAILED = -1;

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

  /** Returns a success whose data is a page of messages. */
  static byte[] success(int code, Listing<GroupMessage> page) {
    return success(
        code,
        json -> {
          json.writeStartObject();
          json.writeNumberField("total", page.total());
          json.writeArrayFieldStart("pageMessageList");
          for (GroupMessage message : page.entries()) {
            MessageJson.write(json, message);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** Returns a refusal; its message tells what was wrong. */
  static byte[] failure(int code, String message) {
    return encode(false, code, message, JsonGenerator::writeNull);
  }

  private static byte[] encode(boolean success, int code, String message, Json.Writer data) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeBooleanField("success", success);
      json.writeNumberField("code", code);
      json.writeStringField("message", message);
      json.writeFieldName("data");
      data.write(json);
      json.writeEndObject();
    });
  }
}
