package dev.herald.core.consumer;

import dev.herald.core.metric.Metrics;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The groups of an app over lanes that run when the test says so. */
final class ConsumerWorld {
  static final int ACK_SECONDS = 30;
  private static final int LANES = 3;

  final Metrics metrics = new Metrics();
  final Router router = new Router(LANES);
  final TopicTree topics = new TopicTree(LANES);
  final List<ManualLane> lanes = new ArrayList<>();
  final ConsumerGroups groups;

  ConsumerWorld(int groupsMax, long groupBytesMax) {
    for (int i = 0; i < LANES; i++) {
      lanes.add(new ManualLane(i));
      router.addLane(lanes.get(i));
    }
    groups =
        new ConsumerGroups(
            topics,
            router,
            new ConsumerSettings(
                groupsMax, groupBytesMax, Duration.ofSeconds(ACK_SECONDS), 5, true, ""),
            new ConsumerCounters(metrics));
  }

  ManualLane lane(int any) {
    return lanes.get(any % LANES);
  }

  FakeConsumer joined(String name, int lane, String filter, int messagesMax) {
    FakeConsumer consumer = new FakeConsumer(name, lane(lane));
    lane(lane).call(() -> consumer.join(groups, filter, messagesMax, Long.MAX_VALUE));
    settle();
    return consumer;
  }

  /** Does something as a consumer, on its lane, and then all that is to be done. */
  void on(FakeConsumer consumer, Runnable work) {
    lane(consumer.lane().index()).call(work);
    settle();
  }

  /** Publishes at QoS 1 from a lane, and then does all that is to be done. */
  Awaited publish(int lane, String topic, int bytes, @Nullable String key) {
    Awaited receipt = new Awaited();
    lane(lane)
        .call(() -> {
          var _ = router.publish(topics, message(topic, bytes, key), () -> receipt);
        });
    settle();
    return receipt;
  }

  static Message message(String topic, int bytes, @Nullable String key) {
    MessageProperties properties =
        key == null
            ? MessageProperties.NONE
            : new MessageProperties(
                MessageProperties.PayloadFormat.NOT_SAID, null, null, null, List.of("key", key));
    byte[] payload = "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
    return new Message(topic, payload, 1, false, properties, Message.NEVER, null);
  }

  void settle() {
    int done;
    do {
      done = 0;
      for (ManualLane lane : lanes) {
        done += lane.runAll();
      }
    } while (done > 0);
  }

  void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      groups.tick();
      settle();
    }
  }

  ConsumerGroup group(String filter) {
    ConsumerGroup group = groups.find(SharedFilter.of(filter));
    if (group == null) {
      throw new AssertionError("no group " + filter);
    }
    return group;
  }

  long waitingBytes() {
    return metric("herald_consumer_waiting_bytes");
  }

  /** Returns the sum of a metric's values over its labels. */
  long metric(String name) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToLong(Metrics.Metric::value)
        .sum();
  }

  /** Knows whether it was answered. */
  static final class Awaited extends Receipt {
    private int completions;

    @Override
    protected void completed() {
      completions++;
    }

    boolean isAnswered() {
      if (completions > 1) {
        throw new AssertionError("answered " + completions + " times");
      }
      return completions == 1;
    }

    boolean isConsumed() {
      return isAnswered() && refusal() == null;
    }
  }
}
