package dev.herald.http;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.group.GroupCommands.Draft;
import dev.herald.core.group.GroupCommands.NoticeDraft;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a caller wants to create, as {@link Fields}. Lengths and missing fields are left to
 * the command. Each method throws {@link dev.herald.core.error.HeraldException} MALFORMED_REQUEST
 * if the bytes are no JSON object, FIELD_INVALID naming a field of a wrong type or out of range.
 */
final class DraftJson {
  private static final Set<String> FIELDS =
      Set.of(
          "appId",
          "groupId",
          "userId",
          "title",
          "content",
          "jumpUrl",
          "type",
          "clientMessageId",
          "ack");

  private DraftJson() {}

  /** Reads a message that names its app and group. */
  static Draft read(byte[] document) {
    Fields fields = Fields.read(document, FIELDS);
    return message(fields.text("appId"), fields.text("groupId"), fields);
  }

  /** Reads a message for a group that the caller named already. */
  static Draft read(String appId, String groupId, byte[] document) {
    return message(appId, groupId, Fields.read(document, FIELDS));
  }

  /** Reads a notice that names its app and group. */
  static NoticeDraft readNotice(byte[] document) {
    Fields fields = Fields.read(document, FIELDS);
    return notice(fields.text("appId"), fields.text("groupId"), fields);
  }

  /** Reads a notice for a group that the caller named already. */
  static NoticeDraft readNotice(String appId, String groupId, byte[] document) {
    return notice(appId, groupId, Fields.read(document, FIELDS));
  }

  private static Draft message(@Nullable String appId, @Nullable String groupId, Fields fields) {
    checkAck(fields.text("ack"));
    return new Draft(
        appId,
        groupId,
        fields.text("userId"),
        fields.text("content"),
        fields.integer("type"),
        fields.text("clientMessageId"));
  }

  private static NoticeDraft notice(
      @Nullable String appId, @Nullable String groupId, Fields fields) {
    checkAck(fields.text("ack"));
    return new NoticeDraft(
        appId,
        groupId,
        fields.text("userId"),
        fields.text("title"),
        fields.text("content"),
        fields.text("jumpUrl"),
        fields.integer("type"),
        fields.text("clientMessageId"));
  }

  /** A single node stores before it acknowledges, which is what either value asks for or more. */
  private static void checkAck(@Nullable String ack) {
    if (ack != null && !ack.equals("queued") && !ack.equals("stored")) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, "ack must be queued or stored");
    }
  }
}
