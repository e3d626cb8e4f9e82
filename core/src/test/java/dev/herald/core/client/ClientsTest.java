package dev.herald.core.client;

import static dev.herald.core.client.ClientFixture.allTags;
import static dev.herald.core.client.ClientFixture.anyTags;
import static dev.herald.core.client.ClientFixture.devices;
import static dev.herald.core.client.ClientFixture.notification;
import static dev.herald.core.client.ClientFixture.registered;
import static dev.herald.core.client.ClientFixture.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.client.Clients.Reach;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients on two lanes that run when the test says so. */
class ClientsTest {
  private final Router router = new Router(2);
  private final List<ManualLane> lanes = List.of(new ManualLane(0), new ManualLane(1));
  private final List<Reach> reached = new ArrayList<>();
  private ClientFixture fixture = new ClientFixture(router);

  @BeforeEach
  void addLanes() {
    lanes.forEach(router::addLane);
  }

  private FakeClient client(String id, int lane, Registration registration) {
    FakeClient client = new FakeClient(id, lanes.get(lane));
    fixture.clients.join(client, registration);
    fixture.clients.listen(client);
    return client;
  }

  private int send(Notification notification) {
    fixture.clients.deliver(notification, reached::add);
    int tasks = 0;
    for (ManualLane lane : lanes) {
      tasks += lane.runAll();
    }
    return tasks;
  }

  @Test
  void severalTargets_thatMatchAClient_bringItOnce() {
    FakeClient ann = client("1", 0, registered("ann", "phone", "a", "b"));
    FakeClient bob = client("2", 1, registered("bob", "phone", "b"));
    int tasks =
        send(notification(1, 0, users("ann"), devices("phone"), anyTags("a", "b"), Target.ALL));
    assertThat(tasks).as("one of each lane").isEqualTo(2);
    assertThat(ann.got).containsExactly("1");
    assertThat(bob.got).containsExactly("1");
    assertThat(reached).containsExactly(new Reach(2, false));
    assertThat(fixture.metric("herald_notifications_delivered_total")).isEqualTo(2);
  }

  @Test
  void lanesWithoutAMatch_getNoTask() {
    FakeClient ann = client("1", 0, registered("ann", "", "a"));
    FakeClient bob = client("2", 1, registered("bob", "", "b"));
    assertThat(send(notification(1, 0, users("bob")))).isEqualTo(1);
    assertThat(send(notification(2, 0, users("nobody")))).isZero();
    assertThat(send(notification(3, 0, allTags("a", "b")))).isZero();
    assertThat(ann.got).isEmpty();
    assertThat(bob.got).containsExactly("1");
    assertThat(reached)
        .containsExactly(new Reach(1, false), new Reach(0, false), new Reach(0, false));
  }

  @Test
  void whoDoesNotListen_orReadsTooSlowly_isNotReached() {
    FakeClient deaf = new FakeClient("1", lanes.getFirst());
    fixture.clients.join(deaf, registered("ann", ""));
    FakeClient slow = client("2", 0, registered("ann", ""));
    slow.ready = false;
    send(notification(1, 0, users("ann")));
    assertThat(deaf.got).isEmpty();
    assertThat(slow.got).isEmpty();
    assertThat(reached).containsExactly(new Reach(0, false));
    assertThat(fixture.metric("herald_notifications_missed_total")).isEqualTo(1);
    slow.ready = true;
    fixture.clients.unlisten(slow);
    send(notification(2, 0, users("ann")));
    assertThat(slow.got).isEmpty();
  }

  @Test
  void change_movesAClient() {
    FakeClient client = client("1", 0, registered("ann", "phone", "a", "b"));
    fixture.clients.change(client, registered("bob", "laptop", "b", "c"));
    send(notification(1, 0, users("ann"), devices("phone"), anyTags("a")));
    assertThat(client.got).isEmpty();
    send(notification(2, 0, users("bob")));
    send(notification(3, 0, devices("laptop")));
    send(notification(4, 0, allTags("b", "c")));
    assertThat(client.got).containsExactly("2", "3", "4");
    fixture.clients.change(client, registered("bob", ""));
    fixture.clients.leave(client);
    fixture.clients.leave(client);
    assertThat(fixture.clients.names()).isZero();
    send(notification(5, 0, Target.ALL));
    assertThat(client.got).hasSize(3);
  }

