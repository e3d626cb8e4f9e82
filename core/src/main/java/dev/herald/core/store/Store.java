package dev.herald.core.store;

import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Keeps what happens in groups, and answers questions about it.
 *
 * <p>One thread at a time appends; any number read, apart from the writer and without waiting for
 * it. A read sees what was appended before it began. Methods block on the disk or the network.
 * Every method throws {@link dev.herald.core.error.HeraldException} STORE_UNAVAILABLE when the
 * store cannot do its work now.
 */
public interface Store extends History, AutoCloseable {
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
   *     earlier than one stored before, whatever its group. What a user has read never goes back: a
   *     lesser number only makes sure that the user is a member. Pruning removes the group's events
   *     up to a number, with their messages; its numbers go on, and pruning what is not there
   *     changes nothing. A recall that stays still shows its message's tombstone
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE if nothing was stored, also
   *     when an event's number does not follow its group's head or its time goes back (the fence
   *     against a second writer), or what it recalls or deletes is not there
   */
  void append(List<? extends GroupChange> changes);

  /**
   * Finds messages that were created under clients' own ids. An id is free again when its message
   * was pruned.
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

  /** Returns the greatest message or notice id ever stored, pruned ones included; 0 if none. */
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

  /** A client's own id of a message or notice: unique per app and user. */
  record ClientMessageKey(String appId, String userId, String clientMessageId) {}
}
