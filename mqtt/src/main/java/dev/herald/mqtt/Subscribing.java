package dev.herald.mqtt;

import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.group.GroupTopics;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.store.History.GroupHead;
import dev.herald.core.topic.Topics;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.PacketEncoder;
import dev.herald.mqtt.codec.PacketException;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import dev.herald.mqtt.codec.Subscribe;
import dev.herald.mqtt.codec.Unsubscribe;
import io.netty.buffer.ByteBufUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Obeys one SUBSCRIBE packet: finds out for each filter whether it is granted, subscribes, answers,
 * then sends what is retained. One that asks for what groups had {@code after} a number is answered
 * when the store has told that they reached it; until then the connection obeys nothing else. Owned
 * by the connection's lane.
 */
final class Subscribing {
  /** The user property that asks for what was after an event. */
  static final String AFTER = "after";

  /** What a SUBACK of 3.1.1 says to a filter that is refused. */
  private static final int FAILURE_OF_311 = 0x80;

  private static final int DIGITS_MAX = 18;

  private final Broker broker;
  private final Connection connection;
  private final Session session;
  private final Subscribe packet;
  private final byte[] codes;
  private final boolean[] wantsRetained;

  /** The number that groups are to go on from, {@link Session#LIVE} for none. */
  private long after = Session.LIVE;

  /** Why no group can go on from there, or null. */
  private @Nullable String pastRefused;

  /** What the first filter was refused for, or null. */
  private @Nullable String firstRefusal;

  Subscribing(Broker broker, Connection connection, Subscribe packet) {
    this.broker = broker;
    this.connection = connection;
    this.session = connection.session();
    this.packet = packet;
    this.codes = new byte[packet.requests().size()];
    this.wantsRetained = new boolean[codes.length];
  }

  /**
   * Obeys the packet.
   *
   * @throws PacketException if a filter has no form, or the client could not take the answer
   */
  void run() {
    packet.requests().forEach(request -> checkForm(request.filter()));
    checkAnswerFits(connection, codes.length);
    readAfter();
    Set<GroupKey> groups = after > 0 ? groups() : Set.of();
    if (groups.isEmpty()) {
      answer(Map.of());
      return;
    }
    connection.hold();
    broker
        .queries()
        .ask(
            connection.lane(),
            queries -> queries.heads(groups),
            new LaneQueries.Answer<>() {
              @Override
              public void found(Map<GroupKey, GroupHead> heads) {
                goOn(heads);
              }

              @Override
              public void failed(HeraldException refusal) {
                pastRefused = refusal.detail();
                goOn(Map.of());
              }
            });
  }

  private void goOn(Map<GroupKey, GroupHead> heads) {
    if (connection.isEnding()) {
      return;
    }
    try {
      answer(heads);
    } finally {
      connection.goOn();
    }
  }

