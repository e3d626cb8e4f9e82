package dev.herald.core.route;

import static dev.herald.core.route.Recorder.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.LogCapture;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouterTest {
  private final ManualLane first = new ManualLane(0);
  private final ManualLane second = new ManualLane(1);
  private final Router router = new Router(2);
  private final TopicTree tree = new TopicTree(2);

  @BeforeEach
  void addLanes() {
    router.addLane(first);
    router.addLane(second);
  }

  @Test
  void addLane_sameIndex_isRefused() {
    assertThatThrownBy(() -> router.addLane(new ManualLane(1)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(router.laneCount()).isEqualTo(2);
  }

  @Test
  void publish_laneNeverAdded_isAProgrammerError() {
    Router lacking = new Router(2);
    new Recorder(first).subscribe(tree, "a");
    assertThatThrownBy(() -> lacking.publish(tree, message("a")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void publish_onTheSubscribersLane_isDeliveredAtOnce() {
    Recorder subscriber = new Recorder(first).subscribe(tree, "a");
    first.call(() -> router.publish(tree, message("a")));
    assertThat(subscriber.topics()).containsExactly("a");
  }

  @Test
  void publish_severalSubscriptions_arriveInOneDelivery() {
    Recorder subscriber = new Recorder(first);
    subscriber.subscribe(tree, "a/b").subscribe(tree, "a/+").subscribe(tree, "#");
    router.publish(tree, message("a/b"));
    first.runAll();
    assertThat(subscriber.receipts).hasSize(1);
    assertThat(subscriber.receipts.get(0).filters()).containsExactlyInAnyOrder("a/b", "a/+", "#");
  }

  @Test
  void publish_withATally_isCountedByEachLane_eachSubscriberOnce() {
    Recorder twice = new Recorder(first).subscribe(tree, "a/b").subscribe(tree, "a/+");
    new Recorder(first).subscribe(tree, "a/b");
    new Recorder(second).subscribe(tree, "a/b");
    List<String> counted = new ArrayList<>();
    Tally tally = (lane, subscribers) -> counted.add(lane + ": " + subscribers);
    router.publish(tree, message("a/b"), tally);
    assertThat(counted).isEmpty();
    first.runAll();
    second.runAll();
    assertThat(counted).containsExactly("0: 2", "1: 1");

    twice.unsubscribe(tree, "a/+");
    router.publish(tree, message("a/b"), tally);
    router.publish(tree, message("other"), tally);
    first.runAll();
    second.runAll();
    assertThat(counted).containsExactly("0: 2", "1: 1", "0: 2", "1: 1");
  }

  @Test
  void publish_oneSubscriberAfterAnother_keepsTheOrderOnEveryLane() {
    Recorder near = new Recorder(first).subscribe(tree, "+");
    Recorder far = new Recorder(second).subscribe(tree, "+");
    first.call(() -> {
      for (String topic : List.of("1", "2", "3")) {
        router.publish(tree, message(topic));
      }
    });
    second.runAll();
    assertThat(near.topics()).containsExactly("1", "2", "3");
    assertThat(far.topics()).containsExactly("1", "2", "3");
  }

  @Test
  void publish_whileDelivering_comesAfterForEverybody() {
    // each of them publishes once more, as a session does whose will is due
    Recorder far = new Recorder(second).subscribe(tree, "+");
    Recorder a = new Recorder(first).subscribe(tree, "+");
    Recorder b =
        new Recorder(first)
            .reacting(message -> {
              if (message.topic().equals("outer")) {
                router.publish(tree, message("inner"));
              }
            })
            .subscribe(tree, "+");
    Recorder c = new Recorder(first).subscribe(tree, "+");
    first.call(() -> router.publish(tree, message("outer")));
    second.runAll();
    for (Recorder subscriber : List.of(a, b, c, far)) {
      assertThat(subscriber.topics()).containsExactly("outer", "inner");
    }
  }

  @Test
  void publish_whileDeliveringToSeveralFilters_mixesNothingUp() {
    Recorder outerOnly = new Recorder(first);
    Recorder publisher =
        new Recorder(first)
            .reacting(message -> {
              if (message.topic().equals("outer")) {
                router.publish(tree, message("inner"));
              }
            });
    Recorder innerOnly = new Recorder(first);
    publisher.subscribe(tree, "outer").subscribe(tree, "#");
    outerOnly.subscribe(tree, "outer");
    innerOnly.subscribe(tree, "inner").subscribe(tree, "inner/#");
    first.call(() -> router.publish(tree, message("outer")));
    assertThat(outerOnly.topics()).containsExactly("outer");
    assertThat(innerOnly.topics()).containsExactly("inner");
    assertThat(innerOnly.receipts.get(0).filters()).containsExactlyInAnyOrder("inner", "inner/#");
    assertThat(publisher.topics()).containsExactly("outer", "inner");
    assertThat(publisher.receipts.get(1).filters()).containsExactly("#");
  }

  @Test
  void publish_subscriberLeavesWhileDeliveredTo_othersStillGetIt() {
    Recorder before = new Recorder(first).subscribe(tree, "a");
    Recorder leaving = new Recorder(first);
    leaving.reacting(message -> leaving.unsubscribe(tree, "a")).subscribe(tree, "a");
    Recorder after = new Recorder(first).subscribe(tree, "a");
    for (int i = 0; i < 2; i++) {
      first.call(() -> router.publish(tree, message("a")));
    }
    assertThat(before.topics()).containsExactly("a", "a");
    assertThat(leaving.topics()).containsExactly("a");
    assertThat(after.topics()).containsExactly("a", "a");
  }

  @Test
  void publish_subscriberFails_harmsNoOther() {
    Recorder before = new Recorder(first).subscribe(tree, "a").subscribe(tree, "a/#");
    Recorder failing = new Recorder(first).subscribe(tree, "a").subscribe(tree, "a/#");
    failing.reacting(message -> {
      throw new IllegalStateException("expected by the test");
    });
    Recorder after = new Recorder(first).subscribe(tree, "a");
    try (LogCapture log = LogCapture.of(Subscriber.class)) {
      for (int i = 0; i < 2; i++) {
        first.call(() -> router.publish(tree, message("a")));
      }
      assertThat(log.lines())
          .containsExactly("route.delivery_failed lane=0", "route.delivery_failed lane=0");
    }
    assertThat(before.topics()).containsExactly("a", "a");
    assertThat(failing.topics()).containsExactly("a", "a");
    assertThat(after.topics()).containsExactly("a", "a");
  }

  @Test
  void publish_laneHasEnded_reachesTheOthers() {
    new Recorder(first).subscribe(tree, "a");
    Recorder living = new Recorder(second).subscribe(tree, "a");
    first.end();
    byte[] payload = new byte[(int) Router.CONGESTED_BYTES];
    assertThat(router.publish(tree, message("a", payload))).isTrue();
    second.runAll();
    assertThat(living.topics()).containsExactly("a");
    assertThat(router.isCongested()).isFalse();
  }

  @Test
  void isCongested_laneFallsBehind_untilItCaughtUp() {
    new Recorder(second).subscribe(tree, "a");
    Message message = message("a", new byte[1 << 20]);
    for (int i = 0; i < 15; i++) {
      router.publish(tree, message);
    }
    assertThat(router.isCongested()).isFalse();
    router.publish(tree, message);
    assertThat(router.isCongested()).isTrue();
    second.runAll();
    assertThat(router.isCongested()).isFalse();
  }

  @Test
  void publish_manySubscribers_allocatesNoMoreThanForOne() {
    TopicTree lone = new TopicTree(1);
    TopicTree crowded = new TopicTree(1);
    new Silent(first).subscribeTo(lone);
    for (int i = 0; i < 10_000; i++) {
      new Silent(first).subscribeTo(crowded);
    }
    long one = allocatedByPublish(lone);
    long many = allocatedByPublish(crowded);
    assertThat(many).as("bytes; for one subscriber %d", one).isLessThanOrEqualTo(one + 64);
  }

  private long allocatedByPublish(TopicTree topics) {
    Message message = message("a");
    int publishes = 100;
    long[] bytes = new long[1];
    first.call(() -> {
      router.publish(topics, message);
      long before = allocatedBytes();
      for (int i = 0; i < publishes; i++) {
        router.publish(topics, message);
      }
      bytes[0] = allocatedBytes() - before;
    });
    return bytes[0] / publishes;
  }

  private static long allocatedBytes() {
    try {
      return (Long)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                  "getThreadAllocatedBytes",
                  new Object[] {Thread.currentThread().threadId()},
                  new String[] {"long"});
    } catch (JMException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Silent extends Subscriber {
    Silent(Lane lane) {
      super(lane);
    }

    void subscribeTo(TopicTree tree) {
      tree.add(new Subscription(this, "a", 0, 0));
    }

    @Override
    protected void deliver(Message message, Subscription subscription) {}

    @Override
    protected void deliver(Message message, List<Subscription> subscriptions) {}
  }
}
