package dev.herald.core.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.route.NotConsumed.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of messages whose members take too long, and of those with keys. */
class ConsumedInOrderAndTimeTest extends ConsumedFixture {
  // ---- time

  @Test
  void stalledMember_losesAllToOthers_andGetsNothingUntilItAnswers() {
    FakeConsumer stalled = joined("g", away);
    List<Awaited> first = List.of(publish(), publish(), publish());
    FakeConsumer other = joined("g", home).reacting(Delivery::acknowledged);
    pass(TIMEOUT);
    assertThat(other.got).isEmpty();
    pass(1);
    assertThat(other.got).containsExactly("1", "2", "3");
    first.forEach(awaited -> awaited.expectConsumed(1, 0));
    assertThat(stalled.timesHandedOver).isOne();
    publish().expectConsumed(1, 0);
    publish().expectConsumed(1, 0);
    assertThat(stalled.got).hasSize(3);
    on(stalled, stalled::acknowledge); // late: it is live again, with two places taken
    Awaited next = publish();
    next.expectConsumed(1, 0);
    on(stalled, stalled::acknowledge);
    on(stalled, stalled::acknowledge);
    List<Awaited> later = List.of(publish(), publish());
    assertThat(stalled.got.size()).isGreaterThan(3);
    while (!stalled.open.isEmpty()) {
      on(stalled, stalled::acknowledge);
    }
    later.forEach(awaited -> awaited.expectConsumed(1, 0));
    first.forEach(awaited -> assertThat(awaited.completions).isOne());
  }

  @Test
  void allStalled_messagesWaitUntilOneAnswers_andLateAnswersCount() {
    FakeConsumer one = joined("g", home, 2);
    FakeConsumer two = joined("g", away, 2);
    List<Awaited> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      all.add(publish());
    }
    pass(10 * TIMEOUT);
    assertThat(all).allMatch(awaited -> awaited.completions == 0);
    assertThat(one.got.size() + two.got.size()).isEqualTo(4);
    while (!one.open.isEmpty() || !two.open.isEmpty()) {
      for (FakeConsumer member : List.of(one, two)) {
        if (!member.open.isEmpty()) {
          on(member, member::acknowledge);
        }
      }
    }
    all.forEach(awaited -> awaited.expectConsumed(1, 0));
    assertThat(one.got.size() + two.got.size())
        .as("twice what was under way at most")
        .isLessThanOrEqualTo(6 + 4);
  }

  @Test
  void slowMessageOfAMemberThatAnswers_movesAlone() {
    FakeConsumer slow = joined("g", home);
    Awaited stuck = publish();
    Delivery held = slow.open.remove();
    FakeConsumer other = joined("g", home);
    other.member().busy();
    for (int i = 0; i < TIMEOUT; i++) {
      pass(1);
      Awaited quick = publish();
      home.call(slow::acknowledge);
      quick.expectConsumed(1, 0);
    }
    Awaited recent = publish();
    home.call(() -> other.member().ready());
    pass(1);
    assertThat(other.got).containsExactly("1");
    assertThat(slow.open).hasSize(1);
    home.call(held::acknowledged);
    stuck.expectConsumed(1, 0);
    home.call(other::acknowledge);
    home.call(slow::acknowledge);
    recent.expectConsumed(1, 0);
    assertThat(stuck.completions).isOne();
  }

  @Test
  void tooLateWithEveryMember_isRefusedToThePublisher() {
    FakeConsumer only = joined("g", home);
    Awaited stuck = publish();
    Delivery _ = only.open.remove();
    for (int i = 0; i <= TIMEOUT; i++) {
      publish();
      home.call(only::acknowledge);
      pass(1);
    }
    stuck.expectRefused(Reason.TIMED_OUT, 1);
  }

  @Test
  void leaver_thatWouldFinishWhatItBegan_hasNoMoreTimeThanOthers() {
    FakeConsumer leaver = joined("g", home);
    Awaited begun = publish();
    FakeConsumer other = joined("g", home);
    home.call(() -> leaver.member().leave(List.of(), false));
    settle();
    pass(TIMEOUT);
    assertThat(other.got).isEmpty();
    pass(1);
    home.call(other::acknowledge);
    begun.expectConsumed(1, 0);
  }

  // ---- keys

  @Test
  void key_refusedMessageTakesLaterOnesAlong_inOrder() {
    List<FakeConsumer> members = List.of(joined("g", home), joined("g", home), joined("g", home));
    List<Awaited> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(publishKeyed("k"));
    }
    FakeConsumer owner = holder(members);
    home.call(owner::acknowledge);
    home.call(owner::refuse);
    Awaited newer = publishKeyed("k");
    while (!owner.open.isEmpty()) {
      home.call(owner::acknowledge); // what it had by then: not counted
    }
    assertThat(all.subList(1, 4)).allMatch(awaited -> awaited.completions == 0);
    FakeConsumer heir = holder(members);
    assertThat(heir).isNotSameAs(owner);
    assertThat(heir.got).containsExactly("2", "3", "4", "5");
    while (!heir.open.isEmpty()) {
      home.call(heir::acknowledge);
    }
    all.forEach(awaited -> awaited.expectConsumed(1, 0));
    newer.expectConsumed(1, 0);
    publishKeyed("k");
    assertThat(owner.got).as("whose the key is").contains("6");
  }

  @Test
  void key_refusedMessage_waitsForEarlierOnesAndDoesNotComeBack() {
    List<FakeConsumer> members = List.of(joined("g", home), joined("g", home));
    List<Awaited> all = List.of(publishKeyed("k"), publishKeyed("k"), publishKeyed("k"));
    FakeConsumer owner = holder(members);
    FakeConsumer heir = owner == members.get(0) ? members.get(1) : members.get(0);
    Delivery first = owner.open.remove();
    home.call(owner::refuse);
    assertThat(owner.got).containsExactly("1", "2", "3");
    assertThat(heir.got).isEmpty();
    Awaited newer = publishKeyed("k");
    home.call(first::acknowledged);
    all.getFirst().expectConsumed(1, 0);
    assertThat(owner.got).containsExactly("1", "2", "3");
    assertThat(heir.got).containsExactly("2", "3", "4");
    while (!heir.open.isEmpty()) {
      home.call(heir::acknowledge);
    }
    all.forEach(awaited -> awaited.expectConsumed(1, 0));
    newer.expectConsumed(1, 0);
  }

  @Test
  void key_refusedByAll_theRestGoesOn() {
    FakeConsumer only = joined("g", home);
    Awaited first = publishKeyed("k");
    Awaited second = publishKeyed("k");
    home.call(only::refuse);
    first.expectRefused(Reason.REFUSED, 1);
    home.call(only::acknowledge);
    second.expectConsumed(1, 0);
    assertThat(only.got).containsExactly("1", "2");
  }

  @Test
  void key_ofAStalledMember_startsAgainAtTheNext_orGoesOnWhenItWakes() {
    FakeConsumer stalled = joined("g", home);
    List<Awaited> all = List.of(publishKeyed("k"), publishKeyed("k"), publishKeyed("k"));
    pass(TIMEOUT + 1);
    home.call(stalled::acknowledge); // the next one due
    all.getFirst().expectConsumed(1, 0);
    assertThat(stalled.got).as("it is live again").containsExactly("1", "2", "3", "2", "3");
    home.call(stalled::acknowledge);
    home.call(stalled::acknowledge);
    assertThat(all.get(1).completions).as("it was given again").isZero();
    home.call(stalled::acknowledge);
    home.call(stalled::acknowledge);
    all.forEach(awaited -> awaited.expectConsumed(1, 0));
  }
}
