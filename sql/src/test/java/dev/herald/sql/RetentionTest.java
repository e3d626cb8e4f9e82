package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.bus.InProcessBus;
import dev.herald.core.config.PerApp;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupCommand.Prune;
import dev.herald.core.event.GroupCommand.RecallMessage;
import dev.herald.core.event.GroupCommand.Result;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupApplier;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupCommands.Draft;
import dev.herald.core.group.GroupCommands.NoticeDraft;
import dev.herald.core.group.GroupSettings;
import dev.herald.core.group.Retention;
import dev.herald.core.group.RetentionSettings;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.metric.Metrics;
import dev.herald.testkit.MutableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept no longer, on its whole way: retention, journal, applier, database. */
class RetentionTest {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path data;
  private final MutableClock clock = MutableClock.atMs(1_657_592_478_869L);
  private final Metrics metrics = new Metrics();
  private SqliteStore store;
  private InProcessBus bus;
  private GroupApplier applier;
  private EmbeddedJournal journal;
  private GroupCommands commands;

  @BeforeEach
  void open() {
    store = new SqliteStore(data, Stores.SETTINGS, metrics);
    store.start();
    bus = new InProcessBus();
    journal = new EmbeddedJournal(metrics);
    applier =
        new GroupApplier(
            store, bus, clock, new GroupSettings(PerApp.all(Duration.ofMinutes(2))), metrics);
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
  void sweep_nothingIsSet_keepsAll() {
    say(G, 10);
    clock.advance(DAY.multipliedBy(10_000));

    sweep(Duration.ZERO, 0);

    assertThat(numbers(G)).hasSize(10);
  }

  @Test
  void sweep_age_removesWhatIsOlder() {
    say(G, 3);
    clock.advance(DAY);
    say(G, 2);

    sweep(DAY, 0);
    assertThat(numbers(G)).as("just as old as allowed").hasSize(5);
    clock.advance(Duration.ofMillis(1));
    sweep(DAY, 0);

    assertThat(numbers(G)).containsExactly(4L, 5L);
    assertThat(metrics.counter("herald_retention_events_total", "").value()).isEqualTo(3);
  }

  @Test
  void sweep_count_keepsTheNewestOfEveryGroupOfEveryApp() {
    List<GroupKey> keys = new ArrayList<>();
    for (int i = 0; i < 70; i++) { // more than are looked at in one go
      keys.add(new GroupKey("app" + i % 2, "group" + i));
    }
    keys.forEach(key -> say(key, 5));

    sweep(Duration.ZERO, 2);

    assertThat(keys).allSatisfy(key -> assertThat(numbers(key)).containsExactly(4L, 5L));
  }

  @Test
  void sweep_appsWithTheirOwn_keepsWhatEachSays() {
    List<GroupKey> keys =
        Stream.of("app", "brief", "few", "whole").map(app -> new GroupKey(app, "group")).toList();
    keys.forEach(key -> say(key, 3));
    clock.advance(DAY);
    keys.forEach(key -> say(key, 2));
    clock.advance(Duration.ofMillis(1));

    sweep(
        new RetentionSettings(
            new PerApp<>(DAY, Map.of("brief", Duration.ZERO, "whole", Duration.ZERO)),
            new PerApp<>(0L, Map.of("few", 1L, "brief", 4L))));

    assertThat(numbers(keys.get(0))).containsExactly(4L, 5L);
    assertThat(numbers(keys.get(1))).containsExactly(2L, 3L, 4L, 5L);
    assertThat(numbers(keys.get(2))).containsExactly(5L);
    assertThat(numbers(keys.get(3))).hasSize(5);
  }

  @Test
  void sweep_manyEvents_removesThemInSmallSteps() {
    say(G, 1000);
    long before = metrics.counter("herald_journal_batches_total", "").value();

    sweep(Duration.ZERO, 100);

    assertThat(numbers(G)).isEqualTo(LongStream.rangeClosed(901, 1000).boxed().toList());
    assertThat(metrics.counter("herald_journal_batches_total", "").value() - before).isEqualTo(15);
    assertThat(metrics.counter("herald_retention_events_total", "").value()).isEqualTo(900);
  }

  @Test
  void sweep_clientMessageId_isKeptForADayWithAllAfterIt() {
    say(G, 2);
    Outcome first = done(commands.create(draft(G, "once", "id")));
    say(G, 5);

    sweep(Duration.ofSeconds(1), 1);
    assertThat(numbers(G)).containsExactly(3L, 4L, 5L, 6L, 7L, 8L);
    clock.advance(DAY);
    sweep(Duration.ofSeconds(1), 1);
    assertThat(done(commands.create(draft(G, "retry", "id"))).message()).isEqualTo(first.message());
    clock.advance(Duration.ofMillis(1));
    sweep(Duration.ofSeconds(1), 1);

    assertThat(numbers(G)).isEmpty();
    assertThat(done(commands.create(draft(G, "again", "id"))).message().seq()).isEqualTo(9);
  }

  @Test
  void sweep_noticeDeleted_isKeptForADayWithAllAfterIt() {
    NoticeDraft draft = new NoticeDraft("app", "group", "u", "t", "c", null, null, "id");
    Outcome published = done(commands.publishNotice(draft));
    say(G, 1);
    done(commands.deleteNotice(new Target(published.notice().noticeId(), "app", "group", "boss")));

    sweep(Duration.ZERO, 1);
    assertThat(numbers(G)).containsExactly(3L);
    say(G, 3);
    sweep(Duration.ZERO, 1);
    assertThat(numbers(G)).containsExactly(3L, 4L, 5L, 6L);
    assertThat(done(commands.publishNotice(draft)).repeated()).isTrue();
    clock.advance(DAY.plusMillis(1));
    sweep(Duration.ZERO, 1);
    assertThat(numbers(G)).containsExactly(6L);
  }

  @Test
  void sweep_removedMessage_cannotBeRecalled() {
    Outcome first = done(commands.create(draft(G, "first", null)));
    say(G, 1);

    sweep(Duration.ZERO, 1);

    Target target = new Target(first.message().messageId(), "app", "group", "u");
    assertThatThrownBy(() -> done(commands.recall(target, null)))
        .satisfies(refusal ->
            assertThat(HeraldException.of(refusal).code()).isEqualTo(ErrorCode.MESSAGE_NOT_FOUND));
  }

  @Test
  void prune_inTheBatchOfARecall_comesAfterIt() {
    Outcome first = done(commands.create(draft(G, "first", null)));
    journal.close();
    Target target = new Target(first.message().messageId(), "app", "group", "u");

    List<Result> results =
        applier.apply(List.of(new Prune(G, 1), new RecallMessage(target, "why")));

    assertThat(results).allMatch(Outcome.class::isInstance);
    assertThat(store.eventsAfter(G, 0, 9))
        .singleElement()
        .isInstanceOfSatisfying(
            Recalled.class,
            recalled -> {
              assertThat(recalled.seq()).isEqualTo(2);
              assertThat(recalled.message().messageId()).isEqualTo(first.message().messageId());
              assertThat(recalled.tombstone().cause()).isEqualTo("why");
            });
  }

  @Test
  void sweep_whileOthersSend_removesAndLosesNothing() {
    say(G, 500);
    List<CompletionStage<Outcome>> sent = new ArrayList<>();
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < 500; i++) {
                sent.add(commands.create(draft(G, "more " + i, null)));
              }
            });

    sweep(Duration.ZERO, 50);
    join(sender);
    sent.forEach(RetentionTest::done);

    List<Long> left = numbers(G);
    assertThat(left).isEqualTo(LongStream.rangeClosed(left.getFirst(), 1000).boxed().toList());
    assertThat(left.getFirst()).isGreaterThanOrEqualTo(451);
    sweep(Duration.ZERO, 50);
    assertThat(numbers(G)).isEqualTo(LongStream.rangeClosed(951, 1000).boxed().toList());
  }

  @Test
  void sweep_storeCannotWrite_saysSo() {
    say(G, 3);
    journal.close();

    assertThatThrownBy(() -> sweep(Duration.ZERO, 1))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
  }

  private void sweep(Duration ageMax, long eventsMax) {
    sweep(new RetentionSettings(PerApp.all(ageMax), PerApp.all(eventsMax)));
  }

  private void sweep(RetentionSettings settings) {
    try (Retention retention = new Retention(store, journal, clock, settings, metrics)) {
      retention.sweep();
    }
  }

  private void say(GroupKey key, int times) {
    List<CompletionStage<Outcome>> sent = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      sent.add(commands.create(draft(key, "text " + i, null)));
    }
    sent.forEach(RetentionTest::done);
  }

  private static Draft draft(GroupKey key, String content, @Nullable String clientMessageId) {
    return new Draft(key.appId(), key.groupId(), "u", content, null, clientMessageId);
  }

  private static Outcome done(CompletionStage<Outcome> stage) {
    return stage.toCompletableFuture().join();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<Long> numbers(GroupKey key) {
    return store.eventsAfter(key, 0, 10_000).stream().map(GroupEvent::seq).toList();
  }
}
