package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupChange.Membership;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.History.Cursor;
import dev.herald.core.store.History.Listing;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.History.UserGroup;
import dev.herald.core.store.Scope;
import dev.herald.core.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the queries of every {@link dev.herald.core.store.History} keep to. */
public abstract class HistoryContract extends StoreSuite {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final GroupKey H = new GroupKey("app", "other");
  private static final TimeRange ALWAYS = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  private final GroupEvents events = new GroupEvents();

  /** For the suites of adapters. */
  protected HistoryContract() {}

  @Test
  void unknown_hasNothing() {
    Store store = store();
    store.append(List.of(events.nextBy(G, "u", null)));

    List<Scope> unknown =
        List.of(
            new Scope("App", "group", null),
            new Scope("app", "Group", null),
            new Scope("app", null, "U"),
            new Scope("app", "other", "u"),
            new Scope("App", null, "u"));
    for (Scope scope : unknown) {
      assertThat(store.messages(scope, ALWAYS, new Page(0, 20)))
          .isEqualTo(new Listing<>(0, List.of()));
      assertThat(store.notices(scope, ALWAYS, new Page(0, 20)))
          .isEqualTo(new Listing<>(0, List.of()));
      assertThat(store.messagesAfter(scope, null, 20)).isEmpty();
      assertThat(store.messagesBefore(scope, null, 20)).isEmpty();
      assertThat(store.noticesBefore(scope, null, 20)).isEmpty();
    }
    assertThat(store.groups("app", "U")).isEmpty();
    assertThat(store.groups("App", "u")).isEmpty();
    assertThat(store.group(H, "u")).isNull();
    assertThat(store.group(G, "U")).isNull();
    assertThat(store.eventsBefore(H, 10, 20)).isEmpty();
  }

  @Test
  void messages_ofUser_areThoseOfAllGroupsInOrder() {
    Store store = store();
    Created g1 = events.nextBy(G, "u", null);
    Created h1 = events.nextBy(H, "u", null);
    Created others = events.nextBy(G, "v", null);
    Created g2 = events.nextBy(G, "u", null);
    Created elsewhere = events.nextBy(new GroupKey("App", "group"), "u", null);
    store.append(List.of(g1, h1, others, g2, elsewhere));
    Created h2 = events.nextBy(H, "u", null);
    store.append(List.of(h2));

    Scope user = new Scope("app", null, "u");
    assertThat(store.messages(user, ALWAYS, new Page(0, 20)))
        .isEqualTo(
            new Listing<>(4, List.of(g1.message(), h1.message(), g2.message(), h2.message())));
    assertThat(store.messages(user, ALWAYS, new Page(1, 3)))
        .isEqualTo(new Listing<>(4, List.of(h2.message())));
    assertThat(store.messages(user, new TimeRange(h1.timeMs(), h2.timeMs()), new Page(0, 1)))
        .isEqualTo(new Listing<>(2, List.of(h1.message())));
    assertThat(store.messages(new Scope("app", "group", "u"), ALWAYS, new Page(0, 20)))
        .isEqualTo(new Listing<>(2, List.of(g1.message(), g2.message())));
  }

  @Test
  void messages_aroundOneOfThem_areItsNeighboursInOrder() {
    Store store = store();
    List<GroupEvent> stored = new ArrayList<>();
    List<GroupMessage> messages = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Created created = events.next(G, 1000 + i / 3);
      stored.add(created);
      messages.add(created.message());
      stored.add(events.next(H, 1000 + i / 3));
    }
    store.append(stored);

