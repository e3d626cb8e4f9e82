package dev.herald.testkit;

import static dev.herald.testkit.GroupEvents.renumbered;
import static dev.herald.testkit.GroupEvents.typed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.History.GroupHead;
import dev.herald.core.store.History.Listing;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import dev.herald.core.store.Store;
import dev.herald.core.store.Store.ClientMessageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What every {@link Store} keeps to. */
public abstract class StoreContract extends StoreSuite {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final GroupKey H = new GroupKey("app", "other");
  private static final TimeRange ALWAYS = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  /** Texts of which no two are the same, though some systems take some of them for the same. */
  private static final List<String> ALIKE =
      List.of(
          "a",
          "A",
          "a ",
          " a",
          "a\t",
          "\u00e4",
          "a\u0308",
          "\u00c4",
          "ss",
          "\u00df",
          "1",
          "01",
          "1.0",
          "1e0",
          "0x1",
          "null",
          "NULL",
          "%",
          "_",
          "*",
          "?",
          "'",
          "''",
          "\"",
          "`",
          "\\",
          "\\\\",
          "a-b",
          "a/b",
          "a:b",
          "x'61'",
          "'; DROP TABLE message; --",
          "' OR '1'='1",
          "\ud83d\ude00",
          "\ufeffa",
          "a\u200b",
          "\u4f60\u597d",
          "z".repeat(GroupLimits.ID_CHARACTERS_MAX),
          "\ud83d\ude00".repeat(GroupLimits.ID_CHARACTERS_MAX));

  private final GroupEvents events = new GroupEvents();

  /** For the suites of adapters. */
  protected StoreContract() {}

  @Test
  void new_isEmpty() {
    Store store = store();

    assertThat(store.heads(Set.of(G))).isEmpty();
    assertThat(store.heads(Set.of())).isEmpty();
    assertThat(store.messages(of(G), ALWAYS, new Page(0, 20)))
        .isEqualTo(new Listing<>(0, List.of()));
    assertThat(store.messages(of(G), ALWAYS, new Page(0, 1)))
        .isEqualTo(new Listing<>(0, List.of()));
    assertThat(store.eventsAfter(G, 0, 20)).isEmpty();
    assertThat(store.messagesByClientId(Set.of())).isEmpty();
    assertThat(store.noticesByClientId(Set.of())).isEmpty();
    assertThat(store.messages(Set.of(1L))).isEmpty();
    assertThat(store.notices(Set.of(1L))).isEmpty();
    assertThat(store.latestTimeMs()).isEqualTo(Long.MIN_VALUE);
    assertThat(store.greatestId()).isZero();
    assertThat(store.check()).isTrue();
  }

  @Test
  void append_events_areVisibleAtOnce() {
    Store store = store();
    Created first = events.next(G);
    Created second = events.next(G);

    store.append(List.of(first, second));

    assertThat(store.heads(Set.of(G, H))).isEqualTo(Map.of(G, new GroupHead(2, 2000)));
    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(first, second);
    assertThat(store.messages(of(G), ALWAYS, new Page(0, 20)))
        .isEqualTo(new Listing<>(2, List.of(first.message(), second.message())));
  }

  @Test
  void append_nothing_changesNothing() {
    Store store = store();

    store.append(List.of());

    assertThat(store.heads(Set.of(G))).isEmpty();
  }

  @Test
  void append_groupsMixed_eachHasItsOwnSequence() {
    Store store = store();
    GroupKey otherApp = new GroupKey("another", G.groupId());
    Created g1 = events.next(G);
    Created h1 = events.next(H);
    Created o1 = events.next(otherApp);
    Created g2 = events.next(G);

    store.append(List.of(g1, h1, o1, g2));
    Created h2 = events.next(H);
    store.append(List.of(h2));

    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(g1, g2);
    assertThat(store.eventsAfter(H, 0, 20)).containsExactly(h1, h2);
    assertThat(store.eventsAfter(otherApp, 0, 20)).containsExactly(o1);
    assertThat(store.heads(List.of(G, H, otherApp)))
        .isEqualTo(
            Map.of(
                G, new GroupHead(2, g2.timeMs()),
                H, new GroupHead(2, h2.timeMs()),
                otherApp, new GroupHead(1, o1.timeMs())));
  }

