package dev.herald.core.store;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about what was kept.
 *
 * <p>What was pruned is gone, and is found and counted nowhere; but a notice stays in its lists
 * until it is deleted and its deletion is pruned, and members stay members. An app, group or user
 * that is not known has nothing. A recalled message is there without its content; a deleted notice
 * is in no list, and its events have lost what it said. Messages are in the order in which they
 * were stored, in which times never decrease. Thread-safe; methods block on the disk or the
 * network. Every method throws {@link dev.herald.core.error.HeraldException} STORE_UNAVAILABLE when
 * the question cannot be answered now.
 */
public interface History {
  /**
   * Reads one page of messages, oldest first, recalled ones included.
   *
   * @param scope whose
   * @param range which create times count
   * @param page which page
   */
  Listing<GroupMessage> messages(Scope scope, TimeRange range, Page page);

  /**
   * Reads one page of notices, newest first; deleted ones do not count.
   *
   * @param scope whose
   * @param range which create times count
   * @param page which page
   */
  Listing<GroupNotice> notices(Scope scope, TimeRange range, Page page);

  /**
   * Reads the messages next after a place, oldest first.
   *
   * @param scope whose
   * @param cursor after which message; null begins with the oldest
   * @param limit how many at most, 1 or greater
   */
  List<GroupMessage> messagesAfter(Scope scope, @Nullable Cursor cursor, int limit);

  /**
   * Reads the messages last before a place, oldest first.
   *
   * @param scope whose
   * @param cursor before which message; null ends with the newest
   * @param limit how many at most, 1 or greater
   */
  List<GroupMessage> messagesBefore(Scope scope, @Nullable Cursor cursor, int limit);

  /**
   * Reads the notices last before a place, newest first; deleted ones do not count.
   *
   * @param scope whose
   * @param cursor before which notice; null begins with the newest
   * @param limit how many at most, 1 or greater
   */
  List<GroupNotice> noticesBefore(Scope scope, @Nullable Cursor cursor, int limit);

  /**
   * Finds messages by their ids.
   *
   * @return each message that is there, recalled ones included
   */
  Map<Long, GroupMessage> messages(Collection<Long> messageIds);

  /**
   * Finds notices by their ids.
   *
   * @return each notice that is there, deleted ones included
   */
  Map<Long, GroupNotice> notices(Collection<Long> noticeIds);

  /**
   * Reads where groups stand.
   *
   * @return the head of each group that has events; a group without events is absent
   */
  Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys);

  /**
   * Reads the events of a group next after a number, in order. What was recalled or deleted later
   * is shown without its content already where it was created.
   *
   * @param afterSeq 0 or greater; events with a greater seq are returned
   * @param limit how many at most, 1 or greater
   */
  List<GroupEvent> eventsAfter(GroupKey key, long afterSeq, int limit);

  /**
   * Reads the events of a group last before a number, in order, as {@link #eventsAfter} does.
   *
   * @param beforeSeq events with a smaller seq are returned
   * @param limit how many at most, 1 or greater
   */
  List<GroupEvent> eventsBefore(GroupKey key, long beforeSeq, int limit);

  /**
   * Finds the groups in which a user has written or published, or to which the user was added; the
   * one with the latest message first.
   */
  List<UserGroup> groups(String appId, String userId);

  /**
   * Finds the groups of an app that come next after a group id, in the order of their ids' UTF-8
   * bytes; also those that have members but no event yet.
   *
   * @param appId the app
   * @param afterGroupId groups with greater ids are returned; empty begins with the first
   * @param limit how many at most, 1 or greater
   */
  List<GroupSummary> groupsAfter(String appId, String afterGroupId, int limit);

  /** Finds one group; null if nothing was ever stored about it. */
  @Nullable GroupSummary group(GroupKey key);

  /**
   * Finds the app that comes next after another one, in the order of their ids' UTF-8 bytes.
   *
   * @param appId an app's id, or empty for the first
   * @return an app with a group; null if there is none with a greater id
   */
  @Nullable String appAfter(String appId);

  /** Finds one group as a user sees it; null if the user is not a member of it. */
  @Nullable UserGroup group(GroupKey key, String userId);

  /**
   * Where a group stands.
   *
   * @param seq the number of its last event
   * @param lastTimeMs the time of its last event, milliseconds since 1970
   */
  record GroupHead(long seq, long lastTimeMs) {}

  /**
   * A place in a list of messages or notices: one of its entries, which may be gone by now. Then it
   * is between what is earlier and what is later than that was.
   *
   * @param timeMs when the entry was created, milliseconds since 1970
   * @param id the entry's id
   */
  record Cursor(long timeMs, long id) {}

  /**
   * A range of create times in milliseconds since 1970; empty when the start is not before the end.
   *
   * @param startMs the first that counts
   * @param endMs the first that no longer counts
   */
  record TimeRange(long startMs, long endMs) {}

  /**
   * Which page of a result.
   *
   * @param number from 0
   * @param size 1 to {@link dev.herald.core.event.GroupLimits#PAGE_SIZE_MAX}
   */
  record Page(long number, int size) {}

  /**
   * A page of a list.
   *
   * @param total how many match in all
   * @param entries those of this page; empty past the end
   */
  record Listing<T>(long total, List<T> entries) {}

  /**
   * A group.
   *
   * @param key the group
   * @param seq the number of its last event, 0 if there is none yet
   * @param prunedSeq the number of the last event that was pruned, 0 if none was
   * @param updateTimeMs when its last message was created, milliseconds since 1970; without
   *     messages the time of its last event, or 0
   * @param lastMessage its last message, or null
   * @param messageTotal how many messages it has, recalled ones included
   */
  record GroupSummary(
      GroupKey key,
      long seq,
      long prunedSeq,
      long updateTimeMs,
      @Nullable GroupMessage lastMessage,
      long messageTotal) {}

  /**
   * A group as one of its members sees it.
   *
   * @param key the group
   * @param seq the number of its last event, 0 if there is none yet
   * @param updateTimeMs when its last message was created, milliseconds since 1970; without
   *     messages the time of its last event, or 0
   * @param lastMessage its last message, or null
   * @param messageTotal how many messages it has, recalled ones included
   * @param readSeq the number up to which the user has read
   * @param unread how many messages, recalled ones included, came after what the user has read and
   *     after the user's own last message
   */
  record UserGroup(
      GroupKey key,
      long seq,
      long updateTimeMs,
      @Nullable GroupMessage lastMessage,
      long messageTotal,
      long readSeq,
      long unread) {}
}
