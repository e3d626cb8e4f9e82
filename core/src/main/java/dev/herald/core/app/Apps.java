package dev.herald.core.app;

import dev.herald.core.client.Clients;
import dev.herald.core.consumer.ConsumerCounters;
import dev.herald.core.consumer.ConsumerGroups;
import dev.herald.core.consumer.ConsumerSettings;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The apps of this node. While no credentials are configured an app comes to be when it is first
 * named, up to a bound. Thread-safe.
 */
public final class Apps {
  /** How many apps a node without credentials makes; one more is refused with QUOTA_EXCEEDED. */
  public static final int APPS_MAX = 10_000;

  private final Map<String, App> apps = new ConcurrentHashMap<>();
  private final Router router;
  private final Limits limits;
  private final ConsumerCounters consumers;
  private final Clients.Shared clients;
  private volatile BiConsumer<String, String> retainedChanged = (appId, topic) -> {};

  /**
   * Makes an empty set of apps.
   *
   * @param router brings messages to subscribers
   * @param limits the bounds of each app
   * @param metrics where it counts
   * @param clients what the clients of all apps share
   */
  public Apps(Router router, Limits limits, Metrics metrics, Clients.Shared clients) {
    this.router = router;
    this.limits = limits;
    this.consumers = new ConsumerCounters(metrics);
    this.clients = clients;
    metrics.gauge("herald_apps", "Apps known to this node.", apps::size);
    metrics.gauge(
        "herald_subscriptions",
        "Subscriptions of MQTT clients and gateways; those of a consumer group are one.",
        () -> sum(apps.values(), app -> app.topics().size()));
    metrics.gauge(
        "herald_retained_messages",
        "Topics that have a retained message.",
        () -> sum(apps.values(), app -> app.retained().size()));
    metrics.gauge(
        "herald_notifications_pending",
        "Notifications that wait for clients that connect later.",
        () -> sum(apps.values(), app -> app.clients().pendingCount()));
    metrics.gauge(
        "herald_notifications_pending_bytes",
        "What the notifications take that wait.",
        () -> sum(apps.values(), app -> app.clients().pendingBytes()));
  }

  /**
   * Returns an app, which comes to be if it was not known.
   *
   * @param appId 1 to 127 characters
   * @throws HeraldException FIELD_INVALID for an id that is none, QUOTA_EXCEEDED at {@link
   *     #APPS_MAX}
   */
  public App get(String appId) {
    App present = apps.get(appId);
    if (present != null) {
      return present;
    }
    GroupLimits.checkId("appId", appId);
    return getOrMake(appId);
  }

  /** Returns an app if it is known, else null. */
  public @Nullable App find(String appId) {
    return apps.get(appId);
  }

  /** Returns the apps known now; a live view. */
  public Collection<App> all() {
    return Collections.unmodifiableCollection(apps.values());
  }

  /**
   * Has every change of a retained message told, from now on.
   *
   * @param changed takes app and topic; called from any thread, must not block
   */
  public void watchRetained(BiConsumer<String, String> changed) {
    retainedChanged = changed;
  }

  /** Returns what the clients of all apps share. */
  public Clients.Shared clients() {
    return clients;
  }

  private synchronized App getOrMake(String appId) {
    if (apps.size() >= APPS_MAX && !apps.containsKey(appId)) {
      throw new HeraldException(
          ErrorCode.QUOTA_EXCEEDED, "this server has " + APPS_MAX + " apps, its limit");
    }
    return apps.computeIfAbsent(appId, this::make);
  }

  private App make(String appId) {
    TopicTree topics = new TopicTree(router.laneCount());
    return new App(
        appId,
        topics,
        new ConsumerGroups(topics, router, limits.consumers(), consumers),
        new RetainedMessages(
            limits.retainedMessagesMax(),
            limits.retainedBytesMax(),
            topic -> retainedChanged.accept(appId, topic)),
        new Clients(appId, router, clients));
  }

  private static long sum(Collection<App> apps, java.util.function.ToLongFunction<App> value) {
    return apps.stream().mapToLong(value).sum();
  }

  /**
   * The bounds of each app.
   *
   * @param retainedMessagesMax how many topics may have a retained message
   * @param retainedBytesMax how many bytes the retained messages may take
   * @param consumers those of consumer groups
   */
  public record Limits(
      long retainedMessagesMax, long retainedBytesMax, ConsumerSettings consumers) {}
}
