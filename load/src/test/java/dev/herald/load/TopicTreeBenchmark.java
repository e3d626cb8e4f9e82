package dev.herald.load;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Router;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import dev.herald.core.route.TopicTree;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a subscription and a publish cost in the core, without any network. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class TopicTreeBenchmark {
  /** One lane that is always the calling thread, and a subscriber that counts. */
  static final class Here implements Lane {
    @Override
    public int index() {
      return 0;
    }

    @Override
    public boolean inLane() {
      return true;
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }
  }

  /** Counts what it gets, as the least a subscriber can do. */
  static final class Counting extends Subscriber {
    long count;

    Counting(Lane lane) {
      super(lane);
    }

    @Override
    protected void deliver(Message message, Subscription subscription) {
      count++;
    }

    @Override
    protected void deliver(Message message, List<Subscription> subscriptions) {
      count++;
    }
  }

  private static Message message(String topic) {
    return new Message(topic, new byte[64], 0, false, MessageProperties.NONE, Message.NEVER, null);
  }

  /** A tree with many filters, half of them exact, half with a wildcard. */
  @State(Scope.Benchmark)
  public static class ManyFilters {
    /** How many filters there are. */
    @Param({"1000", "100000", "1000000"})
    public int filters;

    private final TopicTree tree = new TopicTree(1);
    private final Router router = new Router(1);
    private final Lane lane = new Here();
    private final Counting subscriber = new Counting(lane);
    private Message[] exact = {};
    private Message[] wildcard = {};
    private Message[] none = {};
    private int next;

    /** Fills the tree. */
    @Setup
    public void fill() {
      router.addLane(lane);
      int half = filters / 2;
      for (int i = 0; i < half; i++) {
        tree.add(new Subscription(subscriber, "exact/" + i % 100 + "/device" + i, 0, 0));
        tree.add(new Subscription(subscriber, "wild/" + i % 100 + "/device" + i + "/+", 0, 0));
      }
      int messages = 1024;
      exact = new Message[messages];
      wildcard = new Message[messages];
      none = new Message[messages];
      for (int m = 0; m < messages; m++) {
        int i = (int) (m * 7919L % half);
        exact[m] = message("exact/" + i % 100 + "/device" + i);
        wildcard[m] = message("wild/" + i % 100 + "/device" + i + "/temperature");
        none[m] = message("other/" + i % 100 + "/device" + i);
      }
    }

    Message next(Message[] messages) {
      return messages[next++ & messages.length - 1];
    }
  }

  /** One filter with many subscribers on one lane. */
  @State(Scope.Benchmark)
  public static class ManySubscribers {
    /** How many subscribers there are. */
    @Param({"1", "1000", "100000"})
    public int subscribers;

    private final TopicTree tree = new TopicTree(1);
    private final Router router = new Router(1);
    private final Message message = message("a/b");

    /** Fills the tree. */
    @Setup
    public void fill() {
      Lane lane = new Here();
      router.addLane(lane);
      for (int i = 0; i < subscribers; i++) {
        tree.add(new Subscription(new Counting(lane), "a/b", 0, 0));
      }
    }
  }

  /** A publish whose topic one exact filter matches. */
  @Benchmark
  public boolean matchExact(ManyFilters state) {
    return state.router.publish(state.tree, state.next(state.exact));
  }

  /** A publish whose topic one filter with a wildcard matches. */
  @Benchmark
  public boolean matchWildcard(ManyFilters state) {
    return state.router.publish(state.tree, state.next(state.wildcard));
  }

  /** A publish that nobody wants. */
  @Benchmark
  public boolean matchNone(ManyFilters state) {
    return state.router.publish(state.tree, state.next(state.none));
  }

  /** A subscription to a new exact filter, and its end. */
  @Benchmark
  public long subscribeExact(ManyFilters state) {
    return subscribe(state, "exact/7/new");
  }

  /** A subscription to a new filter with a wildcard, and its end. */
  @Benchmark
  public long subscribeWildcard(ManyFilters state) {
    return subscribe(state, "wild/7/new/+");
  }

  private static long subscribe(ManyFilters state, String filter) {
    Subscription subscription = new Subscription(state.subscriber, filter, 0, 0);
    state.tree.add(subscription);
    long size = state.tree.size();
    state.tree.remove(subscription);
    return size;
  }

  /** A publish to all subscribers. */
  @Benchmark
  public boolean fanOut(ManySubscribers state) {
    return state.router.publish(state.tree, state.message);
  }
}
