package dev.herald.mqtt;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.mqtt.codec.Publish;
import dev.herald.mqtt.codec.Reason;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one client published that is not done yet: messages that are to be kept, and requests, which
 * are answered by a message to their response topic. Each is acknowledged when it is done. Owned by
 * the connection's lane.
 */
final class Requests {
  /** The answer to what is not answered by a document. */
  static final byte[] NO_DOCUMENT = {};

  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";

  private final Broker broker;
  private final Connection connection;
  private final Function<HeraldException, byte[]> problems;

  /** What is not done yet. */
  private int pending;

  /** That of it at QoS 1; at QoS 2 the session counts it. */
  private int pendingAtLeastOnce;

  /**
   * Makes it for a connection.
   *
   * @param problems makes the answer to a request that was refused
   */
  Requests(Broker broker, Connection connection, Function<HeraldException, byte[]> problems) {
    this.broker = broker;
    this.connection = connection;
    this.problems = problems;
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
   * Returns what a packet asks for.
   *
   * @param responds whether it may ask for an answer to a topic
   */
  Asked asked(Publish packet, boolean responds) {
    return new Asked(
        connection.session(), packet.qos(), packet.packetId(), packet.properties(), responds);
  }

  /**
   * Checks that the answer can be sent where it is wanted.
   *
   * @throws HeraldException TOPIC_NAME_INVALID
   */
  static void checkResponseTopic(Asked asked) {
    String topic = asked.responseTopic();
    if (topic != null && !takesResponses(topic)) {
      throw new HeraldException(
          ErrorCode.TOPIC_NAME_INVALID, "a response cannot be sent to this response topic");
    }
  }

  /** Answers when a command is done. */
  void await(Asked asked, CompletionStage<byte[]> command) {
    begin(asked);
    LoopLane lane = connection.lane();
    var _ =
        command.whenComplete((document, failure) ->
            lane.execute(
                () -> done(asked, document, failure == null ? null : HeraldException.of(failure))));
  }

  /** Notes something that is not done at once; {@link #done} follows. */
  void begin(Asked asked) {
    pending++;
    if (asked.qos == 1) {
      pendingAtLeastOnce++;
    } else if (asked.qos == 2) {
      asked.session.received().await(asked.packetId);
    }
  }

  /** Answers something that is done, or was refused. */
  void done(Asked asked, byte @Nullable [] document, @Nullable HeraldException refusal) {
    pending--;
    if (asked.qos == 1) {
      pendingAtLeastOnce--;
    } else if (asked.qos == 2) {
      asked.session.received().answered(asked.packetId);
    }
    answer(asked, document, refusal);
  }

  /**
   * Responds to a request, then acknowledges what is done, or was refused. At QoS 2 the identifier
   * belongs to the session, so that its next connection is told; at QoS 1 the client sends again
   * what this connection did not acknowledge.
   */
  void answer(Asked asked, byte @Nullable [] document, @Nullable HeraldException refusal) {
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
    byte[] payload = refusal == null ? document : problems.apply(refusal);
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
  record Asked(
      Session session, int qos, int packetId, MessageProperties properties, boolean responds) {

    /** Returns where the answer is wanted, or null. */
    @Nullable String responseTopic() {
      return responds ? properties.responseTopic() : null;
    }
  }
}