  @Test
  void whoWaits_comesOnce_toWhoConnectsInTime() {
    FakeClient there = client("1", 0, registered("ann", ""));
    send(notification(1, 1_060_000, users("ann")));
    assertThat(reached).containsExactly(new Reach(1, true));
    assertThat(client("2", 1, registered("ann", "")).got).as("comes later").containsExactly("1");
    assertThat(client("3", 1, registered("bob", "")).got).as("is another").isEmpty();
    fixture.clients.leave(there);
    assertThat(client("1", 1, registered("ann", "")).got).as("had it").isEmpty();
    fixture.nowMs.set(1_060_000);
    assertThat(client("4", 1, registered("ann", "")).got).as("comes too late").isEmpty();
    assertThat(fixture.clients.pendingCount()).isZero();
    assertThat(fixture.clients.pendingBytes()).isZero();
  }

  @Test
  void whoWaits_comesToWhoChangesToMatch_once() {
    send(notification(1, 2_000_000, anyTags("a", "b"), devices("d")));
    send(notification(2, 2_000_000, Target.ALL));
    FakeClient client = client("1", 0, Registration.NOTHING);
    assertThat(client.got).containsExactly("2");
    fixture.clients.change(client, registered("", "", "b"));
    fixture.clients.change(client, registered("", "", "c"));
    fixture.clients.change(client, registered("", "d", "a"));
    assertThat(client.got).containsExactly("2", "1");
  }

  @Test
  void whoWaits_comesToASlowClient_whenItConnectsAgain() {
    FakeClient slow = client("1", 0, registered("ann", ""));
    slow.ready = false;
    send(notification(1, 2_000_000, users("ann")));
    assertThat(reached).containsExactly(new Reach(0, true));
    fixture.clients.leave(slow);
    assertThat(client("1", 1, registered("ann", "")).got).containsExactly("1");
  }

  @Test
  void whoWaits_comesToASlowClient_whenItReadsOn_inOrder() {
    for (int id = 1; id <= 5; id++) {
      send(notification(id, 2_000_000, users("ann")));
    }
    FakeClient slow = new FakeClient("1", lanes.getFirst());
    fixture.clients.join(slow, registered("ann", ""));
    slow.room = 2;
    fixture.clients.listen(slow);
    assertThat(slow.got).containsExactly("1", "2");
    send(notification(6, 2_000_000, users("ann")));
    assertThat(reached.getLast()).isEqualTo(new Reach(0, true));
    slow.room = 2;
    fixture.clients.catchUp(slow);
    assertThat(slow.got).containsExactly("1", "2", "3", "4");
    fixture.clients.catchUp(slow);
    slow.room = 10;
    fixture.clients.catchUp(slow);
    fixture.clients.catchUp(slow);
    assertThat(slow.got).containsExactly("1", "2", "3", "4", "5", "6");
    assertThat(fixture.metric("herald_notifications_missed_total")).isZero();
    assertThat(fixture.metric("herald_notifications_delivered_total")).isEqualTo(6);
  }

  @Test
  void whoWaits_forAClientThatIsBehind_doesNotComeWhenItIsGone_orDoesNotListen() {
    send(notification(1, 2_000_000, users("ann")));
    FakeClient slow = new FakeClient("1", lanes.getFirst());
    fixture.clients.join(slow, registered("ann", ""));
    slow.room = 0;
    fixture.clients.listen(slow);
    slow.room = 1;
    fixture.clients.unlisten(slow);
    fixture.clients.catchUp(slow);
    fixture.clients.leave(slow);
    fixture.clients.catchUp(slow);
    assertThat(slow.got).isEmpty();
  }

  @Test
  void whoDoesNotAcceptIt_isNotReached() {
    FakeClient small = client("1", 0, registered("ann", ""));
    small.accepting = false;
    send(notification(1, 0, users("ann")));
    send(notification(2, 2_000_000, users("ann")));
    assertThat(small.got).isEmpty();
    assertThat(reached).containsExactly(new Reach(0, false), new Reach(0, true));
    assertThat(fixture.metric("herald_notifications_delivered_total")).isZero();
    fixture.clients.leave(small);
    assertThat(client("1", 0, registered("ann", "")).got).as("with more room").containsExactly("2");
  }

