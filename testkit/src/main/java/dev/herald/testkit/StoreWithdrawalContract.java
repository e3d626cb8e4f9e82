package dev.herald.testkit;

import static dev.herald.testkit.GroupEvents.shown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
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
import org.junit.jupiter.api.Test;

/** What every {@link Store} keeps to when messages are recalled, and with notices. */
public abstract class StoreWithdrawalContract extends StoreSuite {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final GroupKey H = new GroupKey("app", "other");
  private static final TimeRange ALWAYS = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  private final GroupEvents events = new GroupEvents();

  /** For the suites of adapters. */
  protected StoreWithdrawalContract() {}

  @Test
  void recall_contentIsGoneAndTheTombstoneStays() {
    Store store = store();
    Created first = events.nextBy(G, "u", "c");
    Created second = events.next(G);
    store.append(List.of(first, second));
    Recalled recalled = events.recall(first);
    Created third = events.next(G);

    store.append(List.of(recalled, third));

    assertThat(store.eventsAfter(G, 0, 20))
        .containsExactly(shown(first, recalled), second, recalled, third);
    assertThat(store.messages(of(G), ALWAYS, new Page(0, 20)))
        .isEqualTo(
            new Listing<>(3, List.of(recalled.message(), second.message(), third.message())));
    long id = first.message().messageId();
    assertThat(store.messages(Set.of(id))).isEqualTo(Map.of(id, recalled.message()));
    ClientMessageKey key = new ClientMessageKey("app", "u", "c");
    assertThat(store.messagesByClientId(Set.of(key))).isEqualTo(Map.of(key, recalled.message()));
    assertThat(store.heads(Set.of(G))).isEqualTo(Map.of(G, new GroupHead(4, third.timeMs())));
  }

  @Test
  void recall_inTheBatchThatCreates_works() {
    Store store = store();
    Created created = events.next(G);
    Recalled recalled = events.recall(created);

    store.append(List.of(created, recalled));

    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(shown(created, recalled), recalled);
  }

  @Test
  void recall_notThereOrRecalledBefore_keepsNothing() {
    Store store = store();
    Created here = events.next(G);
    Created there = events.next(H);
    store.append(List.of(here, there));
    Recalled recalled = events.recall(here);
    store.append(List.of(recalled));

    refused(() -> store.append(List.of(events.next(G), events.recall(here))));
    refused(() -> store.append(List.of(new Recalled(recalled.message(), 3))));
    Recalled unknown = events.recall(events.next(H));
    refused(() -> store.append(List.of(new Recalled(unknown.message(), 2))));

    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(shown(here, recalled), recalled);
    assertThat(store.eventsAfter(H, 0, 20)).containsExactly(there);
  }

  @Test
  void recall_ofAnotherGroupsMessage_keepsNothing() {
    Store store = store();
    Created here = events.next(G);
    Created there = events.next(H);
    store.append(List.of(here, there));
    Recalled recalled = events.recall(here);

    refused(() -> store.append(List.of(new Recalled(in(H, recalled), 2))));

    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(here);
    assertThat(store.eventsAfter(H, 0, 20)).containsExactly(there);
  }

  private static GroupMessage in(GroupKey key, Recalled recalled) {
    GroupMessage m = recalled.message();
    return new GroupMessage(
        m.messageId(), key, m.userId(), "", m.createTimeMs(), m.recall(), m.type(), m.seq());
  }

