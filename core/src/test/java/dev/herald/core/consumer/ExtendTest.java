package dev.herald.core.consumer;

import static dev.herald.core.route.MessageProperties.NONE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.metric.Metrics;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A member that asks for more time; and one that is busy when it joins. */
class ExtendTest {
  private static final String FILTER = "$share/g/t";
  private static final int TIMEOUT = 30;

  private final Router router = new Router(2);
  private final TopicTree topics = new TopicTree(2);
  private final ConsumerGroups groups =
      new ConsumerGroups(
          topics,
          router,
          new ConsumerSettings(10, 100_000, Duration.ofSeconds(TIMEOUT), 3, true, ""),
          new ConsumerCounters(new Metrics()));
  private final ManualLane home = new ManualLane(0);
  private final ManualLane away = new ManualLane(1);

  @BeforeEach
  void addLanes() {
    router.addLane(home);
    router.addLane(away);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void extend_again_keepsTheMessageBeyondTheTimeout(int laneOfSlow) {
    joined("first", home, 1); // the group's lane is home
    FakeConsumer slow = joined("slow", laneOfSlow == 0 ? home : away, 2);
    FakeConsumer other = joined("other", away, 0);
    List<Done> done = List.of(publish("1", ""), publish("2", ""));
    String mine = slow.got.getFirst();
    for (int i = 0; i < 5; i++) {
      pass(TIMEOUT - 1);
      extend(slow, slow.open.getFirst());
    }
    assertThat(slow.open.getFirst().isHandedOver()).isFalse();
    assertThat(slow.got).containsOnlyOnce(mine);
    on(slow, slow::acknowledge);
    assertThat(done.get(Integer.parseInt(mine) - 1).isConsumed()).isTrue();
    assertThat(other.got).isEmpty();
  }

  @Test
  void extend_ofOneMessage_leavesTheTimeOfOthers() {
    FakeConsumer slow = joined("slow", home, 10);
    Done first = publish("1", "");
    Done second = publish("2", "");
    Done third = publish("3", "");
    List<Delivery> had = List.copyOf(slow.open);
    pass(TIMEOUT - 1);
    extend(slow, had.get(1));
    FakeConsumer other = joined("other", away, 10).reacting(Delivery::acknowledged);
    pass(2);
    assertThat(other.got).containsExactly("1", "3");
    assertThat(List.of(first.isConsumed(), second.isConsumed(), third.isConsumed()))
        .containsExactly(true, false, true);
    pass(TIMEOUT);
    assertThat(other.got).containsExactly("1", "3", "2");
    assertThat(second.isConsumed()).isTrue();
  }

  @Test
  void extend_ofAKey_givesTimeForAllOfIt_inOrder() {
    FakeConsumer slow = joined("slow", home, 10);
    publish("1", "k");
    publish("2", "k");
    publish("3", "x");
    List<Delivery> had = List.copyOf(slow.open);
    pass(TIMEOUT - 1);
    extend(slow, had.get(0));
    FakeConsumer other = joined("other", away, 10);
    pass(2);
    assertThat(had.stream().map(Delivery::isHandedOver)).containsExactly(false, false, true);
    assertThat(other.got).containsExactly("3");
    on(other, other::acknowledge);
    pass(TIMEOUT);
    assertThat(other.got).containsExactly("3", "1", "2");
  }

  @Test
  void extend_tooLate_saysSo_andMakesAStalledMemberLive() {
    FakeConsumer slow = joined("slow", home, 2);
    Done first = publish("1", "");
    Delivery taken = slow.open.getFirst();
    FakeConsumer other = joined("other", away, 2).reacting(Delivery::acknowledged);
    pass(TIMEOUT + 1);
    assertThat(taken.isHandedOver()).isTrue();
    assertThat(first.isConsumed()).isTrue();
    on(other, () -> other.member().busy());
    publish("2", "");
    assertThat(slow.got).containsExactly("1");
    extend(slow, taken);
    assertThat(slow.got).containsExactly("1", "2");
    assertThat(taken.isHandedOver()).isTrue();
  }

  @Test
  void extend_afterItLeft_changesNothing() {
    FakeConsumer slow = joined("slow", home, 2);
    publish("1", "");
    Delivery had = slow.open.getFirst();
    FakeConsumer other = joined("other", away, 2);
    Member was = slow.member();
    on(slow, () -> slow.leave(false));
    home.call(() -> was.extend(List.of(had)));
    settle();
    assertThat(other.got).containsExactly("1");
    pass(TIMEOUT + 1);
    assertThat(had.isHandedOver()).isTrue();
  }

  @Test
  void join_busy_isGivenNothingUntilReady() {
    FakeConsumer busy = new FakeConsumer("busy", away);
    away.call(() -> busy.joinBusy(groups, FILTER, new Allowance(10, 1000)));
    settle();
    Done done = publish("1", "");
    assertThat(busy.got).isEmpty();
    on(busy, () -> busy.member().ready());
    assertThat(busy.got).containsExactly("1");
    on(busy, busy::acknowledge);
    assertThat(done.isConsumed()).isTrue();
  }

  private FakeConsumer joined(String name, ManualLane lane, int messagesMax) {
    FakeConsumer consumer = new FakeConsumer(name, lane);
    lane.call(() -> consumer.join(groups, FILTER, messagesMax, 100_000));
    settle();
    return consumer;
  }

  private void extend(FakeConsumer consumer, Delivery delivery) {
    on(consumer, () -> consumer.member().extend(List.of(delivery)));
  }

  private Done publish(String text, String key) {
    MessageProperties properties =
        key.isEmpty()
            ? NONE
            : new MessageProperties(PayloadFormat.NOT_SAID, null, null, null, List.of("key", key));
    Done done = new Done();
    Message message =
        new Message("t", text.getBytes(UTF_8), 1, false, properties, Message.NEVER, null);
    home.call(() -> router.publishAwaited(topics, message, done));
    settle();
    return done;
  }

  private void on(FakeConsumer consumer, Runnable work) {
    (consumer.lane().index() == 0 ? home : away).call(work);
    settle();
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      groups.tick();
      settle();
    }
  }

  private void settle() {
    while (home.runAll() + away.runAll() > 0) {
      // until there is nothing to be done
    }
  }

  /** Whether a message was consumed. */
  private static final class Done extends Receipt {
    private final List<Boolean> ends = new ArrayList<>();

    @Override
    protected void completed() {
      ends.add(refusal() == null);
    }

    boolean isConsumed() {
      return ends.equals(List.of(true));
    }
  }
}
