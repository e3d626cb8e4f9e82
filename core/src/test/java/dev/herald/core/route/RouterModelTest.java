package dev.herald.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.topic.TopicReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The tree and the router against a model that looks at every subscription of everybody. */
class RouterModelTest {
  private static final int LANES = 3;
  private static final int SUBSCRIBERS = 7;

  /** One step: subscribe or unsubscribe, or publish from a lane (from no lane: {@link #LANES}). */
  record Step(int who, String topic, boolean publishes) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> toggles =
        Combinators.combine(
                Arbitraries.integers().between(0, SUBSCRIBERS - 1), TopicReference.filters())
            .as((who, filter) -> new Step(who, filter, false));
    Arbitrary<Step> publishes =
        Combinators.combine(Arbitraries.integers().between(0, LANES), TopicReference.names())
            .as((lane, name) -> new Step(lane, name, true));
    return Arbitraries.oneOf(toggles, publishes).list().ofMaxSize(120);
  }

  @Property(tries = 500)
  void publish_anySubscriptions_reachesExactlyTheMatchingOnce(@ForAll("steps") List<Step> steps) {
    World world = new World();
    for (Step step : steps) {
      if (step.publishes) {
        world.publish(step.who, step.topic);
      } else {
        world.toggle(step.who, step.topic);
      }
    }
    world.unsubscribeAll();
    assertThat(world.tree.size()).isZero();
    assertThat(world.tree.nodes()).isZero();
  }

  private static final class World {
    final TopicTree tree = new TopicTree(LANES);
    final Router router = new Router(LANES);
    final List<ManualLane> lanes = new ArrayList<>();
    final List<Recorder> subscribers = new ArrayList<>();

    World() {
      for (int i = 0; i < LANES; i++) {
        lanes.add(new ManualLane(i));
        router.addLane(lanes.get(i));
      }
      for (int i = 0; i < SUBSCRIBERS; i++) {
        subscribers.add(new Recorder(lanes.get(i % LANES)));
      }
    }

    void toggle(int who, String filter) {
      Recorder subscriber = subscribers.get(who);
      if (subscriber.subscriptions.containsKey(filter)) {
        subscriber.unsubscribe(tree, filter);
      } else {
        subscriber.subscribe(tree, filter);
      }
    }

    void publish(int from, String name) {
      Message message = Recorder.message(name);
      boolean[] reached = new boolean[1];
      Runnable publish = () -> reached[0] = router.publish(tree, message);
      if (from < LANES) {
        lanes.get(from).call(publish);
      } else {
        publish.run();
      }
      for (ManualLane lane : lanes) {
        assertThat(lane.runAll()).as("tasks for one publish").isLessThanOrEqualTo(1);
      }
      boolean expected = false;
      for (Recorder subscriber : subscribers) {
        Set<String> matching = new TreeSet<>(subscriber.subscriptions.keySet());
        matching.removeIf(filter -> !TopicReference.matches(filter, name));
        if (matching.isEmpty()) {
          assertThat(subscriber.receipts).isEmpty();
        } else {
          expected = true;
          assertThat(subscriber.receipts).hasSize(1);
          assertThat(subscriber.receipts.get(0).message()).isSameAs(message);
          assertThat(subscriber.receipts.get(0).filters())
              .containsExactlyInAnyOrderElementsOf(matching);
        }
        subscriber.receipts.clear();
      }
      assertThat(reached[0]).isEqualTo(expected);
    }

    void unsubscribeAll() {
      for (Recorder subscriber : subscribers) {
        for (String filter : List.copyOf(subscriber.subscriptions.keySet())) {
          subscriber.unsubscribe(tree, filter);
        }
      }
    }
  }
}
