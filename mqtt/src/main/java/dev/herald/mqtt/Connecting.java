package dev.herald.mqtt;

import dev.herald.core.app.App;
import dev.herald.core.chat.ChatTopics;
import dev.herald.core.client.Registration;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.group.GroupTopics;
import dev.herald.mqtt.codec.Accepted;
import dev.herald.mqtt.codec.Connect;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.PacketEncoder;
import dev.herald.mqtt.codec.PacketException;
import dev.herald.mqtt.codec.Reason;
import dev.herald.mqtt.codec.Utf8;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Obeys one CONNECT packet: finds or makes the session, moves the connection to the session's lane
 * if need be, and answers.
 */
final class Connecting {
  private static final Logger LOG = System.getLogger(Connecting.class.getName());

  /** How often a connection follows a session that is made anew elsewhere each time. */
  private static final int MOVES_MAX = 16;

  private final Broker broker;
  private final Connection connection;
  private final Connect packet;
  private Registration registration = Registration.NOTHING;
  private int moves;

  Connecting(Broker broker, Connection connection, Connect packet) {
    this.broker = broker;
    this.connection = connection;
    this.packet = packet;
  }

  void run() {
    try {
      check();
      Identity identity = Identity.of(packet.userName());
      App app = broker.apps().get(identity.appId());
      String assigned = packet.clientId().isEmpty() ? "herald-" + UUID.randomUUID() : null;
      String clientId = assigned == null ? packet.clientId() : assigned;
      Accepted terms = terms(clientId, assigned);
      long packetBytesMax = packet.options().packetBytesMax();
      if (packetBytesMax < Integer.MAX_VALUE && terms.sizeMin() > packetBytesMax) {
        throw new PacketException(
            Reason.PACKET_TOO_LARGE, "the answer would be larger than the client takes");
      }
      attach(app, new Sessions.Key(app.id(), clientId), terms);
    } catch (HeraldException refusal) {
      countLimit(refusal);
      connection.end(
          refusal.code() == ErrorCode.FIELD_INVALID
              ? Reason.BAD_USER_NAME_OR_PASSWORD
              : refusal.code().mqttReason(),
          refusal.detail());
    }
  }

  /** Sessions are all that finds no room here. */
  private void countLimit(HeraldException refusal) {
    if (refusal.code() == ErrorCode.QUOTA_EXCEEDED) {
      broker.counters().limit(Limit.SESSIONS).increment();
    }
  }

  private void check() {
    if (broker.memory().refusesClient()) {
      throw new HeraldException(
          ErrorCode.SERVER_BUSY, "memory is short on this server; try again later");
    }
    String clientId = packet.clientId();
    if (clientId.isEmpty() && packet.version() < 5 && !packet.cleanStart()) {
      throw new PacketException(
          Reason.CLIENT_IDENTIFIER_NOT_VALID,
          "a session that is kept needs a client identifier [MQTT-3.1.3-8]");
    }
    int charactersMax = broker.settings().clientIdCharactersMax();
    if (clientId.length() > charactersMax) {
      throw new PacketException(
          Reason.CLIENT_IDENTIFIER_NOT_VALID,
          "the client identifier has more than " + charactersMax + " characters",
          Limit.CLIENT_ID);
    }
    if (packet.options().authenticationMethod() != null) {
      throw new PacketException(
          Reason.BAD_AUTHENTICATION_METHOD, "no authentication method is offered");
    }
    if (packet.will() != null) {
      check(packet.will());
    }
    String userId = Identity.of(packet.userName()).userId();
    if (!userId.isEmpty()) {
      GroupLimits.checkId("user", userId);
    }
    registration = registration(userId);
  }

  /** Returns what the client says it is: by its user name, and the properties device and tag. */
  private Registration registration(String userId) {
    List<String> properties = packet.options().userProperties();
    String device = null;
    List<String> tags = new ArrayList<>(0);
    for (int i = 0; i < properties.size(); i += 2) {
      if (properties.get(i).equals("tag")) {
        tags.add(properties.get(i + 1));
      } else if (properties.get(i).equals("device")) {
        if (device != null) {
          throw new PacketException(
              Reason.IMPLEMENTATION_SPECIFIC_ERROR, "device is given more than once");
        }
        device = properties.get(i + 1);
      }
    }
    if (userId.isEmpty() && device == null && tags.isEmpty()) {
      return Registration.NOTHING;
    }
    var clients = broker.apps().clients();
    try {
      return new Registration(userId, device, tags).checked(clients.settings(), clients.counters());
    } catch (HeraldException invalid) {
      throw new PacketException(invalid.code().mqttReason(), invalid.detail());
    }
  }

