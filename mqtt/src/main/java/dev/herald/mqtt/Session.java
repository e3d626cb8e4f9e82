package dev.herald.mqtt;

import dev.herald.core.app.App;
import dev.herald.core.chat.ChatTopics;
import dev.herald.core.client.Registration;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.route.Message;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import dev.herald.mqtt.PacketOutput.AtMostOnce;
import dev.herald.mqtt.codec.Connect;
import dev.herald.mqtt.codec.Reason;
import dev.herald.mqtt.codec.Subscribe;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of one client that may outlive its connection (MQTT 5.0 section 4.1): subscriptions,
 * messages on their way to it, identifiers of QoS 2 messages on their way from it, and its will.
 *
 * <p>A session lives on one lane from its beginning to its end; all but {@link #key} and {@link
 * #app} is touched there only. A connection that comes for it on another lane moves to this one
 * first.
 */
final class Session extends Subscriber {
  /** Of a subscription that brings nothing of what was before it. */
  static final long LIVE = -1;

  /** Option bit of a subscription: brings what its group has after a number. */
  private static final int RESUMES = 0x40;

  /** About what a subscription takes beside its filter. */
  private static final int SUBSCRIPTION_BYTES = 200;

  private final Broker broker;
  private final Sessions.Key key;
  private final App app;

  // what is kept over a restart: SessionState reads it and puts it back
  Map<String, Subscription> subscriptions = Map.of();
  @Nullable SharedSubscriptions shared;

  /** Read from any thread by who looks for the clients of a user. */
  volatile String userId = "";

  long expirySeconds;
  Connect.@Nullable WillMessage will;
  long willAtMs = Message.NEVER;
  long endsAtMs = Message.NEVER;

  /** Since when it has a connection, or has none, milliseconds since 1970; 0 if not known. */
  long sinceMs;

  int inflightMax;

  /**
   * The packet identifier that was given last when no message was on its way, 0 for none: they go
   * on from there, so that an acknowledgement that comes late is never another message's.
   */
  int lastPacketId;

  /** Present while a message of QoS 1 or 2 is on its way to the client. */
  private @Nullable Outbound outbound;

  /** The subscriptions that began after a number of their group; null for none. */
  private @Nullable ResumedGroups resumed;

  /** The chats that the client is in; null for none so far. */
  private @Nullable SessionChats chats;

  /** Whether the client wants to be told which node to go to for a chat. */
  boolean redirects;

  /** Whether the client said, in so many words, that it disconnects. */
  private boolean saidGoodbye;

  private @Nullable SessionClient client;

  private @Nullable Connection connection;

  private @Nullable ReceivedMessages received;

  /** What the client published and consumer groups have; null while there was nothing. */
  private @Nullable AwaitedPublishes awaited;

  boolean ended;

  /** What the relay's store knows; null for a session that ends with its connection. */
  @Nullable SessionRecord record;

  Session(Broker broker, LoopLane lane, Sessions.Key key, App app) {
    super(lane);
    this.broker = broker;
    this.key = key;
    this.app = app;
  }

  Sessions.Key key() {
    return key;
  }

  App app() {
    return app;
  }

  LoopLane loopLane() {
    return (LoopLane) lane();
  }

  /** Returns whether this session's client published a message of its app [MQTT-3.8.3-3]. */
  boolean isOriginOf(Message message) {
    return key.clientId().equals(message.origin());
  }

  // ---- connections

  /**
   * Ends the present connection, if any, because its client connected anew [MQTT-3.1.4-3]. If there
   * is none, does what is due already and the lane has not come round to: a session whose time has
   * passed ends here and is not resumed (section 3.1.2.11.2).
   */
  void takeOver() {
    loopLane().assertInLane();
    timeHasCome(broker.clock().millis());
    Connection before = connection;
    if (before != null) {
      connection = null;
      broker.counters().takenOver.increment();
      before.end(Reason.SESSION_TAKEN_OVER, "the client identifier connected anew");
      if (will != null && will.delaySeconds() == 0) {
        publishWill();
      }
    }
  }

  /** Takes a connection; {@link #takeOver} comes before it. */
  void attach(
      Connection next, Connect connect, Registration registration, long sessionExpirySeconds) {
    loopLane().assertInLane();
    cancelDeadline();
    willAtMs = Message.NEVER;
    endsAtMs = Message.NEVER;
    inflightMax = Math.min(connect.options().receiveMaximum(), broker.settings().inflightMax());
    if (shared != null) {
      shared.connectedAnew();
    }
    if (awaited != null) {
      awaited.connectionChanged();
      awaited = awaited.isEmpty() ? null : awaited;
    }
    connection = next;
    sinceMs = broker.clock().millis();
    saidGoodbye = false;
    redirects = connect.options().wantsRedirects();
    userId = registration.userId();
    client = SessionClient.connected(client, this, broker, registration);
    expirySeconds = sessionExpirySeconds;
    will = connect.will();
    record = SessionRecord.next(record, this, broker.sessions().kept());
    if (outbound != null) {
      outbound.connectionChanged();
    }
  }

  /**
   * Sends again what the last connection left incomplete, then what waits [MQTT-4.4.0-1], then what
   * consumer groups have.
   */
  void resume() {
    if (outbound != null) {
      outbound.resend();
    }
    drain();
    if (shared != null) {
      shared.joinAll();
    }
    // it is lost again if no group takes it
    if (chats != null && connection != null) {
      chats.connected();
    }
    if (client != null && connection != null) {
      client.resume();
    }
  }

  /** Returns what the client registered. */
  Registration registration() {
    return client == null ? Registration.NOTHING : client.registration();
  }

  /** Has the client be something else from now on; it was checked. */
  void register(Registration next) {
    userId = next.userId();
    client = SessionClient.changed(client, this, broker, next);
  }

  /** Returns the client as notifications and presence know it, or null. */
  @Nullable SessionClient client() {
    return client;
  }

  /** Changes the session's expiry at the client's wish (DISCONNECT, section 3.14.2.2.2). */
  void expireAfter(long seconds) {
    expirySeconds = Math.min(seconds, broker.settings().sessionExpiryMax().toSeconds());
  }

  /** Forgets the will: the client disconnected with reason 0x00 [MQTT-3.14.4-3]. */
  void forgetWill() {
    will = null;
    saidGoodbye = true;
  }

  /** Lets go of a connection that closed; the session lives on as long as it was agreed. */
  void detach(Connection gone) {
    loopLane().assertInLane();
    if (connection != gone) {
      return;
    }
    connection = null;
    if (expirySeconds == 0) {
      end();
      return;
    }
    if (client != null) {
      client = client.disconnected();
    }
    if (shared != null) {
      shared.leaveAll(true);
    }
    if (chats != null) {
      chats.connectionLost();
    }
    sinceMs = broker.clock().millis();
    SessionState.lostNow(this, sinceMs);
    if (willAtMs <= sinceMs) {
      publishWill();
    }
    loopLane().addDeadline(this, deadlineMs());
    if (record != null) {
      record.wentAway();
    }
  }

  /** Does what is due: publishes a delayed will, ends an expired session. */
  void timeHasCome(long nowMs) {
    if (ended || connection != null) {
      return;
    }
    if (willAtMs <= nowMs) {
      publishWill();
    }
    if (endsAtMs <= nowMs) {
      end();
    } else {
      loopLane().addDeadline(this, deadlineMs());
    }
  }

  /**
   * Ends the session: nothing of it is left. A will that has not been published is, now
   * [MQTT-3.1.3-9].
   */
  void end() {
    loopLane().assertInLane();
    if (ended) {
      return;
    }
    ended = true;
    cancelDeadline();
    subscriptions.values().forEach(app.topics()::remove);
    subscriptions = Map.of();
    if (client != null) {
      client.ended();
      client = null;
    }
    if (shared != null) {
      shared.leaveAll(false);
      shared = null;
    }
    if (resumed != null) {
      resumed.stopAll();
      resumed = null;
    }
    if (chats != null) {
      chats.ended(saidGoodbye);
      chats = null;
    }
    outbound = null;
    broker.sessions().remove(this);
    record = SessionRecord.next(record, this, null);
    publishWill();
  }

  private void publishWill() {
    Connect.WillMessage last = will;
    will = null;
    willAtMs = Message.NEVER;
    if (last != null) {
      stateChanged();
      InboundPublisher.publishWill(broker, app, last, this);
    }
  }

  /** Has the relay's store told what this session is by now. */
  void stateChanged() {
    if (record != null) {
      record.changed();
    }
  }

  long deadlineMs() {
    return Math.min(willAtMs, endsAtMs);
  }

  private void cancelDeadline() {
    if (deadlineMs() != Message.NEVER) {
      loopLane().removeDeadline(this, deadlineMs());
    }
  }

  // ---- subscriptions

  int subscriptionCount() {
    return subscriptions.size() + (shared == null ? 0 : shared.size()) + chatCount();
  }

  /** Returns how many chats the client is in, or about to be. */
  int chatCount() {
    return chats == null ? 0 : chats.size();
  }

  /** Returns the chats that the client is in, for one that it is to be. */
  SessionChats chats() {
    if (chats == null) {
      chats = new SessionChats(this, broker.chats());
    }
    return chats;
  }

  /** Returns whether the client consumes messages of a group. */
  boolean isConsumer() {
    return shared != null && shared.size() > 0;
  }

  /**
   * Adds a subscription in place of the one of the same filter, a valid one; returns whether the
   * filter is new. Throws QUOTA_EXCEEDED if the app may have no further consumer group.
   *
   * @param after what a group has after this number is sent first; {@link #LIVE} for no such wish,
   *     as it must be for a filter that is no group's topic
   */
  boolean subscribe(String filter, int options, int identifier, long after) {
    loopLane().assertInLane();
    stateChanged();
    if (SharedFilter.isShared(filter)) {
      if (shared == null) {
        shared = new SharedSubscriptions(this, broker.settings().queueBytesMax());
      }
      return shared.subscribe(SharedFilter.of(filter), options, identifier);
    }
    if (subscriptions.isEmpty()) {
      subscriptions = new HashMap<>(4);
    }
    boolean resumes = after != LIVE;
    Subscription subscription =
        new Subscription(this, filter, resumes ? options | RESUMES : options, identifier);
    // the new one first, so that no message is missed in between [MQTT-3.8.4-3]
    app.topics().add(subscription);
    Subscription before = subscriptions.put(filter, subscription);
    if (before != null) {
      app.topics().remove(before);
    } else if (SessionClient.looksAfter(filter)) {
      client = SessionClient.subscribed(client, this, broker, filter);
    }
    if (resumes) {
      resumed().start(subscription, after);
    } else if (resumed != null) {
      resumed.stop(filter);
    }
    return before == null;
  }

  private ResumedGroups resumed() {
    if (resumed == null) {
      resumed = new ResumedGroups(this, broker);
    }
    return resumed;
  }

  /** Returns the number that a subscription goes on from after a restart, or {@link #LIVE}. */
  long savedPosition(Subscription subscription) {
    return (subscription.options() & RESUMES) != 0 && resumed != null
        ? resumed.savedPosition(subscription)
        : LIVE;
  }

  boolean isSubscribed(String filter) {
    return subscriptions.containsKey(filter)
        || (shared != null && shared.contains(filter))
        || (chats != null && chats.contains(filter));
  }

  /** Removes a subscription; returns whether there was one. */
  boolean unsubscribe(String filter) {
    loopLane().assertInLane();
    if (filter.startsWith(ChatTopics.PREFIX)) {
      return chats != null && chats.leave(filter);
    }
    stateChanged();
    if (SharedFilter.isShared(filter)) {
      return shared != null && shared.unsubscribe(filter);
    }
    Subscription subscription = subscriptions.isEmpty() ? null : subscriptions.remove(filter);
    if (subscription != null) {
      app.topics().remove(subscription);
      if (client != null && SessionClient.looksAfter(filter)) {
        client = client.unsubscribed(filter);
      }
      if (resumed != null) {
        resumed.stop(filter);
      }
    }
    return subscription != null;
  }

  // ---- messages to the client

  @Override
  protected void deliver(Message message, Subscription subscription) {
    int options = subscription.options();
    if ((options & Subscribe.NO_LOCAL) != 0 && isOriginOf(message)) {
      return;
    }
    if ((options & RESUMES) != 0 && resumed != null) {
      resumed.deliver(message, subscription);
      return;
    }
    int qos = Math.min(message.qos(), options & Subscribe.QOS);
    boolean retain = message.retain() && (options & Subscribe.RETAIN_AS_PUBLISHED) != 0;
    send(message, qos, retain, OutboundMessage.identifiersOf(subscription));
  }

  /**
   * Sends one copy with the greatest QoS and all identifiers of the subscriptions that matched
   * [MQTT-3.3.4-2..5].
   */
  @Override
  protected void deliver(Message message, List<Subscription> matched) {
    int qos = -1;
    boolean retain = false;
    int[] identifiers = new int[matched.size()];
    int count = 0;
    for (Subscription subscription : matched) {
      int options = subscription.options();
      if ((options & Subscribe.NO_LOCAL) != 0 && isOriginOf(message)) {
        continue;
      }
      qos = Math.max(qos, Math.min(message.qos(), options & Subscribe.QOS));
      retain |= message.retain() && (options & Subscribe.RETAIN_AS_PUBLISHED) != 0;
      if (subscription.identifier() != 0) {
        identifiers[count++] = subscription.identifier();
      }
    }
    if (qos >= 0) {
      send(message, qos, retain, Arrays.copyOf(identifiers, count));
    }
  }

  /** Sends a message, or queues it, or drops it where the limits say so. */
  void send(Message message, int qos, boolean retain, int[] identifiers) {
    Connection to = connection;
    if (qos > 0) {
      send(new OutboundMessage(message, qos, retain, identifiers));
    } else if (to != null
        && to.out().publishAtMostOnce(message, retain, identifiers) == AtMostOnce.NO_ROOM) {
      broker.counters().droppedSlow.increment();
    }
  }

  /** Sends a message of QoS 1 or 2, or queues it, or drops it where the limits say so. */
  void send(OutboundMessage message) {
    outbound().send(message);
    forgetOutboundIfEmpty();
  }

  /**
   * Returns about how many bytes of memory the client has the server hold: messages for it, its
   * filters, its will and what it registered, and what its connection holds. Counts them anew.
   */
  long heldBytes() {
    long bytes = outbound == null ? 0 : outbound.bytes();
    for (String filter : subscriptions.keySet()) {
      bytes += SUBSCRIPTION_BYTES + filter.length();
    }
    bytes += shared == null ? 0 : shared.heldBytes(SUBSCRIPTION_BYTES);
    bytes += chats == null ? 0 : chats.heldBytes(SUBSCRIPTION_BYTES);
    bytes += will == null ? 0 : will.payload().length;
    bytes += client == null ? 0 : client.heldBytes();
    return bytes + (connection == null ? 0 : connection.heldBytes());
  }

  /** Returns what is on its way to the client at QoS 1 and 2, for something that is to be. */
  Outbound outbound() {
    if (outbound == null) {
      outbound = new Outbound(this, broker);
    }
    return outbound;
  }

  /** Returns what is on its way to the client at QoS 1 and 2, or null for nothing. */
  @Nullable Outbound outboundOrNull() {
    return outbound;
  }

  /** Sends what waits, as far as the client takes it. */
  void drain() {
    if (outbound != null) {
      outbound.drain();
    }
    forgetOutboundIfEmpty();
    if (shared != null && shared.isBusy() && !isBusy()) {
      shared.ready();
    }
    if (resumed != null && !isBusy()) {
      resumed.ready();
    }
    if (client != null) {
      client.drain();
    }
  }

  /** Returns whether a message can be sent now, or has to wait but a moment. */
  boolean hasRoomFor(Message message, int qos) {
    Connection to = connection;
    return to != null
        && !to.out().isBacklogged()
        && (qos == 0 || outbound == null || outbound.hasRoomFor(message));
  }

  private void forgetOutboundIfEmpty() {
    if (outbound != null && outbound.isEmpty()) {
      lastPacketId = outbound.lastPacketId();
      outbound = null;
    }
  }

  /** Returns whether more for the client would only wait. */
  boolean isBusy() {
    return connection == null
        || connection.out().isBacklogged()
        || (outbound != null && outbound.isWaiting());
  }

  // ---- QoS 2 messages from the client

  /** Returns those not released yet. */
  ReceivedMessages received() {
    if (received == null) {
      received = new ReceivedMessages();
    }
    return received;
  }

  /** Forgets a packet identifier of a QoS 2 message; returns whether it was noted. */
  boolean release(int packetId) {
    boolean known = received != null && received.release(packetId);
    if (known && record != null) {
      record.released(packetId);
    }
    return known;
  }

  /** Returns how many QoS 2 messages from the client are not released. */
  int receivedCount() {
    return received == null ? 0 : received.count();
  }

  /** Returns what the client published that consumer groups have. */
  AwaitedPublishes awaited() {
    if (awaited == null) {
      awaited = new AwaitedPublishes(this, broker);
    }
    return awaited;
  }

  /** Returns what the client published that consumer groups have, or null if there is nothing. */
  @Nullable AwaitedPublishes awaitedOrNull() {
    return awaited;
  }

  /** Returns the present connection, or null. */
  @Nullable Connection connection() {
    return connection;
  }
}
