package dev.herald.core.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Clients, in one set for each lane. A lane's set is changed on that lane only; others read it as
 * it is just then. Which lanes have any is changed under the monitor.
 */
final class ClientSet {
  private final AtomicReferenceArray<@Nullable Set<Client>> byLane;
  private volatile long lanes;

  /**
   * Makes an empty set.
   *
   * @param laneCount how many lanes clients may be on
   */
  ClientSet(int laneCount) {
    this.byLane = new AtomicReferenceArray<>(laneCount);
  }

  /** Adds a client; on its lane, or before others know this set. */
  void add(Client client) {
    int lane = client.lane().index();
    Set<Client> there = byLane.get(lane);
    if (there == null) {
      there = ConcurrentHashMap.newKeySet(4);
      byLane.set(lane, there);
      changeLanes(1L << lane, 0);
    }
    there.add(client);
  }

  /** Removes a client if it is here; on its lane. */
  void remove(Client client) {
    int lane = client.lane().index();
    Set<Client> there = byLane.get(lane);
    if (there != null && there.remove(client) && there.isEmpty()) {
      byLane.set(lane, null);
      changeLanes(0, 1L << lane);
    }
  }

  private synchronized void changeLanes(long more, long less) {
    lanes = (lanes | more) & ~less;
  }

  /** Returns the set of lanes that have clients here, a bit for each. From any thread. */
  long lanes() {
    return lanes;
  }

  /** Returns the clients of a lane; on that lane. */
  Collection<Client> on(int lane) {
    Set<Client> there = byLane.get(lane);
    return there == null ? Set.of() : there;
  }

  /** Gives somebody the clients of all lanes as they are just then. From any thread. */
  void forEach(Consumer<Client> each) {
    for (int lane = 0; lane < byLane.length(); lane++) {
      on(lane).forEach(each);
    }
  }

  /** Returns the clients of all lanes. From any thread. */
  List<Client> all() {
    List<Client> all = new ArrayList<>();
    forEach(all::add);
    return all;
  }
}