  private void check(Connect.WillMessage will) {
    if (will.topic().startsWith("$") && !goesNowhere(will.topic())) {
      throw new PacketException(
          Reason.TOPIC_NAME_INVALID, "a will cannot be published to a topic that starts with $");
    }
    if (will.retain() && packet.version() >= 5 && broker.settings().retainedMessagesMax() == 0) {
      throw new PacketException(
          Reason.RETAIN_NOT_SUPPORTED, "retained messages are not offered [MQTT-3.2.2-13]");
    }
    if (will.properties().utf8Payload() && !Utf8.isWellFormed(will.payload())) {
      throw new PacketException(
          Reason.PAYLOAD_FORMAT_INVALID, "the will's payload is declared to be UTF-8 and is not");
    }
  }

  /**
   * Returns whether a client of 3.1.1 may leave its will to a topic because nobody can subscribe to
   * it, as it may publish there: bridges do, to $SYS, and could not be told.
   */
  private boolean goesNowhere(String topic) {
    return packet.version() < 5
        && GroupTopics.groupIdOf(topic) == null
        && !topic.startsWith(ChatTopics.PREFIX)
        && !ReplyTopics.isOne(topic);
  }

  /** What the client is told if it is accepted, in words of 5.0. */
  private Accepted terms(String clientId, @Nullable String assigned) {
    MqttSettings settings = broker.settings();
    Connect.Options options = packet.options();
    long expirySeconds = sessionExpirySeconds();
    int keepAliveSeconds = keepAliveSeconds();
    boolean expiresSooner = expirySeconds != options.sessionExpirySeconds();
    boolean isKeptSooner = keepAliveSeconds != packet.keepAliveSeconds();
    countIf(expiresSooner, Limit.SESSION_EXPIRY);
    countIf(isKeptSooner, Limit.KEEP_ALIVE);
    return new Accepted(
        expiresSooner ? expirySeconds : -1,
        isKeptSooner ? keepAliveSeconds : -1,
        assigned,
        settings.receiveMax(),
        settings.packetBytesMax(),
        settings.topicAliasMax(),
        settings.retainedMessagesMax() > 0,
        options.responseInformation() ? ReplyTopics.prefixOf(clientId) : null);
  }

  private void countIf(boolean isMet, Limit limit) {
    if (isMet) {
      broker.counters().limit(limit).increment();
    }
  }

  private long sessionExpirySeconds() {
    return Math.min(
        packet.options().sessionExpirySeconds(), broker.settings().sessionExpiryMax().toSeconds());
  }

  /** The client's keep-alive, or the server's [MQTT-3.1.2-21]; a client of 3.1.1 has its own. */
  private int keepAliveSeconds() {
    int asked = packet.keepAliveSeconds();
    int most = (int) Math.ceilDiv(broker.settings().keepAliveMax().toMillis(), 1000L);
    boolean tooLong = asked == 0 || asked > most;
    return most > 0 && tooLong && packet.version() >= 5 ? most : asked;
  }

  /**
   * Finds or makes the session on this lane, or moves to the lane where it is and tries again
   * there.
   */
  private void attach(App app, Sessions.Key key, Accepted terms) {
    LoopLane lane = connection.lane();
    while (true) {
      Session session = broker.sessions().find(key);
      if (session != null && session.loopLane() != lane) {
        follow(session.loopLane(), () -> attach(app, key, terms));
        return;
      }
      if (session != null) {
        session.takeOver();
      }
      // a session that was to end with its connection is not resumed [MQTT-3.1.2-6 of 3.1.1]
      if (session != null && (packet.cleanStart() || session.ended || session.expirySeconds == 0)) {
        session.end();
        session = null;
      }
      boolean present = session != null;
      if (session == null) {
        session = add(lane, key, app);
      }
      if (session != null) {
        accept(session, present, terms);
        return;
      }
    }
  }

  private @Nullable Session add(LoopLane lane, Sessions.Key key, App app) {
    Session session = new Session(broker, lane, key, app);
    return broker.sessions().add(session) ? session : null;
  }

  private void follow(LoopLane target, Runnable then) {
    if (++moves > MOVES_MAX) {
      connection.end(Reason.SERVER_UNAVAILABLE, "the client identifier connects too often");
      return;
    }
    connection.moveTo(
        target,
        () -> {
          try {
            then.run();
          } catch (HeraldException refusal) {
            countLimit(refusal);
            connection.end(refusal.code().mqttReason(), refusal.detail());
          }
        });
  }

  private void accept(Session session, boolean present, Accepted terms) {
    session.attach(connection, packet, registration, sessionExpirySeconds());
    connection.connected(session, keepAliveSeconds());
    LOG.log(Level.DEBUG, () -> "mqtt.connected " + connection);
    PacketOutput out = connection.out();
    out.useAliases(
        Math.min(packet.options().topicAliasMaximum(), broker.settings().topicAliasMax()));
    PacketEncoder.connack(out.room(128), packet.version(), present, terms, out.packetBytesMax());
    session.resume();
  }
}
