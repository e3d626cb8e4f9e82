package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupKey;
import dev.herald.core.store.History.Cursor;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import dev.herald.core.store.Store;
import dev.herald.core.store.Store.ClientMessageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterTry;
import org.jspecify.annotations.Nullable;

/**
 * Compares a store with {@link ModelStore}: whatever is written, in whatever batches, refused or
 * not, every query gives the same.
 */
public abstract class StoreModelContract {
  private @Nullable Store store;

  /** For the suites of adapters. */
  protected StoreModelContract() {}

  /** Makes the place of a new try empty. */
  protected abstract void reset();

  /** Opens a started store over the present try's data; called again after it was closed. */
  protected abstract Store open();

  /** One question, asked of every query it fits. */
  record Question(
      Scope scope, TimeRange range, Page page, @Nullable Cursor cursor, long seq, int limit) {}

  @Property(tries = 60)
  void store_anyBatches_answersLikeTheModel(
      @ForAll("batches") List<List<RandomChanges.Draft>> batches,
      @ForAll("questions") List<Question> questions) {
    reset();
    ModelStore model = new ModelStore(new ModelStore.Place());
    model.start();
    Store tested = reopen();
    RandomChanges random = new RandomChanges(model);
    for (List<RandomChanges.Draft> batch : batches) {
      List<GroupChange> changes = random.changes(batch);
      assertThat(accepts(tested, changes)).isEqualTo(accepts(model, changes));
      compare(tested, model, questions);
    }
    tested.close();
    compare(reopen(), model, questions);
  }

  /** Closes the store of the try. */
  @AfterTry
  protected final void closeStore() {
    if (store != null) {
      store.close();
      store = null;
    }
  }

  private Store reopen() {
    Store opened = open();
    store = opened;
    return opened;
  }

  @Provide
  Arbitrary<List<List<RandomChanges.Draft>>> batches() {
    return RandomChanges.drafts()
        .list()
        .ofMinSize(1)
        .ofMaxSize(10)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<List<Question>> questions() {
    Arbitrary<Scope> scopes =
        Combinators.combine(
                Arbitraries.of(RandomChanges.KEYS),
                Arbitraries.of(RandomChanges.USERS),
                Arbitraries.of(0, 1, 2))
            .as((key, user, kind) ->
                new Scope(key.appId(), kind == 1 ? null : key.groupId(), kind == 0 ? null : user));
    Arbitrary<TimeRange> ranges =
        Combinators.combine(
                Arbitraries.longs().between(-1, 60), Arbitraries.longs().between(-1, 60))
            .as(TimeRange::new);
    Arbitrary<TimeRange> always = Arbitraries.just(new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE));
    Arbitrary<Page> pages =
        Combinators.combine(Arbitraries.longs().between(0, 6), Arbitraries.integers().between(1, 5))
            .as(Page::new);
    Arbitrary<Cursor> cursors =
        Combinators.combine(
                Arbitraries.frequencyOf(
                    Tuple.of(9, Arbitraries.longs().between(-1, 60)),
                    Tuple.of(1, Arbitraries.of(Long.MIN_VALUE, Long.MAX_VALUE))),
                Arbitraries.longs().between(0, 40))
            .as(Cursor::new);
    return Combinators.combine(
            scopes,
            Arbitraries.oneOf(ranges, always),
            pages,
            cursors.injectNull(0.2),
            Arbitraries.longs().between(0, 20),
            Arbitraries.integers().between(1, 9))
        .as(Question::new)
        .list()
        .ofSize(12);
  }

  private static boolean accepts(Store store, List<GroupChange> changes) {
    try {
      store.append(changes);
      return true;
    } catch (HeraldException refused) {
      return false;
    }
  }

  private static void compare(Store tested, Store model, List<Question> questions) {
    assertThat(tested.heads(RandomChanges.KEYS)).isEqualTo(model.heads(RandomChanges.KEYS));
    assertThat(tested.greatestId()).isEqualTo(model.greatestId());
    assertThat(tested.latestTimeMs()).isEqualTo(model.latestTimeMs());
    assertThat(tested.appAfter("")).isEqualTo(model.appAfter(""));
    List<Long> ids = LongStream.rangeClosed(0, 70).boxed().toList();
    assertThat(tested.messages(ids)).isEqualTo(model.messages(ids));
    assertThat(tested.notices(ids)).isEqualTo(model.notices(ids));
    List<ClientMessageKey> clientKeys = new ArrayList<>();
    for (GroupKey key : RandomChanges.KEYS) {
      assertThat(tested.eventsAfter(key, 0, 1000)).isEqualTo(model.eventsAfter(key, 0, 1000));
      assertThat(tested.group(key)).isEqualTo(model.group(key));
      for (int limit = 1; limit <= 4; limit += 3) {
        assertThat(tested.groupsAfter(key.appId(), "", limit))
            .isEqualTo(model.groupsAfter(key.appId(), "", limit));
        assertThat(tested.groupsAfter(key.appId(), key.groupId(), limit))
            .isEqualTo(model.groupsAfter(key.appId(), key.groupId(), limit));
      }
      assertThat(tested.appAfter(key.appId())).isEqualTo(model.appAfter(key.appId()));
      for (String userId : RandomChanges.USERS) {
        assertThat(tested.group(key, userId)).isEqualTo(model.group(key, userId));
        assertThat(tested.groups(key.appId(), userId)).isEqualTo(model.groups(key.appId(), userId));
        for (String clientId : RandomChanges.CLIENT_IDS) {
          clientKeys.add(new ClientMessageKey(key.appId(), userId, clientId));
        }
      }
    }
    assertThat(tested.messagesByClientId(clientKeys))
        .isEqualTo(model.messagesByClientId(clientKeys));
    assertThat(tested.noticesByClientId(clientKeys)).isEqualTo(model.noticesByClientId(clientKeys));
    questions.forEach(question -> compare(tested, model, question));
  }

  private static void compare(Store tested, Store model, Question q) {
    assertThat(tested.messages(q.scope, q.range, q.page))
        .isEqualTo(model.messages(q.scope, q.range, q.page));
    assertThat(tested.notices(q.scope, q.range, q.page))
        .isEqualTo(model.notices(q.scope, q.range, q.page));
    assertThat(tested.messagesAfter(q.scope, q.cursor, q.limit))
        .isEqualTo(model.messagesAfter(q.scope, q.cursor, q.limit));
    assertThat(tested.messagesBefore(q.scope, q.cursor, q.limit))
        .isEqualTo(model.messagesBefore(q.scope, q.cursor, q.limit));
    assertThat(tested.noticesBefore(q.scope, q.cursor, q.limit))
        .isEqualTo(model.noticesBefore(q.scope, q.cursor, q.limit));
    if (q.scope.groupId() != null) {
      GroupKey key = new GroupKey(q.scope.appId(), q.scope.groupId());
      assertThat(tested.eventsAfter(key, q.seq, q.limit))
          .isEqualTo(model.eventsAfter(key, q.seq, q.limit));
      assertThat(tested.eventsBefore(key, q.seq, q.limit))
          .isEqualTo(model.eventsBefore(key, q.seq, q.limit));
    }
  }
}
