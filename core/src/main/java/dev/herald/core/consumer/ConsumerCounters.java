package dev.herald.core.consumer;

import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.core.route.NotConsumed.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What the consumer groups of all apps count. Thread-safe. */
public final class ConsumerCounters {
  final AtomicLong groups = new AtomicLong();
  final AtomicLong members = new AtomicLong();
  final AtomicLong stalled = new AtomicLong();
  final AtomicLong waitingBytes = new AtomicLong();
  final Counter dispatched;
  final Counter consumed;
  final Counter deadLetters;
  final Counter late;
  final Counter groupsMax;
  private final Map<Reason, Counter> redelivered = new EnumMap<>(Reason.class);
  private final Map<Reason, Counter> dropped = new EnumMap<>(Reason.class);

  /**
   * Registers them.
   *
   * @param metrics the server's
   */
  public ConsumerCounters(Metrics metrics) {
    metrics.gauge("herald_consumer_groups", "Consumer groups with a member.", groups::get);
    metrics.gauge("herald_consumer_members", "Members of consumer groups.", members::get);
    metrics.gauge(
        "herald_consumer_members_stalled",
        "Members of consumer groups that acknowledge nothing and get nothing.",
        stalled::get);
    metrics.gauge(
        "herald_consumer_waiting_bytes",
        "Bytes of messages that wait in consumer groups for a member to be free.",
        waitingBytes::get);
    dispatched =
        metrics.counter(
            "herald_consumer_messages_dispatched_total",
            "Messages given to a member of a consumer group, each time one was.");
    consumed =
        metrics.counter(
            "herald_consumer_messages_consumed_total",
            "Messages of QoS 1 and 2 that a member of a consumer group acknowledged, once for each"
                + " group.");
    deadLetters =
        metrics.counter(
            "herald_consumer_dead_letters_total",
            "Messages that no member of a consumer group consumed, published as dead letters.");
    late =
        metrics.counter(
            "herald_consumer_late_acknowledgements_total",
            "Acknowledgements of messages that were taken from the member before.");
    groupsMax =
        metrics.counter(
            "herald_consumer_limits_total",
            "limit",
            "groupsMax",
            "How often a limit of consumer groups was met, by the name of its setting.");
    for (Reason reason : Reason.values()) {
      if (reason == Reason.LEFT || reason == Reason.REFUSED || reason == Reason.TIMED_OUT) {
        redelivered.put(reason, redelivered(metrics, reason));
      }
      dropped.put(reason, dropped(metrics, reason));
    }
  }

  private static Counter redelivered(Metrics metrics, Reason reason) {
    return metrics.counter(
        "herald_consumer_messages_redelivered_total",
        "reason",
        reason.label(),
        "Messages that were taken from a member of a consumer group for another one to get.");
  }

  private static Counter dropped(Metrics metrics, Reason reason) {
    return metrics.counter(
        "herald_consumer_messages_dropped_total",
        "reason",
        reason.label(),
        "Messages that a consumer group took and no member consumed. Publishers of QoS 1 and 2 that"
            + " await it are refused.");
  }

  /** Returns what counts messages that another member is to get for a reason. */
  Counter redelivered(Reason reason) {
    return Objects.requireNonNull(redelivered.get(reason));
  }

  /** Returns what counts messages that nobody consumed for a reason. */
  Counter dropped(Reason reason) {
    return Objects.requireNonNull(dropped.get(reason));
  }
}
