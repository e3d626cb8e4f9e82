package dev.herald.core.app;

import dev.herald.core.route.Message;
import dev.herald.core.topic.Topics;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last retained message of each topic of one app, in memory, bounded in count and bytes.
 * Thread-safe.
 *
 * <p>Topics are kept in order, so that a filter reads only those that share the levels before its
 * first wildcard.
 */
public final class RetainedMessages {
  private final ConcurrentNavigableMap<String, Message> byTopic = new ConcurrentSkipListMap<>();
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final long countMax;
  private final long bytesMax;
  private final Consumer<String> changed;

  /**
   * Makes an empty store.
   *
   * @param countMax how many topics may have a retained message
   * @param bytesMax how many bytes they may take together
   * @param changed is told each topic whose retained message is not what it was, from any thread
   */
  public RetainedMessages(long countMax, long bytesMax, Consumer<String> changed) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
    this.changed = changed;
  }

  /**
   * Retains a message in place of the topic's last one; one without payload removes it instead
   * [MQTT-3.3.1-6].
   *
   * @return false when a bound was reached, so that the topic keeps what it had
   */
  public boolean retain(Message message) {
    boolean done = load(message);
    if (done) {
      changed.accept(message.topic());
    }
    return done;
  }

  /** Retains a message as {@link #retain} does, but tells nobody: it is where it was before. */
  public boolean load(Message message) {
    Replacement replacement = new Replacement(message);
    byTopic.compute(message.topic(), (topic, last) -> replacement.of(last));
    return replacement.done;
  }

  /** Returns what is retained for a topic, also if it has expired; null for nothing. */
  public @Nullable Message get(String topic) {
    return byTopic.get(topic);
  }

  /**
   * Gives every retained message whose topic a valid filter matches, in the order of the topics.
   * Expired ones are not given but removed.
   *
   * @param nowMs the time, milliseconds since 1970
   */
  public void forEachMatch(String filter, long nowMs, Consumer<Message> each) {
    if (!Topics.hasWildcard(filter)) {
      Message message = byTopic.get(filter);
      if (message != null && isLive(message, nowMs)) {
        each.accept(message);
      }
      return;
    }
    String prefix = literalPrefix(filter);
    for (Message message : byTopic.tailMap(prefix, true).values()) {
      if (!message.topic().startsWith(prefix)) {
        return;
      }
      if (Topics.matches(filter, message.topic()) && isLive(message, nowMs)) {
        each.accept(message);
      }
    }
  }

  /**
   * Removes the messages that have expired, which else keep their place until their topic is asked
   * for. Reads every message.
   *
   * @param nowMs the time, milliseconds since 1970
   */
  public void removeExpired(long nowMs) {
    byTopic.values().forEach(message -> isLive(message, nowMs));
  }

  /** Returns whether a message has not expired; removes it if it has. */
  private boolean isLive(Message message, long nowMs) {
    if (message.expiresAtMs() > nowMs) {
      return true;
    }
    if (byTopic.remove(message.topic(), message)) {
      count.decrementAndGet();
      bytes.addAndGet(-message.weight());
      changed.accept(message.topic());
    }
    return false;
  }

  /** Returns whether as many topics have a retained message as may have one. */
  public boolean isFull() {
    return count.get() >= countMax;
  }

  /** Returns how many topics have a retained message. */
  public long size() {
    return count.get();
  }

  /**
   * Puts a message in the place of a topic's last one, if the bounds allow. The map may try it more
   * than once.
   */
  private final class Replacement {
    private final Message message;
    private boolean done;
    private long countedBytes;
    private int counted;

    Replacement(Message message) {
      this.message = message;
    }

    @Nullable Message of(@Nullable Message last) {
      bytes.addAndGet(-countedBytes);
      count.addAndGet(-counted);
      boolean removes = message.payload().length == 0;
      counted = (removes ? 0 : 1) - (last == null ? 0 : 1);
      countedBytes = (removes ? 0L : message.weight()) - (last == null ? 0 : last.weight());
      // taken before it is checked, so that two threads never share the last place
      long total = count.addAndGet(counted);
      long totalBytes = bytes.addAndGet(countedBytes);
      done = (counted <= 0 || total <= countMax) && (countedBytes <= 0 || totalBytes <= bytesMax);
      if (!done) {
        bytes.addAndGet(-countedBytes);
        count.addAndGet(-counted);
        counted = 0;
        countedBytes = 0;
        return last;
      }
      return removes ? null : message;
    }
  }

  /**
   * The characters every match starts with: "a/b/" of "a/b/+"; "a" of "a/#", which matches "a" as
   * well.
   */
  private static String literalPrefix(String filter) {
    int wildcard = 0;
    while (filter.charAt(wildcard) != '+' && filter.charAt(wildcard) != '#') {
      wildcard++;
    }
    boolean parentMatches = wildcard > 0 && filter.charAt(wildcard) == '#';
    return filter.substring(0, parentMatches ? wildcard - 1 : wildcard);
  }
}