  @Test
  void notice_publishedAndDeleted_isAnEventEachTime() {
    Store store = store();
    Created before = events.next(G);
    NoticePublished kept = events.notice(G, "u", "n1");
    NoticePublished doomed = events.notice(G, "u", "n2");
    Created after = events.next(G);
    store.append(List.of(before, kept, doomed, after));
    NoticeDeleted deleted = events.delete(doomed);
    Created last = events.next(G);

    store.append(List.of(deleted, last));

    assertThat(store.eventsAfter(G, 0, 20))
        .containsExactly(before, kept, shown(doomed, deleted), after, deleted, last);
    assertThat(store.messages(of(G), ALWAYS, new Page(0, 20)).entries())
        .containsExactly(before.message(), after.message(), last.message());
    long keptId = kept.notice().noticeId();
    long doomedId = doomed.notice().noticeId();
    assertThat(store.notices(Set.of(keptId, doomedId, before.message().messageId())))
        .isEqualTo(Map.of(keptId, kept.notice(), doomedId, deleted.notice()));
    ClientMessageKey n1 = new ClientMessageKey("app", "u", "n1");
    ClientMessageKey n2 = new ClientMessageKey("app", "u", "n2");
    assertThat(store.noticesByClientId(Set.of(n1, n2, new ClientMessageKey("app", "u", "n3"))))
        .isEqualTo(Map.of(n1, kept.notice(), n2, deleted.notice()));
    assertThat(store.messagesByClientId(Set.of(n1, n2))).isEmpty();
  }

  @Test
  void notice_deletedTwiceOrUnknown_keepsNothing() {
    Store store = store();
    NoticePublished published = events.notice(G, "u", null);
    NoticeDeleted deleted = events.delete(published);
    store.append(List.of(published, deleted));

    refused(() -> store.append(List.of(new NoticeDeleted(deleted.notice(), 3))));
    NoticeDeleted unknown = events.delete(events.notice(H, "u", null));
    refused(() -> store.append(List.of(new NoticeDeleted(unknown.notice(), 1))));

    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(shown(published, deleted), deleted);
  }

  @Test
  void notice_sameClientIdOrId_keepsNothing() {
    Store store = store();
    NoticePublished first = events.notice(G, "u", "c");
    store.append(List.of(first));

    refused(() -> store.append(List.of(events.notice(G, "u", "c"))));
    refused(() -> store.append(List.of(new NoticePublished(first.notice(), null))));

    Created message = events.nextBy(H, "u", "c");
    NoticePublished ofAnother = events.notice(H, "U", "c");
    store.append(List.of(message, ofAnother));
    assertThat(store.eventsAfter(H, 0, 20)).containsExactly(message, ofAnother);
  }

  @Test
  void eventsAfter_everyNumberAndLimit_mixesAllKindsInOrder() {
    Store store = store();
    List<GroupEvent> stored = new ArrayList<>();
    List<GroupEvent> expected = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      Created recalledSoon = events.next(G);
      NoticePublished deletedSoon = events.notice(G, "u", null);
      Created stays = events.nextBy(G, "v", "c" + round);
      Recalled recalled = events.recall(recalledSoon);
      NoticeDeleted deleted = events.delete(deletedSoon);
      stored.addAll(List.of(recalledSoon, deletedSoon, stays, recalled, deleted));
      expected.addAll(
          List.of(
              shown(recalledSoon, recalled),
              shown(deletedSoon, deleted),
              stays,
              recalled,
              deleted));
      for (int i = 0; i < round; i++) {
        Created more = events.next(G);
        stored.add(more);
        expected.add(more);
      }
      store.append(stored.subList(expected.size() - 5 - round, expected.size()));
    }

    for (int after = 0; after <= expected.size(); after++) {
      for (int limit = 1; limit <= 8; limit++) {
        assertThat(store.eventsAfter(G, after, limit))
            .as("%d after %d", limit, after)
            .isEqualTo(expected.subList(after, Math.min(after + limit, expected.size())));
      }
    }
    assertThat(store.eventsAfter(G, 0, 1000)).isEqualTo(expected);
  }

  @Test
  void greatestId_isTheLastNotices_isFound() {
    Store store = store();
    Created message = events.next(G);
    NoticePublished notice = events.notice(G, "u", null);
    store.append(List.of(message, notice));

    assertThat(store.greatestId()).isEqualTo(notice.notice().noticeId());
  }

  private static Scope of(GroupKey key) {
    return new Scope(key.appId(), key.groupId(), null);
  }
}