  @Test
  void append_numberDoesNotFollowHead_keepsNothing() {
    Store store = store();
    Created elsewhere = events.next(H);
    Created first = events.next(G);
    Created second = events.next(G);

    refused(() -> store.append(List.of(elsewhere, second)));
    refused(() -> store.append(List.of(elsewhere, renumbered(first, 0))));
    refused(() -> store.append(List.of(elsewhere, first, renumbered(second, 3))));
    refused(() -> store.append(List.of(elsewhere, first, renumbered(second, 1))));

    assertThat(store.heads(Set.of(G, H))).isEmpty();
    store.append(List.of(elsewhere, first));
    refused(() -> store.append(List.of(renumbered(second, 1))));
    store.append(List.of(second));
    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(first, second);
    assertThat(store.eventsAfter(H, 0, 20)).containsExactly(elsewhere);
  }

  @Test
  void append_secondWriterWasFaster_isFenced() {
    Store stale = store();
    Created first = events.next(G);
    stale.append(List.of(first));
    Store faster = store();
    Created second = events.next(G);
    faster.append(List.of(second));
    Created late = events.next(H);

    refused(() -> stale.append(List.of(late, renumbered(events.next(G), 2))));

    assertThat(stale.eventsAfter(G, 0, 20)).containsExactly(first, second);
    assertThat(stale.heads(Set.of(H))).isEmpty();
    Created third = renumbered(events.next(G), 3);
    stale.append(List.of(late, third));
    assertThat(faster.eventsAfter(G, 1, 20)).containsExactly(second, third);
  }

  @Test
  void append_timeGoesBackInAnyGroup_keepsNothing() {
    Store store = store();
    store.append(List.of(events.next(G, 500)));

    refused(() -> store.append(List.of(events.next(H, 499))));
    assertThat(store.latestTimeMs()).isEqualTo(500);
    assertThat(store.heads(Set.of(H))).isEmpty();

    Created sameTime = events.next(G, 500);
    store.append(List.of(sameTime));
    refused(() -> store.append(List.of(events.next(G, 700), events.next(G, 699))));
    assertThat(store.eventsAfter(G, 1, 20)).containsExactly(sameTime);
  }

  @Test
  void append_idAlreadyThere_keepsNothing() {
    Store store = store();
    Created first = events.nextBy(G, "u", "c");
    store.append(List.of(first));
    Created elsewhere = events.next(H);
    Created sameClientId = events.nextBy(G, "u", "c");

    refused(() -> store.append(List.of(elsewhere, sameClientId)));
    refused(() -> store.append(List.of(elsewhere, sameMessageId(first, elsewhere))));

    assertThat(store.heads(Set.of(G, H))).isEqualTo(Map.of(G, new GroupHead(1, 1000)));
    Created otherUser = events.nextBy(H, "U", "c");
    store.append(List.of(elsewhere, otherUser));
    assertThat(store.eventsAfter(H, 0, 20)).containsExactly(elsewhere, otherUser);
  }

  @Test
  void append_userNewInRefusedBatch_isNewAgainLater() {
    Store store = store();
    Created first = events.nextBy(G, "newcomer", "1");
    refused(() -> store.append(List.of(first, renumbered(events.next(G), 7))));

    store.append(List.of(first));

    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(first);
  }

