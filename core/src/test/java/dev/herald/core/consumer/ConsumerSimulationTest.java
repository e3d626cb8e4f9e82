package dev.herald.core.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.metric.Metrics;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Consumers on several lanes join, leave, answer, and are busy, in any order, while messages are
 * published from every lane; the lanes run their tasks one by one in any order. One consumer stays
 * from the beginning to the end.
 */
class ConsumerSimulationTest {
  private static final int LANES = 3;
  private static final int STEPS = 400;
  private static final int UNDER_WAY_MAX = 3;

  @Property(tries = 300)
  void everyMessage_isConsumedOnce_andInOrderOfItsKey(@ForAll long seed) {
    World world = new World(seed);
    for (int i = 0; i < STEPS; i++) {
      world.step();
    }
    world.finish();
    world.check();
  }

  private static final class World {
    private final Random random;
    private final Metrics metrics = new Metrics();
    private final Router router = new Router(LANES);
    private final TopicTree topics = new TopicTree(LANES);
    private final ConsumerGroups groups =
        new ConsumerGroups(topics, router, 1 << 20, new ConsumerCounters(metrics));
    private final List<ManualLane> lanes = new ArrayList<>();
    private final List<FakeConsumer> consumers = new ArrayList<>();
    private final FakeConsumer anchor;

    private final List<Integer> qosOf = new ArrayList<>();
    private final List<@Nullable String> keyOf = new ArrayList<>();
    private final List<Integer> consumed = new ArrayList<>();
    private final List<String> gotOnce = new ArrayList<>();
    private final Set<String> mayComeAgain = new HashSet<>();

    World(long seed) {
      random = new Random(seed);
      for (int i = 0; i < LANES; i++) {
        lanes.add(new ManualLane(i));
        router.addLane(lanes.get(i));
      }
      anchor = join();
    }

    private ManualLane anyLane() {
      return lanes.get(random.nextInt(LANES));
    }

    private FakeConsumer join() {
      ManualLane lane = anyLane();
      FakeConsumer consumer = new FakeConsumer("c" + consumers.size(), lane);
      lane.call(() -> consumer.join(groups, "$share/g/t", 1 + random.nextInt(UNDER_WAY_MAX), 1000));
      consumers.add(consumer);
      return consumer;
    }

    void step() {
      FakeConsumer consumer = consumers.get(random.nextInt(consumers.size()));
      switch (random.nextInt(16)) {
        case 0 -> join();
        case 1 -> leave(consumer);
        case 2 -> busy(consumer, true);
        case 3 -> busy(consumer, false);
        case 4, 5, 6, 7 -> publish();
        case 8, 9, 10 -> answer(consumer);
        default -> anyLane().runOne();
      }
    }

    private void leave(FakeConsumer consumer) {
      if (consumer == anchor || !consumer.isMember()) {
        return;
      }
      on(
          consumer,
          () -> {
            if (random.nextBoolean()) {
              consumer
                  .leave(false)
                  .forEach(left -> mayComeAgain.add(FakeConsumer.text(left.message())));
            } else {
              // no new ones, but it finishes what it began
              List<Delivery> begun = List.copyOf(consumer.open);
              consumer.open.clear();
              consumer.leave(false);
              consumer.open.addAll(begun);
            }
          });
    }

    private void busy(FakeConsumer consumer, boolean busy) {
      if (consumer.isMember()) {
        on(
            consumer,
            () -> {
              if (busy) {
                consumer.member().busy();
              } else {
                consumer.member().ready();
              }
            });
      }
    }

    private void publish() {
      int number = qosOf.size();
      int qos = random.nextInt(3);
      int from = random.nextInt(LANES + 1);
      // what has the same key is published on the same lane, else it has no order to be kept
      String key = from == LANES ? null : "key" + from;
      qosOf.add(qos);
      keyOf.add(key);
      MessageProperties properties =
          key == null
              ? MessageProperties.NONE
              : new MessageProperties(
                  MessageProperties.PayloadFormat.NOT_SAID, null, null, null, List.of("key", key));
      byte[] payload = Integer.toString(number).getBytes(StandardCharsets.UTF_8);
      Message message = new Message("t", payload, qos, false, properties, Message.NEVER, null);
      lanes.get(from % LANES).call(() -> assertThat(router.publish(topics, message)).isTrue());
    }

    private void answer(FakeConsumer consumer) {
      if (!consumer.open.isEmpty()) {
        on(
            consumer,
            () -> {
              assertThat(consumer.open).as("under way").hasSizeLessThanOrEqualTo(UNDER_WAY_MAX);
              Delivery delivery = consumer.open.remove();
              consumed.add(Integer.parseInt(FakeConsumer.text(delivery.message())));
              delivery.acknowledged();
            });
      }
    }

    private void on(FakeConsumer consumer, Runnable work) {
      lanes.get(consumer.lane().index()).call(work);
    }

    /** Everybody answers and nobody is busy until nothing is left to be done. */
    void finish() {
      consumers.forEach(consumer -> busy(consumer, false));
      int done;
      do {
        done = 0;
        for (ManualLane lane : lanes) {
          done += lane.runAll();
        }
        for (FakeConsumer consumer : consumers) {
          done += consumer.open.size();
          answer(consumer);
        }
      } while (done > 0);
    }

    void check() {
      for (FakeConsumer consumer : consumers) {
        gotOnce.addAll(consumer.got);
      }
      Map<String, Integer> deliveries = new HashMap<>();
      gotOnce.forEach(text -> deliveries.merge(text, 1, Integer::sum));
      for (int number = 0; number < qosOf.size(); number++) {
        String text = Integer.toString(number);
        int times = deliveries.getOrDefault(text, 0);
        assertThat(times).as("deliveries of %s", text).isPositive();
        if (!mayComeAgain.contains(text)) {
          assertThat(times).as("deliveries of %s, which nobody left with", text).isOne();
        }
      }
      List<Integer> expected = new ArrayList<>();
      for (int number = 0; number < qosOf.size(); number++) {
        if (qosOf.get(number) > 0) {
          expected.add(number);
        }
      }
      assertThat(consumed).as("consumed").containsExactlyInAnyOrderElementsOf(expected);
      for (int i = 0; i < LANES; i++) {
        String key = "key" + i;
        assertThat(consumed.stream().filter(number -> key.equals(keyOf.get(number))).toList())
            .as("order of %s as consumed", key)
            .isSorted();
      }
      assertThat(groupsAreClean()).isTrue();
    }

    /** With the last member nothing of the group is left, and every figure is back to 0. */
    private boolean groupsAreClean() {
      for (FakeConsumer consumer : consumers) {
        if (consumer.isMember()) {
          on(consumer, () -> consumer.leave(false));
        }
      }
      finish();
      return groups.size() == 0
          && topics.size() == 0
          && router.isCongested() == false
          && metrics.all().stream()
              .filter(metric -> metric instanceof Metrics.Gauge)
              .allMatch(gauge -> gauge.value() == 0);
    }
  }
}
