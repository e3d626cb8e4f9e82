package dev.herald.testkit;

import static dev.herald.testkit.GroupEvents.shown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupChange.Membership;
import dev.herald.core.event.GroupChange.Pruned;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.History.GroupHead;
import dev.herald.core.store.History.GroupSummary;
import dev.herald.core.store.History.Listing;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.History.UserGroup;
import dev.herald.core.store.Scope;
import dev.herald.core.store.Store;
import dev.herald.core.store.Store.ClientMessageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every {@link Store} keeps to when the oldest events of groups are removed. */
public abstract class StorePruningContract extends StoreSuite {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final GroupKey H = new GroupKey("app", "other");
  private static final TimeRange ALWAYS = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  private final GroupEvents events = new GroupEvents();

  /** For the suites of adapters. */
  protected StorePruningContract() {}

  @Test
  void pruned_isFoundAndCountedNowhere_andNumbersGoOn() {
    Store store = store();
    Created first = events.nextBy(G, "u", "c");
    Created second = events.nextBy(G, "v", null);
    Created third = events.nextBy(G, "u", null);
    store.append(List.of(first, second, third));

    store.append(List.of(new Pruned(G, 2)));

    Created fourth = events.nextBy(G, "v", "c");
    store.append(List.of(fourth));
    assertThat(store.eventsAfter(G, 0, 20)).containsExactly(third, fourth);
    assertThat(store.eventsBefore(G, 3, 20)).isEmpty();
    assertThat(store.messages(of(G), ALWAYS, new Page(0, 20)))
        .isEqualTo(new Listing<>(2, List.of(third.message(), fourth.message())));
    assertThat(store.messages(new Scope("app", null, "v"), ALWAYS, new Page(0, 20)))
        .isEqualTo(new Listing<>(1, List.of(fourth.message())));
    assertThat(store.messages(new Scope("app", "group", "v"), ALWAYS, new Page(0, 20)))
        .isEqualTo(new Listing<>(1, List.of(fourth.message())));
    assertThat(store.messages(Set.of(first.message().messageId()))).isEmpty();
    ClientMessageKey key = new ClientMessageKey("app", "u", "c");
    assertThat(store.messagesByClientId(Set.of(key))).isEmpty();
    assertThat(store.heads(Set.of(G))).isEqualTo(Map.of(G, new GroupHead(4, fourth.timeMs())));
    assertThat(store.group(G, "u"))
        .isEqualTo(new UserGroup(G, 4, fourth.timeMs(), fourth.message(), 2, 0, 1));
    assertThat(store.group(G))
        .isEqualTo(new GroupSummary(G, 4, 2, fourth.timeMs(), fourth.message(), 2));
  }

  @Test
  void pruned_whole_keepsTheHeadTheMembersAndTheGreatestId() {
    Store store = store();
    Created only = events.nextBy(G, "u", null);
    store.append(List.of(only, new Membership(G, "reader", 1)));

    store.append(List.of(new Pruned(G, 5)));
    store.close();
    Store again = store();

    assertThat(again.group(G)).isEqualTo(new GroupSummary(G, 1, 1, only.timeMs(), null, 0));
    assertThat(again.group(G, "u")).isEqualTo(new UserGroup(G, 1, only.timeMs(), null, 0, 0, 0));
    assertThat(again.groups("app", "reader"))
        .containsExactly(new UserGroup(G, 1, only.timeMs(), null, 0, 1, 0));
    assertThat(again.greatestId()).isEqualTo(only.message().messageId());
    assertThat(again.latestTimeMs()).isEqualTo(only.timeMs());
    refused(() -> again.append(List.of(GroupEvents.renumbered(events.next(G), 1))));
    Created next = GroupEvents.renumbered(events.next(G), 2);
    again.append(List.of(next));
    assertThat(again.eventsAfter(G, 0, 9)).containsExactly(next);
  }

  @Test
  void pruned_unknownGroupOrLess_changesNothing() {
    Store store = store();
    Created first = events.next(G);
    Created second = events.next(G);
    store.append(List.of(first, second, new Pruned(G, 1)));

    store.append(List.of(new Pruned(H, 3), new Pruned(G, 1), new Pruned(G, 0)));

    assertThat(store.group(H)).isNull();
    assertThat(store.eventsAfter(G, 0, 9)).containsExactly(second);
  }

  @Test
  void pruned_messageWhoseRecallStays_isStillShownByIt() {
    Store store = store();
    Created doomed = events.next(G);
    Created stays = events.next(G);
    Recalled recalled = events.recall(doomed);
    store.append(List.of(doomed, stays, recalled));

    store.append(List.of(new Pruned(G, 1)));

    assertThat(store.eventsAfter(G, 0, 9)).containsExactly(stays, recalled);
    assertThat(store.messages(Set.of(doomed.message().messageId()))).isEmpty();
    refused(() -> store.append(List.of(new Recalled(recalled.message(), 4))));
    store.append(List.of(new Pruned(G, 3)));
    assertThat(store.eventsAfter(G, 0, 9)).isEmpty();
  }

  @Test
  void pruned_createdAndRecalledInTheSameBatch_isGone() {
    Store store = store();
    Created created = events.next(G);
    Recalled recalled = events.recall(created);

    store.append(List.of(created, recalled, new Pruned(G, 1)));

    assertThat(store.eventsAfter(G, 0, 9)).containsExactly(recalled);
  }