  @Test
  void append_types_areKept() {
    Store store = store();
    List<GroupEvent> typed = new ArrayList<>();
    typed.add(typed(events.next(G), null));
    for (int type : new int[] {0, -1, 1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      typed.add(typed(events.next(G), type));
    }

    store.append(typed);

    assertThat(store.eventsAfter(G, 0, 20)).isEqualTo(typed);
  }

  @Test
  void append_contents_areKeptVerbatim() {
    Store store = store();
    List<String> contents = new ArrayList<>(ALIKE);
    contents.addAll(
        List.of(
            "",
            " ",
            "\u0000",
            "a\u0000b",
            "\u0000\u0000",
            "\r\n",
            "\u007f\u0080\u2028\uffff",
            "{\"a\":[\"\\\\\",null]}",
            "x".repeat(2000),
            "x".repeat(GroupLimits.CONTENT_BYTES_MAX),
            "\u20ac".repeat(GroupLimits.CONTENT_BYTES_MAX / 3)));
    List<GroupEvent> stored = new ArrayList<>();
    contents.forEach(content -> stored.add(events.nextWith(G, content)));

    store.append(stored);

    assertThat(store.eventsAfter(G, 0, 1000)).isEqualTo(stored);
    assertThat(store.messages(of(G), ALWAYS, new Page(0, 1000)).entries())
        .extracting(GroupMessage::content)
        .isEqualTo(contents);
  }

  @Test
  void append_idsAlike_areDifferent() {
    Store store = store();
    List<GroupEvent> stored = new ArrayList<>();
    for (String id : ALIKE) {
      stored.add(events.nextBy(new GroupKey(id, "g"), "u", "c"));
      stored.add(events.nextBy(new GroupKey("app", id), "u", id));
      stored.add(events.nextBy(G, id, "c"));
    }
    store.append(stored);

    for (GroupEvent event : stored) {
      Created created = (Created) event;
      ClientMessageKey key = clientKey(created);
      assertThat(store.messagesByClientId(Set.of(key))).isEqualTo(Map.of(key, created.message()));
      assertThat(store.eventsAfter(created.key(), created.seq() - 1, 1)).containsExactly(created);
      if (!created.key().equals(G)) {
        assertThat(store.messages(of(created.key()), ALWAYS, new Page(0, 20)))
            .isEqualTo(new Listing<>(1, List.of(created.message())));
      }
    }
    assertThat(store.heads(Set.of(G)))
        .containsEntry(G, new GroupHead(ALIKE.size(), stored.getLast().timeMs()));
  }

  @Test
  void messagesByClientId_some_findsThoseThatWereStored() {
    Store store = store();
    Created one = events.nextBy(G, "u", "1");
    Created none = events.next(G);
    Created two = events.nextBy(H, "u", "2");
    store.append(List.of(one, none, two));

    assertThat(
            store.messagesByClientId(
                List.of(
                    clientKey(one),
                    clientKey(two),
                    new ClientMessageKey("app", "u", "3"),
                    new ClientMessageKey("app", "v", "1"),
                    new ClientMessageKey("App", "u", "1"))))
        .isEqualTo(Map.of(clientKey(one), one.message(), clientKey(two), two.message()));
  }

  @Test
  void findByGroup_pages_coverAllOnce() {
    Store store = store();
    List<GroupEvent> all = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      all.add(events.next(G));
      all.add(events.next(H));
    }
    store.append(all);
    List<GroupMessage> expected = messagesOf(all, G);

    assertThat(store.messages(of(G), ALWAYS, new Page(0, 10)).entries())
        .isEqualTo(expected.subList(0, 10));
    assertThat(store.messages(of(G), ALWAYS, new Page(1, 10)).entries())
        .isEqualTo(expected.subList(10, 20));
    assertThat(store.messages(of(G), ALWAYS, new Page(2, 10)).entries())
        .isEqualTo(expected.subList(20, 25));
    assertThat(store.messages(of(G), ALWAYS, new Page(24, 1)).entries())
        .isEqualTo(expected.subList(24, 25));
    assertThat(store.messages(of(G), ALWAYS, new Page(0, GroupLimits.PAGE_SIZE_MAX)).entries())
        .isEqualTo(expected);
    for (long past : new long[] {3, 4, 1000, Integer.MAX_VALUE, Long.MAX_VALUE}) {
      assertThat(store.messages(of(G), ALWAYS, new Page(past, 10)))
          .isEqualTo(new Listing<>(25, List.of()));
    }
    assertThat(store.messages(of(G), ALWAYS, new Page(25, 1)))
        .isEqualTo(new Listing<>(25, List.of()));
    assertThat(store.messages(of(G), ALWAYS, new Page(1, 25)))
        .isEqualTo(new Listing<>(25, List.of()));
  }

  @Test
  void findByGroup_everyRange_startCountsEndDoesNot() {
    Store store = store();
    List<GroupEvent> all = new ArrayList<>();
    for (long timeMs : new long[] {-3, 0, 2, 2, 2, 5, 6, 6, 9}) {
      all.add(events.next(G, timeMs));
      all.add(events.next(H, timeMs));
    }
    store.append(all);

    for (long start = -5; start <= 11; start++) {
      for (long end = -5; end <= 11; end++) {
        long startMs = start;
        long endMs = end;
        List<GroupMessage> matching =
            messagesOf(all, G).stream()
                .filter(m -> m.createTimeMs() >= startMs && m.createTimeMs() < endMs)
                .toList();
        assertThat(store.messages(of(G), new TimeRange(start, end), new Page(1, 2)))
            .as("%d to %d", start, end)
            .isEqualTo(new Listing<>(matching.size(), matching.stream().skip(2).limit(2).toList()));
      }
    }
  }

  @Test
  void eventsAfter_numbers_giveWhatFollows() {
    Store store = store();
    List<GroupEvent> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(i % 2 == 0 ? events.next(G) : events.nextBy(G, "u", "c" + i));
      store.append(List.of(all.getLast()));
    }

