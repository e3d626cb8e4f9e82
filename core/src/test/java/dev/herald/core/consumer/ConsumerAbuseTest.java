package dev.herald.core.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.core.consumer.ConsumerWorld.Awaited;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What consumers and producers without measure do to others, and to the memory: nothing. */
class ConsumerAbuseTest {
  private static final long BYTES_MAX = 100_000;

  // ---- many groups

  @Test
  void groupsMax_oneMoreIsRefused_othersGoOn_andPlacesAreGivenBack() {
    ConsumerWorld world = new ConsumerWorld(2, BYTES_MAX);
    FakeConsumer a = world.joined("a", 0, "$share/a/t", 10);
    FakeConsumer b = world.joined("b", 1, "$share/b/t", 10);
    FakeConsumer c = new FakeConsumer("c", world.lane(2));

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> c.join(world.groups, "$share/c/t", 10, 1))
          .isInstanceOfSatisfying(
              HeraldException.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED));
    }
    assertThat(world.metric("herald_consumer_limits_total")).isEqualTo(3);
    assertThat(world.metric("herald_consumer_groups")).isEqualTo(2);
    assertThat(world.topics.size()).isEqualTo(2);
    // who joins a group that is there needs no place
    FakeConsumer d = world.joined("d", 2, "$share/a/t", 10);
    Awaited receipt = world.publish(0, "t", 1, null);
    assertThat(a.got.size() + d.got.size()).isOne();
    assertThat(b.got).hasSize(1);
    List.of(a, b, d).forEach(one -> world.on(one, () -> one.open.forEach(Delivery::acknowledged)));
    assertThat(receipt.isConsumed()).isTrue();

    world.on(b, () -> b.leave(false));
    world.on(c, () -> c.join(world.groups, "$share/c/t", 10, 1));
    assertThat(world.metric("herald_consumer_groups")).isEqualTo(2);
  }

  @Test
  void groupsMax_isForEachApp() {
    ConsumerWorld one = new ConsumerWorld(1, BYTES_MAX);
    ConsumerWorld other = new ConsumerWorld(1, BYTES_MAX);
    one.joined("a", 0, "$share/a/t", 10);
    other.joined("a", 0, "$share/a/t", 10);
    assertThat(other.publish(0, "t", 1, null).isAnswered()).isFalse();
  }

  @Test
  void oneFilterInThousandsOfGroups_takesLittleForEach_andAnswersOnce() {
    int count = 10_000;
    int messages = 20;
    ConsumerWorld world = new ConsumerWorld(count + 1, BYTES_MAX);
    long empty = usedBytes();
    List<FakeConsumer> greedy =
        IntStream.range(0, count)
            .mapToObj(i -> world.joined("greedy", 0, "$share/g" + i + "/t", 1))
            .toList();
    assertThat((usedBytes() - empty) / count).as("bytes of a group").isBetween(100L, 3_000L);
    FakeConsumer bystander = world.joined("bystander", 1, "$share/g/other", 10);

    long before = usedBytes();
    List<Awaited> receipts = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      receipts.add(world.publish(2, "t", 1000, null));
    }
    long each = (usedBytes() - before) / ((long) count * messages);
    // each is counted with its whole weight, and takes far less
    assertThat(each).as("bytes of a message in one group").isBetween(10L, 200L);
    assertThat(world.waitingBytes()).isGreaterThan((messages - 1) * 1000L * count);
    assertThat(receipts).noneMatch(Awaited::isAnswered);

    Awaited other = world.publish(2, "other", 1, null);
    world.on(bystander, bystander::acknowledge);
    assertThat(other.isConsumed()).isTrue();

    for (FakeConsumer consumer : greedy) {
      for (int i = 0; i < messages; i++) {
        world.on(consumer, consumer::acknowledge);
      }
    }
    assertThat(receipts).allMatch(Awaited::isConsumed);
    assertThat(world.waitingBytes()).isZero();
    greedy.forEach(consumer -> world.on(consumer, () -> consumer.leave(false)));
    assertThat(world.groups.size()).isOne();
  }

  @Test
  void thousandsOfGroups_thatAreFull_holdBackNobodyElse() {
    int count = 5_000;
    ConsumerWorld world = new ConsumerWorld(count, BYTES_MAX);
    List<FakeConsumer> stalled =
        IntStream.range(0, count)
            .mapToObj(i -> world.joined("stalled", i, "$share/g" + i + "/t/+", 1))
            .toList();
    for (int i = 0; i < 3; i++) {
      world.publish(0, "t/1", 60_000, null);
    }
    assertThat(world.groups.congestedBy("t/2")).isNotNull();
    assertThat(world.groups.congestedBy("u/1")).isNull();
    // one after the other has room again, and the last one holds back until then
    for (FakeConsumer consumer : stalled) {
      assertThat(world.groups.congestedBy("t/2")).isNotNull();
      world.on(consumer, consumer::acknowledge);
      world.on(consumer, consumer::acknowledge);
    }
    assertThat(world.groups.congestedBy("t/2")).isNull();
  }

  // ---- members

  @Test
  void memberThatComesAndGoes_losesAndKeepsNothing() {
    ConsumerWorld world = new ConsumerWorld(1, BYTES_MAX);
    String filter = "$share/g/t";
    FakeConsumer anchor = world.joined("anchor", 0, filter, 10);
    List<Awaited> receipts = new ArrayList<>();
    List<WeakReference<FakeConsumer>> gone = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      FakeConsumer restless = world.joined("restless", i, filter, 3);
      receipts.add(world.publish(i + 1, "t", 10, i % 2 == 0 ? null : "key" + i % 7));
      receipts.add(world.publish(i + 2, "t", 10, null));
      world.on(restless, () -> restless.leave(false));
      while (!anchor.open.isEmpty()) {
        world.on(anchor, anchor::acknowledge);
      }
      if (i % 1000 == 0) {
        gone.add(new WeakReference<>(restless));
      }
    }
    assertThat(receipts).allMatch(Awaited::isConsumed);
    assertThat(world.metric("herald_consumer_members")).isOne();
    assertThat(world.waitingBytes()).isZero();
    assertThat(world.group(filter).keys.size()).isZero();
    world.pass(1);
    awaitCollected(gone);
  }

  @Test
  void memberThatRefusesAndGoes_isForgotten_thoughTheKeyLivesOn() {
    ConsumerWorld world = new ConsumerWorld(1, BYTES_MAX);
    String filter = "$share/g/t";
    FakeConsumer anchor = world.joined("anchor", 0, filter, 10);
    List<WeakReference<FakeConsumer>> gone = new ArrayList<>();
    List<Awaited> receipts = new ArrayList<>();
    receipts.add(world.publish(1, "t", 10, "hot"));
    for (int i = 0; i < 100; i++) {
      FakeConsumer restless = world.joined("restless", 1, filter, 10);
      receipts.add(world.publish(1, "t", 10, "hot"));
      while (!anchor.open.isEmpty()) {
        world.on(anchor, anchor::refuse);
      }
      world.on(restless, restless::refuse);
      world.on(restless, () -> restless.leave(false));
      gone.add(new WeakReference<>(restless));
      assertThat(anchor.open).as("the newer one").hasSize(1);
      assertThat(receipts.removeFirst().refusal()).as("refused by both").isNotNull();
    }
    world.pass(1);
    awaitCollected(gone);
    assertThat(world.group(filter).keys.size()).as("the key lives on").isOne();
  }

  private static void awaitCollected(List<WeakReference<FakeConsumer>> gone) {
    await("what is gone is garbage")
        .until(() -> {
          System.gc();
          return gone.stream().allMatch(each -> each.get() == null);
        });
  }

  @Test
  void answersThatNobodyAskedFor_changeNothing() {
    ConsumerWorld world = new ConsumerWorld(1, BYTES_MAX);
    FakeConsumer odd = world.joined("odd", 0, "$share/g/t", 2);
    FakeConsumer good = world.joined("good", 1, "$share/g/t", 2);
    List<Delivery> before = new ArrayList<>();
    for (int round = 0; round < 50; round++) {
      Awaited first = world.publish(2, "t", 10, null);
      Awaited second = world.publish(2, "t", 10, round % 2 == 0 ? null : "k");
      before.addAll(odd.open);
      for (FakeConsumer each : List.of(odd, good)) {
        while (!each.open.isEmpty()) {
          world.on(each, each::acknowledge);
        }
      }
      assertThat(first.isConsumed() && second.isConsumed()).isTrue();
      // what was answered long ago is answered again, in every way there is
      world.on(
          odd,
          () -> {
            for (Delivery old : before) {
              old.acknowledged();
              old.refused();
              old.kept();
              old.expired();
            }
          });
    }
    assertThat(odd.got.size() + good.got.size()).isEqualTo(100);
    assertThat(world.group("$share/g/t").keys.size()).isZero();
    assertThat(world.waitingBytes()).isZero();
    // it has its places still, and no more than them
    for (int i = 0; i < 10; i++) {
      world.publish(2, "t", 10, null);
    }
    assertThat(odd.open).hasSize(2);
    assertThat(good.open).hasSize(2);
  }

  // ---- keys

  /** What a member does with what it gets. */
  enum Fate {
    ACKNOWLEDGED,
    REFUSED,
    LEFT,
    TOO_LATE
  }

  @ParameterizedTest
  @EnumSource
  void keysByTheHundredThousand_areForgottenWithTheirMessages(Fate fate) {
    int count = 100_000;
    ConsumerWorld world = new ConsumerWorld(2, 64L << 20);
    FakeConsumer one = world.joined("one", 1, "$share/g/t", 1000);
    FakeConsumer bystander = world.joined("bystander", 2, "$share/g/other", 10);
    Keys keys = world.group("$share/g/t").keys;
    List<Awaited> receipts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      receipts.add(world.publish(0, "t", 1, "key" + i));
    }
    assertThat(keys.size()).as("under way and waiting").isEqualTo(count);
    switch (fate) {
      case ACKNOWLEDGED -> {
        int left = count;
        while (!one.open.isEmpty()) {
          world.on(one, one::acknowledge);
          assertThat(keys.size()).isEqualTo(--left);
        }
      }
      case REFUSED -> {
        while (!one.open.isEmpty()) {
          world.on(one, one::refuse);
        }
      }
      case LEFT -> world.on(one, () -> one.leave(false));
      case TOO_LATE -> {
        // it answers one message now and then, so that each of the others is too late by itself
        while (one.open.size() > 1) {
          Delivery last = one.open.removeLast();
          world.on(one, last::acknowledged);
          world.pass(ConsumerWorld.ACK_SECONDS + 1);
          List<Delivery> late = one.open.stream().filter(Delivery::isHandedOver).toList();
          one.open.removeAll(late);
          late.forEach(delivery -> world.on(one, delivery::acknowledged));
        }
        one.open.forEach(last -> world.on(one, last::acknowledged));
      }
    }
    assertThat(keys.size()).isZero();
    assertThat(receipts).allMatch(Awaited::isAnswered);
    assertThat(world.waitingBytes()).isZero();
    assertThat(world.publish(0, "other", 1, "key1").isAnswered()).isFalse();
    world.on(bystander, bystander::acknowledge);
  }

  private static long usedBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
