package dev.herald.core.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.core.app.App;
import dev.herald.core.app.Apps;
import dev.herald.core.bus.Bus;
import dev.herald.core.bus.BusMessage;
import dev.herald.core.event.GroupChange.Pruned;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Router;
import dev.herald.core.route.Tally;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Shows the group events that come over the bus to this node's subscribers: each is a message to
 * the group's topic, with the event as its origin, so that every edge can make its own wire form of
 * it.
 */
public final class GroupFeed implements AutoCloseable {
  private final Bus bus;
  private final Apps apps;
  private final Router router;
  private final Function<GroupEvent, byte[]> encoder;
  private final GroupLedger ledger;
  private Bus.@Nullable Registration registration;

  /**
   * Makes a feed that is not started.
   *
   * @param bus where events come from
   * @param apps the apps with their subscribers
   * @param router brings them there
   * @param encoder makes the payload MQTT subscribers get: JSON, UTF-8
   * @param ledger remembers that they were shown, and to whom
   */
  public GroupFeed(
      Bus bus, Apps apps, Router router, Function<GroupEvent, byte[]> encoder, GroupLedger ledger) {
    this.bus = bus;
    this.apps = apps;
    this.router = router;
    this.encoder = encoder;
    this.ledger = ledger;
  }

  /** Starts to show events. */
  public synchronized void start() {
    registration = bus.subscribe(this::show);
  }

  @Override
  public synchronized void close() {
    if (registration != null) {
      registration.close();
    }
  }

  private void show(BusMessage message) {
    if (message instanceof GroupEvent event) {
      Tally tally = ledger.stored(event);
      App app = apps.find(event.appId());
      if (app != null && app.topics().size() > 0) {
        router.publish(app.topics(), messageOf(event, encoder), tally);
      }
    }
  }

  /**
   * Returns the message that tells a subscriber that events it asked for are kept no longer; its
   * origin is a {@link Pruned}.
   *
   * @param upToSeq the number of the last of them
   */
  public static Message prunedMessageOf(GroupKey key, long upToSeq) {
    String payload = "{\"event\":\"pruned\",\"seq\":" + upToSeq + "}";
    return new Message(
        GroupTopics.topicOf(key.groupId()),
        payload.getBytes(UTF_8),
        1,
        false,
        MessageProperties.NONE,
        Message.NEVER,
        new Pruned(key, upToSeq));
  }

  /** Returns an event as the message its subscribers get. */
  public static Message messageOf(GroupEvent event, Function<GroupEvent, byte[]> encoder) {
    return new Message(
        GroupTopics.topicOf(event.key().groupId()),
        encoder.apply(event),
        1,
        false,
        MessageProperties.NONE,
        Message.NEVER,
        event);
  }
}
