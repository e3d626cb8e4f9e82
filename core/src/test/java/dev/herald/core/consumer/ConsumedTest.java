package dev.herald.core.consumer;

import static dev.herald.core.route.MessageProperties.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.route.Message;
import dev.herald.core.route.NotConsumed;
import dev.herald.core.route.NotConsumed.Reason;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router.Reach;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a publisher's receipt is complete, and what becomes of a message until then. */
class ConsumedTest extends ConsumedFixture {
  // ---- complete

  @Test
  void receipt_isCompleteWhenEveryGroupHasAcknowledged() {
    FakeConsumer g = joined("g", home);
    FakeConsumer h = joined("h", away);
    Awaited awaited = publish();
    assertThat(awaited.completions).isZero();
    home.call(g::acknowledge);
    settle();
    assertThat(awaited.completions).isZero();
    away.call(h::acknowledge);
    settle();
    awaited.expectConsumed(2, 0);
  }

  @Test
  void receipt_countsOtherSubscribersAndWaitsForNoneOfThem() {
    FakeConsumer g = joined("g", home);
    subscribe(home, "t");
    subscribe(home, "+");
    subscribe(away, "#");
    Awaited awaited = publish();
    assertThat(awaited.completions).isZero();
    home.call(g::acknowledge);
    settle();
    awaited.expectConsumed(1, 3);
  }

