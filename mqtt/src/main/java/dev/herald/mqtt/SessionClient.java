package dev.herald.mqtt;

import dev.herald.core.client.Client;
import dev.herald.core.client.ClientTopics;
import dev.herald.core.client.Clients;
import dev.herald.core.client.Registration;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.Subscription;
import dev.herald.mqtt.codec.Subscribe;
import org.jspecify.annotations.Nullable;

/**
 * A session's client as notifications and presence know it. There is one while the client registers
 * something or has a subscription of {@code $notify} or {@code $presence/...}. Owned by the
 * session's lane.
 */
final class SessionClient extends Client {
  /** About what a client takes in the indexes, and a tag beside its characters. */
  private static final int CLIENT_BYTES = 200;

  private static final int TAG_BYTES = 100;

  private final Session session;
  private final Broker broker;

  /** How many users' presence the session is told. */
  private int watched;

  private SessionClient(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  @Override
  public String id() {
    return session.key().clientId();
  }

  @Override
  public Lane lane() {
    return session.lane();
  }

  /** Returns about how many bytes of memory it takes with what it registered. */
  long heldBytes() {
    long bytes = CLIENT_BYTES;
    for (String tag : registration().tags()) {
      bytes += TAG_BYTES + tag.length();
    }
    return bytes;
  }

  private Clients clients() {
    return session.app().clients();
  }

  // ---- connections

  /**
   * Has a client that connected be what it says, if it says anything. It is sent nothing before it
   * was told CONNACK: until then it does not listen.
   */
  static @Nullable SessionClient connected(
      @Nullable SessionClient present, Session session, Broker broker, Registration registration) {
    if (present != null) {
      present.clients().unlisten(present);
    }
    return registered(present, session, broker, registration);
  }

  private static @Nullable SessionClient registered(
      @Nullable SessionClient present, Session session, Broker broker, Registration registration) {
    SessionClient client = present;
    if (client == null) {
      if (registration.isNothing()) {
        return null;
      }
      client = new SessionClient(session, broker);
    }
    if (client.isPresent()) {
      client.clients().change(client, registration);
    } else {
      client.clients().join(client, registration);
    }
    return client;
  }

  /** Tells a client that connected what its subscriptions bring: it was told CONNACK. */
  void resume() {
    if (session.subscriptions.containsKey(ClientTopics.NOTIFY)) {
      clients().listen(this);
    }
    if (watched > 0) {
      session.subscriptions.keySet().forEach(this::begin);
    }
  }

  /** Lets the client go; returns what is left of it, null for nothing. */
  @Nullable SessionClient disconnected() {
    clients().leave(this);
    return isOfUse() ? this : null;
  }

  private boolean isOfUse() {
    return isPresent() ? !registration().isNothing() || wants() : wants();
  }

  private boolean wants() {
    return watched > 0 || session.subscriptions.containsKey(ClientTopics.NOTIFY);
  }

  /** Has the client be something else from now on; the change was checked. */
  static @Nullable SessionClient changed(
      @Nullable SessionClient present, Session session, Broker broker, Registration next) {
    SessionClient client = registered(present, session, broker, next);
    return client != null && client.isOfUse() ? client : gone(client);
  }

  private static @Nullable SessionClient gone(@Nullable SessionClient client) {
    if (client != null) {
      client.clients().leave(client);
    }
    return null;
  }

  // ---- subscriptions

  /** Returns whether a filter is one that this class looks after. */
  static boolean looksAfter(String filter) {
    return filter.equals(ClientTopics.NOTIFY) || filter.startsWith(ClientTopics.PRESENCE);
  }

  /** Notes a new subscription of those it looks after. */
  static SessionClient subscribed(
      @Nullable SessionClient present, Session session, Broker broker, String filter) {
    SessionClient client = present;
    if (client == null) {
      client = new SessionClient(session, broker);
      if (session.connection() != null) {
        client.clients().join(client, Registration.NOTHING);
      }
    }
    if (filter.startsWith(ClientTopics.PRESENCE)) {
      client.watched++;
      broker.presence().watch(session.key().appId());
    }
    return client;
  }

  /** Begins what a subscription brings, when the client was told that it is granted. */
  void begin(String filter) {
    Subscription subscription = session.subscriptions.get(filter);
    if (subscription == null) {
      return; // it was refused
    }
    if (filter.equals(ClientTopics.NOTIFY)) {
      clients().listen(this);
    }
    String userId = ClientTopics.userOf(filter);
    if (userId != null) {
      session.deliver(broker.presence().stateOf(session.app(), userId), subscription);
    }
  }

  /** Notes the end of a subscription of those it looks after; returns what is left of it. */
  @Nullable SessionClient unsubscribed(String filter) {
    if (filter.startsWith(ClientTopics.PRESENCE)) {
      watched--;
      broker.presence().unwatch(session.key().appId());
    } else {
      clients().unlisten(this);
    }
    return isOfUse() ? this : gone(this);
  }

  /** Notes the end of the session, whose subscriptions are gone. */
  void ended() {
    clients().leave(this);
    for (; watched > 0; watched--) {
      broker.presence().unwatch(session.key().appId());
    }
  }

  // ---- notifications

  @Override
  protected boolean isReady() {
    Connection to = session.connection();
    return to != null && !to.out().isBacklogged();
  }

  @Override
  protected boolean hasRoomFor(Message notification) {
    Subscription subscription = session.subscriptions.get(ClientTopics.NOTIFY);
    return subscription != null
        && session.hasRoomFor(notification, qos(notification, subscription));
  }

  @Override
  protected boolean accepts(Message notification) {
    Subscription subscription = session.subscriptions.get(ClientTopics.NOTIFY);
    Connection to = session.connection();
    if (subscription == null || to == null) {
      return false;
    }
    if ((subscription.options() & Subscribe.NO_LOCAL) != 0 && session.isOriginOf(notification)) {
      return false;
    }
    int[] identifiers = OutboundMessage.identifiersOf(subscription);
    int qos = qos(notification, subscription);
    boolean takes = to.out().takes(new OutboundMessage(notification, qos, false, identifiers));
    if (!takes) {
      broker.counters().droppedTooLarge.increment();
    }
    return takes;
  }

  private static int qos(Message notification, Subscription subscription) {
    return Math.min(notification.qos(), subscription.options() & Subscribe.QOS);
  }

  @Override
  protected void take(Message notification) {
    Subscription subscription = session.subscriptions.get(ClientTopics.NOTIFY);
    if (subscription != null) {
      session.deliver(notification, subscription);
    }
  }

  /** Sends what the client was too slow for, as far as it takes it now. */
  void drain() {
    if (isBehind() && !session.isBusy()) {
      clients().catchUp(this);
    }
  }
}
