package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.bus.BusMessage;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.config.PerApp;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.Create;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.group.GroupApplier;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupCommands.Draft;
import dev.herald.core.group.GroupSettings;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.metric.Metrics;
import dev.herald.testkit.LogCapture;
import dev.herald.testkit.MutableClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on their whole way: journal, applier, database, bus. */
class GroupApplierTest {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final GroupKey H = new GroupKey("app", "other");
  private static final long START_MS = 1_657_592_478_869L;

  @TempDir Path data;
  private final MutableClock clock = MutableClock.atMs(START_MS);
  private final List<BusMessage> shown = new CopyOnWriteArrayList<>();
  private SqliteStore store;
  private InProcessBus bus;
  private GroupApplier applier;
  private EmbeddedJournal journal;
  private GroupCommands commands;

  @BeforeEach
  void open() {
    Metrics metrics = new Metrics();
    store = new SqliteStore(data, Stores.SETTINGS, metrics);
    store.start();
    bus = new InProcessBus();
    bus.subscribe(shown::add);
    applier =
        new GroupApplier(
            store, bus, clock, new GroupSettings(PerApp.all(Duration.ofMinutes(2))), metrics);
    journal = new EmbeddedJournal(metrics);
    journal.start(applier);
    commands = new GroupCommands(journal, new MessageIds(1, clock, store.greatestId()));
  }

  @AfterEach
  void close() {
    journal.close();
    store.close();
    bus.close();
  }

  @Test
  void create_messages_areNumberedPerGroupAndKept() throws Exception {
    Outcome first = create(G, "u", "one", null);
    clock.advance(Duration.ofMillis(7));
    Outcome other = create(H, "u", "elsewhere", null);
    Outcome second = create(G, "v", "two\0", null);

    assertThat(first.message())
        .isEqualTo(
            new GroupMessage(first.message().messageId(), G, "u", "one", START_MS, null, 1, 1));
    assertThat(second.message().seq()).isEqualTo(2);
    assertThat(second.message().createTimeMs()).isEqualTo(START_MS + 7);
    assertThat(other.message().seq()).isEqualTo(1);
    assertThat(second.message().messageId()).isGreaterThan(first.message().messageId());
    assertThat(history(G)).containsExactly(first.message(), second.message());
    assertThat(shown)
        .extracting(event -> ((Created) event).message())
        .containsExactly(first.message(), other.message(), second.message());
  }

  @Test
  void create_retry_givesTheFirstMessageAgain() throws Exception {
    Outcome first = create(G, "u", "one", "id");
    Outcome retry = create(G, "u", "changed meanwhile", "id");
    Outcome otherGroup = create(H, "u", "one", "id");
    Outcome otherUser = create(G, "U", "one", "id");

    assertThat(first.repeated()).isFalse();
    assertThat(retry).isEqualTo(new Outcome(first.change(), true));
    assertThat(otherGroup).isEqualTo(new Outcome(first.change(), true));
    assertThat(otherUser.repeated()).isFalse();
    assertThat(history(G)).containsExactly(first.message(), otherUser.message());
    assertThat(history(H)).isEmpty();
    assertThat(shown).hasSize(2);
  }

  @Test
  void apply_retryWithinOneBatch_makesOneMessage() {
    List<GroupCommand> batch =
        List.of(
            new Create(11, G, "u", "a", null, "id"),
            new Create(12, G, "u", "b", null, "other"),
            new Create(13, G, "u", "a", null, "id"));

    List<Outcome> outcomes = applier.apply(batch).stream().map(Outcome.class::cast).toList();

    assertThat(outcomes.get(0).repeated()).isFalse();
    assertThat(outcomes.get(2)).isEqualTo(new Outcome(outcomes.get(0).change(), true));
    assertThat(history(G)).extracting(GroupMessage::messageId).containsExactly(11L, 12L);
    assertThat(shown).hasSize(2);
  }

