package dev.herald.core.consumer;

import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.NotConsumed;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where messages go that no member of a group consumed, if there is such a place: a topic, to whose
 * subscribers they are published once more. Thread-safe.
 */
final class DeadLetters {
  private final TopicTree topics;
  private final Router router;
  private final String topic;
  private final ConsumerCounters counters;

  /**
   * Makes those of an app.
   *
   * @param topic where they go; empty for nowhere
   */
  DeadLetters(TopicTree topics, Router router, String topic, ConsumerCounters counters) {
    this.topics = topics;
    this.router = router;
    this.topic = topic;
    this.counters = counters;
  }

  /** Returns whether a message can become one; none that is one already. */
  boolean take(Message message) {
    return !topic.isEmpty() && !message.topic().equals(topic);
  }

  /**
   * Publishes a message as one.
   *
   * @param of what the message's publisher awaits, or null: it is answered as the dead letter is,
   *     and refused if nobody takes that
   */
  void publish(Message message, NotConsumed why, @Nullable Receipt of) {
    counters.deadLetters.increment();
    router.publishAwaited(
        topics,
        letter(message, why),
        new Receipt() {
          @Override
          protected void completed() {
            if (groups() + subscribers() == 0 || refusal() != null) {
              counters.dropped(why.reason()).increment();
              if (of != null) {
                of.refused(why);
              }
            } else if (of != null) {
              of.answered();
            }
          }
        });
  }

  private Message letter(Message message, NotConsumed why) {
    MessageProperties properties = message.properties();
    List<String> told = new ArrayList<>(properties.userProperties());
    told.addAll(List.of("dead-letter-reason", why.reason().label()));
    told.addAll(List.of("dead-letter-topic", message.topic()));
    told.addAll(List.of("dead-letter-group", why.group()));
    told.addAll(List.of("dead-letter-attempts", Integer.toString(why.attempts())));
    return new Message(
        topic,
        message.payload(),
        message.qos(),
        false,
        new MessageProperties(
            properties.payloadFormat(),
            properties.contentType(),
            properties.responseTopic(),
            properties.correlationData(),
            List.copyOf(told)),
        message.expiresAtMs(),
        message.origin());
  }
}
