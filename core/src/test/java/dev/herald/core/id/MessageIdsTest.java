package dev.herald.core.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageIdsTest {
  private static final long START_MS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
  private static final int PER_MS = 4096;

  private final AtomicLong clock = new AtomicLong(START_MS);

  private MessageIds ids(int node, long floor) {
    return new MessageIds(node, () -> Instant.ofEpochMilli(clock.get()), floor);
  }

  private static long nodeOf(long id) {
    return (id >>> 12) & 1023;
  }

  private static long timeOf(long id) {
    return (id >>> 22) + Instant.parse("2020-01-01T00:00:00Z").toEpochMilli();
  }

  @Test
  void next_newMillisecond_carriesTimeNodeAndSequence() {
    MessageIds ids = ids(77, 0);
    long first = ids.next();
    assertThat(timeOf(first)).isEqualTo(START_MS);
    assertThat(MessageIds.timeMs(first)).isEqualTo(START_MS);
    assertThat(nodeOf(first)).isEqualTo(77);
    assertThat(first & 4095).isZero();
    assertThat(ids.next()).isEqualTo(first + 1);
    clock.addAndGet(5);
    assertThat(timeOf(ids.next())).isEqualTo(START_MS + 5);
  }

  @Property
  void next_anyClock_growsAndStaysPositive(
      @ForAll @IntRange(max = MessageIds.NODE_MAX) int node,
      @ForAll @Size(max = 200) List<@LongRange(min = -5_000, max = 5_000) Long> steps) {
    clock.set(START_MS);
    MessageIds ids = ids(node, 0);
    long last = 0;
    for (long step : steps) {
      clock.addAndGet(step);
      long id = ids.next();
      assertThat(id).isGreaterThan(last);
      assertThat(nodeOf(id)).isEqualTo(node);
      last = id;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 512, MessageIds.NODE_MAX})
  void next_burst_borrowsFromTheNextMillisecondAndKeepsTheNode(int node) {
    MessageIds ids = ids(node, 0);
    long last = 0;
    for (int i = 0; i < 3 * PER_MS; i++) {
      long id = ids.next();
      assertThat(id).isGreaterThan(last);
      assertThat(nodeOf(id)).isEqualTo(node);
      last = id;
    }
    assertThat(timeOf(last)).isEqualTo(START_MS + 2);
  }

  @Test
  void next_clockStepsBack_countsOnFromTheLast() {
    MessageIds ids = ids(1, 0);
    long before = ids.next();
    clock.addAndGet(-3_600_000);
    assertThat(ids.next()).isEqualTo(before + 1);
  }

  @Test
  void next_clockBeforeTheEpoch_isStillPositive() {
    clock.set(0);
    MessageIds ids = ids(0, 0);
    long first = ids.next();
    assertThat(first).isPositive();
    assertThat(ids.next()).isGreaterThan(first);
  }

  @Property
  void next_afterARestart_isGreaterThanTheFloorOfAnyNode(
      @ForAll @IntRange(max = MessageIds.NODE_MAX) int floorNode,
      @ForAll @IntRange(max = MessageIds.NODE_MAX) int node,
      @ForAll @IntRange(min = 1, max = PER_MS + 1) int given,
      @ForAll @LongRange(min = -1_000, max = 2) long clockStep) {
    clock.set(START_MS);
    MessageIds before = ids(floorNode, 0);
    long floor = 0;
    for (int i = 0; i < given; i++) {
      floor = before.next();
    }
    clock.addAndGet(clockStep);
    assertThat(ids(node, floor).next()).isGreaterThan(floor);
  }

  @Test
  void next_everyNodeAtOneMoment_givesOtherIds() {
    Set<Long> all = new HashSet<>();
    for (int node = 0; node <= MessageIds.NODE_MAX; node++) {
      MessageIds ids = ids(node, 0);
      for (int i = 0; i < 3; i++) {
        assertThat(all.add(ids.next())).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, MessageIds.NODE_MAX + 1})
  void messageIds_nodeOutOfRange_isRefused(int node) {
    assertThatThrownBy(() -> ids(node, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void next_manyThreads_neverRepeat() throws InterruptedException {
    MessageIds ids = ids(3, 0);
    List<long[]> given = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      long[] own = new long[5_000];
      given.add(own);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < own.length; i++) {
                  own[i] = ids.next();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Set<Long> all = new HashSet<>();
    for (long[] own : given) {
      for (long id : own) {
        assertThat(all.add(id)).isTrue();
      }
    }
  }
}
