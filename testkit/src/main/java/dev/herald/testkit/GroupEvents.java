package dev.herald.testkit;

import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes group events for tests; each group's numbers and all message ids go on by themselves. Used
 * by one thread at a time.
 */
public final class GroupEvents {
  private final Map<GroupKey, Long> heads = new HashMap<>();
  private long messageId;

  /** Makes the next creation of a group, at a time that is 1000 times its number. */
  public Created next(GroupKey key) {
    return next(key, 1000 * (head(key) + 1));
  }

  /** Makes the next creation of a group at a time in milliseconds since 1970. */
  public Created next(GroupKey key, long timeMs) {
    return next(key, "user", "content " + (head(key) + 1), timeMs, null);
  }

  /** Makes the next creation of a group by a user, with the user's own message id. */
  public Created nextBy(GroupKey key, String userId, String clientMessageId) {
    return next(key, userId, "content", 1000 * (head(key) + 1), clientMessageId);
  }

  /** Makes the next creation of a group with this content. */
  public Created nextWith(GroupKey key, String content) {
    return next(key, "user", content, 1000 * (head(key) + 1), null);
  }

  private Created next(
      GroupKey key, String userId, String content, long timeMs, @Nullable String clientMessageId) {
    long seq = heads.merge(key, 1L, Long::sum);
    GroupMessage message =
        new GroupMessage(++messageId, key, userId, content, timeMs, null, (int) (seq % 3) - 1, seq);
    return new Created(message, clientMessageId);
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

  private long head(GroupKey key) {
    return heads.getOrDefault(key, 0L);
  }
}
