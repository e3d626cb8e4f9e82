package dev.herald.core.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupChange.Pruned;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.route.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupCursorTest {
  private static final GroupKey GROUP = new GroupKey("a", "g");

  /** What the store has: the events from the first kept one to the head. */
  private long firstKept = 1;

  private long head;

  /** Whether the store says that events are gone. */
  private boolean tellsGone;

  /** The events that are stored and will be shown, in order. */
  private final ArrayDeque<Long> toShow = new ArrayDeque<>();

  private final ArrayDeque<Runnable> reads = new ArrayDeque<>();
  private final List<Long> taken = new ArrayList<>();
  private int room = Integer.MAX_VALUE;
  private int pages;

  private GroupCursor cursor(long after) {
    return new GroupCursor(after, this::read, this::take);
  }

  /** How a subscriber is told that events up to a number are gone: as the number, less than 0. */
  private static long gone(long seq) {
    return -seq;
  }

  private void read(long seq, int limit, Consumer<List<Message>> page) {
    assertThat(limit).isBetween(1, GroupCursor.PAGE_EVENTS_MAX);
    reads.add(() -> {
      pages++;
      long first = Math.max(seq + 1, firstKept);
      List<Message> messages = new ArrayList<>();
      if (tellsGone && firstKept > seq + 1) {
        messages.add(GroupFeed.prunedMessageOf(GROUP, firstKept - 1));
      }
      LongStream.rangeClosed(first, head)
          .limit(limit - messages.size())
          .mapToObj(GroupCursorTest::message)
          .forEach(messages::add);
      page.accept(messages);
    });
  }

  private boolean take(Message message) {
    if (room == 0) {
      return false;
    }
    room--;
    if (message.origin() instanceof GroupEvent event) {
      taken.add(event.seq());
    } else if (message.origin() instanceof Pruned pruned) {
      taken.add(gone(pruned.upToSeq()));
    }
    return true;
  }

  private static Message message(long seq) {
    GroupMessage message = new GroupMessage(seq, GROUP, "u", "c", 1, null, null, seq);
    return GroupFeed.messageOf(new GroupEvent.Created(message, null), event -> new byte[0]);
  }

  private void store(int events) {
    for (int i = 0; i < events; i++) {
      toShow.add(++head);
    }
  }

  private void showOne(GroupCursor cursor) {
    long seq = toShow.remove();
    cursor.show(message(seq), seq);
  }

  private void showAll(GroupCursor cursor) {
    while (!toShow.isEmpty()) {
      showOne(cursor);
    }
  }

  private void readAll() {
    while (!reads.isEmpty()) {
      reads.remove().run();
    }
  }

  private void expect(long from, long to) {
    assertThat(taken).containsExactlyElementsOf(LongStream.rangeClosed(from, to).boxed().toList());
  }

  @Test
  void ready_readsWhatWasMissed_thenPassesOnWhatIsShown() {
    store(1000);
    toShow.clear();
    GroupCursor cursor = cursor(10);
    cursor.ready();
    assertThat(cursor.isLive()).isFalse();
    readAll();
    expect(11, 1000);
    assertThat(cursor.isLive()).isTrue();
    int before = pages;
    store(3);
    showAll(cursor);
    expect(11, 1003);
    assertThat(pages).isEqualTo(before);
  }

  @Test
  void ready_eventsAreKeptNoLonger_isToldOnce_thenGoesOn() {
    tellsGone = true;
    store(500);
    toShow.clear();
    firstKept = 101;
    GroupCursor cursor = cursor(10);
    room = 0;
    cursor.ready();
    readAll();
    room = Integer.MAX_VALUE;
    cursor.ready();
    readAll();
    assertThat(taken.removeFirst()).isEqualTo(gone(100));
    expect(101, 500);

    taken.clear();
    firstKept = 501;
    GroupCursor late = cursor(500);
    late.ready();
    readAll();
    assertThat(taken).isEmpty();
    GroupCursor early = cursor(7);
    early.ready();
    readAll();
    assertThat(taken).containsExactly(gone(500));
    assertThat(early.isLive()).isTrue();
    assertThat(early.position()).isEqualTo(500);
  }

  @Test
  void show_whileAPageIsRead_isNeitherMissedNorRepeated() {
    store(5);
    toShow.clear();
    GroupCursor cursor = cursor(0);
    cursor.ready();
    store(1);
    showAll(cursor);
    store(1);
    readAll();
    showAll(cursor);
    expect(1, 7);
    assertThat(cursor.isLive()).isTrue();
  }

  @Test
  void show_afterAPageThatEndsBeforeIt_isRead() {
    GroupCursor cursor = cursor(0);
    cursor.ready();
    Runnable page = reads.remove();
    page.run();
    assertThat(cursor.isLive()).isTrue();
    store(2);
    room = 0;
    showAll(cursor);
    assertThat(cursor.isLive()).isFalse();
    assertThat(reads).isEmpty();
    room = 100;
    cursor.ready();
    readAll();
    expect(1, 2);
    assertThat(cursor.isLive()).isTrue();
  }

  @Test
  void show_aGap_isFilledFromTheStore() {
    GroupCursor cursor = cursor(0);
    cursor.ready();
    readAll();
    store(3);
    toShow.remove();
    showAll(cursor);
    assertThat(taken).isEmpty();
    readAll();
    expect(1, 3);
  }

  @Test
  void ready_whatIsKeptNoLonger_isPassedOver() {
    store(100);
    toShow.clear();
    firstKept = 90;
    GroupCursor cursor = cursor(0);
    cursor.ready();
    readAll();
    expect(90, 100);
    // shown, and gone before it could be read
    room = 0;
    store(2);
    showAll(cursor);
    firstKept = 103;
    room = 100;
    cursor.ready();
    readAll();
    assertThat(cursor.isLive()).isTrue();
    assertThat(cursor.position()).isEqualTo(102);
    store(1);
    showAll(cursor);
    assertThat(taken.getLast()).isEqualTo(103);
  }

  @Test
  void stop_nothingIsTakenAnyMore() {
    store(3);
    GroupCursor cursor = cursor(0);
    cursor.ready();
    cursor.stop();
    readAll();
    showAll(cursor);
    cursor.ready();
    assertThat(reads).isEmpty();
    assertThat(taken).isEmpty();
  }

  @Test
  void ready_whileAPageIsRead_readsNothingTwice() {
    store(3);
    GroupCursor cursor = cursor(0);
    cursor.ready();
    cursor.ready();
    assertThat(reads).hasSize(1);
    readAll();
    cursor.ready();
    assertThat(reads).isEmpty();
    expect(1, 3);
  }

  @Test
  void pages_grow_andShrinkToWhatIsTaken() {
    store(10_000);
    toShow.clear();
    GroupCursor cursor = cursor(0);
    cursor.ready();
    readAll();
    assertThat(pages).isLessThan(10_000 / GroupCursor.PAGE_EVENTS_MAX + 8);
    store(10_000);
    showOne(cursor);
    toShow.clear();
    pages = 0;
    room = 5;
    cursor.show(message(20_000), 20_000);
    readAll();
    assertThat(room).isZero();
    assertThat(pages).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void anyOrder_givesEveryEventOnceAndInOrder(long seed) {
    Random random = new Random(seed);
    store(random.nextInt(2000));
    toShow.clear();
    long after = random.nextLong(head + 1);
    GroupCursor cursor = cursor(after);
    boolean waits = true;
    room = 0;
    for (int step = 0; step < 20_000; step++) {
      switch (random.nextInt(6)) {
        case 0 -> store(random.nextInt(4));
        case 1, 2 -> {
          if (!toShow.isEmpty()) {
            showOne(cursor);
          }
        }
        case 3, 4 -> {
          if (!reads.isEmpty()) {
            reads.remove().run();
          }
        }
        default -> {
          room = random.nextInt(3) == 0 ? random.nextInt(400) : room;
          waits = room == 0;
        }
      }
      if (!waits) {
        cursor.ready();
      }
    }
    room = Integer.MAX_VALUE;
    cursor.ready();
    while (!reads.isEmpty() || !toShow.isEmpty()) {
      readAll();
      showAll(cursor);
    }
    expect(after + 1, head);
    assertThat(cursor.isLive()).isTrue();
  }
}
