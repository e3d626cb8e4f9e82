package dev.herald.core.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Lane;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsumerGroupTest {
  private static final String FILTER = "$share/g/t/#";
  private static final long BYTES_MAX = 10_000;
  private static final ConsumerSettings SETTINGS =
      new ConsumerSettings(10, BYTES_MAX, Duration.ofSeconds(30), 5, true, "");

  private final Metrics metrics = new Metrics();
  private final Router router = new Router(2);
  private final TopicTree topics = new TopicTree(2);
  private final ConsumerGroups groups =
      new ConsumerGroups(topics, router, SETTINGS, new ConsumerCounters(metrics));
  private final ManualLane home = new ManualLane(0);
  private final ManualLane away = new ManualLane(1);
  private int published;

  @BeforeEach
  void addLanes() {
    router.addLane(home);
    router.addLane(away);
  }

  // ---- who gets a message

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void publish_equalMembers_takeTurns(int qos) {
    FakeConsumer a = joined("a", home, 100);
    FakeConsumer b = joined("b", home, 100);
    FakeConsumer c = joined("c", away, 100);
    for (int i = 0; i < 9; i++) {
      publish(qos);
    }
    assertThat(List.of(a.got.size(), b.got.size(), c.got.size())).containsExactly(3, 3, 3);
    assertThat(got(a, b, c)).doesNotHaveDuplicates().hasSize(9);
  }

  @Test
  void publish_memberWithFewestUnderWay_getsIt() {
    FakeConsumer slow = joined("slow", home, 100);
    FakeConsumer quick = joined("quick", away, 100).reacting(Delivery::acknowledged);
    for (int i = 0; i < 100; i++) {
      publish(1);
    }
    assertThat(slow.got).hasSizeLessThanOrEqualTo(2);
    assertThat(quick.got).hasSizeGreaterThanOrEqualTo(98);
  }

  @Test
  void publish_memberAtItsLimit_getsNoMoreUntilItAnswers() {
    FakeConsumer one = joined("one", away, 2);
    for (int i = 0; i < 5; i++) {
      publish(1);
    }
    assertThat(one.got).containsExactly("1", "2");
    away.call(one::acknowledge);
    settle();
    assertThat(one.got).containsExactly("1", "2", "3");
    away.call(() -> one.open.remove().refused());
    settle();
    assertThat(one.got).containsExactly("1", "2", "3", "4");
    assertThat(metric("herald_consumer_messages_dropped_total", "refused_by_member")).isOne();
  }

  @Test
  void publish_memberAtItsLimitInBytes_getsNoMoreUntilItAnswers() {
    FakeConsumer one = new FakeConsumer("one", home);
    home.call(() -> one.join(groups, FILTER, 100, 150));
    for (int i = 0; i < 3; i++) {
      publish(1);
    }
    assertThat(one.got).containsExactly("1", "2");
    home.call(one::acknowledge);
    assertThat(one.got).containsExactly("1", "2", "3");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void publish_busyMember_isPassedOver(int qos) {
    FakeConsumer busy = joined("busy", away, 100);
    FakeConsumer free = joined("free", home, 100);
    away.call(() -> busy.member().busy());
    settle();
    for (int i = 0; i < 4; i++) {
      publish(qos);
    }
    assertThat(busy.got).isEmpty();
    assertThat(free.got).hasSize(4);
    away.call(() -> busy.member().ready());
    settle();
    publish(qos);
    publish(qos);
    assertThat(busy.got).isNotEmpty();
  }

  @Test
  void publish_everyGroupOfAnyName_getsItOnce() {
    FakeConsumer g = joined("g", home, 10);
    FakeConsumer h = new FakeConsumer("h", away);
    FakeConsumer other = new FakeConsumer("other", away);
    away.call(() -> {
      h.join(groups, "$share/h/t/#", 10, BYTES_MAX);
      other.join(groups, "$share/g/t/+", 10, BYTES_MAX);
    });
    publish(1);
    assertThat(List.of(g.got, h.got, other.got)).containsOnly(List.of("1"));
    assertThat(groups.size()).isEqualTo(3);
  }

  @Test
  void publish_noMember_isTakenByNobody() {
    assertThat(publish(1)).isFalse();
    FakeConsumer one = joined("one", home, 1);
    assertThat(publish(1)).isTrue();
    home.call(() -> one.leave(false));
    settle();
    assertThat(publish(1)).isFalse();
    assertThat(topics.size()).isZero();
    assertThat(groups.size()).isZero();
    assertThat(metric("herald_consumer_groups", "")).isZero();
    assertThat(metric("herald_consumer_members", "")).isZero();
  }

  @Test
  void tenThousandMembers_costAPublishNoMoreThanTen() {
    assertThat(looksAt(10_000)).isLessThanOrEqualTo(looksAt(10));
  }

  /** How many members are looked at for a publish, besides the one that gets the message. */
  private int looksAt(int members) {
    CountingLane lane = new CountingLane();
    Router lonely = new Router(1);
    lonely.addLane(lane);
    TopicTree tree = new TopicTree(1);
    ConsumerGroups crowd =
        new ConsumerGroups(tree, lonely, SETTINGS, new ConsumerCounters(new Metrics()));
    for (int i = 0; i < members; i++) {
      new FakeConsumer("m", lane).join(crowd, FILTER, 10, BYTES_MAX);
    }
    lane.asked = 0;
    for (int i = 0; i < 30; i++) {
      lonely.publish(tree, message("x", 1, null));
    }
    return lane.asked;
  }

  /** Counts how often a consumer's lane is asked for anything. */
  private static final class CountingLane implements Lane {
    int asked;

    @Override
    public int index() {
      asked++;
      return 0;
    }

    @Override
    public boolean inLane() {
      asked++;
      return true;
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }
  }

  // ---- waiting

  @Test
  void publish_moreThanMembersTake_waitsInOrder() {
    FakeConsumer one = joined("one", home, 1);
    for (int i = 0; i < 4; i++) {
      publish(i % 2);
    }
    assertThat(one.got).containsExactly("1", "2");
    assertThat(metric("herald_consumer_waiting_bytes", "")).isPositive();
    home.call(one::acknowledge);
    assertThat(one.got).containsExactly("1", "2", "3", "4");
    assertThat(metric("herald_consumer_waiting_bytes", "")).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void publish_groupFull_isDroppedAndCounted(int qos) {
    FakeConsumer one = joined("one", home, 1);
    publish(1);
    String payload = "x".repeat(qos == 0 ? 1_000 : 4_000_000);
    long max = qos == 0 ? BYTES_MAX : BYTES_MAX + Backlog.OVERRUN_BYTES_MAX;
    int fits = (int) (max / message(payload, qos, null).weight());
    for (int i = 0; i < fits + 10; i++) {
      router.publish(topics, message(payload, qos, null));
    }
    settle();
    assertThat(metric("herald_consumer_messages_dropped_total", "group_full")).isEqualTo(10);
    assertThat(metric("herald_consumer_waiting_bytes", "")).isLessThanOrEqualTo(max);
    while (!one.open.isEmpty()) {
      home.call(one::acknowledge);
    }
    assertThat(one.got).hasSize(1 + fits);
  }

  @Test
  void publish_messageLargerThanTheBound_waitsIfItIsAlone() {
    FakeConsumer one = joined("one", home, 1);
    publish(1);
    router.publish(topics, message("x".repeat(20_000), 1, null));
    home.runAll();
    home.call(one::acknowledge);
    assertThat(one.got).hasSize(2);
  }

  @Test
  void publish_groupFull_isCongestedUntilHalfOfItIsLeft() {
    FakeConsumer one = joined("one", home, 1);
    publish(1);
    while (metric("herald_consumer_waiting_bytes", "") <= BYTES_MAX) {
      assertThat(groups.congestedBy("t/1")).isNull();
      publish(1);
    }
    ConsumerGroup group = groups.congestedBy("t/1");
    if (group == null) {
      throw new AssertionError("not congested");
    }
    assertThat(groups.congestedBy("u")).isNull();
    while (metric("herald_consumer_waiting_bytes", "") > BYTES_MAX / 2) {
      assertThat(group.isCongested()).isTrue();
      home.call(one::acknowledge);
    }
    assertThat(group.isCongested()).isFalse();
    assertThat(groups.congestedBy("t/1")).isNull();
  }

  @Test
  void leave_lastOfACongestedGroup_endsTheCongestion() {
    FakeConsumer one = joined("one", home, 1);
    while (groups.congestedBy("t/1") == null) {
      publish(1);
    }
    home.call(() -> one.leave(false));
    settle();
    assertThat(groups.congestedBy("t/1")).isNull();
  }

  // ---- leaving

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void leave_unfinishedGoesToAnotherAtOnceInOrder(int lane) {
    FakeConsumer leaver = joined("leaver", lane == 0 ? home : away, 10);
    for (int i = 0; i < 4; i++) {
      publish(1);
    }
    FakeConsumer heir = joined("heir", lane == 0 ? away : home, 10);
    leaver.lane().execute(() -> leaver.leave(false));
    settle();
    assertThat(heir.got).containsExactly("1", "2", "3", "4");
    assertThat(heir.open).allMatch(delivery -> delivery.attempt() == 2);
    assertThat(metric("herald_consumer_messages_redelivered_total", "member_left")).isEqualTo(4);
  }

  @Test
  void leave_messagesOnTheirWay_goToAnother() {
    FakeConsumer leaver = joined("leaver", away, 10);
    FakeConsumer heir = joined("heir", home, 10);
    heir.member().busy();
    settle();
    home.call(() -> {
      for (int qos = 0; qos <= 2; qos++) {
        assertThat(router.publish(topics, message("qos " + qos, qos, null))).isTrue();
      }
    });
    away.call(() -> leaver.leave(false)); // before the messages arrive there
    heir.member().ready();
    settle();
    assertThat(leaver.got).isEmpty();
    assertThat(heir.got).containsExactlyInAnyOrder("qos 0", "qos 1", "qos 2");
  }

  @Test
  void leave_consumerKeeps_isToldWhatWasHandedOver() {
    FakeConsumer leaver = joined("leaver", away, 10);
    publish(1);
    publish(2);
    Delivery mine = leaver.open.removeLast();
    away.call(mine::kept);
    FakeConsumer heir = joined("heir", home, 10);
    away.call(() -> leaver.leave(true));
    settle();
    assertThat(heir.got).containsExactly("1");
    assertThat(mine.isHandedOver()).isFalse();
    assertThat(leaver.timesHandedOver).isOne();
    assertThat(leaver.open).isEmpty();
  }

  @Test
  void leave_last_keepsWhatItHad() {
    FakeConsumer last = joined("last", away, 1);
    for (int i = 0; i < 3; i++) {
      publish(1);
    }
    List<Delivery> unfinished = new ArrayList<>();
    away.call(() -> unfinished.addAll(last.leave(true)));
    settle();
    assertThat(last.timesHandedOver).isZero();
    assertThat(unfinished).hasSize(1).noneMatch(Delivery::isHandedOver);
    assertThat(metric("herald_consumer_messages_dropped_total", "no_member"))
        .as("what waited in the group")
        .isEqualTo(2);
    assertThat(metric("herald_consumer_waiting_bytes", "")).isZero();

    // when it gives that up later, the group of that time gets it
    FakeConsumer next = joined("next", home, 10);
    away.call(() -> unfinished.getFirst().returned());
    settle();
    assertThat(next.got).containsExactly("1");
  }

  @Test
  void leave_lastAndGone_dropsAndCounts() {
    FakeConsumer last = joined("last", home, 10);
    publish(1);
    publish(1);
    home.call(() -> last.leave(false));
    settle();
    assertThat(metric("herald_consumer_messages_dropped_total", "no_member")).isEqualTo(2);
  }

  @Test
  void leave_whileAnotherJoins_losesNothing() {
    FakeConsumer leaver = joined("leaver", home, 1);
    publish(1);
    publish(1);
    FakeConsumer joiner = new FakeConsumer("joiner", away);
    away.call(() -> joiner.join(groups, FILTER, 10, BYTES_MAX)); // the group hears of it later
    home.call(() -> leaver.leave(false));
    assertThat(publish(2)).as("the joiner counts").isTrue();
    settle();
    assertThat(joiner.got).containsExactlyInAnyOrder("1", "2", "3");
    assertThat(groups.size()).isOne();
  }

  @Test
  void leave_twice_isAProgrammerError() {
    FakeConsumer one = joined("one", home, 1);
    Member member = one.member();
    home.call(() -> one.leave(false));
    assertThatThrownBy(() -> member.leave(List.of(), false))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void leave_whileItIsDeliveredTo_harmsNoOther() {
    // the group ends in the middle of a message's delivery on its lane
    FakeConsumer first = new FakeConsumer("first", home);
    FakeConsumer second = new FakeConsumer("second", home);
    FakeConsumer third = new FakeConsumer("third", home);
    second.reacting(delivery -> {
      second.leave(false);
      first.leave(false);
    });
    home.call(() -> {
      first.join(groups, "$share/1/t/#", 10, BYTES_MAX);
      second.join(groups, "$share/2/t/#", 10, BYTES_MAX);
      third.join(groups, "$share/3/t/#", 10, BYTES_MAX);
    });
    home.call(() -> router.publish(topics, message("m", 1, null)));
    assertThat(third.got).containsExactly("m");
    assertThat(second.got).containsExactly("m");
    settle();
    assertThat(groups.size()).isOne();
  }

  @Test
  void answers_thatComeTwiceOrTooLate_changeNothing() {
    FakeConsumer leaver = joined("leaver", away, 1);
    publish(1);
    Delivery old = leaver.open.getFirst();
    FakeConsumer heir = joined("heir", home, 1);
    away.call(() -> leaver.leave(true));
    settle();
    publish(1);
    away.call(() -> {
      old.acknowledged();
      old.returned();
      old.refused();
    });
    settle();
    assertThat(heir.got).as("its one message is still under way").containsExactly("1");
    Delivery again = heir.open.getFirst();
    home.call(() -> {
      again.acknowledged();
      again.acknowledged();
    });
    settle();
    assertThat(heir.got).containsExactly("1", "2");
    publish(1);
    assertThat(heir.got).containsExactly("1", "2");
  }

  // ---- keys

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void keys_sameKey_sameMember(int qos) {
    List<FakeConsumer> members = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      members.add(joined("m" + i, i % 2 == 0 ? home : away, 1000));
    }
    for (int round = 0; round < 4; round++) {
      for (int key = 0; key < 50; key++) {
        publish(qos, "key" + key);
      }
    }
    int owned = 0;
    for (FakeConsumer member : members) {
      Set<Integer> keys = new HashSet<>();
      member.got.forEach(text -> keys.add((Integer.parseInt(text) - 1) % 50));
      assertThat(member.got).hasSize(keys.size() * 4);
      assertThat(keys).as("keys of one of 5 members").hasSizeBetween(2, 25);
      owned += keys.size();
    }
    assertThat(owned).isEqualTo(50);
  }

  @Test
  void keys_memberFull_onlyItsKeysWait() {
    FakeConsumer a = joined("a", home, 1);
    FakeConsumer b = joined("b", home, 1);
    publish(1, "k");
    publish(1, "k");
    FakeConsumer owner = a.got.isEmpty() ? b : a;
    FakeConsumer other = owner == a ? b : a;
    assertThat(owner.got).containsExactly("1");
    publish(1);
    assertThat(other.got).containsExactly("3");
    home.call(owner::acknowledge);
    assertThat(owner.got).containsExactly("1", "2");
    assertThat(other.got).containsExactly("3");
  }

  @Test
  void keys_joining_movesAKeyWhenNothingOfItIsUnderWay() {
    List<FakeConsumer> members = new ArrayList<>(List.of(joined("m", home, 100)));
    FakeConsumer first = members.getFirst();
    for (int key = 0; key < 20; key++) {
      publish(1, "k" + key);
    }
    FakeConsumer second = joined("second", home, 100);
    for (int key = 0; key < 20; key++) {
      publish(1, "k" + key);
    }
    assertThat(first.got).as("all are under way at the first").hasSize(40);
    while (!first.open.isEmpty()) {
      home.call(first::acknowledge);
    }
    for (int key = 0; key < 20; key++) {
      publish(1, "k" + key);
    }
    assertThat(second.got).as("about half of the keys moved").hasSizeBetween(4, 16);
  }

  @Test
  void keys_leaving_givesAllInOrderToOneOther() {
    List<FakeConsumer> members = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      members.add(joined("m" + i, i == 1 ? away : home, 2));
    }
    for (int i = 0; i < 6; i++) {
      publish(1, "k");
    }
    FakeConsumer owner =
        members.stream().filter(one -> !one.got.isEmpty()).findFirst().orElseThrow();
    assertThat(owner.got).containsExactly("1", "2");
    members.remove(owner);
    owner.lane().execute(() -> owner.leave(false));
    settle();
    FakeConsumer heir =
        members.stream().filter(one -> !one.got.isEmpty()).findFirst().orElseThrow();
    while (!heir.open.isEmpty()) {
      heir.lane().execute(heir::acknowledge);
      settle();
    }
    assertThat(heir.got).containsExactly("1", "2", "3", "4", "5", "6");
    members.remove(heir);
    assertThat(members.getFirst().got).isEmpty();
  }

  @Test
  void keys_leaverFinishesWhatItBegan_newerOnesWaitForThat() {
    FakeConsumer owner = joined("owner", home, 10);
    publish(1, "k");
    FakeConsumer heir = joined("heir", home, 10);
    home.call(() -> {
      owner.member().leave(List.of(), false); // as an UNSUBSCRIBE does: it completes the rest
    });
    settle();
    publish(1, "k");
    assertThat(heir.got).isEmpty();
    home.call(owner::acknowledge);
    assertThat(heir.got).containsExactly("2");
  }

  @Test
  void keys_place_movesOnlyToTheNewPlace() {
    int[] counts = new int[10];
    for (int i = 0; i < 10_000; i++) {
      String key = "key-" + i;
      int before = Key.place(key, 9);
      int after = Key.place(key, 10);
      assertThat(after == before || after == 9).isTrue();
      counts[after]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(850, 1150);
    }
    assertThat(Key.place("any", 1)).isZero();
  }

  // ---- what the tests do

  private FakeConsumer joined(String name, ManualLane lane, int messagesMax) {
    FakeConsumer consumer = new FakeConsumer(name, lane);
    lane.call(() -> consumer.join(groups, FILTER, messagesMax, 1 << 20));
    settle();
    return consumer;
  }

  private boolean publish(int qos) {
    return publish(qos, null);
  }

  /** Publishes the next number from the home lane and lets all lanes do what is to be done. */
  private boolean publish(int qos, @Nullable String key) {
    boolean[] matched = new boolean[1];
    Message message = message("" + ++published, qos, key);
    home.call(() -> matched[0] = router.publish(topics, message));
    settle();
    return matched[0];
  }

  private void settle() {
    while (home.runAll() + away.runAll() > 0) {
      // until there is nothing to be done
    }
  }

  private static Message message(String text, int qos, @Nullable String key) {
    MessageProperties properties =
        key == null
            ? MessageProperties.NONE
            : new MessageProperties(
                MessageProperties.PayloadFormat.NOT_SAID, null, null, null, List.of("key", key));
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    return new Message("t/1", payload, qos, false, properties, Message.NEVER, null);
  }

  private static List<String> got(FakeConsumer... consumers) {
    List<String> all = new ArrayList<>();
    for (FakeConsumer consumer : consumers) {
      all.addAll(consumer.got);
    }
    return all;
  }

  private long metric(String name, String label) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .filter(metric ->
            !(metric instanceof Metrics.Counter counter) || counter.labelValue().equals(label))
        .mapToLong(Metrics.Metric::value)
        .findFirst()
        .orElseThrow();
  }
}
