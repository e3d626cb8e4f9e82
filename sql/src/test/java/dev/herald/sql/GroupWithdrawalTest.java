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
import dev.herald.core.event.GroupCommand.DeleteNotice;
import dev.herald.core.event.GroupCommand.MarkRead;
import dev.herald.core.event.GroupCommand.NoticeText;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupCommand.PublishNotice;
import dev.herald.core.event.GroupCommand.RecallMessage;
import dev.herald.core.event.GroupCommand.Refusal;
import dev.herald.core.event.GroupCommand.Result;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.Tombstone;
import dev.herald.core.group.GroupApplier;
import dev.herald.core.group.GroupSettings;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import dev.herald.testkit.MutableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the applier decides, over a database, when messages and notices are withdrawn. */
class GroupWithdrawalTest {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final GroupKey H = new GroupKey("app", "other");
  private static final long START_MS = 1_657_592_478_869L;

  @TempDir Path data;
  private final MutableClock clock = MutableClock.atMs(START_MS);
  private final List<BusMessage> shown = new CopyOnWriteArrayList<>();
  private final InProcessBus bus = new InProcessBus();
  private SqliteStore store;
  private GroupApplier applier;

  @BeforeEach
  void open() {
    store = new SqliteStore(data, Stores.SETTINGS, new Metrics());
    store.start();
    bus.subscribe(shown::add);
    applier = applier();
  }