  @Test
  void receipt_isMadeOnlyForAGroupThatMatches() {
    Supplier<Receipt> none =
        () -> {
          throw new AssertionError("no group matches");
        };
    assertThat(router.publish(topics, message(null), none)).isEqualTo(Reach.NOBODY);
    joined("g", home);
    home.call(() -> {
      Message other = new Message("u", new byte[0], 1, false, NONE, Message.NEVER, null);
      assertThat(router.publish(topics, other, none)).isEqualTo(Reach.NOBODY);
      subscribe(home, "u");
      assertThat(router.publish(topics, other, none)).isEqualTo(Reach.SUBSCRIBERS);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void receipt_ofNobody_isCompleteAtOnce(int subscribers) {
    if (subscribers > 0) {
      subscribe(away, "t");
    }
    Awaited awaited = new Awaited();
    home.call(() -> router.publishAwaited(topics, message(null), awaited));
    settle();
    awaited.expectConsumed(0, subscribers);
  }

  @Test
  void receipt_ofALaneThatEnds_isCompleteAllTheSame() {
    subscribe(away, "t");
    FakeConsumer g = joined("g", home);
    Awaited awaited = new Awaited();
    away.end();
    home.call(() -> {
      Reach reach = router.publish(topics, message(null), () -> awaited);
      assertThat(reach).isEqualTo(Reach.AWAITED);
    });
    home.call(g::acknowledge);
    awaited.expectConsumed(1, 0);
  }

  @Test
  void memberThatAcknowledgesAtOnce_completesTheReceiptOnce() {
    FakeConsumer g = joined("g", home).reacting(Delivery::acknowledged);
    FakeConsumer h = joined("h", home).reacting(Delivery::acknowledged);
    publish().expectConsumed(2, 0);
    assertThat(List.of(g.got, h.got)).containsOnly(List.of("1"));
  }

  // ---- another member

  @Test
  void refused_goesToEachOtherMemberOnce_thenThePublisherIsRefused() {
    List<FakeConsumer> members = List.of(joined("g", home), joined("g", away));
    Awaited awaited = publish();
    FakeConsumer first = holder(members);
    on(first, first::refuse);
    FakeConsumer second = holder(members);
    assertThat(second).isNotSameAs(first);
    assertThat(second.open.element().attempt()).isEqualTo(2);
    assertThat(awaited.completions).isZero();
    on(second, second::refuse);
    awaited.expectRefused(Reason.REFUSED, 2);
    assertThat(members).allMatch(member -> member.got.size() == 1);
  }

  @Test
  void refused_waitsForAMemberThatIsNotFree() {
    FakeConsumer refuser = joined("g", home);
    FakeConsumer busy = joined("g", home);
    busy.member().busy();
    settle();
    Awaited awaited = publish();
    home.call(refuser::refuse);
    assertThat(awaited.completions).isZero();
    // others go on meanwhile
    Awaited next = publish();
    home.call(refuser::acknowledge);
    settle();
    next.expectConsumed(1, 0);
    home.call(() -> busy.member().ready());
    home.call(busy::acknowledge);
    awaited.expectConsumed(1, 0);
    assertThat(busy.got).containsExactly("1");
  }

  @Test
  void refused_doesNotWaitBehindOneThatSomebodyElseHasToTake() {
    FakeConsumer a = joined("g", home);
    FakeConsumer full = joined("g", home);
    full.member().busy();
    FakeConsumer c = joined("g", away);
    c.member().busy();
    settle();
    Awaited first = publish();
    on(a, a::refuse);
    on(c, c.member()::ready);
    assertThat(c.got).containsExactly("1");
    on(a, a.member()::busy);
    on(c, c::refuse);
    // the first waits for the full one; the next was refused by one only
    on(c, c.member()::busy);
    on(a, a.member()::ready);
    Awaited next = publish();
    assertThat(a.got).containsExactly("1", "2");
    on(c, c.member()::ready);
    on(a, a::refuse);
    assertThat(c.got).containsExactly("1", "2");
    on(c, c::acknowledge);
    next.expectConsumed(1, 0);
    assertThat(first.completions).isZero();
    on(full, full.member()::ready);
    on(full, full::acknowledge);
    first.expectConsumed(1, 0);
    assertThat(full.got).containsExactly("1");
  }

  @Test
  void refused_whenTheLastOtherLeaves_isRefusedToThePublisher() {
    FakeConsumer refuser = joined("g", home);
    FakeConsumer busy = joined("g", home);
    busy.member().busy();
    Awaited awaited = publish();
    home.call(refuser::refuse);
    home.call(() -> busy.leave(false));
    settle();
    awaited.expectRefused(Reason.REFUSED, 1);
  }

  @Test
  void refused_withoutRedelivery_goesToNobodyElse() {
    groups = groups(false, "");
    FakeConsumer one = joined("g", home);
    FakeConsumer other = joined("g", home);
    Awaited awaited = publish();
    FakeConsumer holder = holder(List.of(one, other));
    home.call(holder::refuse);
    awaited.expectRefused(Reason.REFUSED, 1);
    assertThat(one.got.size() + other.got.size()).isOne();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavers_useUpTheAttempts_butNotThoseWhoseClientNeverGotIt(boolean keeps) {
    Awaited awaited = null;
    FakeConsumer anchor = joined("g", away);
    anchor.member().busy();
    settle();
    int unsent = 4;
    for (int i = 0; i < unsent + ATTEMPTS_MAX; i++) {
      FakeConsumer leaver = new FakeConsumer("g", home);
      join(i < unsent ? leaver.sendingNothing() : leaver, 100);
      awaited = awaited == null ? publish() : awaited;
      assertThat(leaver.got).hasSize(1);
      assertThat(leaver.open.getFirst().attempt()).isEqualTo(Math.max(1, i + 1 - unsent));
      assertThat(awaited.completions).isZero();
      home.call(() -> leaver.leave(keeps));
      settle();
    }
    if (awaited == null) {
      throw new AssertionError();
    }
    awaited.expectRefused(Reason.LEFT, ATTEMPTS_MAX);
  }

  @Test
  void stalledMember_whoseClientNeverGotIt_wasNoAttempt() {
    groups = groups(1, true, "");
    FakeConsumer stalled = new FakeConsumer("g", home).sendingNothing();
    join(stalled, 100);
    Awaited awaited = publish();
    FakeConsumer other = joined("g", away);
    pass(TIMEOUT + 1);
    assertThat(awaited.completions).isZero();
    assertThat(stalled.open).isEmpty();
    assertThat(other.open.getFirst().attempt()).isOne();
    on(other, other::acknowledge);
    awaited.expectConsumed(1, 0);
  }

  @Test
  void lastMemberLeaves_everythingIsRefused() {
    FakeConsumer one = joined("g", away, 1);
    List<Awaited> all = List.of(publish(), publish(), publishKeyed("k"));
    on(one, () -> one.leave(true));
    all.forEach(awaited -> assertThat(awaited.reason()).isEqualTo(Reason.NO_MEMBER));
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void keptOrExpired_isRefused() {
    FakeConsumer one = joined("g", home);
    joined("g", home).member().busy();
    Awaited kept = publish();
    home.call(() -> one.open.remove().kept());
    kept.expectRefused(Reason.INCOMPLETE, 1);
    Awaited expired = publish();
    home.call(() -> one.open.remove().expired());
    expired.expectRefused(Reason.EXPIRED, 1);
  }

  @Test
  void groupFull_isRefusedWithAReasonOfItsOwn() {
    FakeConsumer one = joined("g", home);
    home.call(() -> one.member().busy());
    Message large = message("x".repeat(16 << 20), null);
    for (int i = 0; i < 2; i++) {
      home.call(() -> router.publish(topics, large, Awaited::new));
    }
    Awaited awaited = new Awaited();
    home.call(() -> router.publish(topics, large, () -> awaited));
    NotConsumed why = awaited.why();
    assertThat(why.toException().code()).isEqualTo(ErrorCode.CONSUMER_GROUP_FULL);
    assertThat(why.toException().detail()).contains("$share/g/t");
  }

  // ---- dead letters

  @Test
  void deadLetter_saysWhy_andAnswersThePublisherAsItIsAnswered() {
    groups = groups(true, "dead");
    FakeConsumer refuser = joined("g", home);
    FakeConsumer undertaker = new FakeConsumer("u", home);
    home.call(() -> undertaker.join(groups, "$share/u/dead", 10, 1 << 20));
    Awaited awaited = publish();
    home.call(refuser::refuse);
    settle();
    assertThat(awaited.completions).isZero();
    Message letter = undertaker.open.element().message();
    assertThat(letter.topic()).isEqualTo("dead");
    assertThat(letter.properties().userProperties())
        .containsExactly(
            "dead-letter-reason",
            "refused_by_member",
            "dead-letter-topic",
            "t",
            "dead-letter-group",
            "$share/g/t",
            "dead-letter-attempts",
            "1");
    home.call(undertaker::acknowledge);
    awaited.expectConsumed(1, 0);
  }

  @Test
  void deadLetter_thatNobodyTakes_isRefusedToThePublisher() {
    groups = groups(true, "dead");
    FakeConsumer refuser = joined("g", home);
    Awaited nobody = publish();
    home.call(refuser::refuse);
    settle();
    nobody.expectRefused(Reason.REFUSED, 1);

    FakeConsumer all = new FakeConsumer("all", home).reacting(Delivery::refused);
    home.call(() -> all.join(groups, "$share/all/dead", 10, 1 << 20));
    Awaited refused = publish();
    home.call(refuser::refuse);
    settle();
    refused.expectRefused(Reason.REFUSED, 1);
    assertThat(all.got).as("a dead letter is none again").containsExactly("2");
  }
}
