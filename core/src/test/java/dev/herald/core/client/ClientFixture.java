package dev.herald.core.client;

import dev.herald.core.config.SettingTree;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Router;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** The clients of an app with a clock that the test moves, and what they tell of presence. */
final class ClientFixture {
  final Metrics metrics = new Metrics();
  final NotificationSettings settings;
  final List<PresenceEvent> told = Collections.synchronizedList(new ArrayList<>());
  final Clients.Shared shared;
  final Clients clients;
  final AtomicLong nowMs = new AtomicLong(1_000_000);

  ClientFixture(Router router, String... given) {
    this(router, 3, given);
  }

  ClientFixture(Router router, int lastSeenMax, String... given) {
    Map<String, String> values = given.length == 0 ? Map.of() : Map.of(given[0], given[1]);
    settings =
        SettingTree.of(NotificationSettings.class)
            .build(
                key -> {
                  String value = values.get(key.path());
                  return value == null ? key.defaultValue() : key.parse(value);
                },
                (section, refusal) -> {
                  throw refusal;
                });
    InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());
    shared = Clients.Shared.of(settings, lastSeenMax, metrics, told::add, clock);
    clients = new Clients("app", router, shared);
  }

  static Registration registered(String userId, String device, String... tags) {
    return new Registration(userId, device.isEmpty() ? null : device, Arrays.asList(tags));
  }

  static Target users(String... users) {
    return new Target(Set.of(users), Set.of(), Set.of(), Set.of(), Set.of());
  }

  static Target devices(String... devices) {
    return new Target(Set.of(), Set.of(devices), Set.of(), Set.of(), Set.of());
  }

  static Target anyTags(String... tags) {
    return new Target(Set.of(), Set.of(), Set.of(tags), Set.of(), Set.of());
  }

  static Target allTags(String... tags) {
    return new Target(Set.of(), Set.of(), Set.of(), Set.of(tags), Set.of());
  }

  static Target noTags(String... tags) {
    return new Target(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(tags));
  }

  static Notification notification(long id, long untilMs, Target... targets) {
    return notification(id, untilMs, Arrays.asList(targets));
  }

  static Notification notification(long id, long untilMs, List<Target> targets) {
    byte[] payload = Long.toString(id).getBytes(StandardCharsets.UTF_8);
    Message message =
        new Message(
            ClientTopics.NOTIFY, payload, 2, false, MessageProperties.NONE, Message.NEVER, null);
    return new Notification("app", id, targets, message, untilMs);
  }

  /** The value of a metric, all its labels together. */
  long metric(String name) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToLong(Metrics.Metric::value)
        .sum();
  }

  long limit(String setting) {
    return metrics.all().stream()
        .filter(metric -> metric instanceof Metrics.Counter)
        .map(Metrics.Counter.class::cast)
        .filter(counter -> counter.labelValue().equals(setting))
        .mapToLong(Metrics.Counter::value)
        .sum();
  }
}
