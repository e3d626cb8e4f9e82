package dev.herald.mqtt;

import dev.herald.core.app.App;
import dev.herald.core.chat.ChatTopics;
import dev.herald.core.consumer.ConsumerGroup;
import dev.herald.core.group.GroupTopics;
import dev.herald.core.route.Message;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router.Reach;
import dev.herald.mqtt.codec.Ack;
import dev.herald.mqtt.codec.Connect;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.PacketException;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Publish;
import dev.herald.mqtt.codec.Reason;
import dev.herald.mqtt.codec.Utf8;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes what one client publishes: relays it, retains it, or gives it to a group, and acknowledges
 * it when the promise of its class holds. Owned by the connection's lane.
 */
final class InboundPublisher {
  private final Broker broker;
  private final Connection connection;
  private @Nullable String @Nullable [] aliases;

  /** What it publishes to be kept, or asks for; null while it does not. */
  private @Nullable Requests requests;

  /** A group whose members do not keep up with the client, or null. */
  private @Nullable ConsumerGroup heldBackBy;

  private boolean published;

  InboundPublisher(Broker broker, Connection connection) {
    this.broker = broker;
    this.connection = connection;
  }

  /**
   * Returns whether so many wait for the store, or for the members of a consumer group, that the
   * client should be read no further.
   */
  boolean isFull() {
    return (requests != null && requests.pending() >= broker.settings().receiveMax())
        || awaitsTooMuch()
        || isHeldBack();
  }

  /**
   * Returns whether consumer groups have as many of its messages as it may have unacknowledged. A
   * client of 5.0 keeps to that by itself; and a consumer is read on, as its acknowledgements may
   * be what everybody waits for.
   */
  private boolean awaitsTooMuch() {
    Session session = connection.sessionOrNull();
    if (session == null || connection.version() >= 5) {
      return false;
    }
    AwaitedPublishes awaited = session.awaitedOrNull();
    return awaited != null
        && awaited.pending(connection) >= broker.settings().receiveMax()
        && !session.isConsumer();
  }

  private boolean isHeldBack() {
    if (heldBackBy != null && !heldBackBy.isCongested()) {
      heldBackBy = null;
    }
    return heldBackBy != null;
  }

  /**
   * Holds the client back if a group that takes its messages is congested; but no client that is a
   * consumer itself, whose acknowledgements may be what everybody waits for.
   */
  private void holdBack(Session session, String topic) {
    ConsumerGroup group = session.app().consumers().congestedBy(topic);
    if (group != null && !session.isConsumer()) {
      heldBackBy = group;
      connection.pauseIfNeeded();
    }
  }

  /** Returns whether the client has published on this connection. */
  boolean hasPublished() {
    return published;
  }

  /** Obeys a PUBLISH packet. */
  void publish(Publish packet) {
    published = true;
    broker.counters().received.increment();
    String topic = packet.topicAlias() == 0 ? packet.topic() : resolve(packet);
    if (packet.retain()) {
      checkRetainAvailable();
    }
    if (packet.qos() == 1 && packet.duplicate() && isKnown(packet)) {
      return;
    }
    if (packet.qos() > 0) {
      checkReceiveMaximum(packet);
    }
    if (packet.qos() == 2 && !connection.session().received().receive(packet.packetId())) {
      // a repetition; while the first one waits, the PUBREC follows from there
      if (!isKnown(packet) && !connection.session().received().isAwaited(packet.packetId())) {
        acknowledge(packet.qos(), packet.packetId(), Reason.SUCCESS, null);
      }
    } else if (topic.charAt(0) == '$') {
      publishSpecial(topic, packet);
    } else {
      relay(topic, packet);
    }
  }

  /** Returns whether a message that is sent again is one that consumer groups have, or had. */
  private boolean isKnown(Publish packet) {
    AwaitedPublishes awaited = connection.session().awaitedOrNull();
    return awaited != null && awaited.again(connection, packet.packetId());
  }