  @Test
  void tagged_nobodyWaitsForIt() {
    FakeClient first = client("1", 0, registered("", "", "a"));
    List<String> asked = new ArrayList<>();
    Client second =
        new FakeClient("2", lanes.getFirst()) {
          @Override
          public String id() {
            if (asked.isEmpty()) {
              asked.add("once");
              // another lane has clients of this tag come and go meanwhile
              CompletableFuture.runAsync(
                      () -> {
                        fixture.clients.leave(client("3", 1, registered("", "", "a")));
                        fixture.clients.leave(first);
                      })
                  .orTimeout(10, TimeUnit.SECONDS)
                  .join();
            }
            return "2";
          }
        };
    fixture.clients.join(second, registered("", "", "a"));
    assertThat(fixture.clients.tagged("a")).contains("2");
    assertThat(fixture.clients.tagged("a")).containsExactly("2");
    assertThat(fixture.clients.tagged("b")).isEmpty();
  }

  @Test
  void laneAndLookAtWhatWaits_bringItOnceTogether() {
    FakeClient client = client("1", 0, registered("ann", ""));
    fixture.clients.deliver(notification(1, 2_000_000, users("ann")), reached::add);
    fixture.clients.leave(client);
    FakeClient again = client("1", 0, registered("ann", ""));
    assertThat(again.got).containsExactly("1");
    lanes.getFirst().runAll();
    assertThat(again.got).containsExactly("1");
    assertThat(reached).as("it has it").containsExactly(new Reach(1, true));
  }

  @Test
  void pendingMax_isMet_theRestGoesToWhoIsThere() {
    fixture = new ClientFixture(router, "pendingMax", "1");
    send(notification(1, 2_000_000, users("ann")));
    FakeClient bob = client("2", 0, registered("bob", ""));
    send(notification(2, 2_000_000, users("bob")));
    assertThat(bob.got).containsExactly("2");
    assertThat(reached).containsExactly(new Reach(0, true), new Reach(1, false));
    assertThat(fixture.limit("pendingMax")).isEqualTo(1);
    fixture.nowMs.set(2_000_000);
    send(notification(3, 3_000_000, users("bob")));
    assertThat(reached.getLast()).as("the first one's time is over").isEqualTo(new Reach(1, true));
  }

  @Test
  void pendingBytesMax_isMet_byWhoComes_orByTheNotesOfWhoHadIt() {
    fixture = new ClientFixture(router, "pendingBytesMax", "600");
    send(notification(1, 2_000_000, Target.ALL));
    assertThat(reached.getLast()).isEqualTo(new Reach(0, true));
    send(notification(2, 2_000_000, Target.ALL));
    assertThat(reached.getLast()).isEqualTo(new Reach(0, false));
    assertThat(fixture.limit("pendingBytesMax")).isEqualTo(1);
    int clients = 0;
    while (fixture.clients.pendingCount() > 0 && clients < 100) {
      assertThat(client("c" + clients++, 0, Registration.NOTHING).got).containsExactly("1");
    }
    assertThat(clients).isBetween(2, 99);
    assertThat(fixture.limit("pendingBytesMax")).isEqualTo(2);
    assertThat(fixture.clients.pendingBytes()).isZero();
  }

  @Test
  void presence_tellsWhoIsThere_andChangesOnlyWhereSomebodyLooks() {
    FakeClient phone = client("1", 0, registered("ann", "phone"));
    fixture.clients.setWatched(true);
    fixture.nowMs.set(1_000_001);
    FakeClient laptop = client("2", 1, registered("ann", "laptop"));
    assertThat(fixture.clients.presence("ann"))
        .isEqualTo(
            new UserPresence(
                "ann",
                List.of(
                    new UserPresence.Online("1", "phone", 1_000_000),
                    new UserPresence.Online("2", "laptop", 1_000_001)),
                0));
    fixture.clients.change(phone, registered("ann", "watch"));
    fixture.clients.change(phone, registered("ann", "watch", "a"));
    fixture.clients.leave(phone);
    fixture.clients.change(laptop, registered("bob", "laptop"));
    fixture.clients.setWatched(false);
    fixture.clients.leave(laptop);
    assertThat(fixture.told)
        .extracting(event -> event.userId() + " " + event.device() + " " + event.online())
        .containsExactly(
            "ann laptop true",
            "ann watch true",
            "ann watch false",
            "ann laptop false",
            "bob laptop true");
    assertThat(fixture.clients.presence("ann").clients()).isEmpty();
    assertThat(fixture.clients.presence("ann").lastSeenMs()).isEqualTo(1_000_001);
    assertThat(fixture.clients.presence("nobody").lastSeenMs()).isZero();
  }
}
