package dev.herald.core.consumer;

import static dev.herald.core.route.MessageProperties.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.consumer.GroupView.Counts;
import dev.herald.core.consumer.GroupView.MemberView;
import dev.herald.core.consumer.GroupView.State;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of consumer groups. */
class GroupViewTest {
  private static final int TIMEOUT = 10;

  private final Router router = new Router(2);
  private final TopicTree topics = new TopicTree(2);
  private final ConsumerGroups groups =
      new ConsumerGroups(
          topics,
          router,
          new ConsumerSettings(10, 100_000, Duration.ofSeconds(TIMEOUT), 2, true, "dead"),
          new ConsumerCounters(new Metrics()));
  private final ManualLane home = new ManualLane(0);
  private final ManualLane away = new ManualLane(1);

  @BeforeEach
  void addLanes() {
    router.addLane(home);
    router.addLane(away);
  }

  private FakeConsumer joined(String name, String filter, ManualLane lane) {
    FakeConsumer consumer = new FakeConsumer(name, lane);
    lane.call(() -> consumer.join(groups, filter, 1, 1 << 20));
    settle();
    return consumer;
  }

  private void settle() {
    while (home.runAll() + away.runAll() > 0) {
      // until neither has anything left
    }
  }

  private void publish() {
    home.call(() -> {
      Message message = new Message("t", new byte[10], 1, false, NONE, Message.NEVER, null);
      boolean _ = router.publish(topics, message);
    });
    settle();
  }

  private <T> T told(CompletableFuture<T> answer) {
    settle();
    return answer.join();
  }

  private GroupView view(String filter) {
    return told(groups.view(filter)).orElseThrow();
  }

  private static List<MemberView> byName(GroupView group) {
    return group.members().stream().sorted(Comparator.comparing(MemberView::clientId)).toList();
  }

  @Test
  void group_tellsItsMembers_whatIsUnderWay_andWhatWaits() {
    FakeConsumer one = joined("one", "$share/g/t", home);
    joined("two", "$share/g/t", away);
    publish();
    publish();
    publish();
    GroupView full = view("$share/g/t");
    assertThat(full.summary().underWay()).isEqualTo(2);
    assertThat(full.summary().memberCount()).isEqualTo(2);
    assertThat(full.summary().liveCount()).isEqualTo(2);
    assertThat(full.summary().waitingBytes()).isPositive();
    home.call(one::acknowledge);
    settle();
    assertThat(view("$share/g/t").summary().waitingBytes()).isZero();
    assertThat(byName(view("$share/g/t")))
        .containsExactly(
            new MemberView("one", State.LIVE, 1, 2, 1, 0),
            new MemberView("two", State.LIVE, 1, 1, 0, 0));
    assertThat(view("$share/g/t").summary().counts()).isEqualTo(new Counts(3, 1, 0, 0, 0, 0));
  }

  @Test
  void group_countsWhatIsRefused_givenToOthers_andBecomesADeadLetter() {
    FakeConsumer one = joined("one", "$share/g/t", home);
    FakeConsumer two = joined("two", "$share/g/t", home);
    publish();
    FakeConsumer first = one.open.isEmpty() ? two : one;
    FakeConsumer second = first == one ? two : one;
    home.call(first::refuse);
    settle();
    home.call(second::refuse);
    settle();
    assertThat(view("$share/g/t").summary().counts()).isEqualTo(new Counts(2, 0, 1, 2, 0, 1));
    assertThat(view("$share/g/t").members()).allMatch(member -> member.refused() == 1);
  }

  @Test
  void member_thatIsBusyOrStalled_isSaidToBe() {
    FakeConsumer one = joined("one", "$share/g/t", home);
    FakeConsumer two = joined("two", "$share/g/t", home);
    home.call(() -> one.member().busy());
    publish();
    assertThat(byName(view("$share/g/t")))
        .extracting(MemberView::state)
        .containsExactly(State.BUSY, State.LIVE);
    for (int i = 0; i <= TIMEOUT; i++) {
      groups.tick();
      settle();
    }
    GroupView later = view("$share/g/t");
    assertThat(byName(later))
        .extracting(MemberView::state)
        .containsExactly(State.BUSY, State.STALLED);
    assertThat(later.summary().liveCount()).isEqualTo(1);
    assertThat(later.summary().memberCount()).isEqualTo(2);
    assertThat(told(groups.page("", 1)).groups()).containsExactly(later.summary());
    home.call(() -> {
      var _ = two.leave(false);
    });
    settle();
    assertThat(view("$share/g/t").members()).hasSize(1);
  }

  @Test
  void groups_areListedByTheirFilters_pageByPage_whileTheyAreThere() {
    FakeConsumer b = joined("b", "$share/b/t", away);
    joined("a", "$share/a/t", home);
    joined("c", "$share/c/t", home);
    GroupView.Page first = told(groups.page("", 2));
    assertThat(first.groups())
        .extracting(GroupView.Summary::filter)
        .containsExactly("$share/a/t", "$share/b/t");
    assertThat(first.after()).isEqualTo("$share/b/t");
    GroupView.Page second = told(groups.page("$share/b/t", 2));
    assertThat(second.groups()).extracting(GroupView.Summary::filter).containsExactly("$share/c/t");
    assertThat(second.after()).isNull();
    away.call(() -> {
      var _ = b.leave(false);
    });
    settle();
    assertThat(told(groups.view("$share/b/t"))).isEmpty();
    assertThat(told(groups.page("", 9)).groups()).hasSize(2);
  }
}
