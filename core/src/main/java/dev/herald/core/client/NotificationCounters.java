package dev.herald.core.client;

import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What notifications count. Thread-safe. */
public final class NotificationCounters {
  private final Map<Limit, Counter> limits = new EnumMap<>(Limit.class);

  /** Notifications that were handed to the bus. */
  public final Counter sent;

  /** Clients that were handed a notification. */
  final Counter delivered;

  /** Clients that were matched and could not be handed it, as they do not read fast enough. */
  final Counter missed;

  /**
   * Registers the counters.
   *
   * @param metrics where they are found
   */
  public NotificationCounters(Metrics metrics) {
    sent = metrics.counter("herald_notifications_total", "Notifications that were sent.");
    delivered =
        metrics.counter(
            "herald_notifications_delivered_total", "Clients that were handed a notification.");
    missed =
        metrics.counter(
            "herald_notifications_missed_total",
            "Clients that were matched by a notification but did not read fast enough.");
    for (Limit limit : Limit.values()) {
      limits.put(
          limit,
          metrics.counter(
              "herald_notification_limits_total",
              "limit",
              limit.setting,
              "How often a limit of notifications was met, by the name of its setting."));
    }
  }

  /** Counts that a limit was met. */
  public void met(Limit limit) {
    Objects.requireNonNull(limits.get(limit)).increment();
  }

  /** The limits, each with the name of its setting in the section {@code notifications}. */
  public enum Limit {
    /** Tags of a client. */
    TAGS("tagsMax"),
    /** The length of a tag. */
    TAG_CHARACTERS("tagCharactersMax"),
    /** Names of a notification's targets. */
    TARGETS("targetsMax"),
    /** The size of a notification's content. */
    CONTENT("contentBytesMax"),
    /** The time a notification may wait. */
    TTL("ttlMax"),
    /** Notifications that wait. */
    PENDING("pendingMax"),
    /** Bytes of notifications that wait. */
    PENDING_BYTES("pendingBytesMax");

    private final String setting;

    Limit(String setting) {
      this.setting = setting;
    }
  }
}
