package dev.herald.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads subscribe, unsubscribe and publish at once, for a bounded time. */
@Timeout(30)
class RouterStressTest {
  private static final int LANES = 3;
  private static final long RUN_NANOS = TimeUnit.MILLISECONDS.toNanos(700);
  private static final List<String> FILTERS = List.of("t/x", "t/+", "t/#", "#", "+/x", "t/x/#");

  private final Router router = new Router(LANES);
  private final TopicTree tree = new TopicTree(LANES);
  private final List<ThreadLane> lanes = new ArrayList<>();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void startLanes() {
    for (int i = 0; i < LANES; i++) {
      ThreadLane lane = new ThreadLane(i, "stress-" + i);
      lanes.add(lane);
      router.addLane(lane);
      lane.start();
    }
  }

  @AfterEach
  void endLanes() {
    stop.set(true);
    lanes.forEach(ThreadLane::close);
  }

  @Test
  void publish_whileOthersComeAndGo_keepsOrderAndLosesNothing() throws InterruptedException {
    List<Checker> stayers = new ArrayList<>();
    for (ThreadLane lane : lanes) {
      Checker stayer = new Checker(lane, true);
      stayers.add(stayer);
      on(lane, () -> FILTERS.forEach(filter -> tree.add(new Subscription(stayer, filter, 0, 0))));
      churn(lane);
    }
    List<Thread> publishers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int publisher = i;
      publishers.add(Thread.ofPlatform().name("publisher-" + i).start(() -> publishAll(publisher)));
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }
    stop.set(true);
    lanes.forEach(lane -> on(lane, () -> {}));
    assertThat(faults).isEmpty();
    for (Checker stayer : stayers) {
      assertThat(stayer.last).isEqualTo(sent);
    }
  }

  @Test
  void add_beforeAPublish_isAlwaysSeen() throws InterruptedException {
    lanes.forEach(this::churn);
    long end = System.nanoTime() + RUN_NANOS;
    for (int round = 0; System.nanoTime() < end; round++) {
      ThreadLane lane = lanes.get(round % LANES);
      String filter = FILTERS.get(ThreadLocalRandom.current().nextInt(FILTERS.size()));
      CountDownLatch got = new CountDownLatch(1);
      Subscription subscription = new Subscription(new Latch(lane, got), filter, 0, 0);
      on(lane, () -> tree.add(subscription));
      router.publish(tree, Recorder.message("t/x", numbered(0, 0)));
      assertThat(got.await(10, TimeUnit.SECONDS)).as("round %d, %s", round, filter).isTrue();
      on(lane, () -> tree.remove(subscription));
    }
    stop.set(true);
    // the churn of each lane ends by removing what it added
    for (int i = 0; i < 2; i++) {
      lanes.forEach(lane -> on(lane, () -> {}));
    }
    assertThat(tree.size()).isZero();
    assertThat(tree.nodes()).isZero();
    assertThat(faults).isEmpty();
  }

  private final int[] sent = new int[2];

  private void publishAll(int publisher) {
    long end = System.nanoTime() + RUN_NANOS;
    int sequence = 0;
    while (System.nanoTime() < end) {
      if (router.isCongested()) {
        Thread.onSpinWait();
      } else {
        sequence++;
        router.publish(tree, Recorder.message("t/x", numbered(publisher, sequence)));
      }
    }
    synchronized (sent) {
      sent[publisher] = sequence;
    }
  }

  /** Keeps subscribing and unsubscribing on a lane until the stop, and then leaves nothing. */
  private void churn(ThreadLane lane) {
    List<Subscription> held = new ArrayList<>();
    Checker comesAndGoes = new Checker(lane, false);
    lane.execute(
        new Runnable() {
          @Override
          public void run() {
            if (stop.get()) {
              held.forEach(tree::remove);
              return;
            }
            for (String filter : FILTERS) {
              if (ThreadLocalRandom.current().nextBoolean()) {
                Subscription subscription = new Subscription(comesAndGoes, filter, 0, 0);
                tree.add(subscription);
                held.add(subscription);
              }
            }
            while (held.size() > 3) {
              tree.remove(held.remove(ThreadLocalRandom.current().nextInt(held.size())));
            }
            lane.execute(this);
          }
        });
  }

  private static void on(ThreadLane lane, Runnable work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    lane.execute(() -> {
      work.run();
      done.complete(null);
    });
    done.join();
  }

  private static byte[] numbered(int publisher, int sequence) {
    return ByteBuffer.allocate(8).putInt(publisher).putInt(sequence).array();
  }

  /** Checks that each publisher's messages come in order; all of them, if it always stayed. */
  private final class Checker extends Subscriber {
    final int[] last = new int[2];
    private final boolean all;

    Checker(Lane lane, boolean all) {
      super(lane);
      this.all = all;
    }

    @Override
    protected void deliver(Message message, Subscription subscription) {
      check(message, 1);
    }

    @Override
    protected void deliver(Message message, List<Subscription> subscriptions) {
      check(message, subscriptions.size());
    }

    private void check(Message message, int matches) {
      ByteBuffer payload = ByteBuffer.wrap(message.payload());
      int publisher = payload.getInt();
      int sequence = payload.getInt();
      if (!lane().inLane()) {
        faults.add("delivered on another thread");
      }
      if (all && matches != FILTERS.size()) {
        faults.add("matched " + matches);
      }
      if (all ? sequence != last[publisher] + 1 : sequence <= last[publisher] && sequence > 0) {
        faults.add("publisher " + publisher + ": " + sequence + " after " + last[publisher]);
      }
      last[publisher] = sequence;
    }
  }

  private static final class Latch extends Subscriber {
    private final CountDownLatch got;

    Latch(Lane lane, CountDownLatch got) {
      super(lane);
      this.got = got;
    }

    @Override
    protected void deliver(Message message, Subscription subscription) {
      got.countDown();
    }

    @Override
    protected void deliver(Message message, List<Subscription> subscriptions) {
      got.countDown();
    }
  }
}