  @Test
  void pruned_publication_leavesTheNoticeUntilItsDeletionGoes() {
    Store store = store();
    NoticePublished notice = events.notice(G, "u", "n");
    Created after = events.next(G);
    store.append(List.of(notice, after, new Pruned(G, 2)));

    assertThat(store.eventsAfter(G, 0, 9)).isEmpty();
    assertThat(store.notices(of(G), ALWAYS, new Page(0, 9)))
        .isEqualTo(new Listing<>(1, List.of(notice.notice())));
    NoticeDeleted deleted = events.delete(notice);
    store.append(List.of(deleted));
    assertThat(store.eventsAfter(G, 0, 9)).containsExactly(deleted);
    long id = notice.notice().noticeId();
    assertThat(store.notices(Set.of(id))).isEqualTo(Map.of(id, deleted.notice()));
    store.append(List.of(new Pruned(G, 3)));
    assertThat(store.notices(Set.of(id))).isEmpty();
    assertThat(store.noticesByClientId(Set.of(new ClientMessageKey("app", "u", "n")))).isEmpty();
    assertThat(store.greatestId()).isEqualTo(after.message().messageId());
  }

  @Test
  void pruned_usersListOverGroups_countsAndPagesAsIfItNeverHadThem() {
    Store store = store();
    List<Created> all = new ArrayList<>();
    for (int i = 0; i < 401; i++) {
      all.add(events.nextBy(i % 3 == 0 ? H : G, "u", null));
    }
    store.append(all);
    long keptFrom = 100;
    store.append(List.of(new Pruned(G, keptFrom)));
    assertLists(store, all.stream().filter(e -> e.key().equals(H) || e.seq() > keptFrom));

    store.append(List.of(new Pruned(G, 1000)));
    store.close();
    Store again = store(); // its list of the user ends before what was removed

    Created more = events.nextBy(H, "u", null);
    again.append(List.of(more));
    assertLists(again, Stream.concat(all.stream(), Stream.of(more)).filter(e -> e.key().equals(H)));
    again.append(List.of(new Pruned(H, 1000)));
    assertLists(again, Stream.of());
    Created last = events.nextBy(G, "u", null);
    again.append(List.of(last));
    assertLists(again, Stream.of(last));
  }

  private static void assertLists(Store store, Stream<? extends Created> expected) {
    List<GroupMessage> messages = expected.map(Created::message).toList();
    Scope user = new Scope("app", null, "u");
    for (int page = 0; page * 7 < messages.size(); page++) {
      int begin = page * 7;
      assertThat(store.messages(user, ALWAYS, new Page(page, 7)))
          .isEqualTo(
              new Listing<>(
                  messages.size(), messages.subList(begin, Math.min(begin + 7, messages.size()))));
    }
    assertThat(store.messagesAfter(user, null, 1000)).isEqualTo(messages);
    assertThat(store.messages(user, ALWAYS, new Page(0, 1)).total()).isEqualTo(messages.size());
  }

  @Test
  void groupsAfter_everyPlace_givesTheNextOnesInTheOrderOfTheirIds() {
    Store store = store();
    List<GroupEvent> first = new ArrayList<>();
    for (String id : List.of("b", "a", "\uD83D\uDE00", "\uFFFD", "B", "ab")) {
      first.add(events.next(new GroupKey("app", id)));
    }
    first.add(events.next(new GroupKey("another", "aa")));
    store.append(first);
    store.append(List.of(new Membership(new GroupKey("app", "empty"), "u", 0)));

    assertThat(ids(store.groupsAfter("app", "", 100)))
        .containsExactly("B", "a", "ab", "b", "empty", "\uFFFD", "\uD83D\uDE00");
    assertThat(ids(store.groupsAfter("app", "a", 2))).containsExactly("ab", "b");
    assertThat(ids(store.groupsAfter("app", "\uD83D\uDE00", 2))).isEmpty();
    assertThat(store.groupsAfter("unknown", "", 2)).isEmpty();
    assertThat(store.group(new GroupKey("app", "empty")))
        .isEqualTo(new GroupSummary(new GroupKey("app", "empty"), 0, 0, 0, null, 0));
    assertThat(store.appAfter("")).isEqualTo("another");
    assertThat(store.appAfter("another")).isEqualTo("app");
    assertThat(store.appAfter("app")).isNull();
  }

  private static List<String> ids(List<GroupSummary> groups) {
    return groups.stream().map(group -> group.key().groupId()).toList();
  }

  @Test
  void eventsAfter_everyNumberOfAPrunedGroup_isWhatIsLeft() {
    Store store = store();
    List<GroupEvent> expected = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      Created recalledSoon = events.next(G);
      NoticePublished published = events.notice(G, "u", null);
      Recalled recalled = events.recall(recalledSoon);
      Created stays = events.next(G);
      store.append(List.of(recalledSoon, published, recalled, stays));
      expected.addAll(List.of(shown(recalledSoon, recalled), published, recalled, stays));
    }
    for (int pruned = 0; pruned <= expected.size(); pruned++) {
      store.append(List.of(new Pruned(G, pruned)));
      for (int after = 0; after <= expected.size(); after++) {
        assertThat(store.eventsAfter(G, after, 1000))
            .as("%d after pruning %d", after, pruned)
            .isEqualTo(expected.subList(Math.max(after, pruned), expected.size()));
        assertThat(store.eventsBefore(G, after + 1, 1000))
            .isEqualTo(expected.subList(Math.min(after, pruned), after));
      }
    }
  }

  private static Scope of(GroupKey key) {
    return new Scope(key.appId(), key.groupId(), null);
  }
}
