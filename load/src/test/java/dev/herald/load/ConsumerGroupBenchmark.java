package dev.herald.load;

import dev.herald.core.config.SettingTree;
import dev.herald.core.consumer.Allowance;
import dev.herald.core.consumer.Consumer;
import dev.herald.core.consumer.ConsumerCounters;
import dev.herald.core.consumer.ConsumerGroups;
import dev.herald.core.consumer.ConsumerSettings;
import dev.herald.core.consumer.Delivery;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a message through a consumer group costs in the core, without any network: published with a
 * receipt, given to a member, acknowledged by it when as many newer ones as the window has are
 * under way, and the receipt answered.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 7, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ConsumerGroupBenchmark {
  private static final int KEYS = 1024;

  /** Counts the receipts that are answered, for all of them. */
  private static final class Answered extends Receipt {
    private final Group group;

    Answered(Group group) {
      this.group = group;
    }

    @Override
    protected void completed() {
      if (refusal() != null) {
        throw new IllegalStateException("refused: " + refusal());
      }
      group.answered++;
    }
  }

  /** Leaves what it gets to the group's window, as the least a consumer can do. */
  private record Taking(ArrayDeque<Delivery> open, Lane lane) implements Consumer {
    @Override
    public String clientId() {
      return "member";
    }

    @Override
    public void take(Message message) {
      throw new IllegalStateException("not at QoS 0");
    }

    @Override
    public void take(Delivery delivery) {
      open.add(delivery);
    }

    @Override
    public void handedOver() {
      // nobody fails here
    }
  }

  /** A group whose members take a window's messages in turns. */
  @State(Scope.Benchmark)
  public static class Group {
    /** How many members there are. */
    @Param({"4", "1000"})
    public int members;

    /** How many messages are under way. */
    @Param({"100", "1000"})
    public int window;

    private final Lane lane = new TopicTreeBenchmark.Here();
    private final TopicTree topics = new TopicTree(1);
    private final Router router = new Router(1);
    private final ArrayDeque<Delivery> open = new ArrayDeque<>();
    private final MessageProperties[] keyed = new MessageProperties[KEYS];
    private final byte[] payload = new byte[64];
    private long published;
    private long answered;

    /** Has the members join, and the window filled. */
    @Setup
    public void join() {
      router.addLane(lane);
      ConsumerGroups groups =
          new ConsumerGroups(
              topics,
              router,
              SettingTree.defaults(ConsumerSettings.class),
              new ConsumerCounters(new Metrics()));
      SharedFilter filter = SharedFilter.of("$share/g/t");
      for (int i = 0; i < members; i++) {
        Allowance allowance = new Allowance(window, Long.MAX_VALUE);
        groups.join(filter, new Taking(open, lane), allowance).ready();
      }
      for (int i = 0; i < KEYS; i++) {
        List<String> key = List.of("key", "k" + i);
        keyed[i] = new MessageProperties(PayloadFormat.NOT_SAID, null, null, null, key);
      }
      for (int i = 0; i < window; i++) {
        publish(MessageProperties.NONE);
      }
    }

    /** Checks that each message was answered. */
    @TearDown(Level.Iteration)
    public void check() {
      if (published != answered + open.size()) {
        throw new IllegalStateException(
            published + " published, " + answered + " answered, " + open.size() + " under way");
      }
    }

    private void publish(MessageProperties properties) {
      published++;
      Receipt receipt = new Answered(this);
      Message message = new Message("t", payload, 1, false, properties, Message.NEVER, null);
      var _ = router.publish(topics, message, () -> receipt);
    }

    long next(MessageProperties properties) {
      publish(properties);
      open.remove().acknowledged();
      return answered;
    }
  }

  /** A message for whoever has the fewest under way. */
  @Benchmark
  public long any(Group group) {
    return group.next(MessageProperties.NONE);
  }

  /** A message for the member that its key belongs to. */
  @Benchmark
  public long byKey(Group group) {
    return group.next(group.keyed[(int) group.published & KEYS - 1]);
  }
}
