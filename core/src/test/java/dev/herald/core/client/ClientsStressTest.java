package dev.herald.core.client;

import static dev.herald.core.client.ClientFixture.registered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.client.Clients.Reach;
import dev.herald.core.route.Router;
import dev.herald.core.route.ThreadLane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads have clients come, change, go and return elsewhere while notifications are sent. */
@Timeout(60)
class ClientsStressTest {
  private static final int LANES = 4;
  private static final int ROAMERS = 40;
  private static final int NOTIFICATIONS = 1000;
  private static final int STEPS = 1000;

  private final Router router = new Router(LANES);
  private final List<ThreadLane> lanes = new ArrayList<>();
  private final ClientFixture fixture = new ClientFixture(router);
  private final Clients clients = fixture.clients;

  /** All that a client identifier ever got. */
  private final Map<String, Queue<String>> got = new ConcurrentHashMap<>();

  @BeforeEach
  void startLanes() {
    for (int i = 0; i < LANES; i++) {
      ThreadLane lane = new ThreadLane(i, "clients-" + i);
      lanes.add(lane);
      router.addLane(lane);
      lane.start();
    }
  }

  @AfterEach
  void endLanes() {
    lanes.forEach(ThreadLane::close);
  }

  private static void on(ThreadLane lane, Runnable work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    lane.execute(() -> {
      try {
        work.run();
        done.complete(null);
      } catch (RuntimeException | Error failure) {
        done.completeExceptionally(failure);
      }
    });
    done.join();
  }

  @Test
  void notification_comesAtMostOnce_andAlwaysToWhoStays() throws InterruptedException {
    List<FakeClient> stayers = new ArrayList<>();
    for (ThreadLane lane : lanes) {
      FakeClient stayer = new FakeClient("stayer-" + lane.index(), lane);
      stayers.add(stayer);
      on(
          lane,
          () -> {
            clients.join(stayer, registered("stayer", "d", "tag", "even"));
            clients.listen(stayer);
          });
    }
    AtomicInteger reports = new AtomicInteger();
    Thread roaming = Thread.ofPlatform().start(this::roam);
    Thread roamingToo = Thread.ofPlatform().start(this::roamToo);
    for (int id = 1; id <= NOTIFICATIONS; id++) {
      clients.deliver(
          ClientFixture.notification(
              id, id % 2 == 0 ? Long.MAX_VALUE : 0, ClientFixture.anyTags("tag", "even")),
          (Reach reach) -> {
            assertThat(reach.clients()).isGreaterThanOrEqualTo(LANES);
            reports.incrementAndGet();
          });
      if (id % 100 == 0) {
        clients.presence("stayer");
      }
    }
    roaming.join(TimeUnit.SECONDS.toMillis(50));
    roamingToo.join(TimeUnit.SECONDS.toMillis(50));
    lanes.forEach(lane -> on(lane, () -> {}));
    assertThat(reports.get()).isEqualTo(NOTIFICATIONS);
    for (FakeClient stayer : stayers) {
      assertThat(stayer.got).hasSize(NOTIFICATIONS).doesNotHaveDuplicates();
    }
    assertThat(got).isNotEmpty();
    got.forEach((id, all) -> assertThat(all).as(id).doesNotHaveDuplicates());
    assertThat(clients.presence("stayer").clients()).hasSize(LANES);
    stayers.forEach(stayer -> on((ThreadLane) stayer.lane(), () -> clients.leave(stayer)));
    assertThat(clients.names()).isZero();
  }

  private void roam() {
    roam("one-");
  }

  private void roamToo() {
    roam("two-");
  }

  /** Has clients of some identifiers connect on one lane after the other, each on one at a time. */
  private void roam(String prefix) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < STEPS; i++) {
      String id = prefix + random.nextInt(ROAMERS);
      ThreadLane lane = lanes.get(random.nextInt(LANES));
      FakeClient client = new FakeClient(id, lane);
      String tag = random.nextBoolean() ? "tag" : "odd";
      on(
          lane,
          () -> {
            clients.join(client, registered("roamer", id, tag, "even"));
            clients.listen(client);
          });
      on(lane, () -> clients.change(client, registered("roamer-" + tag, id, "x")));
      on(lane, () -> clients.change(client, registered("", id, tag)));
      on(lane, () -> clients.leave(client));
      got.computeIfAbsent(id, key -> new ConcurrentLinkedQueue<>()).addAll(client.got);
    }
  }
}
