package dev.herald.core.event;

import dev.herald.core.error.HeraldException;
import org.jspecify.annotations.Nullable;

/**
 * A validated wish to change a group; the journal keeps it, the applier makes it an event.
 * Immutable.
 */
public sealed interface GroupCommand {
  /**
   * Creates a message.
   *
   * @param messageId the id it will have
   * @param key the app and group
   * @param userId who writes
   * @param content what is said, at most {@link GroupLimits#CONTENT_BYTES_MAX} bytes of UTF-8
   * @param type the application's own integer, or null
   * @param clientMessageId the writer's own id: a second create of this user of this app with the
   *     same one gets the first one's message and makes no other; or null
   */
  record Create(
      long messageId,
      GroupKey key,
      String userId,
      String content,
      @Nullable Integer type,
      @Nullable String clientMessageId)
      implements GroupCommand {}

  /**
   * Recalls a message.
   *
   * @param target which one
   * @param cause why, or null
   */
  record RecallMessage(Target target, @Nullable String cause) implements GroupCommand {}

  /**
   * Publishes a notice.
   *
   * @param noticeId the id it will have
   * @param key the app and group
   * @param userId who publishes it
   * @param text what it says
   * @param clientMessageId the publisher's own id: a second notice of this user of this app with
   *     the same one gets the first one and makes no other; or null
   */
  record PublishNotice(
      long noticeId, GroupKey key, String userId, NoticeText text, @Nullable String clientMessageId)
      implements GroupCommand {}

  /**
   * Deletes a notice.
   *
   * @param target which one
   */
  record DeleteNotice(Target target) implements GroupCommand {}

  /**
   * Makes a user a member of a group and notes how far the user has read.
   *
   * @param key the app and group
   * @param userId the user
   * @param readSeq the number of the last event the user has read; 0 notes nothing
   */
  record MarkRead(GroupKey key, String userId, long readSeq) implements GroupCommand {}

  /**
   * Removes the oldest events of a group. Whatever else is in its batch happens before.
   *
   * @param key the app and group
   * @param upToSeq the number of the last event that goes, at most that of the group's last
   */
  record Prune(GroupKey key, long upToSeq) implements GroupCommand {}

  /**
   * What a notice says.
   *
   * @param title at most {@link GroupLimits#TITLE_CHARACTERS_MAX} characters
   * @param content at most {@link GroupLimits#CONTENT_BYTES_MAX} bytes of UTF-8
   * @param jumpUrl at most {@link GroupLimits#CONTENT_BYTES_MAX} bytes of UTF-8, or null
   * @param type the application's own integer
   */
  record NoticeText(String title, String content, @Nullable String jumpUrl, int type) {}

  /**
   * A message or notice that is to be withdrawn, and the place it must be in: outside of that place
   * it does not exist for the caller.
   *
   * @param id the server's id
   * @param appId the app it must belong to, or null for any
   * @param groupId the group it must belong to, or null for any
   * @param userId who withdraws it, or null when the caller named nobody
   */
  record Target(
      long id, @Nullable String appId, @Nullable String groupId, @Nullable String userId) {

    /** Returns whether something in this group is in the place. */
    public boolean isIn(GroupKey key) {
      return (appId == null || appId.equals(key.appId()))
          && (groupId == null || groupId.equals(key.groupId()));
    }
  }

  /** What became of a command: it was done, or refused without harm to any other. */
  sealed interface Result {}

  /**
   * A command was done, and what it changed is stored.
   *
   * @param change what it changed, or what a first try changed before
   * @param repeated whether it was a retry, so that nothing new was made
   */
  record Outcome(GroupChange change, boolean repeated) implements Result {
    /** Returns the message that was created or recalled, as it is now. */
    public GroupMessage message() {
      return switch (change) {
        case GroupEvent.Created created -> created.message();
        case GroupEvent.Recalled recalled -> recalled.message();
        case GroupEvent.NoticePublished _,
            GroupEvent.NoticeDeleted _,
            GroupChange.Membership _,
            GroupChange.Pruned _ ->
            throw new IllegalStateException("no message: " + change);
      };
    }

    /** Returns the notice that was published or deleted, as it is now. */
    public GroupNotice notice() {
      return switch (change) {
        case GroupEvent.NoticePublished published -> published.notice();
        case GroupEvent.NoticeDeleted deleted -> deleted.notice();
        case GroupEvent.Created _,
            GroupEvent.Recalled _,
            GroupChange.Membership _,
            GroupChange.Pruned _ ->
            throw new IllegalStateException("no notice: " + change);
      };
    }
  }

  /**
   * A command was refused, and nothing was changed by it.
   *
   * @param why what its caller is told
   */
  record Refusal(HeraldException why) implements Result {}
}