    Scope group = new Scope("app", "group", null);
    for (int i = 0; i < 30; i++) {
      Cursor cursor = new Cursor(messages.get(i).createTimeMs(), messages.get(i).messageId());
      assertThat(store.messagesBefore(group, cursor, 7))
          .isEqualTo(messages.subList(Math.max(0, i - 7), i));
      assertThat(store.messagesAfter(group, cursor, 7))
          .isEqualTo(messages.subList(i + 1, Math.min(30, i + 8)));
    }
    assertThat(store.messagesBefore(group, null, 7)).isEqualTo(messages.subList(23, 30));
    assertThat(store.messagesAfter(group, null, 7)).isEqualTo(messages.subList(0, 7));
    Cursor gone = new Cursor(1004, 1_000_000);
    assertThat(store.messagesBefore(group, gone, 7)).isEqualTo(messages.subList(5, 12));
    assertThat(store.messagesAfter(group, gone, 7)).isEqualTo(messages.subList(15, 22));
  }

  @Test
  void notices_manyDeleted_everyPageAndCountIsRight() {
    Store store = store();
    SplittableRandom random = new SplittableRandom(5);
    List<NoticePublished> published = new ArrayList<>();
    for (int i = 0; i < 6000; i++) {
      published.add(events.notice(random.nextInt(9) == 0 ? H : G, "u" + i % 2, null));
    }
    store.append(published);
    List<GroupNotice> left = new ArrayList<>();
    List<GroupEvent> deletions = new ArrayList<>();
    for (int i = 0; i < published.size(); i++) {
      // here and there, long stretches, almost all, and none
      boolean stays =
          i % 4500 < 200 || ((i > 300 && i < 2000) ? i % 97 == 0 : random.nextInt(3) > 0);
      if (stays) {
        left.add(published.get(i).notice());
      } else {
        deletions.add(events.delete(published.get(i)));
      }
    }
    store.append(deletions);

    for (Scope scope :
        List.of(
            new Scope("app", "group", null),
            new Scope("app", null, "u0"),
            new Scope("app", "group", "u1"))) {
      List<GroupNotice> expected =
          left.stream().filter(n -> scope.has(n.key(), n.userId())).toList().reversed();
      for (int pageSize : new int[] {1, 7, 100}) {
        for (int i = 0; i < 40; i++) {
          long from = random.nextLong(6_001_000);
          TimeRange range = new TimeRange(from, from + random.nextLong(6_001_000 - from));
          List<GroupNotice> matching =
              expected.stream()
                  .filter(
                      n -> n.createTimeMs() >= range.startMs() && n.createTimeMs() < range.endMs())
                  .toList();
          int number = random.nextInt(matching.size() / pageSize + 2);
          assertThat(store.notices(scope, range, new Page(number, pageSize)))
              .isEqualTo(
                  new Listing<>(
                      matching.size(),
                      matching.stream().skip((long) number * pageSize).limit(pageSize).toList()));
        }
      }
    }
  }

  @Test
  void groups_ofUser_latestFirstWithTotalsAndUnread() {
    Store store = store();
    GroupKey added = new GroupKey("app", "added");
    GroupKey empty = new GroupKey("app", "empty");
    Created g1 = events.nextBy(G, "u", null);
    Created h1 = events.nextBy(H, "u", null);
    Created a1 = events.nextBy(added, "v", null);
    Created a2 = events.nextBy(added, "v", null);
    Created g2 = events.nextBy(G, "v", null);
    Created g3 = events.nextBy(G, "v", null);
    List<GroupChange> changes = new ArrayList<>(List.of(g1, h1, a1, a2, g2, g3));
    changes.add(new Membership(added, "u", 0));
    changes.add(new Membership(empty, "u", 0));
    store.append(changes);

    assertThat(store.groups("app", "u"))
        .containsExactly(
            new UserGroup(G, 3, g3.timeMs(), g3.message(), 3, 0, 2),
            new UserGroup(added, 2, a2.timeMs(), a2.message(), 2, 0, 2),
            new UserGroup(H, 1, h1.timeMs(), h1.message(), 1, 0, 0),
            new UserGroup(empty, 0, 0, null, 0, 0, 0));
    assertThat(store.groups("app", "v")).extracting(UserGroup::key).containsExactly(G, added);

    store.append(List.of(new Membership(G, "u", 2), new Membership(added, "u", 2)));
    store.append(List.of(new Membership(G, "u", 1)));
    assertThat(store.group(G, "u"))
        .isEqualTo(new UserGroup(G, 3, g3.timeMs(), g3.message(), 3, 2, 1));
    assertThat(store.group(added, "u"))
        .isEqualTo(new UserGroup(added, 2, a2.timeMs(), a2.message(), 2, 2, 0));
  }

  @Test
  void unread_amongOtherEvents_countsMessagesOnly() {
    Store store = store();
    Created g1 = events.nextBy(G, "v", null);
    NoticePublished notice = events.notice(G, "v", null);
    Created g3 = events.nextBy(G, "v", null);
    var recalled = events.recall(g1);
    Created g5 = events.nextBy(G, "v", null);
    store.append(List.of(g1, notice, g3, recalled, g5));

    long[] expected = {3, 2, 2, 1, 1, 0};
    for (int seq = 0; seq < expected.length; seq++) {
      store.append(List.of(new Membership(G, "reader", seq)));
      assertThat(store.group(G, "reader"))
          .isEqualTo(new UserGroup(G, 5, g5.timeMs(), g5.message(), 3, seq, expected[seq]));
    }
  }
}
