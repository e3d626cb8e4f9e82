package dev.herald.core.chat;

import static dev.herald.core.chat.ChatWorld.CHAT;
import static dev.herald.core.chat.FakeSeat.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.chat.ChatWorld.Site;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a chat does that its own node has all participants of. */
class ChatsTest {
  private final ChatWorld world = new ChatWorld();
  private final Site site = world.site("n1");

  private FakeSeat joined(int lane, String client) {
    return world.joined(site, lane, client);
  }

  private ChatView view() {
    CompletableFuture<ChatView> view = site.chats.view(CHAT).toCompletableFuture();
    world.settle();
    return view.join();
  }

  private String viewFailure() {
    CompletableFuture<ChatView> view = site.chats.view(CHAT).toCompletableFuture();
    world.settle();
    return failure(view);
  }

  // ---- joining and speaking

  @Test
  void join_firstCreatesIt_andEverybodyIsTold() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");

    assertThat(ann.news()).containsExactly("1 joined ann 1", "2 joined bob 2");
    assertThat(bob.news()).containsExactly("2 joined bob 2");
    assertThat(view().creator()).isEqualTo(ann.who());
    assertThat(view().summary().owner().node().id()).isEqualTo("n1");
    assertThat(site.metric("herald_chats")).isEqualTo(1);
    assertThat(site.metric("herald_chat_participants")).isEqualTo(2);
  }

  @Test
  void say_isNumberedAndToldToAll_inOneOrder() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    var _ = ann.say("one");
    var _ = bob.say("two");
    var _ = ann.say("three");
    world.settle();

    assertThat(ann.news())
        .containsExactly("1 joined ann 1", "2 joined bob 2", "3 one", "4 two", "5 three");
    FakeSeat late = joined(0, "late");
    var _ = bob.say("four");
    world.settle();
    assertThat(late.news()).containsExactly("6 joined late 3", "7 four");
    assertThat(bob.news()).endsWith("6 joined late 3", "7 four");
  }

  @Test
  void say_isDone_whenEveryLaneHasIt() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    CompletableFuture<Long> said = ann.say("hi");

    assertThat(site.lanes.get(0).runAll()).isPositive();
    assertThat(said).isNotDone();
    assertThat(site.lanes.get(1).runOne()).isTrue();

    assertThat(said).isCompletedWithValue(3L);
    assertThat(bob.news()).endsWith("3 hi");
  }

  @Test
  void say_tellsWhoSaysIt_andKeepsWhatTheSpeakerAdds() {
    MessageProperties given =
        new MessageProperties(
            MessageProperties.PayloadFormat.UTF8,
            "text/plain",
            "r",
            new byte[] {1},
            List.of("from", "forged", "color", "red", "seq", "99", "event", "ended"));
    Message draft = new Message("$chat/c", new byte[0], 2, true, given, Message.NEVER, "ann-phone");

    Message said =
        new ChatWords(event -> new byte[0]).said(7, new Seat.Who("ann-phone", "ann"), draft);

    assertThat(said.properties().userProperties())
        .containsExactly("color", "red", "from", "ann-phone", "user", "ann", "seq", "7");
    assertThat(said.properties().contentType()).isEqualTo("text/plain");
    assertThat(said.properties().responseTopic()).isEqualTo("r");
    assertThat(said.qos()).isEqualTo(2);
    assertThat(said.retain()).isFalse();
    assertThat(said.origin()).isEqualTo("ann-phone");
  }

  @Test
  void changeUser_whatIsSaidThenIsTheNewUsersWord() {
    FakeSeat phone = world.joined(site, site.seat(0, "phone", "ann"));
    FakeSeat bob = joined(1, "bob");
    var _ = phone.say("as ann");
    phone.place().changeUser("eve");
    phone.place().changeUser("eve");
    site.lanes.forEach(lane -> lane.runAll());
    var _ = phone.say("as eve");
    world.settle();
    assertThat(bob.news())
        .containsExactly("2 joined bob 2", "3 as ann", "4 joined phone 2", "5 as eve");
    assertThat(bob.lastUser).isEqualTo("eve");
    assertThat(view().participants())
        .extracting(one -> one.who().toString())
        .containsExactly(new Seat.Who("phone", "eve").toString(), bob.who().toString());
    phone.place().leave();
    phone.place().changeUser("ann");
    world.settle();
    assertThat(bob.news()).containsExactly("6 left phone 1");
  }

  @Test
  void joinAnew_asAnotherUser_isToldToAll() {
    FakeSeat phone = world.joined(site, site.seat(0, "phone", "ann"));
    FakeSeat bob = joined(1, "bob");
    phone.place().away(false);
    FakeSeat again = world.joined(site, site.seat(1, "phone", "eve"));
    var _ = again.say("hi");
    world.settle();
    assertThat(bob.news()).containsExactly("2 joined bob 2", "3 joined phone 2", "4 hi");
    assertThat(bob.lastUser).isEqualTo("eve");
  }

  @Test
  void say_byWhoIsNotIn_isRefused() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    bob.place().leave();
    CompletableFuture<Long> said = bob.say("hi");
    world.settle();

    assertThat(failure(said)).isEqualTo("NOT_AUTHORIZED");
    assertThat(ann.news()).endsWith("3 left bob 1");
  }

  @Test
  void say_tooLargeOrLikeAnEvent_isRefused() {
    FakeSeat ann = joined(0, "ann");

    assertThat(failure(ann.say("x".repeat(101)))).isEqualTo("QUOTA_EXCEEDED");
    assertThat(failure(ann.say("{\"$chat\":\"ended\"}"))).isEqualTo("FIELD_INVALID");
    CompletableFuture<Long> longest = ann.say("x".repeat(100));
    CompletableFuture<Long> nearly = ann.say("{\"$chat\"");
    world.settle();

    assertThat(longest).isCompleted();
    assertThat(nearly).isCompleted();
    assertThat(site.metric("herald_chat_limits_total")).isEqualTo(1);
  }

  @Test
  void say_byABackend_needsNoSeat() {
    FakeSeat ann = joined(0, "ann");
    byte[] words = "hello".getBytes(StandardCharsets.UTF_8);
    CompletableFuture<Long> said = site.chats.say(CHAT, "shop", words).toCompletableFuture();
    ChatKey none = new ChatKey("app", "none");
    CompletableFuture<Long> lost = site.chats.say(none, "shop", words).toCompletableFuture();
    world.settle();

    assertThat(said).isCompletedWithValue(2L);
    assertThat(ann.news()).endsWith("2 hello");
    assertThat(failure(lost)).isEqualTo("NOT_FOUND");
    assertThat(failure(site.chats.say(CHAT, "", new byte[101]).toCompletableFuture()))
        .isEqualTo("QUOTA_EXCEEDED");
  }

  // ---- going

  @Test
  void leave_othersAreTold_andTheLastOneEndsIt() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    ann.news();
    bob.place().leave();
    world.settle();
    assertThat(ann.news()).containsExactly("3 left bob 1");
    assertThat(bob.news()).containsExactly("2 joined bob 2");

    ann.place().leave();
    world.settle();

    assertThat(viewFailure()).isEqualTo("NOT_FOUND");
    assertThat(site.metric("herald_chats")).isZero();
    assertThat(site.metric("herald_chat_participants")).isZero();
    assertThat(world.registry.chatOwner(CHAT).toCompletableFuture().join()).isEmpty();
  }

  @Test
  void join_ofAChatThatEnds_beginsAnother() {
    FakeSeat ann = joined(0, "ann");
    long epoch = view().summary().owner().epoch();
    ann.place().leave();
    FakeSeat bob = site.seat(1, "bob");
    CompletableFuture<Entry> entry = site.join(bob);
    world.settle();

    assertThat(entry).isCompleted();
    assertThat(bob.news()).containsExactly("1 joined bob 1");
    assertThat(view().summary().owner().epoch()).isGreaterThan(epoch);
    assertThat(site.metric("herald_chats")).isEqualTo(1);
  }

  @Test
  void away_withinTheGrace_nobodyIsTold_andNothingIsMissed() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    bob.place().away(true);
    world.pass(29);
    assertThat(view().participants().get(1).present()).isFalse();
    var _ = ann.say("are you there?");
    world.settle();
    bob.place().back();
    world.pass(31);

    assertThat(view().participants().get(1).present()).isTrue();
    assertThat(ann.news()).endsWith("2 joined bob 2", "3 are you there?");
    assertThat(bob.news()).containsExactly("2 joined bob 2", "3 are you there?");
  }

  @Test
  void away_withoutASeat_staysInByJoiningAnew() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    bob.place().away(false);
    var _ = ann.say("missed");
    world.pass(20);
    FakeSeat again = joined(0, "bob");
    world.pass(31);
    var _ = again.say("back");
    world.settle();

    assertThat(ann.news()).endsWith("2 joined bob 2", "3 missed", "4 back");
    assertThat(again.news()).containsExactly("4 back");
    assertThat(bob.news()).containsExactly("2 joined bob 2");
    // what the old connection says now is nobody's
    bob.place().leave();
    bob.place().away(true);
    world.pass(31);
    assertThat(view().participants()).hasSize(2);
  }

  @Test
  void away_longerThanTheGrace_isLost() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    bob.place().away(true);
    world.pass(30);

    assertThat(ann.news()).endsWith("3 lost bob 1");
    assertThat(bob.news()).endsWith("3 lost bob 1", "closed");
    assertThat(site.metric("herald_chat_participants_lost_total")).isEqualTo(1);
    CompletableFuture<Long> said = bob.say("hi");
    bob.place().back();
    world.settle();
    assertThat(failure(said)).isEqualTo("NOT_AUTHORIZED");
    assertThat(view().participants()).hasSize(1);
  }

  @Test
  void away_everybodyForLong_endsIt() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    ann.place().away(false);
    world.pass(10);
    bob.place().away(true);
    world.pass(30);

    assertThat(bob.news())
        .containsExactly("2 joined bob 2", "3 lost ann 1", "4 lost bob 0", "closed");
    assertThat(viewFailure()).isEqualTo("NOT_FOUND");
    assertThat(site.metric("herald_chats")).isZero();
  }

  @Test
  void away_withoutAnyGrace_isLostAtOnce() {
    ChatSettings none = new ChatSettings(3, 10, 4, 100, Duration.ofMinutes(10), Duration.ZERO);
    Site other = world.site("n2", none);
    FakeSeat ann = world.joined(other, 0, "ann");
    FakeSeat bob = world.joined(other, 1, "bob");
    bob.place().away(false);
    world.settle();

    assertThat(ann.news()).endsWith("3 lost bob 1");
  }

  @Test
  void join_whileTheOldConnectionIsThought_takesItsSeat() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    FakeSeat again = joined(0, "bob");
    bob.place().away(false);
    world.pass(31);

    assertThat(bob.news()).endsWith("closed");
    assertThat(ann.news()).containsExactly("1 joined ann 1", "2 joined bob 2");
    assertThat(again.news()).isEmpty();
    assertThat(view().participants()).hasSize(2);
  }

  // ---- the end

  @Test
  void idle_endsIt_unlessSomebodySpeaks() {
    FakeSeat ann = joined(0, "ann");
    world.pass(599);
    var _ = ann.say("still here");
    world.pass(599);
    assertThat(ann.news()).containsExactly("1 joined ann 1", "2 still here");
    world.pass(1);

    assertThat(ann.news()).containsExactly("3 idle 0", "closed");
    assertThat(viewFailure()).isEqualTo("NOT_FOUND");
    assertThat(site.metric("herald_chats_ended_total")).isEqualTo(1);
  }

  @Test
  void end_byItsCreator_orAnotherClientOfTheSameUser() {
    FakeSeat phone = new FakeSeat(site.lanes.get(0), "ann-phone", "ann");
    CompletableFuture<Entry> _ = site.join(phone);
    FakeSeat bob = joined(1, "bob");
    assertThat(end(bob.who())).isEqualTo("NOT_AUTHORIZED");
    assertThat(end(new Seat.Who("x", ""))).isEqualTo("NOT_AUTHORIZED");

    assertThat(end(new Seat.Who("ann-desk", "ann"))).isEqualTo("done 3");

    assertThat(bob.news()).endsWith("3 ended ann-desk 0", "closed");
    assertThat(phone.news()).endsWith("3 ended ann-desk 0", "closed");
    assertThat(end(phone.who())).isEqualTo("NOT_FOUND");
  }

  @Test
  void end_byTheCreatorsClient_ofAnotherUser_isRefused() {
    FakeSeat phone = world.joined(site, site.seat(0, "phone", "ann"));
    phone.place().changeUser("eve");
    assertThat(end(new Seat.Who("phone", "eve"))).isEqualTo("NOT_AUTHORIZED");
    assertThat(end(new Seat.Who("phone", ""))).isEqualTo("NOT_AUTHORIZED");
    assertThat(end(new Seat.Who("desk", "ann"))).startsWith("done");
  }

  @Test
  void end_byItsCreatorWithoutAUser_whateverUserItIsOfNow() {
    joined(0, "phone");
    assertThat(end(new Seat.Who("desk", ""))).isEqualTo("NOT_AUTHORIZED");
    assertThat(end(new Seat.Who("phone", "ann"))).startsWith("done");
  }

  @Test
  void end_isDone_whenEveryLaneHasTheLastWord() {
    FakeSeat ann = joined(0, "ann");
    FakeSeat bob = joined(1, "bob");
    CompletableFuture<Long> byAnn = site.chats.end(CHAT, ann.who()).toCompletableFuture();
    site.lanes.get(0).runAll();
    assertThat(byAnn).as("bob is not told yet").isNotDone();
    world.settle();
    assertThat(byAnn).isCompletedWithValue(3L);
    assertThat(bob.news()).endsWith("3 ended ann 0", "closed");

    joined(0, "ann");
    joined(1, "bob");
    CompletableFuture<Void> byOperator = site.chats.end(CHAT).toCompletableFuture();
    site.lanes.get(0).runAll();
    assertThat(byOperator).isNotDone();
    world.settle();
    assertThat(byOperator).isCompleted();
  }

  private String end(Seat.Who who) {
    CompletableFuture<Long> done = site.chats.end(CHAT, who).toCompletableFuture();
    world.settle();
    return failure(done);
  }

  @Test
  void end_byAnOperator() {
    FakeSeat ann = joined(0, "ann");
    CompletableFuture<Void> done = site.chats.end(CHAT).toCompletableFuture();
    CompletableFuture<Void> twice = site.chats.end(CHAT).toCompletableFuture();
    world.settle();

    assertThat(done).isCompleted();
    assertThat(failure(twice)).isEqualTo("NOT_FOUND");
    assertThat(ann.news()).containsExactly("1 joined ann 1", "2 ended 0", "closed");
    assertThat(site.metric("herald_chats")).isZero();
  }

  // ---- limits

  @Test
  void participantsMax_oneMoreIsRefused_andPlacesAreGivenBack() {
    FakeSeat first = joined(0, "p0");
    for (int i = 1; i < 4; i++) {
      joined(i % 2, "p" + i);
    }
    FakeSeat fifth = site.seat(0, "p4");
    CompletableFuture<Entry> refused = site.join(fifth);
    world.settle();
    assertThat(failure(refused)).isEqualTo("QUOTA_EXCEEDED");
    assertThat(site.metric("herald_chat_limits_total")).isEqualTo(1);
    assertThat(fifth.news()).isEmpty();

    first.place().leave();
    assertThat(joined(0, "p4").news()).containsExactly("6 joined p4 4");
  }

  @Test
  void chatsMax_isForEachApp_andPlacesAreGivenBack() {
    FakeSeat[] seats = new FakeSeat[4];
    for (int i = 0; i < 4; i++) {
      seats[i] = site.seat(0, "a" + i);
      CompletableFuture<Entry> entry = site.join(new ChatKey("app", "c" + i), seats[i], false);
      world.settle();
      assertThat(failure(entry).equals("QUOTA_EXCEEDED")).isEqualTo(i == 3);
    }
    FakeSeat other = site.seat(1, "o");
    CompletableFuture<Entry> otherApp = site.join(new ChatKey("other", "c"), other, false);
    world.settle();
    assertThat(otherApp).isCompleted();
    assertThat(seats[3].isIn()).isFalse();

    seats[0].place().leave();
    world.settle();
    CompletableFuture<Entry> next = site.join(new ChatKey("app", "c3"), seats[3], false);
    world.settle();
    assertThat(next.join()).isInstanceOf(Place.class);
    assertThat(site.metric("herald_chats")).isEqualTo(4);
  }

  @Test
  void chats_byTheHundredThousand_areBoundedAndGoAgain() {
    ChatSettings many =
        new ChatSettings(
            100_000, 1_000_000, 4, 100, Duration.ofMinutes(10), Duration.ofSeconds(30));
    Site other = world.site("n2", many);
    FakeSeat greedy = other.seat(0, "greedy");
    List<CompletableFuture<Entry>> asked = new ArrayList<>();
    for (int i = 0; i < 101_000; i++) {
      asked.add(other.join(new ChatKey("app", "c" + i), greedy, false));
    }
    FakeSeat modest = other.seat(1, "modest");
    CompletableFuture<Entry> elsewhere = other.join(new ChatKey("other", "c"), modest, false);
    world.settle();

    assertThat(asked.stream().filter(CompletableFuture::isCompletedExceptionally)).hasSize(1000);
    assertThat(other.metric("herald_chat_limits_total")).isEqualTo(1000);
    assertThat(elsewhere.join()).isInstanceOf(Place.class);
    assertThat(failure(modest.say("fine"))).isEqualTo("not done");
    world.settle();
    assertThat(modest.news()).endsWith("2 fine");
    for (CompletableFuture<Entry> entry : asked.subList(0, 100_000)) {
      if (entry.join() instanceof Place place) {
        place.leave();
      }
    }
    world.settle();
    assertThat(other.metric("herald_chats")).isEqualTo(1);
    assertThat(other.chats.list("app", "", 10)).isEmpty();
  }

  @Test
  void join_idThatIsNone_isRefused() {
    FakeSeat seat = site.seat(0, "a");
    assertThat(failure(site.join(new ChatKey("app", ""), seat, false))).isEqualTo("FIELD_INVALID");
    assertThat(failure(site.join(new ChatKey("app", "x".repeat(128)), seat, false)))
        .isEqualTo("FIELD_INVALID");
  }

  // ---- what is told about chats

  @Test
  void list_isOrderedById_pageByPage() {
    for (String id : List.of("b", "a", "c")) {
      CompletableFuture<Entry> _ = site.join(new ChatKey("app", id), site.seat(0, "x"), false);
    }
    world.settle();

    List<ChatView.Summary> first = site.chats.list("app", "", 2);
    assertThat(first).extracting(ChatView.Summary::chatId).containsExactly("a", "b");
    assertThat(site.chats.list("app", "b", 2))
        .extracting(ChatView.Summary::chatId)
        .containsExactly("c");
    assertThat(site.chats.list("none", "", 2)).isEmpty();
    assertThat(first.getFirst().participants()).isEqualTo(1);
    assertThat(first.getFirst().seq()).isEqualTo(1);
  }
}
