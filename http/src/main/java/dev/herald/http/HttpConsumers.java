package dev.herald.http;

import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.core.route.Lane;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;

/**
 * The members of consumer groups that take their messages over HTTP, by their ids. They live on one
 * lane. Thread-safe.
 */
final class HttpConsumers {
  private static final int ID_BYTES = 16;

  private final SecureRandom random = new SecureRandom();
  private final Map<String, HttpConsumer> byId = new ConcurrentHashMap<>();

  /** How many each app has. */
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  private final Hub hub;
  private final HttpConsumerSettings settings;
  private final Lane lane;
  private final InstantSource clock;
  private final Counter refused;
  private final Counter dropped;
  private final Map<Ending, Counter> ended = new EnumMap<>(Ending.class);
  private volatile boolean stopping;

  /**
   * Makes none.
   *
   * @param hub the parts of the core it works with
   * @param settings the bounds
   * @param lane owns the consumers
   * @param clock the time of expiries
   */
  HttpConsumers(Hub hub, HttpConsumerSettings settings, Lane lane, InstantSource clock) {
    this.hub = hub;
    this.settings = settings;
    this.lane = lane;
    this.clock = clock;
    hub.metrics()
        .gauge(
            "herald_http_consumers",
            "Members of consumer groups that take their messages over HTTP.",
            byId::size);
    this.refused =
        hub.metrics()
            .counter(
                "herald_http_consumers_refused_total",
                "Consumers refused because their app has as many over HTTP as it may have.");
    this.dropped =
        hub.metrics()
            .counter(
                "herald_http_consumer_messages_dropped_total",
                "Messages of QoS 0 dropped because too much waits for a consumer over HTTP, because"
                    + " they expired there, or because it left.");
    for (Ending why : Ending.values()) {
      ended.put(
          why,
          hub.metrics()
              .counter(
                  "herald_http_consumers_ended_total",
                  "reason",
                  why.name().toLowerCase(Locale.ROOT),
                  "Consumers over HTTP that left their group, by reason."));
    }
  }

  /** What bounds them. */
  HttpConsumerSettings settings() {
    return settings;
  }

  /** The time of expiries. */
  InstantSource clock() {
    return clock;
  }

  /** The lane that owns them. */
  Lane lane() {
    return lane;
  }

  /** Counts messages of QoS 0 that nobody reads. */
  Counter dropped() {
    return dropped;
  }

  /**
   * Has a new consumer join a group.
   *
   * @param appId comes to be if it is not known
   * @param clientId what it is called in the group's list of members
   * @param inflightMax how many messages it may have unanswered, 1 or more
   * @return completes on the lane, when the group counts it as a member; or with QUOTA_EXCEEDED if
   *     the app may have no further group
   * @throws HeraldException QUOTA_EXCEEDED at {@link HttpConsumerSettings#countMax}, or what keeps
   *     the app from being
   */
  CompletableFuture<HttpConsumer> join(
      String appId, SharedFilter filter, String clientId, int inflightMax) {
    byte[] secret = new byte[ID_BYTES];
    random.nextBytes(secret);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    HttpConsumer consumer =
        new HttpConsumer(this, hub.apps().get(appId), filter, id, clientId, inflightMax);
    counts.merge(
        appId,
        1,
        (present, one) -> {
          if (present >= settings.countMax()) {
            refused.increment();
            throw new HeraldException(
                ErrorCode.QUOTA_EXCEEDED,
                "the app has " + settings.countMax() + " consumers over HTTP, the limit");
          }
          return present + one;
        });
    byId.put(id, consumer);
    return onLane(
            () -> {
              try {
                consumer.join();
              } catch (HeraldException full) {
                forget(consumer);
                throw full;
              }
              if (stopping) {
                consumer.leave(Ending.SHUTDOWN);
              }
            })
        .thenApply(joined -> consumer);
  }

  /**
   * Returns a consumer.
   *
   * @param filter the whole filter that names its group
   * @throws HeraldException NOT_FOUND if the group has none of that id, or none any more
   */
  HttpConsumer get(String appId, String filter, String id) {
    HttpConsumer consumer = byId.get(id);
    if (consumer == null || !consumer.isIn(appId, filter)) {
      throw Ending.notFound();
    }
    return consumer;
  }

  /**
   * Has the lane do something.
   *
   * @return completes on the lane when it is done, or with what it threw
   */
  CompletableFuture<Void> onLane(Runnable work) {
    try {
      return CompletableFuture.runAsync(work, lane::execute);
    } catch (RejectedExecutionException ended) {
      return CompletableFuture.failedFuture(
          new HeraldException(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.text(), ended));
    }
  }

  /** Notes that a consumer left. On the lane. */
  void left(HttpConsumer consumer, Ending why) {
    forget(consumer);
    Counter counter = ended.get(why);
    if (counter != null) {
      counter.increment();
    }
  }

  private void forget(HttpConsumer consumer) {
    byId.remove(consumer.id());
    counts.computeIfPresent(consumer.appId(), (app, count) -> count == 1 ? null : count - 1);
  }

  /** A second has passed: looks after leases and streams. To be called once a second. */
  void sweep() {
    if (!byId.isEmpty()) {
      lane.run(() -> byId.values().forEach(HttpConsumer::tick));
    }
  }

  /** Has every consumer leave, and those that come later at once. */
  void stop() {
    stopping = true;
    lane.run(() -> byId.values().forEach(consumer -> consumer.leave(Ending.SHUTDOWN)));
  }

  /** Why a consumer left its group. */
  enum Ending {
    /** It asked to. */
    LEFT,
    /** It made no request for as long as its lease. */
    LEASE,
    /** The connection of its stream ended. */
    CONNECTION,
    /** Its stream took nothing for as long as a lease. */
    SLOW,
    /** The server stops. */
    SHUTDOWN;

    /** Returns what a request for a consumer that is not there is told. */
    static HeraldException notFound() {
      return new HeraldException(
          ErrorCode.NOT_FOUND, "the group has no such consumer, or it has left");
    }

    /** Returns what a request that waits is told when its consumer leaves. */
    HeraldException refusal() {
      return this == SHUTDOWN
          ? new HeraldException(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.text())
          : notFound();
    }
  }
}