  private Receipt await(Session session, Publish packet) {
    if (packet.duplicate()) {
      broker.counters().repeatsPublished.increment();
    }
    return session.awaited().begin(connection, packet.qos(), packet.packetId());
  }

  private void relay(String topic, Publish packet) {
    if (packet.properties().utf8Payload() && !Utf8.isWellFormed(packet.payload())) {
      refuse(
          packet.qos(),
          packet.packetId(),
          Reason.PAYLOAD_FORMAT_INVALID,
          "the payload is declared to be UTF-8 and is not");
      return;
    }
    Session session = connection.session();
    Message message =
        new Message(
            topic,
            packet.payload(),
            packet.qos(),
            packet.retain(),
            packet.properties(),
            expiresAtMs(broker, packet.expirySeconds()),
            session.key().clientId());
    App app = session.app();
    if (packet.retain() && !retain(broker, app, message)) {
      refuse(packet.qos(), packet.packetId(), Reason.QUOTA_EXCEEDED, "no room to retain it");
      return;
    }
    boolean awaits = packet.qos() > 0 && !app.consumers().isEmpty();
    Reach reach =
        broker
            .router()
            .publish(app.topics(), message, awaits ? () -> await(session, packet) : null);
    if (packet.qos() > 0) {
      holdBack(session, topic);
      if (reach != Reach.AWAITED) {
        acknowledge(
            packet.qos(),
            packet.packetId(),
            reach == Reach.NOBODY ? Reason.NO_MATCHING_SUBSCRIBERS : Reason.SUCCESS,
            null);
      }
    }
  }

  private void publishSpecial(String topic, Publish packet) {
    if (ReplyTopics.isOne(topic)) {
      relay(topic, packet);
      return;
    }
    if (topic.startsWith(GroupTopics.PREFIX)
        && new GroupPublisher(broker, connection, requests()).publish(topic, packet)) {
      return;
    }
    if (ClientPublisher.takes(topic)) {
      new ClientPublisher(broker, connection, requests()).publish(topic, packet);
      return;
    }
    if (topic.startsWith(ChatTopics.PREFIX)
        && new GroupPublisher(broker, connection, requests()).publishToChat(topic, packet)) {
      return;
    }
    if (connection.version() < 5) {
      // nobody subscribes to such a topic, so that the acknowledgement promises nothing
      // [MQTT-3.3.5-2 of 3.1.1]
      broker.counters().droppedRefused.increment();
      acknowledge(packet.qos(), packet.packetId(), Reason.SUCCESS, null);
      return;
    }
    refuse(
        packet.qos(),
        packet.packetId(),
        Reason.TOPIC_NAME_INVALID,
        "clients do not publish to this topic [MQTT-4.7.2-1]");
  }

  private Requests requests() {
    if (requests == null) {
      requests = new Requests(broker, connection, broker.documents()::problem);
    }
    return requests;
  }

  /** Obeys a PUBREL packet. */
  void release(Ack packet) {
    boolean known = connection.session().release(packet.packetId());
    connection
        .out()
        .ack(
            PacketType.PUBCOMP,
            packet.packetId(),
            known ? Reason.SUCCESS : Reason.PACKET_IDENTIFIER_NOT_FOUND,
            null);
  }

  /** Acknowledges a message with PUBACK or PUBREC, as its quality of service asks for. */
  void acknowledge(int qos, int packetId, int reason, @Nullable String text) {
    if (qos > 0) {
      connection
          .out()
          .ack(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, packetId, reason, text);
    }
  }

  /**
   * Refuses a message. A client of 3.1.1 cannot be told in the acknowledgement, and an
   * acknowledgement would say what is not so: its connection is closed instead [MQTT-3.3.5-2 of
   * 3.1.1].
   */
  void refuse(int qos, int packetId, int reason, String text) {
    broker.counters().droppedRefused.increment();
    if (qos == 0) {
      return;
    }
    if (qos == 2) {
      connection.session().release(packetId);
    }
    if (connection.version() >= 5) {
      acknowledge(qos, packetId, reason, text);
    } else {
      connection.end(reason, text);
    }
  }