    assertThat(store.eventsAfter(G, 0, 1000)).isEqualTo(all);
    assertThat(store.eventsAfter(G, 0, 3)).isEqualTo(all.subList(0, 3));
    assertThat(store.eventsAfter(G, 4, 3)).isEqualTo(all.subList(4, 7));
    assertThat(store.eventsAfter(G, 9, 3)).isEqualTo(all.subList(9, 10));
    assertThat(store.eventsAfter(G, 10, 3)).isEmpty();
    assertThat(store.eventsAfter(G, Long.MAX_VALUE, 3)).isEmpty();
    assertThat(store.eventsAfter(H, 0, 3)).isEmpty();
  }

  @Test
  void greatestId_notTheLastOne_isFound() {
    Store store = store();
    Created low = events.next(G, 5);
    Created high = events.next(G, 5);
    store.append(List.of(renumbered(high, 1), renumbered(low, 2)));

    assertThat(store.greatestId()).isEqualTo(high.message().messageId());
  }

  @Test
  void reopen_keepsEverythingAndGoesOn() {
    Store before = store();
    Created first = events.nextBy(G, "u", "c");
    before.append(List.of(first));
    before.close();

    Store after = store();
    assertThat(after.heads(Set.of(G))).isEqualTo(Map.of(G, new GroupHead(1, 1000)));
    assertThat(after.eventsAfter(G, 0, 20)).containsExactly(first);
    assertThat(after.messagesByClientId(Set.of(clientKey(first))))
        .isEqualTo(Map.of(clientKey(first), first.message()));
    assertThat(after.greatestId()).isEqualTo(first.message().messageId());
    refused(() -> after.append(List.of(renumbered(events.next(H), 2))));
    Created second = events.nextBy(G, "u", "d");
    after.append(List.of(second));
    assertThat(after.eventsAfter(G, 0, 20)).containsExactly(first, second);
  }

  @Test
  void read_whileOthersWrite_seesAllThatWasAcknowledged() throws Exception {
    Store store = store();
    AtomicLong acknowledged = new AtomicLong();
    int batches = 150;
    int perBatch = 4;
    try (ExecutorService readers = Executors.newFixedThreadPool(3)) {
      List<Future<Long>> reads = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        reads.add(
            readers.submit(() -> {
              long seen = 0;
              while (seen < (long) batches * perBatch) {
                long atLeast = acknowledged.get();
                seen = checkWhole(store);
                assertThat(seen).isGreaterThanOrEqualTo(atLeast);
              }
              return seen;
            }));
      }
      for (int i = 0; i < batches; i++) {
        List<GroupEvent> batch = new ArrayList<>();
        for (int j = 0; j < perBatch; j++) {
          batch.add(events.next(G));
        }
        store.append(batch);
        acknowledged.addAndGet(perBatch);
      }
      for (Future<Long> read : reads) {
        assertThat(read.get()).isEqualTo((long) batches * perBatch);
      }
    }
  }

  /** Checks that whole batches without a gap are seen, and returns how many messages. */
  private static long checkWhole(Store store) {
    Listing<GroupMessage> page =
        store.messages(of(G), ALWAYS, new Page(0, GroupLimits.PAGE_SIZE_MAX));
    assertThat(page.total() % 4).isZero();
    assertThat(page.entries()).hasSize((int) page.total());
    for (int i = 0; i < page.entries().size(); i++) {
      assertThat(page.entries().get(i).seq()).isEqualTo(i + 1L);
    }
    return page.total();
  }

  @Test
  void close_everythingIsRefused() {
    Store store = store();
    Created first = events.next(G);
    store.append(List.of(first));

    store.close();
    store.close();

    assertThat(store.check()).isFalse();
    refused(() -> store.append(List.of(events.next(G))));
    refused(() -> store.heads(Set.of(G)));
    refused(() -> store.messagesByClientId(Set.of(new ClientMessageKey("a", "u", "c"))));
    refused(() -> store.messages(of(G), ALWAYS, new Page(0, 20)));
    refused(() -> store.eventsAfter(G, 0, 20));
    refused(store::greatestId);
  }

  private static List<GroupMessage> messagesOf(List<GroupEvent> events, GroupKey key) {
    return events.stream()
        .filter(event -> event.key().equals(key))
        .map(event -> ((Created) event).message())
        .toList();
  }

  private static ClientMessageKey clientKey(Created event) {
    assertThat(event.clientMessageId()).isNotNull();
    return new ClientMessageKey(
        event.key().appId(), event.message().userId(), String.valueOf(event.clientMessageId()));
  }

  private static Created sameMessageId(Created event, Created before) {
    GroupMessage m = event.message();
    return new Created(
        new GroupMessage(
            m.messageId(),
            before.key(),
            m.userId(),
            m.content(),
            before.timeMs(),
            null,
            m.type(),
            before.seq() + 1),
        null);
  }

  private static Scope of(GroupKey key) {
    return new Scope(key.appId(), key.groupId(), null);
  }
}
