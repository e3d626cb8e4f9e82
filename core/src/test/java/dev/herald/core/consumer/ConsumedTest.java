package dev.herald.core.consumer;

import static dev.herald.core.route.MessageProperties.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.route.NotConsumed;
import dev.herald.core.route.NotConsumed.Reason;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router;
import dev.herald.core.route.Router.Reach;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import dev.herald.core.route.TopicTree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a publisher's receipt is complete, and what becomes of a message until then. */
class ConsumedTest {
  private static final int TIMEOUT = 30;
  private static final int ATTEMPTS_MAX = 3;

  private final Router router = new Router(2);
  private final TopicTree topics = new TopicTree(2);
  private ConsumerGroups groups = groups(true, "");
  private final ManualLane home = new ManualLane(0);
  private final ManualLane away = new ManualLane(1);
  private int published;

  @BeforeEach
  void addLanes() {
    router.addLane(home);
    router.addLane(away);
  }

  private ConsumerGroups groups(boolean redeliverRefused, String deadLetterTopic) {
    return groups(ATTEMPTS_MAX, redeliverRefused, deadLetterTopic);
  }

  private ConsumerGroups groups(int attemptsMax, boolean redeliverRefused, String deadLetterTopic) {
    return new ConsumerGroups(
        topics,
        router,
        new ConsumerSettings(
            10, 1_000, Duration.ofSeconds(TIMEOUT), attemptsMax, redeliverRefused, deadLetterTopic),
        new ConsumerCounters(new Metrics()));
  }

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

  // ---- what the tests do

  private FakeConsumer joined(String group, ManualLane lane) {
    return joined(group, lane, 100);
  }

  private FakeConsumer joined(String group, ManualLane lane, int messagesMax) {
    return join(new FakeConsumer(group, lane), messagesMax);
  }

  /** Has a consumer join the group of its name. */
  private FakeConsumer join(FakeConsumer consumer, int messagesMax) {
    String filter = "$share/" + consumer.name + "/t";
    on(consumer, () -> consumer.join(groups, filter, messagesMax, 1 << 20));
    return consumer;
  }

  private void subscribe(ManualLane lane, String filter) {
    Subscriber subscriber =
        new Subscriber(lane) {
          @Override
          protected void deliver(Message message, Subscription subscription) {}

          @Override
          protected void deliver(Message message, List<Subscription> subscriptions) {}
        };
    lane.call(() -> topics.add(new Subscription(subscriber, filter, 0, 0)));
  }

  /** Returns the one of some members that has something under way. */
  private static FakeConsumer holder(List<FakeConsumer> members) {
    return members.stream().filter(member -> !member.open.isEmpty()).findFirst().orElseThrow();
  }

  private Awaited publish() {
    return publishKeyed(null);
  }

  private Awaited publishKeyed(@Nullable String key) {
    Awaited awaited = new Awaited();
    Message message = message("" + ++published, key);
    home.call(
        () -> assertThat(router.publish(topics, message, () -> awaited)).isEqualTo(Reach.AWAITED));
    settle();
    return awaited;
  }

  private static Message message(@Nullable String key) {
    return message("m", key);
  }

  private static Message message(String text, @Nullable String key) {
    MessageProperties properties =
        key == null
            ? NONE
            : new MessageProperties(PayloadFormat.NOT_SAID, null, null, null, List.of("key", key));
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    return new Message("t", payload, 1, false, properties, Message.NEVER, null);
  }

  private void on(FakeConsumer consumer, Runnable work) {
    (consumer.lane().index() == 0 ? home : away).call(work);
    settle();
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      groups.tick();
      settle();
    }
  }

  private void settle() {
    while (home.runAll() + away.runAll() > 0) {
      // until there is nothing to be done
    }
  }

  /** Remembers how a receipt was completed. */
  private static final class Awaited extends Receipt {
    int completions;

    @Override
    protected void completed() {
      completions++;
    }

    void expectConsumed(int groups, int subscribers) {
      assertThat(completions).isOne();
      assertThat(refusal()).isNull();
      assertThat(groups()).isEqualTo(groups);
      assertThat(subscribers()).isEqualTo(subscribers);
    }

    void expectRefused(Reason reason, int attempts) {
      assertThat(completions).isOne();
      assertThat(why().reason()).isEqualTo(reason);
      assertThat(why().attempts()).isEqualTo(attempts);
    }

    Reason reason() {
      return why().reason();
    }

    NotConsumed why() {
      NotConsumed why = refusal();
      if (why == null) {
        throw new AssertionError("not refused");
      }
      return why;
    }
  }
}