  private void checkRetainAvailable() {
    if (broker.settings().retainedMessagesMax() == 0 && connection.version() >= 5) {
      throw new PacketException(
          Reason.RETAIN_NOT_SUPPORTED, "retained messages are not offered [MQTT-3.2.2-14]");
    }
  }

  private void checkReceiveMaximum(Publish packet) {
    int waiting = requests == null ? 0 : requests.pendingAtLeastOnce();
    AwaitedPublishes awaited = connection.session().awaitedOrNull();
    if (awaited != null) {
      waiting += awaited.pendingAtLeastOnce(connection);
    }
    int unacknowledged = waiting + connection.session().receivedCount();
    if (connection.version() >= 5
        && unacknowledged >= broker.settings().receiveMax()
        && !(packet.qos() == 2 && connection.session().received().isReceived(packet.packetId()))) {
      throw new PacketException(
          Reason.RECEIVE_MAXIMUM_EXCEEDED,
          "more messages than the receive maximum [MQTT-3.3.4-9]",
          Limit.RECEIVE);
    }
  }

  private String resolve(Publish packet) {
    int alias = packet.topicAlias();
    if (alias > broker.settings().topicAliasMax()) {
      throw new PacketException(
          Reason.TOPIC_ALIAS_INVALID,
          "a topic alias greater than announced [MQTT-3.3.2-9]",
          Limit.TOPIC_ALIAS);
    }
    if (aliases == null || aliases.length <= alias) {
      aliases = grown(aliases, alias);
    }
    if (!packet.topic().isEmpty()) {
      aliases[alias] = packet.topic();
      return packet.topic();
    }
    String topic = aliases[alias];
    if (topic == null) {
      throw new PacketException(Reason.PROTOCOL_ERROR, "a topic alias that was not set");
    }
    return topic;
  }

  /** Returns how many characters the topics have that aliases stand for. */
  long aliasBytes() {
    long bytes = 0;
    if (aliases != null) {
      for (String topic : aliases) {
        bytes += topic == null ? 0 : topic.length();
      }
    }
    return bytes;
  }

  /** A table that has a place for an alias; it is no larger than the aliases in use need. */
  private @Nullable String[] grown(@Nullable String @Nullable [] before, int alias) {
    int length = Math.min(Integer.highestOneBit(alias) * 2, broker.settings().topicAliasMax() + 1);
    return before == null ? new @Nullable String[length] : Arrays.copyOf(before, length);
  }

  /**
   * Publishes the will of a session; a retained one without room is published all the same. One to
   * a topic that nobody can subscribe to is not (see {@link Connecting}).
   */
  static void publishWill(Broker broker, App app, Connect.WillMessage will, Session of) {
    if (will.topic().charAt(0) == '$') {
      broker.counters().droppedRefused.increment();
      return;
    }
    Message message =
        new Message(
            will.topic(),
            will.payload(),
            will.qos(),
            will.retain(),
            will.properties(),
            expiresAtMs(broker, will.expirySeconds()),
            of.key().clientId());
    if (will.retain() && !retain(broker, app, message)) {
      broker.counters().droppedRefused.increment();
    }
    broker.router().publish(app.topics(), message);
  }

  /** Retains a message; returns false, and counts the limit, if there is no room for it. */
  private static boolean retain(Broker broker, App app, Message message) {
    boolean done = app.retained().retain(message);
    if (!done) {
      Limit met = app.retained().isFull() ? Limit.RETAINED_MESSAGES : Limit.RETAINED_BYTES;
      broker.counters().limit(met).increment();
    }
    return done;
  }

  static long expiresAtMs(Broker broker, long expirySeconds) {
    return expirySeconds < 0 ? Message.NEVER : broker.clock().millis() + expirySeconds * 1000;
  }
}
