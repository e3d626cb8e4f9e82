package dev.herald.core.group;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.History;
import dev.herald.core.store.History.Cursor;
import dev.herald.core.store.History.GroupHead;
import dev.herald.core.store.History.GroupSummary;
import dev.herald.core.store.History.Listing;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.History.UserGroup;
import dev.herald.core.store.Scope;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The queries on groups: they read the history and nothing else. Thread-safe; they block on the
 * store. Each throws {@link HeraldException} STORE_UNAVAILABLE when it cannot be answered now.
 */
public final class GroupQueries {
  private final History history;

  /**
   * Makes the queries.
   *
   * @param history what they read
   */
  public GroupQueries(History history) {
    this.history = history;
  }

  /**
   * Finds a page of messages, oldest first, recalled ones included.
   *
   * @param scope whose
   * @param range which create times count; an empty range has no messages
   * @param pageNum 0 and 1 are the first page, 2 the second
   * @param pageSize 1 to {@link GroupLimits#PAGE_SIZE_MAX}
   * @throws HeraldException FIELD_INVALID
   */
  public Listing<GroupMessage> messages(Scope scope, TimeRange range, long pageNum, int pageSize) {
    Page page = page(pageNum, pageSize);
    return isEmpty(range) ? new Listing<>(0, List.of()) : history.messages(scope, range, page);
  }

  /**
   * Finds a page of notices, newest first; deleted ones do not count.
   *
   * @param scope whose
   * @param range which create times count; an empty range has no notices
   * @param pageNum 0 and 1 are the first page, 2 the second
   * @param pageSize 1 to {@link GroupLimits#PAGE_SIZE_MAX}
   * @throws HeraldException FIELD_INVALID
   */
  public Listing<GroupNotice> notices(Scope scope, TimeRange range, long pageNum, int pageSize) {
    Page page = page(pageNum, pageSize);
    return isEmpty(range) ? new Listing<>(0, List.of()) : history.notices(scope, range, page);
  }

  /**
   * Finds the messages of a group just before one of them, oldest first, without it.
   *
   * @throws HeraldException FIELD_INVALID, or MESSAGE_NOT_FOUND if the group has no such message
   */
  public List<GroupMessage> messagesBefore(GroupKey key, long messageId, int pageSize) {
    GroupLimits.checkPageSize(pageSize);
    return history.messagesBefore(scopeOf(key), cursorOf(key, messageId), pageSize);
  }

  /**
   * Finds the messages of a group just after one of them, oldest first, without it.
   *
   * @throws HeraldException FIELD_INVALID, or MESSAGE_NOT_FOUND if the group has no such message
   */
  public List<GroupMessage> messagesAfter(GroupKey key, long messageId, int pageSize) {
    GroupLimits.checkPageSize(pageSize);
    return history.messagesAfter(scopeOf(key), cursorOf(key, messageId), pageSize);
  }

  /**
   * Finds the messages last before a place, oldest first.
   *
   * @param scope whose
   * @param cursor before which message; null ends with the newest
   * @throws HeraldException FIELD_INVALID
   */
  public List<GroupMessage> messagesBefore(Scope scope, @Nullable Cursor cursor, int pageSize) {
    return history.messagesBefore(scope, cursor, GroupLimits.checkPageSize(pageSize));
  }

  /**
   * Finds the messages next after a place, oldest first.
   *
   * @param scope whose
   * @param cursor after which message; null begins with the oldest
   * @throws HeraldException FIELD_INVALID
   */
  public List<GroupMessage> messagesAfter(Scope scope, @Nullable Cursor cursor, int pageSize) {
    return history.messagesAfter(scope, cursor, GroupLimits.checkPageSize(pageSize));
  }

  /**
   * Finds the notices last before a place, newest first.
   *
   * @param scope whose
   * @param cursor before which notice; null begins with the newest
   * @throws HeraldException FIELD_INVALID
   */
  public List<GroupNotice> noticesBefore(Scope scope, @Nullable Cursor cursor, int pageSize) {
    return history.noticesBefore(scope, cursor, GroupLimits.checkPageSize(pageSize));
  }

  /**
   * Finds a message of a group by its id, also a recalled one.
   *
   * @param key the group it must belong to
   * @throws HeraldException MESSAGE_NOT_FOUND if the group has no such message
   */
  public GroupMessage message(GroupKey key, long messageId) {
    GroupMessage message = history.messages(List.of(messageId)).get(messageId);
    if (message == null || !message.key().equals(key)) {
      throw new HeraldException(ErrorCode.MESSAGE_NOT_FOUND, "there is no message " + messageId);
    }
    return message;
  }

