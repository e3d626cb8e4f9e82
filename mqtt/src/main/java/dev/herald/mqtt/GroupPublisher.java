package dev.herald.mqtt;

import dev.herald.core.chat.ChatTopics;
import dev.herald.core.chat.Place;
import dev.herald.core.chat.Seat;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.GroupRequests.Operation;
import dev.herald.core.group.GroupRequests.Request;
import dev.herald.core.group.GroupTopics;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.mqtt.codec.Publish;
import dev.herald.mqtt.codec.Reason;
import dev.herald.mqtt.codec.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes what one client publishes to groups and chats: messages, and requests, which are answered
 * by a message to their response topic. Each is acknowledged when it is done. Owned by the
 * connection's lane.
 */
final class GroupPublisher {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,10}");
  private static final String TYPE_WRONG = "type must be a 32-bit integer";

  private static final byte[] NO_DOCUMENT = {};

  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";

  private final Broker broker;
  private final Connection connection;

  /** What is not done yet. */
  private int pending;

  /** That of it at QoS 1; at QoS 2 the session counts it. */
  private int pendingAtLeastOnce;

  GroupPublisher(Broker broker, Connection connection) {
    this.broker = broker;
    this.connection = connection;
  }

  /** Returns how much is not done yet. */
  int pending() {
    return pending;
  }

  /** Returns how much at QoS 1 is not done yet. */
  int pendingAtLeastOnce() {
    return pendingAtLeastOnce;
  }

  /**
   * Takes a message to a topic that begins with {@code $group/}; false if it is none of a group.
   */
  boolean publish(String topic, Publish packet) {
    Session session = connection.session();
    String groupId = GroupTopics.groupIdOf(topic);
    // a message is not answered: whoever wrote it sees it in the group
    boolean responds = groupId == null;
    Asked asked =
        new Asked(session, packet.qos(), packet.packetId(), packet.properties(), responds);
    try {
      if (groupId != null) {
        create(asked, groupId, packet);
        return true;
      }
      int end = topic.lastIndexOf('/');
      Operation operation = Operation.of(topic.substring(end + 1));
      groupId = GroupTopics.groupIdOf(topic.substring(0, end));
      if (operation == null || groupId == null) {
        return false;
      }
      String appId = session.app().id();
      request(asked, new Request(appId, groupId, userOf(session), operation, packet.payload()));
    } catch (HeraldException refusal) {
      answer(asked, null, refusal);
    }
    return true;
  }

  private static String userOf(Session session) {
    return session.userId.isEmpty() ? session.key().clientId() : session.userId;
  }

  // ---- messages

  private void create(Asked asked, String groupId, Publish packet) {
    String content;
    try {
      content =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(packet.payload())).toString();
    } catch (CharacterCodingException e) {
      String what = "a message's content must be UTF-8 text";
      connection.publisher().refuse(asked.qos, asked.packetId, Reason.PAYLOAD_FORMAT_INVALID, what);
      return;
    }
    MessageProperties properties = packet.properties();
    await(
        asked,
        broker
            .groups()
            .create(
                new GroupCommands.Draft(
                    asked.session.app().id(),
                    groupId,
                    userOf(asked.session),
                    content,
                    type(properties.userProperty("type")),
                    properties.userProperty("clientMessageId")))
            .thenApply(created -> NO_DOCUMENT));
  }

  private static @Nullable Integer type(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      if (INTEGER.matcher(text).matches()) {
        return Integer.valueOf(text);
      }
    } catch (NumberFormatException tooLarge) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, TYPE_WRONG, tooLarge);
    }
    throw new HeraldException(ErrorCode.FIELD_INVALID, TYPE_WRONG);
  }

  // ---- chats

  /** Takes a message to a topic that begins with {@code $chat/}; false if it is none of a chat. */
  boolean publishToChat(String topic, Publish packet) {
    Session session = connection.session();
    boolean ends = topic.endsWith(ChatTopics.END);
    String chat = ends ? topic.substring(0, topic.length() - ChatTopics.END.length()) : topic;
    String chatId = ChatTopics.chatIdOf(chat);
    if (chatId == null) {
      return false;
    }
    if (packet.properties().utf8Payload() && !Utf8.isWellFormed(packet.payload())) {
      String what = "the payload is declared to be UTF-8 and is not";
      connection
          .publisher()
          .refuse(packet.qos(), packet.packetId(), Reason.PAYLOAD_FORMAT_INVALID, what);
      return true;
    }
    Asked asked = new Asked(session, packet.qos(), packet.packetId(), packet.properties(), false);
    Seat.Who who = new Seat.Who(session.key().clientId(), session.userId);
    CompletionStage<Long> done =
        ends
            ? broker.chats().end(new ChatKey(session.app().id(), chatId), who)
            : say(session, topic, packet);
    await(asked, done.thenApply(number -> NO_DOCUMENT));
    return true;
  }

  private CompletionStage<Long> say(Session session, String topic, Publish packet) {
    Place place = session.chatCount() == 0 ? null : session.chats().place(topic);
    if (place == null) {
      return CompletableFuture.failedFuture(
          new HeraldException(
              ErrorCode.NOT_AUTHORIZED, "only who is in a chat may speak; subscribe to it first"));
    }
    return place.say(
        new Message(
            topic,
            packet.payload(),
            packet.qos(),
            false,
            packet.properties(),
            InboundPublisher.expiresAtMs(broker, packet.expirySeconds()),
            session.key().clientId()));
  }

  // ---- requests

  private void request(Asked asked, Request request) {
    String responseTopic = asked.responseTopic();
    if (responseTopic != null && !takesResponses(responseTopic)) {
      throw new HeraldException(
          ErrorCode.TOPIC_NAME_INVALID, "a response cannot be sent to this response topic");
    }
    if (!request.operation().isQuery()) {
      await(asked, broker.requests().command(request));
      return;
    }
    if (responseTopic == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, "a query needs a response topic");
    }
    Function<GroupQueries, byte[]> query = broker.requests().query(request);
    begin(asked);
    broker
        .queries()
        .ask(
            connection.lane(),
            query,
            new LaneQueries.Answer<>() {
              @Override
              public void found(byte[] document) {
                done(asked, document, null);
              }

              @Override
              public void failed(HeraldException refusal) {
                done(asked, null, refusal);
              }
            });
  }

  private void await(Asked asked, CompletionStage<byte[]> command) {
    begin(asked);
    LoopLane lane = connection.lane();
    var _ =
        command.whenComplete((document, failure) ->
            lane.execute(
                () -> done(asked, document, failure == null ? null : HeraldException.of(failure))));
  }

  private void begin(Asked asked) {
    pending++;
    if (asked.qos == 1) {
      pendingAtLeastOnce++;
    } else if (asked.qos == 2) {
      asked.session.received().await(asked.packetId);
    }
  }

  private void done(Asked asked, byte @Nullable [] document, @Nullable HeraldException refusal) {
    pending--;
    if (asked.qos == 1) {
      pendingAtLeastOnce--;
    } else if (asked.qos == 2) {
      asked.session.received().answered(asked.packetId);
    }
    answer(asked, document, refusal);
  }

  // ---- answers

  /**
   * Responds to a request, then acknowledges what is done, or was refused. At QoS 2 the identifier
   * belongs to the session, so that its next connection is told; at QoS 1 the client sends again
   * what this connection did not acknowledge.
   */
  private void answer(Asked asked, byte @Nullable [] document, @Nullable HeraldException refusal) {
    boolean heard = respond(asked, document, refusal);
    Connection present = asked.session.connection();
    Connection teller = asked.qos == 2 && present != null ? present : connection;
    if (teller.isEnding()) {
      if (refusal != null && asked.qos == 2) {
        asked.session.release(asked.packetId);
      }
    } else if (refusal == null) {
      int reason = heard ? Reason.SUCCESS : Reason.NO_MATCHING_SUBSCRIBERS;
      teller.publisher().acknowledge(asked.qos, asked.packetId, reason, null);
    } else {
      teller
          .publisher()
          .refuse(asked.qos, asked.packetId, refusal.code().mqttReason(), refusal.detail());
    }
  }

  /** Sends the response, if one is wanted; returns false if nobody listens for it. */
  private boolean respond(
      Asked asked, byte @Nullable [] document, @Nullable HeraldException refusal) {
    String topic = asked.responseTopic();
    byte[] payload = refusal == null ? document : broker.requests().problem(refusal);
    if (topic == null || !takesResponses(topic) || payload == null) {
      return true;
    }
    return broker
        .router()
        .publish(
            asked.session.app().topics(),
            new Message(
                topic,
                payload,
                asked.qos,
                false,
                new MessageProperties(
                    PayloadFormat.UTF8,
                    refusal == null ? JSON : PROBLEM,
                    null,
                    asked.properties.correlationData(),
                    List.of()),
                Message.NEVER,
                null));
  }

  private static boolean takesResponses(String topic) {
    return !topic.startsWith("$") || ReplyTopics.isOne(topic);
  }

  /**
   * What is to be answered.
   *
   * @param session whose client asked
   * @param properties what it said of its packet
   * @param responds whether it may ask for an answer to a topic
   */
  private record Asked(
      Session session, int qos, int packetId, MessageProperties properties, boolean responds) {

    /** Returns where the answer is wanted, or null. */
    @Nullable String responseTopic() {
      return responds ? properties.responseTopic() : null;
    }
  }
}
