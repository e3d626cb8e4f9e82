package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.Store;
import dev.herald.core.store.Store.ClientMessageKey;
import dev.herald.core.store.Store.GroupHead;
import dev.herald.core.store.Store.Page;
import dev.herald.core.store.Store.TimeRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final Set<GroupKey> KEYS =
      Set.of(
          new GroupKey("a", "g"),
          new GroupKey("a", "G"),
          new GroupKey("a", "g "),
          new GroupKey("A", "g"));
  private static final List<String> USERS = List.of("u", "U", "u'");
  private static final List<String> CLIENT_IDS = List.of("1", "2", "3", "4", "5", "6");

  private @Nullable Store store;

  /** For the suites of adapters. */
  protected StoreModelContract() {}

  /** Makes the place of a new try empty. */
  protected abstract void reset();

  /** Opens a started store over the present try's data; called again after it was closed. */
  protected abstract Store open();

  /**
   * One message to be.
   *
   * @param stepMs how much later than its predecessor
   * @param seqShift 0, or how wrong its number is
   */
  record Draft(
      GroupKey key,
      String userId,
      String content,
      int stepMs,
      @Nullable String clientMessageId,
      long seqShift) {}

  /** One question. */
  record Question(
      GroupKey key, long startMs, long endMs, long pageNumber, int pageSize, long afterSeq) {}

  @Property(tries = 30)
  void store_anyBatches_answersLikeTheModel(
      @ForAll("batches") List<List<Draft>> batches, @ForAll("questions") List<Question> questions) {
    reset();
    ModelStore model = new ModelStore(new ModelStore.Place());
    model.start();
    Store tested = reopen();
    long messageId = 0;
    for (List<Draft> batch : batches) {
      List<GroupEvent> events = events(batch, model, messageId);
      messageId += batch.size();
      assertThat(accepts(tested, events)).isEqualTo(accepts(model, events));
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
  Arbitrary<List<List<Draft>>> batches() {
    Arbitrary<String> contents = Arbitraries.strings().withCharRange('\0', '\ud7ff').ofMaxLength(8);
    Arbitrary<Draft> drafts =
        Combinators.combine(
                Arbitraries.of(KEYS),
                Arbitraries.of(USERS),
                contents,
                Arbitraries.integers().between(0, 3),
                Arbitraries.of(CLIENT_IDS).injectNull(0.6),
                Arbitraries.frequency(Tuple.of(60, 0L), Tuple.of(1, 1L), Tuple.of(1, -1L)))
            .as(Draft::new);
    return drafts.list().ofMinSize(1).ofMaxSize(8).list().ofMinSize(1).ofMaxSize(6);
  }

  @Provide
  Arbitrary<List<Question>> questions() {
    return Combinators.combine(
            Arbitraries.of(KEYS),
            Arbitraries.longs().between(-1, 40),
            Arbitraries.longs().between(-1, 40),
            Arbitraries.longs().between(0, 6),
            Arbitraries.integers().between(1, 5),
            Arbitraries.longs().between(0, 12))
        .as(Question::new)
        .list()
        .ofSize(8);
  }

  private static List<GroupEvent> events(List<Draft> batch, Store model, long lastMessageId) {
    Map<GroupKey, GroupHead> heads = new HashMap<>(model.heads(KEYS));
    List<GroupEvent> events = new ArrayList<>();
    long timeMs = Math.max(0, model.latestTimeMs());
    long messageId = lastMessageId;
    for (Draft draft : batch) {
      GroupHead head = heads.getOrDefault(draft.key, new GroupHead(0, 0));
      GroupHead next = new GroupHead(head.seq() + 1, timeMs += draft.stepMs);
      heads.put(draft.key, next);
      GroupMessage message =
          new GroupMessage(
              ++messageId,
              draft.key,
              draft.userId,
              draft.content,
              next.lastTimeMs(),
              null,
              draft.stepMs == 0 ? null : draft.stepMs,
              next.seq() + draft.seqShift);
      events.add(new Created(message, draft.clientMessageId));
    }
    return events;
  }

  private static boolean accepts(Store store, List<GroupEvent> events) {
    try {
      store.append(events);
      return true;
    } catch (HeraldException refused) {
      return false;
    }
  }

  private static void compare(Store tested, Store model, List<Question> questions) {
    assertThat(tested.heads(KEYS)).isEqualTo(model.heads(KEYS));
    assertThat(tested.greatestId()).isEqualTo(model.greatestId());
    List<ClientMessageKey> clientKeys = new ArrayList<>();
    for (GroupKey key : KEYS) {
      assertThat(tested.eventsAfter(key, 0, 1000)).isEqualTo(model.eventsAfter(key, 0, 1000));
      for (String userId : USERS) {
        for (String clientId : CLIENT_IDS) {
          clientKeys.add(new ClientMessageKey(key.appId(), userId, clientId));
        }
      }
    }
    assertThat(tested.messagesByClientId(clientKeys))
        .isEqualTo(model.messagesByClientId(clientKeys));
    for (Question q : questions) {
      TimeRange range = new TimeRange(q.startMs, q.endMs);
      Page page = new Page(q.pageNumber, q.pageSize);
      assertThat(tested.findByGroup(q.key, range, page))
          .isEqualTo(model.findByGroup(q.key, range, page));
      assertThat(tested.eventsAfter(q.key, q.afterSeq, q.pageSize))
          .isEqualTo(model.eventsAfter(q.key, q.afterSeq, q.pageSize));
    }
  }
}
