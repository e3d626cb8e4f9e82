package dev.herald.core.consumer;

import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import java.util.concurrent.atomic.AtomicLong;

/** What the consumer groups of all apps count. Thread-safe. */
public final class ConsumerCounters {
  final AtomicLong groups = new AtomicLong();
  final AtomicLong members = new AtomicLong();
  final AtomicLong waitingBytes = new AtomicLong();
  final Counter dispatched;

  /** Messages that a member left with, or was left with, and another one is to get. */
  final Counter redelivered;

  /** Messages for a group that holds as much as it may. */
  final Counter droppedFull;

  /** Messages that a member answered with a reason code of 0x80 or greater. */
  final Counter droppedRefused;

  /** Messages that a group held when its last member left. */
  final Counter droppedNoMember;

  /**
   * Registers them.
   *
   * @param metrics the server's
   */
  public ConsumerCounters(Metrics metrics) {
    metrics.gauge("herald_consumer_groups", "Consumer groups with a live member.", groups::get);
    metrics.gauge("herald_consumer_members", "Live members of consumer groups.", members::get);
    metrics.gauge(
        "herald_consumer_waiting_bytes",
        "Bytes of messages that wait in consumer groups for a member to be free.",
        waitingBytes::get);
    dispatched =
        metrics.counter(
            "herald_consumer_messages_dispatched_total",
            "Messages given to a member of a consumer group, each time one was.");
    redelivered =
        metrics.counter(
            "herald_consumer_messages_redelivered_total",
            "Messages that a member left without acknowledging and another member is to get.");
    droppedFull = dropped(metrics, "group_full");
    droppedRefused = dropped(metrics, "refused_by_member");
    droppedNoMember = dropped(metrics, "no_member");
  }

  private static Counter dropped(Metrics metrics, String reason) {
    return metrics.counter(
        "herald_consumer_messages_dropped_total",
        "reason",
        reason,
        "Messages that a consumer group took and no member consumed.");
  }
}
