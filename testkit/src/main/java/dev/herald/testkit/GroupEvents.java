package dev.herald.testkit;

import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.event.Tombstone;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes group events for tests; each group's numbers and all ids go on by themselves, and each
 * event is a second later than the one made before it. Used by one thread at a time.
 */
public final class GroupEvents {
  private final Map<GroupKey, Long> heads = new HashMap<>();
  private long id;
  private long timeMs;

  /** Makes the next creation of a group. */
  public Created next(GroupKey key) {
    return next(key, timeMs + 1000);
  }

  /** Makes the next creation of a group at a time in milliseconds since 1970. */
  public Created next(GroupKey key, long atMs) {
    return next(key, "user", "content " + (head(key) + 1), atMs, null);
  }

  /** Makes the next creation of a group by a user, with the user's own message id or null. */
  public Created nextBy(GroupKey key, String userId, @Nullable String clientMessageId) {
    return next(key, userId, "content", timeMs + 1000, clientMessageId);
  }

  /** Makes the next creation of a group by a user, with this content. */
  public Created nextBy(
      GroupKey key, String userId, @Nullable String clientMessageId, String content) {
    return next(key, userId, content, timeMs + 1000, clientMessageId);
  }

  /** Makes the next creation of a group with this content. */
  public Created nextWith(GroupKey key, String content) {
    return next(key, "user", content, timeMs + 1000, null);
  }

  private Created next(
      GroupKey key, String userId, String content, long atMs, @Nullable String clientMessageId) {
    long seq = nextSeq(key);
    timeMs = atMs;
    GroupMessage message =
        new GroupMessage(++id, key, userId, content, atMs, null, (int) (seq % 3) - 1, seq);
    return new Created(message, clientMessageId);
  }

  /** Makes the recall of a message, by somebody for some reason. */
  public Recalled recall(Created created) {
    Tombstone tombstone = new Tombstone(timeMs += 1000, "cause", "moderator");
    return new Recalled(created.message().recalled(tombstone), nextSeq(created.key()));
  }

  /** Makes the next notice of a group by a user, with the user's own id or null. */
  public NoticePublished notice(GroupKey key, String userId, @Nullable String clientMessageId) {
    long seq = nextSeq(key);
    GroupNotice notice =
        new GroupNotice(
            ++id,
            key,
            userId,
            "title " + seq,
            "notice " + seq,
            seq % 2 == 0 ? null : "https://example.com/" + seq,
            timeMs += 1000,
            null,
            (int) (seq % 3) - 1,
            seq);
    return new NoticePublished(notice, clientMessageId);
  }

  /** Makes the deletion of a notice, by nobody who is known. */
  public NoticeDeleted delete(NoticePublished published) {
    Tombstone tombstone = new Tombstone(timeMs += 1000, null, null);
    return new NoticeDeleted(published.notice().deleted(tombstone), nextSeq(published.key()));
  }

  /** Returns the creation as the store shows it after the recall. */
  public static Created shown(Created created, Recalled recalled) {
    return new Created(recalled.message(), created.clientMessageId());
  }

  /** Returns the publication as the store shows it after the deletion. */
  public static NoticePublished shown(NoticePublished published, NoticeDeleted deleted) {
    return new NoticePublished(deleted.notice(), published.clientMessageId());
  }

  /** Returns the same event with another number. */
  public static Created renumbered(Created event, long seq) {
    GroupMessage m = event.message();
    return new Created(
        new GroupMessage(
            m.messageId(),
            m.key(),
            m.userId(),
            m.content(),
            m.createTimeMs(),
            m.recall(),
            m.type(),
            seq),
        event.clientMessageId());
  }

  /** Returns the same event whose message has another type, which may be null. */
  public static Created typed(Created event, @Nullable Integer type) {
    GroupMessage m = event.message();
    return new Created(
        new GroupMessage(
            m.messageId(),
            m.key(),
            m.userId(),
            m.content(),
            m.createTimeMs(),
            m.recall(),
            type,
            m.seq()),
        event.clientMessageId());
  }

  private long nextSeq(GroupKey key) {
    return heads.merge(key, 1L, Long::sum);
  }

  private long head(GroupKey key) {
    return heads.getOrDefault(key, 0L);
  }
}
