package dev.herald.core.consumer;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Consumers on several lanes join, leave, answer, refuse, answer nothing for too long, are busy,
 * and have no room for what they are given, in any order, while messages are published from every
 * lane; the lanes run their tasks one by one in any order, and time passes. One consumer of each of
 * two groups stays from the beginning to the end, and refuses nothing.
 */
class ConsumerSimulationTest {
  private static final int LANES = 3;
  private static final int STEPS = 400;
  private static final int UNDER_WAY_MAX = 3;

  @Property(tries = 400)
  void everyMessage_isConsumed_andInOrderOfItsKey(@ForAll long seed) {
    World world = new World(seed, false);
    world.live();
    world.check();
  }

  @Property(tries = 400)
  void everyMessage_isConsumedOrRefused_whateverConsumersDo(@ForAll long seed) {
    World world = new World(seed, true);
    world.live();
    world.check();
  }

  private static final class World {
    private static final List<String> FILTERS = List.of("$share/g/t", "$share/h/#");
    private static final int TIMEOUT = 5;

    private final Random random;
    private final boolean faulty;
    private final Metrics metrics = new Metrics();
    private final Router router = new Router(LANES);
    private final TopicTree topics = new TopicTree(LANES);
    private final ConsumerGroups groups =
        new ConsumerGroups(
            topics,
            router,
            new ConsumerSettings(10, 1 << 20, Duration.ofSeconds(TIMEOUT), 1000, true, ""),
            new ConsumerCounters(metrics));
    private final List<ManualLane> lanes = new ArrayList<>();
    private final List<FakeConsumer> consumers = new ArrayList<>();
    private final Map<FakeConsumer, Allowance> allowances = new HashMap<>();
    private final List<FakeConsumer> anchors = new ArrayList<>();

    private final List<Integer> qosOf = new ArrayList<>();
    private final List<@Nullable String> keyOf = new ArrayList<>();
    private final List<@Nullable Awaited> awaited = new ArrayList<>();

    /** What was acknowledged, by group, in that order. */
    private final Map<String, List<Integer>> consumed = new HashMap<>();

    /** What may come to a group more than once, because a member failed with it. */
    private final Map<String, Set<Integer>> mayComeAgain = new HashMap<>();

    World(long seed, boolean faulty) {
      this.random = new Random(seed);
      this.faulty = faulty;
      for (int i = 0; i < LANES; i++) {
        lanes.add(new ManualLane(i));
        router.addLane(lanes.get(i));
      }
      for (String filter : FILTERS) {
        anchors.add(join(filter));
      }
    }

    void live() {
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      finish();
    }

    private ManualLane anyLane() {
      return lanes.get(random.nextInt(LANES));
    }

    private Allowance allowanceOf(FakeConsumer consumer) {
      return Objects.requireNonNull(allowances.get(consumer));
    }

    private FakeConsumer join(String filter) {
      ManualLane lane = anyLane();
      Allowance allowance = new Allowance(1 + random.nextInt(UNDER_WAY_MAX), 1000);
      if (random.nextBoolean() && !consumers.isEmpty()) {
        // the client of another consumer, perhaps one that has left
        FakeConsumer present = consumers.get(random.nextInt(consumers.size()));
        lane = lanes.get(present.lane().index());
        allowance = allowanceOf(present);
      }
      FakeConsumer consumer = new FakeConsumer(filter, lane);
      Allowance own = allowance;
      lane.call(() -> consumer.join(groups, filter, own));
      consumers.add(consumer);
      allowances.put(consumer, own);
      return consumer;
    }

    private void step() {
      FakeConsumer consumer = consumers.get(random.nextInt(consumers.size()));
      switch (random.nextInt(faulty ? 20 : 16)) {
        case 0 -> join(FILTERS.get(random.nextInt(FILTERS.size())));
        case 1 -> leave(consumer);
        case 2 -> busy(consumer, true);
        case 3 -> busy(consumer, false);
        case 4, 5, 6, 7 -> publish();
        case 8, 9, 10 -> answer(consumer);
        case 16, 17 -> refuse(consumer);
        case 18 -> pass();
        default -> anyLane().runOne();
      }
    }

    private void leave(FakeConsumer consumer) {
      if (anchors.contains(consumer) || !consumer.isMember()) {
        return;
      }
      on(
          consumer,
          () -> {
            if (random.nextBoolean()) {
              consumer.leave(false).forEach(left -> mayComeAgain(consumer, left));
            } else {
              // no new ones, but it finishes what it began
              List<Delivery> begun = List.copyOf(consumer.open);
              consumer.open.clear();
              consumer.leave(false);
              consumer.open.addAll(begun);
            }
          });
    }

    private List<Integer> consumed(String filter) {
      return consumed.computeIfAbsent(filter, of -> new ArrayList<>());
    }

    private Set<Integer> failed(String filter) {
      return mayComeAgain.computeIfAbsent(filter, of -> new HashSet<>());
    }

    private void mayComeAgain(FakeConsumer consumer, Delivery delivery) {
      failed(consumer.name).add(number(delivery));
    }

