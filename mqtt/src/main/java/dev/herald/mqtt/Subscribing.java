package dev.herald.mqtt;

import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.error.HeraldException;
import dev.herald.core.group.GroupTopics;
import dev.herald.core.topic.Topics;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.PacketEncoder;
import dev.herald.mqtt.codec.PacketException;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import dev.herald.mqtt.codec.Subscribe;
import dev.herald.mqtt.codec.Unsubscribe;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Obeys SUBSCRIBE and UNSUBSCRIBE packets. */
final class Subscribing {
  /** What a SUBACK of 3.1.1 says to a filter that is refused. */
  private static final int FAILURE_OF_311 = 0x80;

  private Subscribing() {}

  static void subscribe(Broker broker, Connection connection, Subscribe packet) {
    Session session = connection.session();
    List<Subscribe.Request> requests = packet.requests();
    requests.forEach(request -> checkForm(request.filter()));
    checkAnswerFits(connection, requests.size());
    byte[] codes = new byte[requests.size()];
    boolean[] wantsRetained = new boolean[requests.size()];
    for (int i = 0; i < codes.length; i++) {
      Subscribe.Request request = requests.get(i);
      int refusal = refusal(broker, session, packet, request.filter());
      if (refusal == Reason.SUCCESS) {
        boolean isNew = session.subscribe(request.filter(), request.options(), packet.identifier());
        wantsRetained[i] = wantsRetained(request, isNew);
        codes[i] = (byte) (request.options() & Subscribe.QOS);
      } else {
        codes[i] = (byte) (connection.version() >= 5 ? refusal : FAILURE_OF_311);
      }
    }
    PacketEncoder.subscribeAck(
        connection.out().room(8 + codes.length),
        connection.version(),
        PacketType.SUBACK,
        packet.packetId(),
        codes);
    for (int i = 0; i < codes.length; i++) {
      if (wantsRetained[i]) {
        sendRetained(broker, session, requests.get(i), packet.identifier());
      }
    }
  }

  /** A client that could not be told what became of its filters is told that, instead. */
  private static void checkAnswerFits(Connection connection, int filters) {
    if (PacketEncoder.subscribeAckSize(filters) > connection.out().packetBytesMax()) {
      throw new PacketException(
          Reason.PACKET_TOO_LARGE,
          "the answer would be larger than the client takes [MQTT-3.1.2-24]");
    }
  }

  private static int refusal(Broker broker, Session session, Subscribe packet, String filter) {
    Limit met = limitMet(broker.settings(), filter);
    if (met != null) {
      broker.counters().limit(met).increment();
      return Reason.TOPIC_FILTER_INVALID;
    }
    if (ReplyTopics.isOne(filter)) {
      return filter.startsWith(ReplyTopics.prefixOf(session.key().clientId()))
          ? quota(broker, session, filter)
          : Reason.NOT_AUTHORIZED;
    }
    String topics = SharedFilter.isShared(filter) ? SharedFilter.of(filter).filter() : filter;
    if (topics.charAt(0) == '$' && GroupTopics.groupIdOf(topics) == null) {
      return Reason.TOPIC_FILTER_INVALID;
    }
    if (topics.charAt(0) == '$' && asksForThePast(packet.userProperties())) {
      // a client that asks for the past must not believe that it got it
      return Reason.IMPLEMENTATION_SPECIFIC_ERROR;
    }
    return quota(broker, session, filter);
  }

  private static @Nullable Limit limitMet(MqttSettings settings, String filter) {
    if (ByteBufUtil.utf8Bytes(filter) > settings.topicBytesMax()) {
      return Limit.TOPIC_BYTES;
    }
    return Topics.levels(filter) > settings.topicLevelsMax() ? Limit.TOPIC_LEVELS : null;
  }

  private static int quota(Broker broker, Session session, String filter) {
    if (session.subscriptionCount() < broker.settings().subscriptionsMax()
        || session.isSubscribed(filter)) {
      return Reason.SUCCESS;
    }
    broker.counters().limit(Limit.SUBSCRIPTIONS).increment();
    return Reason.QUOTA_EXCEEDED;
  }

  /**
   * Checks a filter's form. One without form is no filter that could be refused: it breaks the
   * protocol, as a topic name with a wildcard does [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-1]
   * [MQTT-4.8.2-1] [MQTT-4.8.2-2].
   */
  private static void checkForm(String filter) {
    try {
      if (SharedFilter.isShared(filter)) {
        var _ = SharedFilter.of(filter);
      } else {
        Topics.checkFilter(filter);
      }
    } catch (HeraldException invalid) {
      throw new PacketException(Reason.TOPIC_FILTER_INVALID, invalid.detail());
    }
  }

  private static boolean asksForThePast(List<String> userProperties) {
    for (int i = 0; i < userProperties.size(); i += 2) {
      if (userProperties.get(i).equals("after")) {
        return true;
      }
    }
    return false;
  }

  private static boolean wantsRetained(Subscribe.Request request, boolean isNew) {
    if (SharedFilter.isShared(request.filter())) {
      // no member is told what was before it (section 4.8.2)
      return false;
    }
    return switch ((request.options() & Subscribe.RETAIN_HANDLING) >> 4) {
      case 0 -> true;
      case 1 -> isNew;
      default -> false;
    };
  }

  /** Sends the retained messages a filter matches, marked as retained [MQTT-3.3.1-8]. */
  private static void sendRetained(
      Broker broker, Session session, Subscribe.Request request, int identifier) {
    int[] identifiers = identifier == 0 ? OutboundMessage.NO_IDENTIFIERS : new int[] {identifier};
    int qosMax = request.options() & Subscribe.QOS;
    boolean noLocal = (request.options() & Subscribe.NO_LOCAL) != 0;
    session
        .app()
        .retained()
        .forEachMatch(
            request.filter(),
            broker.clock().millis(),
            message -> {
              // [MQTT-3.8.3-3]
              if (!noLocal || !session.isOriginOf(message)) {
                session.send(message, Math.min(message.qos(), qosMax), true, identifiers);
              }
            });
  }

  static void unsubscribe(Connection connection, Unsubscribe packet) {
    packet.filters().forEach(Subscribing::checkForm);
    checkAnswerFits(connection, packet.filters().size());
    byte[] codes = new byte[packet.filters().size()];
    for (int i = 0; i < codes.length; i++) {
      boolean existed = connection.session().unsubscribe(packet.filters().get(i));
      codes[i] = (byte) (existed ? Reason.SUCCESS : Reason.NO_SUBSCRIPTION_EXISTED);
    }
    PacketEncoder.subscribeAck(
        connection.out().room(8 + codes.length),
        connection.version(),
        PacketType.UNSUBACK,
        packet.packetId(),
        connection.version() >= 5 ? codes : new byte[0]);
  }
}