  @Test
  void create_afterRestart_goesOnAndKnowsRetries() throws Exception {
    Outcome first = create(G, "u", "one", "id");
    close();
    clock.advance(Duration.ofSeconds(-5));
    open();

    Outcome retry = create(G, "u", "one", "id");
    Outcome second = create(G, "u", "two", null);

    assertThat(retry).isEqualTo(new Outcome(first.change(), true));
    assertThat(second.message().seq()).isEqualTo(2);
    assertThat(second.message().createTimeMs()).isEqualTo(START_MS);
    assertThat(second.message().messageId()).isGreaterThan(first.message().messageId());
    assertThat(history(G)).containsExactly(first.message(), second.message());
  }

  @Test
  void create_commitFails_isRefusedWithoutATrace() throws Exception {
    Outcome first = create(G, "u", "one", null);
    try (Connection other =
            DriverManager.getConnection("jdbc:sqlite:" + data.resolve("herald.db"));
        LogCapture logs = new LogCapture()) {
      Jdbc.execute(other, "BEGIN IMMEDIATE");
      assertThatThrownBy(() -> create(G, "u", "lost", "id"))
          .cause()
          .isInstanceOfSatisfying(
              HeraldException.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
      assertThat(shown).hasSize(1);
      assertThat(logs.lines()).anyMatch(line -> line.startsWith("SEVERE journal.batch_failed"));
      Jdbc.execute(other, "ROLLBACK");

      Outcome second = create(G, "u", "again", "id");
      assertThat(second.repeated()).isFalse();
      assertThat(second.message().seq()).isEqualTo(2);
      assertThat(history(G)).containsExactly(first.message(), second.message());
      assertThat(shown).hasSize(2);
    }
  }

  @Test
  void create_shownOnTheBus_isInHistoryAlready() throws Exception {
    List<List<GroupEvent>> historyWhenShown = new CopyOnWriteArrayList<>();
    bus.subscribe(message -> {
      Created event = (Created) message;
      historyWhenShown.add(store.eventsAfter(event.key(), event.seq() - 1, 1));
    });

    create(G, "u", "one", null);
    create(G, "u", "two", null);

    assertThat(historyWhenShown)
        .containsExactly(List.of((GroupEvent) shown.get(0)), List.of((GroupEvent) shown.get(1)));
  }

  @Test
  void create_fromManyThreads_isOneSequenceForEverybody() throws Exception {
    int threads = 4;
    int each = 200;
    try (ExecutorService senders = Executors.newFixedThreadPool(threads)) {
      List<Future<List<CompletableFuture<Outcome>>>> sent = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        String userId = "user" + i;
        sent.add(
            senders.submit(() -> {
              List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
              for (int j = 0; j < each; j++) {
                clock.advance(Duration.ofMillis(j % 3 - 1));
                outcomes.add(send(G, userId, Integer.toString(j), userId + j));
              }
              return outcomes;
            }));
      }
      for (Future<List<CompletableFuture<Outcome>>> sender : sent) {
        for (CompletableFuture<Outcome> outcome : sender.get()) {
          assertThat(get(outcome).repeated()).isFalse();
        }
      }
    }

    List<GroupMessage> history = history(G);
    assertThat(history)
        .extracting(GroupMessage::seq)
        .isEqualTo(LongStream.rangeClosed(1, (long) threads * each).boxed().toList());
    assertThat(history).extracting(GroupMessage::createTimeMs).isSorted();
    assertThat(shown).extracting(event -> ((Created) event).message()).isEqualTo(history);
    for (int i = 0; i < threads; i++) {
      String userId = "user" + i;
      assertThat(history.stream().filter(message -> message.userId().equals(userId)))
          .extracting(message -> Integer.valueOf(message.content()))
          .isSorted()
          .hasSize(each);
    }
  }

  private Outcome create(
      GroupKey key, String userId, String content, @Nullable String clientMessageId)
      throws Exception {
    return get(send(key, userId, content, clientMessageId));
  }

  private CompletableFuture<Outcome> send(
      GroupKey key, String userId, String content, @Nullable String clientMessageId) {
    return commands
        .create(new Draft(key.appId(), key.groupId(), userId, content, 1, clientMessageId))
        .toCompletableFuture();
  }

  private static Outcome get(CompletableFuture<Outcome> outcome) throws Exception {
    return outcome.get(20, TimeUnit.SECONDS);
  }

  private List<GroupMessage> history(GroupKey key) {
    return store.eventsAfter(key, 0, 1000).stream()
        .map(event -> ((Created) event).message())
        .toList();
  }
}
