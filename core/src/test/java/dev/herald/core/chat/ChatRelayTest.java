package dev.herald.core.chat;

import static dev.herald.core.chat.ChatWorld.CHAT;
import static dev.herald.core.chat.FakeSeat.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.chat.ChatWorld.Site;
import dev.herald.core.registry.Registry.ChatOwner;
import dev.herald.core.registry.Registry.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of a chat whose participants are at several nodes. */
class ChatRelayTest {
  private final ChatWorld world = new ChatWorld();
  private final Site owner = world.site("n1");
  private final Site other = world.site("n2");

  @Test
  void relay_joinSpeakLeave_asIfThereWereOneNode() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    FakeSeat bob = world.joined(other, 1, "bob");
    FakeSeat carol = world.joined(other, 0, "carol");
    CompletableFuture<Long> fromBob = bob.say("hello from afar");
    CompletableFuture<Long> fromAnn = ann.say("hello");
    world.settle();
    assertThat(fromBob).isCompletedWithValue(bob.told.contains("4 hello from afar") ? 4L : 5L);
    assertThat(fromAnn).isCompleted();
    bob.place().leave();
    world.settle();

    assertThat(ann.told).hasSize(6).endsWith("6 left bob 2");
    assertThat(carol.told).isEqualTo(ann.told.subList(2, 6));
    assertThat(bob.told).isEqualTo(ann.told.subList(1, 5));
    carol.place().leave();
    world.settle();
    assertThat(other.metric("herald_chats")).isZero();
    assertThat(owner.metric("herald_chats")).isEqualTo(1);
    assertThat(List.of(owner.chats.openQuestions(), other.chats.openQuestions()))
        .containsExactly(0, 0);
  }

  @Test
  void say_isDone_whenTheConnectionsOfTheOtherNodeHaveIt() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    FakeSeat bob = world.joined(other, 1, "bob");
    CompletableFuture<Long> said = ann.say("hi");
    owner.lanes.forEach(lane -> lane.runAll());
    assertThat(said).isNotDone();
    world.settle();

    assertThat(said).isCompletedWithValue(3L);
    assertThat(bob.told).endsWith("3 hi");
  }

  @Test
  void redirect_whoCanGo_isToldWhere() {
    world.joined(owner, 0, "ann");
    FakeSeat bob = other.seat(0, "bob");
    CompletableFuture<Entry> first = other.join(CHAT, bob, true);
    world.settle();
    assertThat(nodeOf(first.join())).isEqualTo("n1.example");

    world.joined(other, 1, "carol");
    CompletableFuture<Entry> second = other.join(CHAT, bob, true);
    world.settle();
    assertThat(nodeOf(second.join())).isEqualTo("n1.example");
    assertThat(owner.chats.elsewhere(CHAT).toCompletableFuture().join()).isEmpty();
    Optional<Node> elsewhere = other.chats.elsewhere(CHAT).toCompletableFuture().join();
    assertThat(elsewhere.map(Node::id)).contains("n1");
    assertThat(other.chats.list("app", "", 10)).isEmpty();
    assertThat(bob.told).isEmpty();
  }

  private static String nodeOf(Entry entry) {
    return entry instanceof Entry.Elsewhere elsewhere ? elsewhere.node().host() : "here";
  }

  @Test
  void refusals_comeBackFromTheOwner() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    for (int i = 0; i < 3; i++) {
      world.joined(other, i % 2, "p" + i);
    }
    FakeSeat fifth = other.seat(0, "p9");
    CompletableFuture<Entry> refused = other.join(fifth);
    CompletableFuture<Long> end = other.chats.end(CHAT, fifth.who()).toCompletableFuture();
    world.settle();
    assertThat(failure(refused)).isEqualTo("QUOTA_EXCEEDED");
    assertThat(failure(end)).isEqualTo("NOT_AUTHORIZED");
    assertThat(ann.told).hasSize(4);

    CompletableFuture<Long> byAnn = other.chats.end(CHAT, ann.who()).toCompletableFuture();
    world.settle();
    assertThat(byAnn).isCompleted();
    assertThat(ann.told).endsWith("5 ended ann 0", "closed");
    assertThat(other.metric("herald_chats")).isZero();
  }

  @Test
  void away_atTheOtherNode_graceAndReturn() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    FakeSeat bob = world.joined(other, 1, "bob");
    bob.place().away(true);
    world.pass(20);
    var _ = ann.say("missed?");
    world.settle();
    bob.place().back();
    world.pass(31);
    assertThat(ann.told).endsWith("3 missed?");
    assertThat(bob.told).endsWith("3 missed?");

    bob.place().away(false);
    world.pass(20);
    // comes back where the owner is, and on to the other node again
    FakeSeat here = world.joined(owner, 1, "bob");
    FakeSeat there = world.joined(other, 0, "bob");
    world.pass(31);
    var _ = ann.say("once");
    world.settle();
    assertThat(ann.told).endsWith("3 missed?", "4 once");
    assertThat(here.told).containsExactly("closed");
    assertThat(there.told).containsExactly("4 once");

    there.place().away(true);
    world.pass(31);
    assertThat(ann.told).endsWith("5 lost bob 1");
    assertThat(there.told).endsWith("5 lost bob 1", "closed");
    assertThat(other.metric("herald_chats")).isZero();
  }

  @Test
  void changeUser_atTheOtherNode_isToldToAll() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    FakeSeat phone = world.joined(other, other.seat(1, "phone", "bob"));
    var _ = phone.say("as bob");
    phone.place().changeUser("eve");
    var _ = phone.say("as eve");
    world.settle();
    assertThat(ann.told)
        .containsExactly(
            "1 joined ann 1", "2 joined phone 2", "3 as bob", "4 joined phone 2", "5 as eve");
    assertThat(ann.lastUser).isEqualTo("eve");
    assertThat(phone.told).endsWith("4 joined phone 2", "5 as eve");

    // it joins again as somebody else, while its seat is there
    FakeSeat again = world.joined(other, other.seat(0, "phone", "carol"));
    var _ = again.say("as carol");
    world.settle();
    var _ = ann.say("hi");
    world.settle();
    assertThat(ann.told).endsWith("6 joined phone 2", "7 as carol", "8 hi");
    assertThat(ann.lastUser).isNull();
    assertThat(again.told).contains("8 hi").doesNotContain("closed");
    again.place().leave();
    world.settle();
    assertThat(ann.told).endsWith("9 left phone 1");
    assertThat(other.metric("herald_chats")).isZero();
  }

  // ---- an owner that was silent for too long

  @Test
  void formerOwner_isHeardByNobodyAtOtherNodes_andEndsItsChatWhenItHearsSo() {
    Site third = world.site("n3");
    FakeSeat ann = world.joined(owner, 0, "ann");
    FakeSeat bob = world.joined(third, 0, "bob");
    owner.dead = true; // it sleeps
    world.pass(11);
    assertThat(bob.told).endsWith("0 ownerLost 0", "closed");
    FakeSeat carol = world.joined(other, 0, "carol");
    FakeSeat again = world.joined(third, 1, "bob");
    assertThat(again.told).containsExactly("2 joined bob 2");

    owner.dead = false;
    CompletableFuture<Long> ghost = ann.say("boo");
    world.settle();
    assertThat(ghost).isDone();
    assertThat(again.told).as("of the chat it is in").containsExactly("2 joined bob 2");
    assertThat(ann.told).as("before its lease is renewed").endsWith("4 ownerLost 0", "closed");

    var _ = carol.say("hi");
    world.settle();
    assertThat(again.told).as("nor is it put out").endsWith("3 hi").hasSize(2);
    FakeSeat back = world.joined(owner, 0, "ann");
    assertThat(back.told).containsExactly("4 joined ann 3");
  }

  @Test
  void packetsOfAnotherOwnership_areRefused() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    FakeSeat bob = world.joined(other, 1, "bob");
    long epoch = epoch();
    for (long wrong : new long[] {epoch - 1, epoch + 1}) {
      ChatPacket.Owned chat = new ChatPacket.Owned(CHAT, wrong);
      for (ChatPacket.Body body :
          List.of(
              new ChatPacket.Join(new Seat.Who("eve", "")),
              new ChatPacket.Leave("bob"),
              new ChatPacket.Away("bob", false),
              new ChatPacket.ChangeUser("bob", "eve"),
              new ChatPacket.Say("bob", FakeSeat.message("x")),
              new ChatPacket.End(ann.who()))) {
        world.bus.publish(new ChatPacket("n1", "n2", chat, 900, body));
      }
      world.bus.publish(
          new ChatPacket("n2", "n1", chat, 0, new ChatPacket.Show(FakeSeat.message("x"))));
      world.bus.publish(new ChatPacket("n2", "n1", chat, 0, new ChatPacket.Closed("bob")));
    }
    ChatPacket.Owned right = new ChatPacket.Owned(CHAT, epoch);
    world.bus.publish(new ChatPacket("n2", "n9", right, 0, new ChatPacket.Closed("bob")));
    world.settle();
    world.pass(31);
    var _ = bob.say("fine");
    var _ = ann.say("too");
    world.settle();
    assertThat(ann.told).contains("1 joined ann 1", "2 joined bob 2").hasSize(4);
    assertThat(bob.told).contains("2 joined bob 2").hasSize(3);
  }

  @Test
  void answers_ofWhoWasNotAsked_areNotTaken() {
    world.joined(owner, 0, "ann");
    FakeSeat bob = world.joined(other, 1, "bob");
    CompletableFuture<Long> said = bob.say("hi");
    other.lanes.forEach(lane -> lane.runAll());
    ChatPacket.Owned old = new ChatPacket.Owned(CHAT, epoch() - 1);
    ChatPacket.Owned present = new ChatPacket.Owned(CHAT, epoch());
    for (long request = 0; request < 9; request++) {
      ChatPacket.Answer answer = new ChatPacket.Answer(null, "", 99);
      world.bus.publish(new ChatPacket("n2", "n9", present, request, answer));
      world.bus.publish(new ChatPacket("n2", "n1", old, request, answer));
    }
    assertThat(said).isNotDone();
    world.settle();
    assertThat(said).isCompletedWithValue(3L);
  }

  @Test
  void leaseLost_andNobodyTookTheChat_itGoesOnAtOtherNodesToo() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    FakeSeat bob = world.joined(other, 1, "bob");
    world.nowMs.addAndGet(5_000);
    other.membership.renew();
    world.nowMs.addAndGet(6_000);
    long before = owner.membership.lease().epoch();
    owner.membership.renew();
    world.settle();
    assertThat(owner.membership.lease().epoch()).isGreaterThan(before);
    // it joins under the new ownership, bob is in under the former
    Site third = world.site("n3");
    FakeSeat carol = world.joined(third, 0, "carol");
    var _ = bob.say("still here");
    var _ = ann.say("so am i");
    var _ = carol.say("me too");
    world.settle();
    assertThat(ann.told).hasSize(6).contains("3 joined carol 3");
    assertThat(bob.told).isEqualTo(ann.told.subList(1, 6));
    assertThat(carol.told).isEqualTo(ann.told.subList(2, 6));
  }

  @Test
  void ownerDies_participantsAreTold_andTheChatBeginsAnew() {
    world.joined(owner, 0, "ann");
    FakeSeat bob = world.joined(other, 1, "bob");
    long epoch = epoch();
    world.kill(owner);
    CompletableFuture<Long> said = bob.say("anybody?");
    world.settle();
    assertThat(said).isNotDone();
    world.pass(10);

    assertThat(failure(said)).isEqualTo("NODE_UNREACHABLE");
    assertThat(bob.told).endsWith("0 ownerLost 0", "closed");
    assertThat(failure(bob.say("hi"))).isEqualTo("not done");
    FakeSeat again = world.joined(other, 0, "bob");
    assertThat(again.told).containsExactly("1 joined bob 1");
    assertThat(epoch()).isGreaterThan(epoch);
    assertThat(other.chats.openQuestions()).isZero();
  }

  private long epoch() {
    return world
        .registry
        .chatOwner(CHAT)
        .toCompletableFuture()
        .join()
        .map(ChatOwner::epoch)
        .orElseThrow();
  }

  @Test
  void otherNodeDies_itsParticipantsAreLostAfterTheGrace_andNobodyWaitsForThem() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    world.joined(other, 1, "bob");
    world.kill(other);
    CompletableFuture<Long> said = ann.say("hi");
    world.settle();
    assertThat(said).isNotDone();
    world.pass(10);
    assertThat(said).isCompletedWithValue(3L);
    world.pass(29);
    assertThat(ann.told).endsWith("3 hi");
    world.pass(2);

    assertThat(ann.told).endsWith("4 lost bob 1");
  }

  @Test
  void leaseLost_andNobodyTookTheChat_itGoesOn() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    long epoch = epoch();
    world.nowMs.addAndGet(11_000);
    assertThat(world.registry.chatOwner(CHAT).toCompletableFuture().join()).isEmpty();
    owner.membership.renew();
    world.settle();

    assertThat(epoch()).isGreaterThan(epoch);
    assertThat(ann.say("on we go")).isNotDone();
    world.settle();
    assertThat(ann.told).endsWith("2 on we go");
  }

  @Test
  void leaseLost_andAnotherNodeTookTheChat_itIsToldThatItIsOver() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    world.nowMs.addAndGet(11_000);
    other.membership.renew();
    FakeSeat bob = world.joined(other, 0, "bob");
    owner.membership.renew();
    world.settle();

    assertThat(ann.told).containsExactly("1 joined ann 1", "2 ownerLost 0", "closed");
    assertThat(bob.told).containsExactly("1 joined bob 1");
    FakeSeat again = world.joined(owner, 1, "ann");
    assertThat(again.told).containsExactly("2 joined ann 2");
  }

  @Test
  void join_ownerForgotTheChat_isRefusedInsteadOfTriedForEver() {
    // the registry says that the node owns it, and the node does not know
    Object _ = world.registry.takeChat(CHAT, owner.membership.lease()).toCompletableFuture().join();
    FakeSeat bob = other.seat(0, "bob");
    CompletableFuture<Entry> entry = other.join(bob);
    world.settle();

    assertThat(failure(entry)).isEqualTo("NODE_UNREACHABLE");
    assertThat(other.metric("herald_chats")).isZero();
  }

  @Test
  void packets_forWhatIsNotHere_harmNobody() {
    FakeSeat ann = world.joined(owner, 0, "ann");
    ChatPacket.Owned none = new ChatPacket.Owned(CHAT, 1);
    FakeSeat bob = world.joined(other, 1, "bob");
    for (String to : List.of("n1", "n2", "n3")) {
      for (ChatPacket.Body body :
          List.of(
              new ChatPacket.Leave("nobody"),
              new ChatPacket.Away("nobody", true),
              new ChatPacket.Back("nobody"),
              new ChatPacket.Say("nobody", FakeSeat.message("x")),
              new ChatPacket.Closed("nobody"),
              new ChatPacket.Answer(null, "", 1))) {
        world.bus.publish(new ChatPacket(to, "n9", none, 7, body));
        world.settle();
      }
    }
    var _ = bob.say("fine");
    world.settle();
    assertThat(ann.told).containsExactly("1 joined ann 1", "2 joined bob 2", "3 fine");
  }

  @Test
  void membership_renewsItsLease() {
    assertThat(owner.membership.find("n2").map(Node::host)).contains("n2.example");
    world.pass(60);
    assertThat(owner.membership.nodes()).extracting(Node::id).containsExactly("n1", "n2");
    world.nowMs.addAndGet(Duration.ofMinutes(1).toMillis());
    assertThat(owner.membership.find("n2")).isEmpty();
    owner.membership.renew();
    assertThat(owner.membership.nodes()).extracting(Node::id).containsExactly("n1");
    owner.membership.close();
    assertThat(world.registry.nodes()).isEmpty();
  }
}
