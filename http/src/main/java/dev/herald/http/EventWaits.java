package dev.herald.http;

import dev.herald.core.app.App;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupTopics;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that wait for a group's next event; no thread waits with them.
 *
 * <p>A wait is a subscriber of the group's topic. Events are stored before they are shown, so who
 * subscribes first, then reads the store, and reads it again once something is shown, misses
 * nothing. Thread-safe.
 */
final class EventWaits {
  private static final Logger LOG = LoggerFactory.getLogger(EventWaits.class);

  private final Hub hub;
  private final Lane lane;
  private final int countMax;
  private final Counter refused;
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /**
   * Makes an empty set of waits.
   *
   * @param hub the parts of the core it works with
   * @param lane owns the subscriptions
   * @param countMax how many may wait
   */
  EventWaits(Hub hub, Lane lane, int countMax) {
    this.hub = hub;
    this.lane = lane;
    this.countMax = countMax;
    hub.metrics()
        .gauge("herald_http_event_waits", "Requests that wait for a group's event.", waits::size);
    this.refused =
        hub.metrics()
            .counter(
                "herald_http_event_waits_refused_total",
                "Requests refused because too many wait for a group's event.");
  }

  /**
   * Waits for an event of a group.
   *
   * @param key the group
   * @param afterSeq events with a greater number count
   * @param atMost how long to wait
   * @return the wait
   * @throws HeraldException QUOTA_EXCEEDED if too many wait
   */
  Wait begin(GroupKey key, long afterSeq, Duration atMost) {
    if (waits.size() >= countMax) {
      refused.increment();
      throw new HeraldException(
          ErrorCode.QUOTA_EXCEEDED,
          countMax + " requests wait for events, the limit of this server");
    }
    Wait wait = new Wait(hub.apps().get(key.appId()), key, afterSeq);
    waits.add(wait);
    if (stopping) {
      wait.end();
    }
    wait.begin();
    wait.shown.completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS);
    return wait;
  }

  /** Ends every wait, and those that begin later at once. */
  void stop() {
    stopping = true;
    waits.forEach(Wait::end);
  }

  /** One request that waits. */
  final class Wait extends Subscriber {
    private final App app;
    private final long afterSeq;
    private final Subscription subscription;
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private final CompletableFuture<Void> shown = new CompletableFuture<>();

    Wait(App app, GroupKey key, long afterSeq) {
      super(lane);
      this.app = app;
      this.afterSeq = afterSeq;
      this.subscription = new Subscription(this, GroupTopics.topicOf(key.groupId()), 0, 0);
    }

    /** Completes when every event that is not stored yet will end the wait. */
    CompletableFuture<Void> subscribed() {
      return subscribed;
    }

    /** Completes when the wait ends: an event was shown, the time is up, or it was ended. */
    CompletableFuture<Void> shown() {
      return shown;
    }

    /** Ends the wait. From any thread, any number of times. */
    void end() {
      shown.complete(null);
    }

    private void begin() {
      onLane(() -> {
        app.topics().add(subscription);
        subscribed.complete(null);
      });
      var _ = shown.thenRun(this::leave);
    }

    private void leave() {
      waits.remove(this);
      onLane(() -> app.topics().remove(subscription));
    }

    private void onLane(Runnable task) {
      try {
        lane.execute(task);
      } catch (RejectedExecutionException stopped) {
        LOG.debug("http.wait_lane_ended filter={}", subscription.filter());
        subscribed.complete(null);
        shown.complete(null);
      }
    }

    @Override
    protected void deliver(Message message, Subscription matched) {
      if (message.origin() instanceof GroupEvent event && event.seq() > afterSeq) {
        end();
      }
    }

    @Override
    protected void deliver(Message message, List<Subscription> matched) {
      deliver(message, subscription);
    }
  }
}
