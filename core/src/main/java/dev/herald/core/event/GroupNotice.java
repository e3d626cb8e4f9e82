package dev.herald.core.event;

import org.jspecify.annotations.Nullable;

/**
 * A notice of a group as history keeps it. Immutable.
 *
 * @param noticeId the server's 64-bit, time-ordered id, greater than 0; the contract's {@code
 *     informationId}
 * @param key the app and group it belongs to
 * @param userId who published it
 * @param title its title, verbatim; empty once deleted
 * @param content its text, verbatim; empty once deleted
 * @param jumpUrl where it leads, or null; null once deleted
 * @param createTimeMs when it was published, milliseconds since 1970
 * @param deletion who deleted it and when, or null while it stands
 * @param type the application's own integer
 * @param seq the number of its publication in the group's sequence of events, from 1
 */
public record GroupNotice(
    long noticeId,
    GroupKey key,
    String userId,
    String title,
    String content,
    @Nullable String jumpUrl,
    long createTimeMs,
    @Nullable Tombstone deletion,
    int type,
    long seq) {

  /** Returns the notice as it is once it is deleted: without title, content and link. */
  public GroupNotice deleted(Tombstone tombstone) {
    return new GroupNotice(noticeId, key, userId, "", "", null, createTimeMs, tombstone, type, seq);
  }
}