  private GroupApplier applier() {
    return new GroupApplier(
        store, bus, clock, new GroupSettings(PerApp.all(Duration.ofMinutes(2))), new Metrics());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void recall_rightAfterCreate_contentIsGoneEverywhere() {
    apply(create(1, G, "secret"));
    clock.advance(Duration.ofSeconds(3));

    Outcome recalled = done(apply(recall(1, "moderator", "a mistake")));

    Tombstone tombstone = new Tombstone(START_MS + 3000, "a mistake", "moderator");
    GroupMessage expected = new GroupMessage(1, G, "u", "", START_MS, tombstone, null, 1);
    assertThat(recalled.message()).isEqualTo(expected);
    assertThat(recalled.repeated()).isFalse();
    assertThat(store.eventsAfter(G, 0, 10))
        .containsExactly(new Created(expected, null), (GroupEvent) recalled.change());
    assertThat(shown.getLast()).isEqualTo(recalled.change());
  }

  @Test
  void recall_contentIsNotInTheFileAnyMore() throws IOException {
    String small = "a small secret";
    String large = "a large secret ".repeat(4000);
    apply(create(1, G, small));
    apply(create(2, G, large));
    apply(create(3, G, "what stays"));
    apply(recall(1, null, null));
    apply(recall(2, null, null));

    store.close();

    String file = Files.readString(data.resolve("herald.db"), StandardCharsets.ISO_8859_1);
    assertThat(file.contains("what stays")).isTrue();
    assertThat(file.contains("a small secret")).isFalse();
    assertThat(file.contains("a large secret")).isFalse();
  }

  @Test
  void recall_inTheBatchOfItsCreate_contentIsNeverShown() {
    List<Result> results =
        applier.apply(List.of(create(1, G, "secret"), recall(1, null, null), create(2, G, "ok")));

    assertThat(results).allMatch(Outcome.class::isInstance);
    assertThat(shown).hasSize(3).noneMatch(event -> event.toString().contains("secret"));
    assertThat(store.eventsAfter(G, 0, 10)).isEqualTo(List.copyOf(shown));
    assertThat(store.eventsAfter(G, 0, 10)).extracting(GroupEvent::seq).containsExactly(1L, 2L, 3L);
  }

  @Test
  void recall_refused_saysWhyAndHarmsNoOtherOfItsBatch() {
    apply(create(1, G, "one"));
    apply(create(2, H, "two"));
    apply(recall(2, null, "first"));
    clock.advance(Duration.ofMinutes(2).plusMillis(1));

    List<Result> results =
        applier.apply(
            List.of(
                create(3, G, "three"),
                recall(1, null, null),
                recall(2, null, "second"),
                recall(99, null, null),
                new RecallMessage(new Target(3, "another", null, null), null),
                new RecallMessage(new Target(3, "app", "other", null), null),
                new RecallMessage(new Target(3, "app", "group", "u"), null),
                recall(3, null, null),
                create(4, H, "four")));

    assertThat(results.stream().map(GroupWithdrawalTest::codeOf))
        .containsExactly(
            null,
            ErrorCode.RECALL_TOO_LATE,
            ErrorCode.MESSAGE_RECALLED,
            ErrorCode.MESSAGE_NOT_FOUND,
            ErrorCode.MESSAGE_NOT_FOUND,
            ErrorCode.MESSAGE_NOT_FOUND,
            null,
            ErrorCode.MESSAGE_RECALLED,
            null);
    assertThat(store.messages(List.of(2L)).values())
        .extracting(GroupMessage::recall)
        .containsExactly(new Tombstone(START_MS, "first", null));
    assertThat(store.eventsAfter(G, 0, 10)).extracting(GroupEvent::seq).containsExactly(1L, 2L, 3L);
    assertThat(store.eventsAfter(H, 0, 10)).extracting(GroupEvent::seq).containsExactly(1L, 2L, 3L);
  }

  @Test
  void recall_atTheLimit_works_andOfNothingAllowed_doesNot() {
    apply(create(1, G, "one"));
    clock.advance(Duration.ofMinutes(2));
    done(apply(recall(1, null, null)));

    PerApp<Duration> ofApps = new PerApp<>(Duration.ofDays(1), Map.of("app", Duration.ZERO));
    applier = new GroupApplier(store, bus, clock, new GroupSettings(ofApps), new Metrics());
    apply(create(2, G, "two"));
    apply(create(3, new GroupKey("another", "group"), "three"));
    clock.advance(Duration.ofDays(1));
    assertThat(codeOf(apply(recall(2, null, null)))).isEqualTo(ErrorCode.RECALL_TOO_LATE);
    done(apply(recall(3, null, null)));
  }

  @Test
  void create_retryOfARecalledMessage_givesItWithoutContent() {
    apply(new Create(1, G, "u", "secret", null, "mine"));
    apply(recall(1, null, null));

    Outcome retry = done(apply(new Create(2, H, "u", "other", null, "mine")));

    assertThat(retry.repeated()).isTrue();
    assertThat(retry.message().messageId()).isEqualTo(1);
    assertThat(retry.message().content()).isEmpty();
    assertThat(store.eventsAfter(H, 0, 10)).isEmpty();
  }

  @Test
  void notice_publishedOnceAndDeletedOnce() {
    Outcome published = done(apply(publish(1, "mine")));
    Outcome retry = done(apply(publish(2, "mine")));
    Outcome deleted = done(apply(delete(1, "app")));

    assertThat(retry).isEqualTo(new Outcome(published.change(), true));
    assertThat(deleted.notice().deletion()).isEqualTo(new Tombstone(START_MS, null, "boss"));
    assertThat(deleted.notice().title()).isEmpty();
    assertThat(codeOf(apply(delete(1, "app")))).isEqualTo(ErrorCode.NOTICE_DELETED);
    assertThat(codeOf(apply(delete(2, "app")))).isEqualTo(ErrorCode.NOTICE_NOT_FOUND);
    Outcome other = done(apply(publish(3, null)));
    assertThat(codeOf(apply(delete(3, "another")))).isEqualTo(ErrorCode.NOTICE_NOT_FOUND);
    assertThat(other.notice().seq()).isEqualTo(3);
    assertThat(shown).hasSize(3);
  }

  @Test
  void notice_publishedRetriedAndDeletedInOneBatch_isOneNotice() {
    List<Result> results =
        applier.apply(List.of(publish(1, "mine"), publish(2, "mine"), delete(1, null)));

    assertThat(done(results.get(1)).repeated()).isTrue();
    assertThat(store.eventsAfter(G, 0, 10)).hasSize(2).isEqualTo(List.copyOf(shown));
    assertThat(shown).noneMatch(event -> event.toString().contains("headline"));
  }

  @Test
  void markRead_upToTheHead_andNotBeyond() {
    apply(create(1, G, "one"));
    applier.apply(List.of(create(2, G, "two"), new MarkRead(G, "reader", 2)));

    assertThat(codeOf(apply(new MarkRead(G, "reader", 3)))).isEqualTo(ErrorCode.FIELD_INVALID);
    assertThat(codeOf(apply(new MarkRead(H, "reader", 1)))).isEqualTo(ErrorCode.FIELD_INVALID);
    done(apply(new MarkRead(H, "reader", 0)));

    assertThat(store.groups("app", "reader"))
        .extracting(group -> group.key().groupId() + " " + group.readSeq() + " " + group.unread())
        .containsExactly("group 2 0", "other 0 0");
    assertThat(shown).hasSize(2);
    assertThat(done(apply(create(3, H, "first"))).message().seq()).isEqualTo(1);
  }

  @Test
  void apply_anotherWriterWasFaster_isFencedOnceThenGoesOn() {
    apply(create(1, G, "one"));
    GroupApplier other = applier();
    clock.advance(Duration.ofHours(1));
    other.apply(List.of(create(2, G, "two")));
    clock.advance(Duration.ofHours(-1));

    assertThatThrownBy(() -> apply(create(3, G, "three")))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
    Outcome again = done(apply(create(4, G, "three")));

    assertThat(again.message().seq()).isEqualTo(3);
    assertThat(again.message().createTimeMs()).isEqualTo(START_MS + 3_600_000);
    assertThat(store.eventsAfter(G, 0, 10)).extracting(GroupEvent::seq).containsExactly(1L, 2L, 3L);
  }

  @Test
  void append_anotherStoreWroteBetween_keepsEveryListWhole() {
    try (SqliteStore second = new SqliteStore(data, Stores.SETTINGS, new Metrics())) {
      second.start();
      GroupApplier other =
          new GroupApplier(
              second,
              bus,
              clock,
              new GroupSettings(PerApp.all(Duration.ofMinutes(2))),
              new Metrics());
      long id = 0;
      for (int round = 0; round < 6; round++) {
        GroupApplier writer = round % 2 == 0 ? applier : other;
        GroupKey group = round % 2 == 0 ? G : H;
        done(writer.apply(List.of(create(++id, group, "c"))).getFirst());
        done(writer.apply(List.of(create(++id, group, "c"))).getFirst());
      }
    }

    var all =
        store.messages(
            new Scope("app", null, "u"), new TimeRange(0, Long.MAX_VALUE), new Page(0, 100));
    assertThat(all.total()).isEqualTo(12);
    assertThat(all.entries())
        .extracting(GroupMessage::messageId)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L);
  }

  private Result apply(GroupCommand command) {
    return applier.apply(List.of(command)).getFirst();
  }

  private static Outcome done(Result result) {
    assertThat(result).isInstanceOf(Outcome.class);
    return (Outcome) result;
  }

  private static @Nullable ErrorCode codeOf(Result result) {
    return result instanceof Refusal refusal ? refusal.why().code() : null;
  }

  private static Create create(long id, GroupKey key, String content) {
    return new Create(id, key, "u", content, null, null);
  }

  private static RecallMessage recall(long id, @Nullable String userId, @Nullable String cause) {
    return new RecallMessage(new Target(id, null, null, userId), cause);
  }

  private static PublishNotice publish(long id, @Nullable String clientMessageId) {
    return new PublishNotice(
        id, G, "u", new NoticeText("headline", "text", "url", 3), clientMessageId);
  }

  private static DeleteNotice delete(long id, @Nullable String appId) {
    return new DeleteNotice(new Target(id, appId, null, "boss"));
  }
}
