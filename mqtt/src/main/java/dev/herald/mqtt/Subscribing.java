package dev.herald.mqtt;

import dev.herald.core.app.Permissions.Caller;
import dev.herald.core.chat.ChatTopics;
import dev.herald.core.chat.Entry;
import dev.herald.core.client.ClientTopics;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.group.GroupTopics;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.registry.Registry.ChatKey;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Obeys one SUBSCRIBE packet: finds out for each filter whether it is granted, subscribes, answers,
 * then sends what is retained. One that asks for what groups had {@code after} a number is answered
 * when the store has told that they reached it, one that joins chats when their owners have said
 * whether it is in; until then the connection obeys nothing else. Owned by the connection's lane.
 */
final class Subscribing {
  /** The user property that asks for what was after an event. */
  static final String AFTER = "after";

  /** The user property that asks for an echo of what the client itself says in a chat. */
  private static final String ECHO = "echo";

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

  /** What became of the filters that are chats: why each is refused, or nothing. */
  private final Map<String, Optional<Refusal>> chats = new HashMap<>(2);

  /** How many chats have not answered. */
  private int chatsAsked;

  /** How far the groups are that it asks for the past of. */
  private Map<GroupKey, GroupHead> heads = Map.of();

  /** Where to go for a chat that is refused, as user properties; empty for nowhere. */
  private List<String> location = List.of();

