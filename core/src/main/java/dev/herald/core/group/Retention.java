package dev.herald.core.group;

import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand.Prune;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.journal.Journal;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.History;
import dev.herald.core.store.History.GroupSummary;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Removes the oldest events of groups when they are kept no longer.
 *
 * <p>Once a minute it goes through all groups on a thread of its own. Where the oldest events have
 * had their time, it appends a command to the journal, as everybody who writes does, and goes on
 * when that is stored. A command removes {@value #STEP_EVENTS_MAX} events at most, so it takes no
 * longer than a batch of messages does, and senders wait for no more than that.
 *
 * <p>Events leave a group in their order. What must not go yet therefore holds back what came after
 * it: a message or notice with a client's own id, which a retry within {@link #RETRIES} must find.
 */
public final class Retention implements AutoCloseable {
  /** How many events one command removes at most. */
  static final int STEP_EVENTS_MAX = 64;

  /** How long after the first try a retry finds what that made. */
  static final Duration RETRIES = Duration.ofHours(24);

  private static final Logger LOG = System.getLogger(Retention.class.getName());
  private static final int GROUPS_AT_A_TIME = 64;
  private static final int PAUSE_SECONDS = 60;

  private final History history;
  private final Journal journal;
  private final InstantSource clock;
  private final RetentionSettings settings;
  private final Metrics.Counter events;
  private final Metrics.Counter failures;
  private volatile boolean closed;
  private @Nullable ScheduledExecutorService sweeper;

  /**
   * Makes a retention that is not started.
   *
   * @param history says what is there
   * @param journal takes the commands that remove
   * @param clock the time
   * @param settings what is kept
   * @param metrics where it counts
   */
  public Retention(
      History history,
      Journal journal,
      InstantSource clock,
      RetentionSettings settings,
      Metrics metrics) {
    this.history = history;
    this.journal = journal;
    this.clock = clock;
    this.settings = settings;
    this.events =
        metrics.counter(
            "herald_retention_events_total", "Group events removed because their time was over.");
    this.failures =
        metrics.counter(
            "herald_retention_failures_total",
            "Searches for old group events that were given up until the next one.");
  }

  /** Begins to go through the groups, once a minute, if anything is ever removed. */
  public synchronized void start() {
    if (settings.isOn() && !closed) {
      sweeper =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("herald-retention").factory());
      var _ =
          sweeper.scheduleWithFixedDelay(
              this::sweepSafely, PAUSE_SECONDS, PAUSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /**
   * Goes through all groups once and returns when what had its time is removed. By one thread at a
   * time; it blocks on the store and the journal.
   *
   * @throws HeraldException STORE_UNAVAILABLE, JOURNAL_FULL or SHUTTING_DOWN
   */
  public void sweep() {
    if (!settings.isOn()) {
      return;
    }
    String appId = history.appAfter("");
    while (appId != null && !closed) {
      sweep(appId);
      appId = history.appAfter(appId);
    }
  }

  private void sweep(String appId) {
    Kept kept = new Kept(settings.ageMax().of(appId), settings.eventsMax().of(appId));
    if (kept.all()) {
      return;
    }
    String groupId = "";
    List<GroupSummary> groups;
    do {
      groups = history.groupsAfter(appId, groupId, GROUPS_AT_A_TIME);
      for (GroupSummary group : groups) {
        prune(group, kept);
        groupId = group.key().groupId();
      }
    } while (groups.size() == GROUPS_AT_A_TIME && !closed);
  }

  private void prune(GroupSummary group, Kept kept) {
    long prunedSeq = group.prunedSeq();
    if (kept.ageMax.isZero() && group.seq() - prunedSeq <= kept.eventsMax) {
      return;
    }
    int limit = 1; // most groups have nothing to remove, as their oldest event tells
    while (prunedSeq < group.seq() && !closed) {
      List<GroupEvent> oldest = history.eventsAfter(group.key(), prunedSeq, limit);
      long upTo = lastToGo(oldest, group, prunedSeq, kept);
      if (upTo == prunedSeq) {
        return;
      }
      if (limit == STEP_EVENTS_MAX) {
        remove(new Prune(group.key(), upTo));
        events.add(upTo - prunedSeq);
        prunedSeq = upTo;
      }
      limit = STEP_EVENTS_MAX;
    }
  }

  /** Returns the number of the last of a group's oldest events that goes. */
  private long lastToGo(List<GroupEvent> oldest, GroupSummary group, long prunedSeq, Kept kept) {
    long nowMs = clock.millis();
    long tooOldBefore = kept.ageMax.isZero() ? Long.MIN_VALUE : nowMs - kept.ageMax.toMillis();
    long tooManyUpTo = kept.eventsMax == 0 ? 0 : group.seq() - kept.eventsMax;
    long upTo = prunedSeq;
    for (GroupEvent event : oldest) {
      boolean over = event.timeMs() < tooOldBefore || event.seq() <= tooManyUpTo;
      if (!over || mayBeRetried(event, nowMs - RETRIES.toMillis())) {
        break;
      }
      upTo = event.seq();
    }
    return upTo;
  }

  /** Returns whether the event's removal would remove what a retry must find. */
  private static boolean mayBeRetried(GroupEvent event, long firstTriedAfterMs) {
    return switch (event) {
      case Created created ->
          created.clientMessageId() != null && created.timeMs() >= firstTriedAfterMs;
      case NoticeDeleted deleted -> deleted.notice().createTimeMs() >= firstTriedAfterMs;
      case NoticePublished _, Recalled _ -> false; // what they are about stays
    };
  }

  private void remove(Prune command) {
    try {
      var _ = journal.append(command).toCompletableFuture().join();
    } catch (CompletionException refused) {
      throw HeraldException.of(refused);
    }
  }

  private void sweepSafely() {
    try {
      sweep();
    } catch (RuntimeException failure) {
      if (closed) {
        return; // the journal and the store end with the server
      }
      HeraldException why = HeraldException.of(failure);
      failures.increment();
      LOG.log(Level.WARNING, "retention.given_up code=" + why.code(), failure);
    }
  }

  /** Removes nothing more; what is under way may still be removed. */
  @Override
  public synchronized void close() {
    closed = true;
    if (sweeper != null) {
      sweeper.shutdown();
    }
  }

  /**
   * What an app keeps.
   *
   * @param ageMax how long; zero for ever
   * @param eventsMax how many events of a group; 0 for all
   */
  private record Kept(Duration ageMax, long eventsMax) {
    boolean all() {
      return ageMax.isZero() && eventsMax == 0;
    }
  }
}