  private void readAfter() {
    List<String> properties = packet.userProperties();
    boolean given = false;
    for (int i = 0; i < properties.size(); i += 2) {
      if (properties.get(i).equals(AFTER)) {
        String text = properties.get(i + 1);
        if (given || !isNumber(text)) {
          pastRefused = "after must be the number of an event, 0 or greater, and given once";
          after = 0;
          return;
        }
        given = true;
        after = Long.parseLong(text);
      }
    }
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= DIGITS_MAX
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private Set<GroupKey> groups() {
    Set<GroupKey> groups = new HashSet<>();
    for (Subscribe.Request request : packet.requests()) {
      GroupKey group = group(request.filter());
      if (group != null) {
        groups.add(group);
      }
    }
    return groups;
  }

  private @Nullable GroupKey group(String filter) {
    String groupId = GroupTopics.groupIdOf(filter);
    return groupId == null ? null : new GroupKey(session.app().id(), groupId);
  }

  private void answer(Map<GroupKey, GroupHead> heads) {
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) subscribe(i, packet.requests().get(i), heads);
    }
    String text = connection.wantsReasons() ? firstRefusal : null;
    int textBytes = text == null ? 0 : ByteBufUtil.utf8Bytes(text);
    int size = PacketEncoder.subscribeAckSize(codes.length, textBytes);
    if (size > connection.out().packetBytesMax()) {
      // [MQTT-3.9.2-1]
      text = null;
    }
    PacketEncoder.subscribeAck(
        connection.out().room(size),
        connection.version(),
        PacketType.SUBACK,
        packet.packetId(),
        codes,
        text);
    for (int i = 0; i < codes.length; i++) {
      if (wantsRetained[i]) {
        sendRetained(packet.requests().get(i));
      }
    }
  }

  /** Subscribes to one filter, or not; returns its code. */
  private int subscribe(int i, Subscribe.Request request, Map<GroupKey, GroupHead> heads) {
    String filter = request.filter();
    Refusal refusal = refusal(filter, heads);
    if (refusal != null) {
      firstRefusal = firstRefusal == null ? refusal.text : firstRefusal;
      return connection.version() >= 5 ? refusal.reason : FAILURE_OF_311;
    }
    long from = group(filter) == null ? Session.LIVE : after;
    boolean isNew = session.subscribe(filter, request.options(), packet.identifier(), from);
    wantsRetained[i] = wantsRetained(request, isNew);
    return request.options() & Subscribe.QOS;
  }

  // ---- what is refused

  /** A client that could not be told what became of its filters is told that, instead. */
  private static void checkAnswerFits(Connection connection, int filters) {
    if (PacketEncoder.subscribeAckSize(filters, 0) > connection.out().packetBytesMax()) {
      throw new PacketException(
          Reason.PACKET_TOO_LARGE,
          "the answer would be larger than the client takes [MQTT-3.1.2-24]");
    }
  }

  private @Nullable Refusal refusal(String filter, Map<GroupKey, GroupHead> heads) {
    Limit met = limitMet(broker.settings(), filter);
    if (met != null) {
      broker.counters().limit(met).increment();
      return new Refusal(Reason.TOPIC_FILTER_INVALID, "the filter is longer than allowed");
    }
    if (ReplyTopics.isOne(filter)) {
      return filter.startsWith(ReplyTopics.prefixOf(session.key().clientId()))
          ? quota(filter)
          : new Refusal(
              Reason.NOT_AUTHORIZED, "these responses are for the client that the topic names");
    }
    String topics = SharedFilter.isShared(filter) ? SharedFilter.of(filter).filter() : filter;
    Refusal refusal = topics.charAt(0) == '$' ? groupRefusal(filter, topics, heads) : null;
    return refusal == null ? quota(filter) : refusal;
  }

  private static @Nullable Limit limitMet(MqttSettings settings, String filter) {
    if (ByteBufUtil.utf8Bytes(filter) > settings.topicBytesMax()) {
      return Limit.TOPIC_BYTES;
    }
    return Topics.levels(filter) > settings.topicLevelsMax() ? Limit.TOPIC_LEVELS : null;
  }

  /** Returns why a filter that begins with {@code $} is refused, or null. */
  private @Nullable Refusal groupRefusal(
      String filter, String topics, Map<GroupKey, GroupHead> heads) {
    String groupId = GroupTopics.groupIdOf(topics);
    if (groupId == null) {
      return new Refusal(
          Reason.TOPIC_FILTER_INVALID,
          "of the topics that begin with $ clients subscribe to $group/{groupId}, each by its"
              + " name");
    }
    try {
      var _ = GroupLimits.checkId("groupId", groupId);
    } catch (HeraldException invalid) {
      return new Refusal(Reason.TOPIC_FILTER_INVALID, invalid.detail());
    }
    if (after == Session.LIVE) {
      return null;
    }
    // a client that asks for the past must not believe that it got it
    String text = pastRefused == null ? pastRefusal(filter, groupId, heads) : pastRefused;
    return text == null ? null : new Refusal(Reason.IMPLEMENTATION_SPECIFIC_ERROR, text);
  }

  private @Nullable String pastRefusal(
      String filter, String groupId, Map<GroupKey, GroupHead> heads) {
    if (SharedFilter.isShared(filter)) {
      return "after is for a subscription that is not shared";
    }
    GroupHead head = heads.get(new GroupKey(session.app().id(), groupId));
    long last = head == null ? 0 : head.seq();
    return after > last ? "after is " + after + ", the group's last event is number " + last : null;
  }

  private @Nullable Refusal quota(String filter) {
    if (session.isSubscribed(filter)) {
      return null;
    }
    if (broker.memory().refusesSubscription()) {
      return new Refusal(Reason.QUOTA_EXCEEDED, "memory is short on this server; try again later");
    }
    if (session.subscriptionCount() < broker.settings().subscriptionsMax()) {
      return null;
    }
    broker.counters().limit(Limit.SUBSCRIPTIONS).increment();
    return new Refusal(
        Reason.QUOTA_EXCEEDED, "the session has as many subscriptions as it may have");
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

  // ---- retained messages

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
  private void sendRetained(Subscribe.Request request) {
    int identifier = packet.identifier();
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

  // ---- UNSUBSCRIBE

  /** Obeys an UNSUBSCRIBE packet. */
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
        connection.version() >= 5 ? codes : new byte[0],
        null);
  }

  private record Refusal(int reason, String text) {}
}