  /**
   * Finds a notice of a group by its id, also a deleted one.
   *
   * @param key the group it must belong to
   * @throws HeraldException NOTICE_NOT_FOUND if the group has no such notice
   */
  public GroupNotice notice(GroupKey key, long noticeId) {
    GroupNotice notice = history.notices(List.of(noticeId)).get(noticeId);
    if (notice == null || !notice.key().equals(key)) {
      throw new HeraldException(ErrorCode.NOTICE_NOT_FOUND, "there is no notice " + noticeId);
    }
    return notice;
  }

  /**
   * Reads where groups stand; one without events is absent.
   *
   * @throws HeraldException STORE_UNAVAILABLE
   */
  public Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys) {
    return history.heads(keys);
  }

  /**
   * Reads a group's events after a number, in order.
   *
   * @param key the group
   * @param afterSeq 0 or greater
   * @param limit how many at most, 1 to {@link GroupLimits#PAGE_SIZE_MAX}
   * @throws HeraldException FIELD_INVALID
   */
  public List<GroupEvent> eventsAfter(GroupKey key, long afterSeq, int limit) {
    GroupLimits.checkPageSize(limit);
    if (afterSeq < 0) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "after must be 0 or greater, it is " + afterSeq);
    }
    return history.eventsAfter(key, afterSeq, limit);
  }

  /**
   * Reads a group's events after a number, in order, and tells how many of them are kept no longer.
   *
   * @param key the group
   * @param afterSeq 0 or greater
   * @param limit how many at most, 1 to {@link GroupLimits#PAGE_SIZE_MAX}
   * @throws HeraldException FIELD_INVALID
   */
  public EventPage eventPage(GroupKey key, long afterSeq, int limit) {
    List<GroupEvent> events = eventsAfter(key, afterSeq, limit);
    if (!events.isEmpty()) {
      return new EventPage(events, events.getFirst().seq() - 1);
    }
    GroupSummary group = history.group(key);
    return new EventPage(events, group == null ? afterSeq : Math.max(afterSeq, group.prunedSeq()));
  }

  /**
   * Events of a group after a number that was asked for.
   *
   * @param events the events, in order
   * @param startSeq the number they follow: the one that was asked for, or a greater one if the
   *     events up to that are kept no longer
   */
  public record EventPage(List<GroupEvent> events, long startSeq) {
    /** Returns the number to go on from. */
    public long next() {
      return events.isEmpty() ? startSeq : events.getLast().seq();
    }
  }

  /**
   * Finds the groups of an app that come next after a group id, in the order of their ids.
   *
   * @param appId the app
   * @param afterGroupId groups with greater ids are found; empty begins with the first
   * @param limit how many at most, 1 to {@link GroupLimits#PAGE_SIZE_MAX}
   * @throws HeraldException FIELD_INVALID
   */
  public List<GroupSummary> groupsAfter(String appId, String afterGroupId, int limit) {
    return history.groupsAfter(appId, afterGroupId, GroupLimits.checkPageSize(limit));
  }

  /**
   * Reads a group's events last before a number, in order.
   *
   * @param key the group
   * @param beforeSeq 1 or greater; {@link Long#MAX_VALUE} ends with the newest
   * @param limit how many at most, 1 to {@link GroupLimits#PAGE_SIZE_MAX}
   * @throws HeraldException FIELD_INVALID
   */
  public List<GroupEvent> eventsBefore(GroupKey key, long beforeSeq, int limit) {
    GroupLimits.checkPageSize(limit);
    if (beforeSeq < 1) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "before must be 1 or greater, it is " + beforeSeq);
    }
    return history.eventsBefore(key, beforeSeq, limit);
  }

  /**
   * Finds the groups in which a user has written or published, or to which the user was added; the
   * one with the latest message first.
   *
   * @throws HeraldException FIELD_MISSING or FIELD_INVALID, naming the field
   */
  public List<UserGroup> groups(@Nullable String appId, @Nullable String userId) {
    return history.groups(
        GroupLimits.checkId("appId", appId), GroupLimits.checkId("userId", userId));
  }

  /** Finds one group as a user sees it; null if the user is not a member of it. */
  public @Nullable UserGroup group(GroupKey key, String userId) {
    return history.group(key, userId);
  }

  private Cursor cursorOf(GroupKey key, long messageId) {
    return new Cursor(message(key, messageId).createTimeMs(), messageId);
  }

  private static Scope scopeOf(GroupKey key) {
    return new Scope(key.appId(), key.groupId(), null);
  }

  private static boolean isEmpty(TimeRange range) {
    return range.startMs() >= range.endMs();
  }

  private static Page page(long pageNum, int pageSize) {
    GroupLimits.checkPageSize(pageSize);
    if (pageNum < 0) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "pageNum must be 0 or greater, it is " + pageNum);
    }
    return new Page(Math.max(0, pageNum - 1), pageSize);
  }
}