    private void busy(FakeConsumer consumer, boolean busy) {
      if (consumer.isMember()) {
        on(
            consumer,
            () -> {
              if (!busy) {
                consumer.ready();
              } else if (random.nextBoolean()) {
                consumer.member().busy();
              } else {
                consumer.fill();
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
      Awaited receipt = qos == 0 ? null : new Awaited();
      awaited.add(receipt);
      ManualLane lane = lanes.get(from % LANES);
      lane.call(() -> {
        Router.Reach reach =
            router.publish(topics, message, receipt == null ? null : () -> receipt);
        assertThat(reach)
            .isEqualTo(receipt == null ? Router.Reach.SUBSCRIBERS : Router.Reach.AWAITED);
      });
    }

    private void answer(FakeConsumer consumer) {
      if (!consumer.open.isEmpty()) {
        on(
            consumer,
            () -> {
              assertThat(allowanceOf(consumer).messages())
                  .as("under way")
                  .isLessThanOrEqualTo(UNDER_WAY_MAX);
              assertThat(consumer.open).hasSizeLessThanOrEqualTo(UNDER_WAY_MAX);
              Delivery delivery = consumer.open.remove();
              consumed(consumer.name).add(number(delivery));
              delivery.acknowledged();
            });
      }
    }

    private void refuse(FakeConsumer consumer) {
      if (!consumer.open.isEmpty() && !anchors.contains(consumer)) {
        on(
            consumer,
            () -> {
              consumer.open.forEach(delivery -> mayComeAgain(consumer, delivery));
              consumer.refuse();
            });
      }
    }

    /** Lets so much time pass that whatever is open by then may be taken from its member. */
    private void pass() {
      for (FakeConsumer consumer : consumers) {
        consumer.open.forEach(delivery -> mayComeAgain(consumer, delivery));
      }
      for (int i = 0; i <= TIMEOUT; i++) {
        groups.tick();
      }
    }

    private static int number(Delivery delivery) {
      return Integer.parseInt(FakeConsumer.text(delivery.message()));
    }

    private void on(FakeConsumer consumer, Runnable work) {
      lanes.get(consumer.lane().index()).call(work);
    }

    /** Everybody answers and nobody is busy until nothing is left to be done. */
    private void finish() {
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
      for (int number = 0; number < qosOf.size(); number++) {
        Awaited receipt = awaited.get(number);
        if (receipt != null) {
          assertThat(receipt.completions).as("answers for %s", number).isOne();
          assertThat(receipt.groups()).isEqualTo(FILTERS.size());
          // while the one that stays is stalled, all others may refuse a message
          assertThat(faulty || receipt.refusal() == null).as("%s is consumed", number).isTrue();
        }
      }
      FILTERS.forEach(this::check);
      assertThat(groupsAreClean()).isTrue();
    }

    private void check(String filter) {
      Map<Integer, Integer> deliveries = new HashMap<>();
      for (FakeConsumer consumer : consumers) {
        if (consumer.name.equals(filter)) {
          consumer.got.forEach(text -> deliveries.merge(Integer.valueOf(text), 1, Integer::sum));
        }
      }
      List<Integer> done = consumed(filter);
      for (int number = 0; number < qosOf.size(); number++) {
        int times = deliveries.getOrDefault(number, 0);
        if (qosOf.get(number) == 0 || isAcknowledged(number)) {
          assertThat(times).as("deliveries of %s", number).isPositive();
        }
        if (qosOf.get(number) > 0 && isAcknowledged(number)) {
          assertThat(done).as("consumed").contains(number);
        }
        // when time runs out, also what is on its way to a member by then is taken from it
        if (!faulty && !failed(filter).contains(number)) {
          assertThat(times).as("deliveries of %s, which nobody left with", number).isOne();
        }
      }
      for (int i = 0; i < LANES; i++) {
        String key = "key" + i;
        checkOrder(
            done.stream()
                .filter(number -> key.equals(keyOf.get(number)) && isAcknowledged(number))
                .toList());
      }
    }

    /** Returns whether the publisher of a message of QoS 1 or 2 was told that it is consumed. */
    private boolean isAcknowledged(int number) {
      Awaited receipt = awaited.get(number);
      return receipt != null && receipt.refusal() == null;
    }

    /** After each message of a key, whatever of it is newer was consumed, perhaps once more. */
    private static void checkOrder(List<Integer> done) {
      for (int earlier : done) {
        for (int later : done) {
          if (earlier < later) {
            assertThat(done.indexOf(earlier))
                .as("%s before %s in %s", earlier, later, done)
                .isLessThan(done.lastIndexOf(later));
          }
        }
      }
    }

    /** With the last member nothing of the groups is left, and every figure is back to 0. */
    private boolean groupsAreClean() {
      for (FakeConsumer consumer : consumers) {
        if (consumer.isMember()) {
          on(consumer, () -> consumer.leave(false));
        }
      }
      finish();
      return groups.isEmpty()
          && topics.size() == 0
          && !router.isCongested()
          && allowances.values().stream().allMatch(allowance -> allowance.messages() == 0)
          && metrics.all().stream()
              .filter(metric -> metric instanceof Metrics.Gauge)
              .allMatch(gauge -> gauge.value() == 0);
    }
  }

  /** Counts how often a receipt is completed. */
  private static final class Awaited extends Receipt {
    private int completions;

    @Override
    protected void completed() {
      completions++;
    }
  }
}
