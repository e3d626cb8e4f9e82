package dev.herald.core.consumer;

import static dev.herald.core.route.MessageProperties.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.metric.Metrics;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.route.NotConsumed;
import dev.herald.core.route.NotConsumed.Reason;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router;
import dev.herald.core.route.Router.Reach;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import dev.herald.core.route.TopicTree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** A group, or several, on two lanes; and publishers whose receipts are looked at. */
abstract class ConsumedFixture {
  static final int TIMEOUT = 30;
  static final int ATTEMPTS_MAX = 3;

  final Router router = new Router(2);
  final TopicTree topics = new TopicTree(2);
  ConsumerGroups groups = groups(true, "");
  final ManualLane home = new ManualLane(0);
  final ManualLane away = new ManualLane(1);
  int published;

  @BeforeEach
  void addLanes() {
    router.addLane(home);
    router.addLane(away);
  }

  ConsumerGroups groups(boolean redeliverRefused, String deadLetterTopic) {
    return groups(ATTEMPTS_MAX, redeliverRefused, deadLetterTopic);
  }

  ConsumerGroups groups(int attemptsMax, boolean redeliverRefused, String deadLetterTopic) {
    return new ConsumerGroups(
        topics,
        router,
        new ConsumerSettings(
            10, 1_000, Duration.ofSeconds(TIMEOUT), attemptsMax, redeliverRefused, deadLetterTopic),
        new ConsumerCounters(new Metrics()));
  }

  // ---- what the tests do

  FakeConsumer joined(String group, ManualLane lane) {
    return joined(group, lane, 100);
  }

  FakeConsumer joined(String group, ManualLane lane, int messagesMax) {
    return join(new FakeConsumer(group, lane), messagesMax);
  }

  /** Has a consumer join the group of its name. */
  FakeConsumer join(FakeConsumer consumer, int messagesMax) {
    String filter = "$share/" + consumer.name + "/t";
    on(consumer, () -> consumer.join(groups, filter, messagesMax, 1 << 20));
    return consumer;
  }

  void subscribe(ManualLane lane, String filter) {
    Subscriber subscriber =
        new Subscriber(lane) {
          @Override
          protected void deliver(Message message, Subscription subscription) {}

          @Override
          protected void deliver(Message message, List<Subscription> subscriptions) {}
        };
    lane.call(() -> topics.add(new Subscription(subscriber, filter, 0, 0)));
  }

  /** Returns the one of some members that has something under way. */
  static FakeConsumer holder(List<FakeConsumer> members) {
    return members.stream().filter(member -> !member.open.isEmpty()).findFirst().orElseThrow();
  }

  Awaited publish() {
    return publishKeyed(null);
  }

  Awaited publishKeyed(@Nullable String key) {
    Awaited awaited = new Awaited();
    Message message = message("" + ++published, key);
    home.call(
        () -> assertThat(router.publish(topics, message, () -> awaited)).isEqualTo(Reach.AWAITED));
    settle();
    return awaited;
  }

  static Message message(@Nullable String key) {
    return message("m", key);
  }

  static Message message(String text, @Nullable String key) {
    MessageProperties properties =
        key == null
            ? NONE
            : new MessageProperties(PayloadFormat.NOT_SAID, null, null, null, List.of("key", key));
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    return new Message("t", payload, 1, false, properties, Message.NEVER, null);
  }

  void on(FakeConsumer consumer, Runnable work) {
    (consumer.lane().index() == 0 ? home : away).call(work);
    settle();
  }

  void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      groups.tick();
      settle();
    }
  }

  void settle() {
    while (home.runAll() + away.runAll() > 0) {
      // until there is nothing to be done
    }
  }

  /** Remembers how a receipt was completed. */
  static final class Awaited extends Receipt {
    int completions;

    @Override
    protected void completed() {
      completions++;
    }

    void expectConsumed(int groups, int subscribers) {
      assertThat(completions).isOne();
      assertThat(refusal()).isNull();
      assertThat(groups()).isEqualTo(groups);
      assertThat(subscribers()).isEqualTo(subscribers);
    }

    void expectRefused(Reason reason, int attempts) {
      assertThat(completions).isOne();
      assertThat(why().reason()).isEqualTo(reason);
      assertThat(why().attempts()).isEqualTo(attempts);
    }

    Reason reason() {
      return why().reason();
    }

    NotConsumed why() {
      NotConsumed why = refusal();
      if (why == null) {
        throw new AssertionError("not refused");
      }
      return why;
    }
  }
}
