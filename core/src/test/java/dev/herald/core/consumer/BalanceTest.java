package dev.herald.core.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.herald.core.consumer.ConsumerWorld.Awaited;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who gets how much, over virtual time: consumers that take a while for each message, one after the
 * other, and producers that publish as long as they may. The same at every run of a seed.
 */
class BalanceTest {
  private static final String FILTER = "$share/g/t/+";
  private static final long GROUP_BYTES_MAX = 1 << 20;
  private static final int BYTES = 2_000;
  private static final long SECOND_US = 1_000_000;

  @ParameterizedTest
  @CsvSource({"1,40", "2,40", "3,400", "4,7"})
  void equalConsumers_getEqualShares(long seed, int window) {
    World world = new World(seed);
    for (int i = 0; i < 8; i++) {
      world.worker(1_000, 50);
    }
    world.producers(4, window, 10_000);
    world.runUntilDone();
    for (Worker worker : world.workers) {
      assertThat(world.share(worker)).isEqualTo(12.5, within(1.5));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void slowConsumer_getsInProportion(long seed) {
    World world = new World(seed);
    Worker slow = world.worker(10_000, 50);
    for (int i = 0; i < 7; i++) {
      world.worker(1_000, 50);
    }
    world.producers(4, 100, 10_000);
    world.runUntilDone();
    // of what all can do: 0.1 of 7.1, and no more than fills its window at the end
    assertThat(world.share(slow)).isEqualTo(100 * 0.1 / 7.1, within(0.3));
    for (Worker worker : world.workers.subList(1, 8)) {
      assertThat(world.share(worker)).isEqualTo(100 / 7.1, within(1.5));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void slowConsumer_thatIsNotNeeded_getsLessThanItsPart(long seed) {
    World world = new World(seed);
    Worker slow = world.worker(10_000, 50);
    for (int i = 0; i < 7; i++) {
      world.worker(1_000, 50);
    }
    world.producers(2, 1, 10_000);
    world.runUntilDone();
    assertThat(world.share(slow)).isLessThan(8.0);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,20", "3,100"})
  void stalledConsumer_getsAtMostItsReceiveMaximum(long seed, int receiveMaximum) {
    World world = new World(seed);
    Worker stalled = world.worker(5_000, receiveMaximum);
    stalled.awake = false;
    for (int i = 0; i < 7; i++) {
      world.worker(5_000, 50);
    }
    // longer than a member may take to acknowledge
    world.producers(4, 100, 15_000);
    world.runUntilDone();
    assertThat(world.nowUs).isGreaterThan(ConsumerWorld.ACK_SECONDS * SECOND_US);
    assertThat(stalled.consumer.got).hasSizeBetween(1, receiveMaximum);
    for (Worker worker : world.workers.subList(1, 8)) {
      assertThat(world.share(worker)).isEqualTo(100 / 7.0, within(1.5));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,40", "2,1000000", "3,1000000"})
  void everybodyStalled_memoryStays_producersWait_andAllFlowsAgain(long seed, int window) {
    World world = new World(seed);
    world.keys = 97;
    for (int i = 0; i < 4; i++) {
      world.worker(1_000, 20).awake = false;
    }
    world.producers(8, window, 2_000);
    world.runUntil(100 * SECOND_US);
    long held = world.core.waitingBytes();
    boolean bounded = window > 1000;
    // and what the members had, which others should get, and one message of each producer
    assertThat(held).isLessThanOrEqualTo(GROUP_BYTES_MAX + (4 * 20 + 8) * 2 * BYTES);
    assertThat(held >= GROUP_BYTES_MAX).as("the group is full").isEqualTo(bounded);
    for (Producer producer : world.producers) {
      assertThat(producer.sent).isLessThan(2_000);
      assertThat(producer.answered).isZero();
    }
    world.workers.forEach(Worker::wake);
    world.runUntilDone();
    assertThat(world.core.waitingBytes()).isZero();
    assertThat(world.core.metric("herald_consumer_messages_dropped_total")).isZero();
    assertThat(world.core.metric("herald_consumer_messages_consumed_total")).isEqualTo(8 * 2_000);
    assertThat(world.core.metric("herald_consumer_members_stalled")).isZero();
  }

  /** A consumer that works on one message after the other. */
  private static final class Worker {
    final FakeConsumer consumer;
    boolean awake = true;
    private final World world;
    private final double meanUs;
    private boolean works;

    Worker(World world, FakeConsumer consumer, double meanUs) {
      this.world = world;
      this.consumer = consumer;
      this.meanUs = meanUs;
    }

    void wake() {
      awake = true;
      begin();
    }

    void begin() {
      if (awake && !works && !consumer.open.isEmpty()) {
        works = true;
        world.in(world.random.nextDouble() * 2 * meanUs, this::finish);
      }
    }

    private void finish() {
      works = false;
      world.core.on(consumer, consumer::acknowledge);
      begin();
    }
  }

  /** A client that publishes, read as an edge reads it. */
  private static final class Producer {
    int sent;
    int answered;
    private final World world;
    private final int lane;
    private final int window;
    private final int messages;
    private final List<Awaited> open = new ArrayList<>();
    private @Nullable ConsumerGroup heldBackBy;

    Producer(World world, int lane, int window, int messages) {
      this.world = world;
      this.lane = lane;
      this.window = window;
      this.messages = messages;
    }

    void go() {
      open.removeIf(receipt -> {
        assertThat(receipt.refusal()).isNull();
        answered += receipt.isAnswered() ? 1 : 0;
        return receipt.isAnswered();
      });
      if (heldBackBy != null && !heldBackBy.isCongested()) {
        heldBackBy = null;
      }
      while (heldBackBy == null && open.size() < window && sent < messages) {
        sent++;
        String topic = "t/" + lane;
        String key = sent % 10 < 9 || world.keys == 0 ? null : "k" + sent % world.keys;
        open.add(world.core.publish(lane, topic, BYTES, key));
        heldBackBy = world.core.groups.congestedBy(topic);
      }
      if (answered < messages) {
        world.in(heldBackBy == null ? 500 : 20_000, this::go);
      }
    }
  }

  /** Does one thing after the other, each at its time. */
  private static final class World {
    final ConsumerWorld core = new ConsumerWorld(1, GROUP_BYTES_MAX);
    final Random random;
    final List<Worker> workers = new ArrayList<>();
    final List<Producer> producers = new ArrayList<>();
    long nowUs;

    /** How many keys the tenth of the messages has that has one; 0 for none. */
    int keys;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long planned;

    World(long seed) {
      this.random = new Random(seed);
      in(SECOND_US, this::tick);
    }

    void in(double us, Runnable what) {
      events.add(new Event(nowUs + Math.max(1, Math.round(us)), ++planned, what));
    }

    private void tick() {
      core.pass(1);
      in(SECOND_US, this::tick);
    }

    Worker worker(double meanUs, int receiveMaximum) {
      int number = workers.size();
      FakeConsumer consumer = core.joined("w" + number, number, FILTER, receiveMaximum);
      Worker worker = new Worker(this, consumer, meanUs);
      consumer.reacting(delivery -> worker.begin());
      workers.add(worker);
      return worker;
    }

    void producers(int count, int window, int messages) {
      for (int i = 0; i < count; i++) {
        Producer producer = new Producer(this, i, window, messages);
        producers.add(producer);
        in(i, producer::go);
      }
    }

    void runUntil(long timeUs) {
      for (Event next = events.peek(); next != null && next.atUs <= timeUs; next = events.peek()) {
        events.remove();
        nowUs = next.atUs;
        next.what.run();
      }
    }

    void runUntilDone() {
      while (producers.stream().anyMatch(producer -> producer.answered < producer.messages)) {
        runUntil(nowUs + SECOND_US);
        assertThat(nowUs).as("time").isLessThan(3600 * SECOND_US);
      }
    }

    /** Returns the percentage of all that was given to anybody. */
    double share(Worker worker) {
      long all = workers.stream().mapToLong(each -> each.consumer.got.size()).sum();
      return 100.0 * worker.consumer.got.size() / all;
    }
  }

  private record Event(long atUs, long number, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atUs == other.atUs
          ? Long.compare(number, other.number)
          : Long.compare(atUs, other.atUs);
    }
  }
}
