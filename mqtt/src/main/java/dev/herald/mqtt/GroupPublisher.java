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
import dev.herald.mqtt.Requests.Asked;
import dev.herald.mqtt.codec.Publish;
import dev.herald.mqtt.codec.Reason;
import dev.herald.mqtt.codec.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes what one client publishes to groups and chats. Owned by the connection's lane. */
final class GroupPublisher {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,10}");
  private static final String TYPE_WRONG = "type must be a 32-bit integer";

  private final Broker broker;
  private final Connection connection;

  private final Requests requests;

  GroupPublisher(Broker broker, Connection connection, Requests requests) {
    this.broker = broker;
    this.connection = connection;
    this.requests = requests;
  }

  /**
   * Takes a message to a topic that begins with {@code $group/}; false if it is none of a group.
   */
  boolean publish(String topic, Publish packet) {
    Session session = connection.session();
    String groupId = GroupTopics.groupIdOf(topic);
    // a message is not answered: whoever wrote it sees it in the group
    boolean responds = groupId == null;
    Asked asked = requests.asked(packet, responds);
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
      requests.answer(asked, null, refusal);
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
      connection
          .publisher()
          .refuse(packet.qos(), packet.packetId(), Reason.PAYLOAD_FORMAT_INVALID, what);
      return;
    }
    MessageProperties properties = packet.properties();
    requests.await(
        asked,
        broker
            .groups()
            .create(
                new GroupCommands.Draft(
                    asked.session().app().id(),
                    groupId,
                    userOf(asked.session()),
                    content,
                    type(properties.userProperty("type")),
                    properties.userProperty("clientMessageId")))
            .thenApply(created -> Requests.NO_DOCUMENT));
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
    String chatId = ChatTopics.chatIdOf(topic);
    boolean ends = chatId == null && topic.endsWith(ChatTopics.END);
    if (ends) {
      chatId = ChatTopics.chatIdOf(topic.substring(0, topic.length() - ChatTopics.END.length()));
    }
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
    Asked asked = requests.asked(packet, false);
    Seat.Who who = new Seat.Who(session.key().clientId(), session.userId);
    CompletionStage<Long> done =
        ends
            ? broker.chats().end(new ChatKey(session.app().id(), chatId), who)
            : say(session, topic, packet);
    requests.await(asked, done.thenApply(number -> Requests.NO_DOCUMENT));
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
    Requests.checkResponseTopic(asked);
    if (!request.operation().isQuery()) {
      requests.await(asked, broker.requests().command(request));
      return;
    }
    if (asked.responseTopic() == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, "a query needs a response topic");
    }
    Function<GroupQueries, byte[]> query = broker.requests().query(request);
    requests.begin(asked);
    broker
        .queries()
        .ask(
            connection.lane(),
            query,
            new LaneQueries.Answer<>() {
              @Override
              public void found(byte[] document) {
                requests.done(asked, document, null);
              }

              @Override
              public void failed(HeraldException refusal) {
                requests.done(asked, null, refusal);
              }
            });
  }
}
