package dev.herald.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.client.Clients.Reach;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Router;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Clients on several lanes come, go, change, listen and read slowly in any order, while
 * notifications are sent, some of which wait; a model that looks at every client every time knows
 * who must have got what.
 */
class ClientsModelTest {
  private static final int LANES = 3;
  private static final int STEPS = 200;
  private static final String[] NAMES = {"a", "b", "c", "d"};

  @Property(tries = 500)
  void everyClient_getsWhatIsForIt_once(@ForAll long seed) {
    World world = new World(seed);
    for (int i = 0; i < STEPS; i++) {
      world.step();
    }
    world.check();
  }

  private static final class World {
    private final Random random;
    private final Router router = new Router(LANES);
    private final List<ManualLane> lanes = new ArrayList<>();
    private final ClientFixture fixture;
    private final Map<String, FakeClient> present = new LinkedHashMap<>();
    private final Set<String> listening = new HashSet<>();

    /** What each client identifier got, and what it must have got. */
    private final Map<String, List<String>> got = new HashMap<>();

    private final Map<String, Set<String>> expected = new HashMap<>();
    private final List<Notification> waiting = new ArrayList<>();
    private long lastId;

    World(long seed) {
      random = new Random(seed);
      for (int i = 0; i < LANES; i++) {
        lanes.add(new ManualLane(i));
        router.addLane(lanes.get(i));
      }
      fixture = new ClientFixture(router);
    }

    void step() {
      String id = "client-" + random.nextInt(8);
      FakeClient client = present.get(id);
      switch (random.nextInt(8)) {
        case 0, 1 -> {
          if (client == null) {
            come(id);
          } else {
            go(id, client);
          }
        }
        case 2 -> {
          if (client != null) {
            fixture.clients.change(client, registration());
            expectWaiting(id);
          }
        }
        case 3 -> {
          if (client != null && listening.remove(id)) {
            fixture.clients.unlisten(client);
          } else if (client != null) {
            fixture.clients.listen(client);
            listening.add(id);
            expectWaiting(id);
          }
        }
        case 4 -> fixture.nowMs.addAndGet(random.nextInt(500));
        case 5 -> {
          if (client != null) {
            client.ready = !client.ready;
            if (client.ready) {
              fixture.clients.catchUp(client);
              expectWaiting(id);
            }
          }
        }
        default -> send();
      }
    }

    private void come(String id) {
      FakeClient client = new FakeClient(id, lanes.get(random.nextInt(LANES)));
      present.put(id, client);
      fixture.clients.join(client, registration());
    }

    private void go(String id, FakeClient client) {
      fixture.clients.leave(client);
      present.remove(id);
      listening.remove(id);
      got.computeIfAbsent(id, key -> new ArrayList<>()).addAll(client.got);
    }

    private void send() {
      List<Target> targets = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        targets.add(target());
      }
      long untilMs = random.nextBoolean() ? 0 : fixture.nowMs.get() + 1 + random.nextInt(2000);
      Notification notification = ClientFixture.notification(++lastId, untilMs, targets);
      List<Reach> reached = new ArrayList<>();
      fixture.clients.deliver(notification, reached::add);
      lanes.forEach(ManualLane::runAll);
      int matched = 0;
      for (String id : listening) {
        if (matches(targets, id) && isReady(id)) {
          matched++;
          expect(id, notification);
        }
      }
      if (untilMs > 0) {
        waiting.add(notification);
      }
      assertThat(reached).containsExactly(new Reach(matched, untilMs > 0));
    }

    private void expectWaiting(String id) {
      if (!listening.contains(id) || !isReady(id)) {
        return;
      }
      for (Notification notification : waiting) {
        if (notification.untilMs() > fixture.nowMs.get() && matches(notification.targets(), id)) {
          expect(id, notification);
        }
      }
    }

    private boolean isReady(String id) {
      FakeClient client = present.get(id);
      return client != null && client.ready;
    }

    private void expect(String id, Notification notification) {
      expected.computeIfAbsent(id, key -> new HashSet<>()).add(Long.toString(notification.id()));
    }

    /** What a target says, word for word. */
    private boolean matches(List<Target> targets, String id) {
      Registration is = registrationOf(id);
      Set<String> tags = new HashSet<>(is.tags());
      for (Target target : targets) {
        boolean user = target.users().isEmpty() || target.users().contains(is.userId());
        boolean device =
            target.devices().isEmpty()
                || target.devices().stream().anyMatch(one -> one.equals(is.device()));
        boolean any =
            target.anyTags().isEmpty() || target.anyTags().stream().anyMatch(tags::contains);
        boolean all = target.allTags().stream().allMatch(tags::contains);
        boolean none = target.noTags().stream().noneMatch(tags::contains);
        if (user && device && any && all && none) {
          return true;
        }
      }
      return false;
    }

    private Registration registrationOf(String id) {
      FakeClient client = present.get(id);
      return client == null ? Registration.NOTHING : client.registration();
    }

    private Target target() {
      return new Target(some(), some(), some(), some(), some());
    }

    private Set<String> some() {
      Set<String> some = new HashSet<>();
      if (random.nextInt(3) == 0) {
        for (int i = random.nextInt(2); i >= 0; i--) {
          some.add(name());
        }
      }
      return some;
    }

    private String name() {
      return NAMES[random.nextInt(NAMES.length)];
    }

    private Registration registration() {
      Set<String> tags = new HashSet<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        tags.add(name());
      }
      return new Registration(
          random.nextInt(4) == 0 ? "" : name(),
          random.nextBoolean() ? null : name(),
          List.copyOf(tags));
    }

    void check() {
      Map.copyOf(present).forEach(this::go);
      got.forEach((id, all) -> {
        assertThat(all).as(id).doesNotHaveDuplicates();
        assertThat(all)
            .as(id)
            .containsExactlyInAnyOrderElementsOf(expected.getOrDefault(id, Set.of()));
      });
      assertThat(fixture.clients.names()).isZero();
    }
  }
}
