package dev.herald.core.store;

import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Keeps group events and answers queries about them.
 *
 * <p>One thread at a time appends; any number read, apart from the writer and without waiting for
 * it. A read sees what was appended before it began. Methods block on the disk or the network.
 * Every method throws {@link dev.herald.core.error.HeraldException} STORE_UNAVAILABLE when the
 * store cannot do its work now.
 */
public interface Store extends AutoCloseable {
  /**
   * Opens the store and brings its schema to this version's.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator
   */
  void start();

  /**
   * Stores changes, all or none; when it returns they are committed and synced.
   *
   * <p>From then on a recalled message has no content anywhere in the store, nor has a deleted
   * notice title, content or link.
   *
   * @param changes in order; each group's events go on from its head without a gap, and no event is
   *     earlier than one stored before, whatever its group
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE if nothing was stored, also
   *     when an event's number does not follow its group's head or its time goes back (the fence
   *     against a second writer), or what it recalls or deletes is not there
   */
  void append(List<? extends GroupChange> changes);

  /**
   * Reads where groups stand.
   *
   * @return the head of each group that has events; a group without events is absent
   */
  Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys);

  /**
   * Finds messages that were created under clients' own ids.
   *
   * @return the message of each id that was stored; others are absent
   */
  Map<ClientMessageKey, GroupMessage> messagesByClientId(Collection<ClientMessageKey> keys);

  /**
   * Finds notices that were published under clients' own ids; these ids are apart from those of
   * messages.
   *
   * @return the notice of each id that was stored; others are absent
   */
  Map<ClientMessageKey, GroupNotice> noticesByClientId(Collection<ClientMessageKey> keys);

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
   * Reads one page of a group's messages, oldest first (by seq), recalled ones included.
   *
   * @param key the group; an unknown one has no messages
   * @param range which create times count
   * @param page which page
   */
  MessagePage findByGroup(GroupKey key, TimeRange range, Page page);

  /**
   * Reads a group's events that come after a number, in order. What was recalled or deleted later
   * is shown without its content already where it was created.
   *
   * @param afterSeq 0 or greater; events with a greater seq are returned
   * @param limit how many at most, 1 or greater
   */
  List<GroupEvent> eventsAfter(GroupKey key, long afterSeq, int limit);

  /** Returns the greatest message or notice id stored, 0 if none. */
  long greatestId();

  /**
   * Returns the time of the latest event stored, milliseconds since 1970; {@link Long#MIN_VALUE} if
   * none.
   */
  long latestTimeMs();

  /**
   * Tells whether the store can write and read now; never throws, returns within a second or two.
   */
  boolean check();

  /** Closes what it opened; what was appended stays. */
  @Override
  void close();

  /**
   * Where a group stands.
   *
   * @param seq the number of its last event
   * @param lastTimeMs the time of its last event, milliseconds since 1970
   */
  record GroupHead(long seq, long lastTimeMs) {}

  /** A client's own id of a message or notice: unique per app and user. */
  record ClientMessageKey(String appId, String userId, String clientMessageId) {}

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
   * A page of messages.
   *
   * @param total how many match in all
   * @param messages those of this page; empty past the end
   */
  record MessagePage(long total, List<GroupMessage> messages) {}
}
