package dev.herald.core.event;

import org.jspecify.annotations.Nullable;

/**
 * A message of a group as history keeps it. Immutable.
 *
 * @param messageId the server's 64-bit, time-ordered id, greater than 0
 * @param key the app and group it belongs to
 * @param userId who wrote it
 * @param content what was said, verbatim; empty once recalled
 * @param createTimeMs when it was created, milliseconds since 1970; never less than its
 *     predecessor's in the group
 * @param recall who withdrew it, when and why, or null while it stands
 * @param type the application's own integer, or null
 * @param seq the number of its creation in the group's sequence of events, from 1
 */
public record GroupMessage(
    long messageId,
    GroupKey key,
    String userId,
    String content,
    long createTimeMs,
    @Nullable Tombstone recall,
    @Nullable Integer type,
    long seq) {

  /** Returns the message as it is once it is recalled: without its content. */
  public GroupMessage recalled(Tombstone tombstone) {
    return new GroupMessage(messageId, key, userId, "", createTimeMs, tombstone, type, seq);
  }
}
