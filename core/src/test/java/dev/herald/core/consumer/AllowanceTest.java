package dev.herald.core.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.config.SettingTree;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One client in several groups, and what it has no room for. */
class AllowanceTest {
  private final Router router = new Router(2);
  private final TopicTree topics = new TopicTree(2);
  private final ConsumerGroups groups =
      new ConsumerGroups(
          topics,
          router,
          SettingTree.defaults(ConsumerSettings.class),
          new ConsumerCounters(new Metrics()));
  private final ManualLane home = new ManualLane(0);
  private final ManualLane away = new ManualLane(1);
  private int published;

  @BeforeEach
  void addLanes() {
    router.addLane(home);
    router.addLane(away);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void room_isOneForAllGroups_whichTakeTurns(boolean keyed) {
    Allowance allowance = new Allowance(1, 1 << 20);
    FakeConsumer g = joined("g", away, allowance);
    FakeConsumer h = joined("h", away, allowance);
    for (int i = 0; i < 4; i++) {
      publish("g", keyed ? "k" : null);
    }
    for (int i = 0; i < 4; i++) {
      publish("h", keyed ? "k" : null);
    }
    List<String> consumed = new ArrayList<>();
    while (allowance.messages() > 0) {
      assertThat(allowance.messages()).isOne();
      FakeConsumer holder = g.open.isEmpty() ? h : g;
      consumed.add(FakeConsumer.text(holder.open.element().message()));
      away.call(holder::acknowledge);
      settle();
    }
    assertThat(consumed).containsExactly("1", "2", "5", "3", "6", "4", "7", "8");
  }

  @Test
  void room_isFreeAgain_howeverAMessageEnds() {
    Allowance allowance = new Allowance(2, 1 << 20);
    FakeConsumer g = joined("g", away, allowance);
    publish("g", null);
    publish("g", null);
    away.call(g::refuse);
    away.call(() -> g.open.remove().expired());
    settle();
    assertThat(allowance.messages()).isZero();
    publish("g", null);
    publish("g", null);
    away.call(() -> g.leave(false));
    settle();
    assertThat(allowance.messages()).isZero();
  }

  @Test
  void limit_thatIsSmaller_holdsBackUntilThereIsLess() {
    Allowance allowance = new Allowance(3, 1 << 20);
    FakeConsumer g = joined("g", home, allowance);
    for (int i = 0; i < 5; i++) {
      publish("g", null);
    }
    allowance.limit(1);
    home.call(g::acknowledge);
    home.call(g::acknowledge);
    settle();
    assertThat(g.got).hasSize(3);
    home.call(g::acknowledge);
    settle();
    assertThat(g.got).hasSize(4);
    assertThat(g.open).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void declined_comesAgainInOrder_alsoWhatWasOnItsWay(boolean readyBeforeTheGroupKnows) {
    FakeConsumer founder = joined("g", home, new Allowance(1, 1 << 20));
    FakeConsumer full = joined("g", away, new Allowance(10, 1 << 20));
    home.call(() -> founder.leave(false));
    settle();
    full.fill();
    for (int i = 0; i < 3; i++) {
      home.call(() -> {
        boolean _ = router.publish(topics, message("g", "k"));
      });
    }
    assertThat(away.runOne()).isTrue(); // the first comes back
    if (readyBeforeTheGroupKnows) {
      away.call(full::ready);
    }
    settle();
    if (!readyBeforeTheGroupKnows) {
      away.call(full::ready);
    }
    settle();
    assertThat(full.got).containsExactly("1", "2", "3");
    assertThat(full.open).allMatch(delivery -> delivery.attempt() == 1);
  }

  private FakeConsumer joined(String group, ManualLane lane, Allowance allowance) {
    FakeConsumer consumer = new FakeConsumer(group, lane);
    lane.call(() -> consumer.join(groups, "$share/g/" + group, allowance));
    settle();
    return consumer;
  }

  private void publish(String topic, @Nullable String key) {
    Message message = message(topic, key);
    home.call(() -> {
      boolean _ = router.publish(topics, message);
    });
    settle();
  }

  private Message message(String topic, @Nullable String key) {
    MessageProperties properties =
        key == null
            ? MessageProperties.NONE
            : new MessageProperties(PayloadFormat.NOT_SAID, null, null, null, List.of("key", key));
    byte[] payload = Integer.toString(++published).getBytes(StandardCharsets.UTF_8);
    return new Message(topic, payload, 1, false, properties, Message.NEVER, null);
  }

  private void settle() {
    while (home.runAll() + away.runAll() > 0) {
      // until there is nothing to be done
    }
  }
}
