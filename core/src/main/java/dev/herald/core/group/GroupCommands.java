package dev.herald.core.group;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.NoticeText;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.Journal;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The commands on groups: each is validated, given its id and appended to the journal. Thread-safe,
 * never blocks.
 *
 * <p>Each answer completes when the command is as safe as the promises say, with what became of it;
 * or with a {@link HeraldException} of {@link Journal#append} or of the rule that forbids it. It
 * completes on a thread that must not be blocked. A command whose fields are not valid is not
 * appended: the method throws FIELD_MISSING, FIELD_INVALID or PAYLOAD_TOO_LARGE, naming the field.
 */
public final class GroupCommands {
  private final Journal journal;
  private final MessageIds ids;

  /**
   * Makes the commands.
   *
   * @param journal takes what was validated
   * @param ids gives each message and notice its id
   */
  public GroupCommands(Journal journal, MessageIds ids) {
    this.journal = journal;
    this.ids = ids;
  }

  /**
   * Creates a message in a group. The group comes to be with its first event.
   *
   * <p>With a client's own id it is safe to try again: for as long as the first try's message is
   * kept, and for 24 hours at least, the retry is answered with that message, also when it names
   * another group or content.
   *
   * @param draft what is to be said, as the caller gave it
   * @return completes with the message
   * @throws HeraldException FIELD_MISSING, FIELD_INVALID or PAYLOAD_TOO_LARGE, naming the field
   */
  public CompletionStage<Outcome> create(Draft draft) {
    GroupKey key = checkKey(draft.appId, draft.groupId);
    String userId = GroupLimits.checkId("userId", draft.userId);
    String content = GroupLimits.checkContent("content", draft.content);
    checkOptionalId("clientMessageId", draft.clientMessageId);
    return journal.append(
        new GroupCommand.Create(
            ids.next(), key, userId, content, draft.type, draft.clientMessageId));
  }

  /**
   * Recalls a message: its content is gone for everybody, and a tombstone stays.
   *
   * @param target which one, and the place it must be in
   * @param cause why, or null
   * @return completes with the recalled message, or with MESSAGE_NOT_FOUND (also for one that is
   *     outside of the place), MESSAGE_RECALLED or RECALL_TOO_LATE
   * @throws HeraldException FIELD_INVALID, naming the field
   */
  public CompletionStage<Outcome> recall(Target target, @Nullable String cause) {
    checkTarget(target);
    if (cause != null) {
      GroupLimits.checkText("recallCause", cause, GroupLimits.CAUSE_CHARACTERS_MAX);
    }
    return journal.append(new GroupCommand.RecallMessage(target, cause));
  }

  /**
   * Publishes a notice in a group. The group comes to be with its first event. A client's own id
   * makes a retry safe as it does for a message.
   *
   * @param draft what it is to say, as the caller gave it
   * @return completes with the notice
   * @throws HeraldException FIELD_MISSING, FIELD_INVALID or PAYLOAD_TOO_LARGE, naming the field
   */
  public CompletionStage<Outcome> publishNotice(NoticeDraft draft) {
    GroupKey key = checkKey(draft.appId, draft.groupId);
    String userId = GroupLimits.checkId("userId", draft.userId);
    checkOptionalId("clientMessageId", draft.clientMessageId);
    if (draft.title == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, "title is missing");
    }
    NoticeText text =
        new NoticeText(
            GroupLimits.checkText("title", draft.title, GroupLimits.TITLE_CHARACTERS_MAX),
            GroupLimits.checkContent("content", draft.content),
            draft.jumpUrl == null ? null : GroupLimits.checkContent("jumpUrl", draft.jumpUrl),
            draft.type == null ? 0 : draft.type);
    return journal.append(
        new GroupCommand.PublishNotice(ids.next(), key, userId, text, draft.clientMessageId));
  }

  /**
   * Deletes a notice: it is neither listed nor counted any more.
   *
   * @param target which one, and the place it must be in
   * @return completes with the deleted notice, or with NOTICE_NOT_FOUND (also for one that is
   *     outside of the place) or NOTICE_DELETED
   * @throws HeraldException FIELD_INVALID, naming the field
   */
  public CompletionStage<Outcome> deleteNotice(Target target) {
    checkTarget(target);
    return journal.append(new GroupCommand.DeleteNotice(target));
  }

  /**
   * Makes a user a member of a group, so that it is among the user's groups. A group that has no
   * event yet comes to be. Doing it again changes nothing.
   *
   * @return completes when it is kept
   * @throws HeraldException FIELD_MISSING or FIELD_INVALID, naming the field
   */
  public CompletionStage<Outcome> addMember(
      @Nullable String appId, @Nullable String groupId, @Nullable String userId) {
    return markRead(appId, groupId, userId, 0);
  }

  /**
   * Notes how far a user has read a group, and makes the user a member of it. It never goes back: a
   * lesser number than before changes nothing.
   *
   * @param seq the number of the last event the user has read, 0 to the group's last
   * @return completes when it is kept, or with FIELD_INVALID for a number beyond the group's last
   * @throws HeraldException FIELD_MISSING or FIELD_INVALID, naming the field
   */
  public CompletionStage<Outcome> markRead(
      @Nullable String appId, @Nullable String groupId, @Nullable String userId, long seq) {
    GroupKey key = checkKey(appId, groupId);
    if (seq < 0) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, "seq must be 0 or greater, it is " + seq);
    }
    return journal.append(
        new GroupCommand.MarkRead(key, GroupLimits.checkId("userId", userId), seq));
  }

  private static GroupKey checkKey(@Nullable String appId, @Nullable String groupId) {
    return new GroupKey(
        GroupLimits.checkId("appId", appId), GroupLimits.checkId("groupId", groupId));
  }

  private static void checkTarget(Target target) {
    checkOptionalId("appId", target.appId());
    checkOptionalId("groupId", target.groupId());
    checkOptionalId("userId", target.userId());
  }

  private static void checkOptionalId(String field, @Nullable String id) {
    if (id != null) {
      GroupLimits.checkId(field, id);
    }
  }

  /**
   * A message as a caller gave it, not validated yet.
   *
   * @param appId the app, required
   * @param groupId the group, required
   * @param userId who writes, required
   * @param content what is said, required, may be empty
   * @param type the application's own integer, or null
   * @param clientMessageId the writer's own id that makes a retry safe, or null
   */
  public record Draft(
      @Nullable String appId,
      @Nullable String groupId,
      @Nullable String userId,
      @Nullable String content,
      @Nullable Integer type,
      @Nullable String clientMessageId) {}

  /**
   * A notice as a caller gave it, not validated yet.
   *
   * @param appId the app, required
   * @param groupId the group, required
   * @param userId who publishes it, required
   * @param title its title, required, may be empty
   * @param content its text, required, may be empty
   * @param jumpUrl where it leads, or null
   * @param type the application's own integer; null is 0
   * @param clientMessageId the publisher's own id that makes a retry safe, or null
   */
  public record NoticeDraft(
      @Nullable String appId,
      @Nullable String groupId,
      @Nullable String userId,
      @Nullable String title,
      @Nullable String content,
      @Nullable String jumpUrl,
      @Nullable Integer type,
      @Nullable String clientMessageId) {}
}