  private boolean isHeld;

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
      joinChats();
      return;
    }
    hold();
    broker
        .queries()
        .ask(
            connection.lane(),
            queries -> queries.heads(groups),
            new LaneQueries.Answer<>() {
              @Override
              public void found(Map<GroupKey, GroupHead> found) {
                heads = found;
                joinChats();
              }

              @Override
              public void failed(HeraldException refusal) {
                pastRefused = refusal.detail();
                joinChats();
              }
            });
  }

  private void hold() {
    if (!isHeld) {
      isHeld = true;
      connection.hold();
    }
  }

  /** Answers, and goes on with what came after the packet. */
  private void finish() {
    if (connection.isEnding()) {
      return;
    }
    try {
      answer();
    } finally {
      if (isHeld) {
        connection.goOn();
      }
    }
  }

  // ---- chats

  /** Joins the chats among the filters; each answers later, on the lane. */
  private void joinChats() {
    if (connection.isEnding()) {
      return;
    }
    for (Subscribe.Request request : packet.requests()) {
      String chatId = ChatTopics.chatIdOf(request.filter());
      if (chatId != null && !chats.containsKey(request.filter())) {
        Refusal refusal = refusal(request.filter());
        chats.put(request.filter(), Optional.ofNullable(refusal));
        if (refusal == null) {
          join(request, chatId);
        }
      }
    }
    if (chatsAsked == 0) {
      finish();
    }
  }

  private void join(Subscribe.Request request, String chatId) {
    chatsAsked++;
    hold();
    session
        .chats()
        .join(
            request.filter(),
            new ChatKey(session.app().id(), chatId),
            packet.identifier(),
            request.options(),
            wantsEcho(),
            (entry, refusal) -> {
              if (refusal != null) {
                Refusal told = new Refusal(refusal.code().mqttReason(), refusal.detail());
                chats.put(request.filter(), Optional.of(told));
              } else if (entry instanceof Entry.Elsewhere elsewhere) {
                chats.put(request.filter(), Optional.of(redirected(elsewhere)));
              }
              if (--chatsAsked == 0) {
                finish();
              }
            });
  }

  private boolean wantsEcho() {
    List<String> properties = packet.userProperties();
    for (int i = 0; i < properties.size(); i += 2) {
      if (properties.get(i).equals(ECHO)) {
        return properties.get(i + 1).equals("1");
      }
    }
    return false;
  }

  private Refusal redirected(Entry.Elsewhere elsewhere) {
    String at = elsewhere.node().host() + ':' + elsewhere.node().mqttPort();
    if (location.isEmpty()) {
      location = List.of("status", "307", "location", "mqtt://" + at);
    }
    return new Refusal(
        Reason.IMPLEMENTATION_SPECIFIC_ERROR, "the chat is at another worker, " + at);
  }

  // ---- what was before

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

  // ---- the answer

  private void answer() {
    for (int i = 0; i < codes.length && !connection.isEnding(); i++) {
      codes[i] = (byte) subscribe(i, packet.requests().get(i));
    }
    if (connection.isEnding()) {
      return;
    }
    byte[] properties = PacketEncoder.saying(null, List.of());
    if (connection.wantsReasons()) {
      properties = PacketEncoder.saying(firstRefusal, location);
    }
    if (!fits(properties)) {
      // where to go is more useful than why [MQTT-3.9.2-1]
      properties = PacketEncoder.saying(null, location);
    }
    if (!fits(properties)) {
      properties = PacketEncoder.saying(null, List.of());
    }
    int size = PacketEncoder.subscribeAckSize(codes.length, properties.length);
    PacketEncoder.subscribeAck(
        connection.out().room(size),
        connection.version(),
        PacketType.SUBACK,
        packet.packetId(),
        codes,
        properties);
    for (int i = 0; i < codes.length && !connection.isEnding(); i++) {
      Subscribe.Request request = packet.requests().get(i);
      if (wantsRetained[i]) {
        sendRetained(request);
      }
      SessionClient client = session.client();
      if (client != null && SessionClient.looksAfter(request.filter())) {
        client.begin(request.filter());
      }
    }
  }

  private boolean fits(byte[] properties) {
    return PacketEncoder.subscribeAckSize(codes.length, properties.length)
        <= connection.out().packetBytesMax();
  }

  /** Subscribes to one filter, or not; returns its code. */
  private int subscribe(int i, Subscribe.Request request) {
    String filter = request.filter();
    Optional<Refusal> ofChat = chats.get(filter);
    Refusal refusal = ofChat == null ? refusal(filter) : ofChat.orElse(null);
    if (refusal != null) {
      return refuse(refusal);
    }
    if (ofChat != null) {
      return request.options() & Subscribe.QOS;
    }
    long from = group(filter) == null ? Session.LIVE : after;
    int options = options(request);
    try {
      boolean isNew = session.subscribe(filter, options, packet.identifier(), from);
      wantsRetained[i] = wantsRetained(request, isNew);
      return options & Subscribe.QOS;
    } catch (HeraldException full) {
      return refuse(new Refusal(full.code().mqttReason(), full.detail()));
    }
  }

  private int refuse(Refusal refusal) {
    firstRefusal = firstRefusal == null ? refusal.text : firstRefusal;
    return connection.version() >= 5 ? refusal.reason : FAILURE_OF_311;
  }

  /** A notification comes at most once, which QoS 1 could not promise: QoS 0 is granted then. */
  private static int options(Subscribe.Request request) {
    int options = request.options();
    return request.filter().equals(ClientTopics.NOTIFY) && (options & Subscribe.QOS) == 1
        ? options & ~Subscribe.QOS
        : options;
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

  private @Nullable Refusal refusal(String filter) {
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
    Refusal refusal = null;
    if (SessionClient.looksAfter(filter)) {
      refusal = presenceRefusal(filter);
    } else if (topics.charAt(0) == '$') {
      refusal = specialRefusal(filter, topics);
    }
    return refusal == null ? quota(filter) : refusal;
  }

  private static @Nullable Limit limitMet(MqttSettings settings, String filter) {
    if (ByteBufUtil.utf8Bytes(filter) > settings.topicBytesMax()) {
      return Limit.TOPIC_BYTES;
    }
    return Topics.levels(filter) > settings.topicLevelsMax() ? Limit.TOPIC_LEVELS : null;
  }

  /** Returns why a subscription of a user's presence is refused, or null. */
  private @Nullable Refusal presenceRefusal(String filter) {
    if (filter.equals(ClientTopics.NOTIFY)) {
      return null;
    }
    try {
      GroupLimits.checkId("userId", ClientTopics.userOf(filter));
      broker
          .presence()
          .check(new Caller(session.app().id(), session.userId, session.key().clientId()));
    } catch (HeraldException refused) {
      return new Refusal(
          refused.code() == ErrorCode.NOT_AUTHORIZED
              ? Reason.NOT_AUTHORIZED
              : Reason.TOPIC_FILTER_INVALID,
          refused.detail());
    }
    return null;
  }

  /** Returns why a filter that begins with {@code $} is refused, or null. */
  private @Nullable Refusal specialRefusal(String filter, String topics) {
    if (ChatTopics.chatIdOf(topics) != null) {
      return chatRefusal(filter, topics);
    }
    String groupId = GroupTopics.groupIdOf(topics);
    if (groupId == null) {
      return new Refusal(
          Reason.TOPIC_FILTER_INVALID,
          "of the topics that begin with $ clients subscribe to $group/{groupId},"
              + " $chat/{chatId}, $notify and $presence/{userId}, each by its name");
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
    String text = pastRefused == null ? pastRefusal(filter, groupId) : pastRefused;
    return text == null ? null : new Refusal(Reason.IMPLEMENTATION_SPECIFIC_ERROR, text);
  }

  private @Nullable Refusal chatRefusal(String filter, String topic) {
    if (!filter.equals(topic)) {
      return new Refusal(Reason.TOPIC_FILTER_INVALID, "a chat is joined by each for itself");
    }
    boolean isIn = session.isSubscribed(topic);
    if (!isIn && session.chatCount() >= broker.chats().settings().chatsPerClientMax()) {
      broker.chats().countClientLimit();
      return new Refusal(Reason.QUOTA_EXCEEDED, "the client is in as many chats as it may be");
    }
    return null;
  }

  private @Nullable String pastRefusal(String filter, String groupId) {
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
        PacketEncoder.saying(null, List.of()));
  }

  private record Refusal(int reason, String text) {}
}
