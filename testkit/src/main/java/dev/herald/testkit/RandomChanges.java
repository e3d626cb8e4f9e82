package dev.herald.testkit;

import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupChange.Membership;
import dev.herald.core.event.GroupChange.Pruned;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.event.Tombstone;
import dev.herald.core.store.History.GroupHead;
import dev.herald.core.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Makes changes of all kinds out of random drafts, most of which fit what a store has. For one
 * thread.
 */
final class RandomChanges {
  static final Set<GroupKey> KEYS =
      Set.of(
          new GroupKey("a", "g"),
          new GroupKey("a", "G"),
          new GroupKey("a", "g "),
          new GroupKey("A", "g"));
  static final List<String> USERS = List.of("u", "U", "u'");
  static final List<String> CLIENT_IDS = List.of("1", "2", "3", "4", "5", "6");

  private final Store model;
  private final Map<GroupKey, Long> heads = new HashMap<>();
  private final List<GroupMessage> messages = new ArrayList<>();
  private final List<GroupNotice> notices = new ArrayList<>();
  private long timeMs;
  private long id;

  /** Makes changes that go on from what a model has. */
  RandomChanges(Store model) {
    this.model = model;
  }

  /** What a change is to be. */
  enum Kind {
    CREATE,
    RECALL,
    PUBLISH,
    DELETE,
    MARK,
    PRUNE
  }

  /**
   * One change to be.
   *
   * @param pick which message or notice it withdraws, counted from the newest
   * @param stepMs how much later than its predecessor
   * @param seqShift 0, or how wrong its number is
   */
  record Draft(
      Kind kind,
      GroupKey key,
      String userId,
      String content,
      int pick,
      int stepMs,
      @Nullable String clientMessageId,
      long seqShift) {}

  static Arbitrary<Draft> drafts() {
    Arbitrary<String> contents = Arbitraries.strings().withCharRange('\0', '\ud7ff').ofMaxLength(8);
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(10, Kind.CREATE),
                Tuple.of(4, Kind.RECALL),
                Tuple.of(4, Kind.PUBLISH),
                Tuple.of(3, Kind.DELETE),
                Tuple.of(2, Kind.MARK),
                Tuple.of(2, Kind.PRUNE)),
            Arbitraries.of(KEYS),
            Arbitraries.of(USERS),
            contents,
            Arbitraries.integers().between(0, 6),
            Arbitraries.integers().between(0, 3),
            Arbitraries.of(CLIENT_IDS).injectNull(0.8),
            Arbitraries.frequency(Tuple.of(200, 0L), Tuple.of(1, 1L), Tuple.of(1, -1L)))
        .as(Draft::new);
  }

  /** Makes one batch. A draft with nothing to withdraw makes nothing. */
  List<GroupChange> changes(List<Draft> batch) {
    heads.clear();
    for (Map.Entry<GroupKey, GroupHead> head : model.heads(KEYS).entrySet()) {
      heads.put(head.getKey(), head.getValue().seq());
    }
    messages.clear();
    notices.clear();
    for (long stored = 1; stored <= id; stored++) {
      messages.addAll(model.messages(List.of(stored)).values());
      notices.addAll(model.notices(List.of(stored)).values());
    }
    timeMs = Math.max(0, model.latestTimeMs());
    List<GroupChange> changes = new ArrayList<>();
    for (Draft draft : batch) {
      timeMs += draft.stepMs;
      GroupChange change = change(draft);
      if (change != null) {
        changes.add(change);
      }
    }
    return changes;
  }

  private @Nullable GroupChange change(Draft draft) {
    return switch (draft.kind) {
      case CREATE -> create(draft);
      case RECALL -> {
        GroupMessage message = picked(messages, draft.pick);
        yield message == null
            ? null
            : new Recalled(message.recalled(tombstone(draft)), next(message.key(), draft));
      }
      case PUBLISH -> publish(draft);
      case DELETE -> {
        GroupNotice notice = picked(notices, draft.pick);
        yield notice == null
            ? null
            : new NoticeDeleted(notice.deleted(tombstone(draft)), next(notice.key(), draft));
      }
      case MARK ->
          new Membership(
              draft.key, draft.userId, heads.getOrDefault(draft.key, 0L) * draft.pick / 6);
      case PRUNE -> prune(draft);
    };
  }

  /** Removes a part of a group, now and then more than is there. */
  private Pruned prune(Draft draft) {
    long last = heads.getOrDefault(draft.key, 0L);
    return new Pruned(draft.key, last * draft.pick / 6 + draft.seqShift);
  }

  private Created create(Draft draft) {
    GroupMessage message =
        new GroupMessage(
            ++id,
            draft.key,
            draft.userId,
            draft.content,
            timeMs,
            null,
            draft.stepMs == 0 ? null : draft.stepMs,
            next(draft.key, draft));
    messages.add(message);
    return new Created(message, draft.clientMessageId);
  }

  private NoticePublished publish(Draft draft) {
    GroupNotice notice =
        new GroupNotice(
            ++id,
            draft.key,
            draft.userId,
            "title",
            draft.content,
            draft.stepMs == 0 ? null : "url",
            timeMs,
            null,
            draft.stepMs,
            next(draft.key, draft));
    notices.add(notice);
    return new NoticePublished(notice, draft.clientMessageId);
  }

  private Tombstone tombstone(Draft draft) {
    return new Tombstone(
        timeMs,
        draft.kind == Kind.DELETE ? null : draft.content,
        draft.stepMs == 0 ? null : draft.userId);
  }

  private long next(GroupKey key, Draft draft) {
    return heads.merge(key, 1L, Long::sum) + draft.seqShift;
  }

  private static <T> @Nullable T picked(List<T> list, int pick) {
    return pick < list.size() ? list.get(list.size() - 1 - pick) : null;
  }
}
