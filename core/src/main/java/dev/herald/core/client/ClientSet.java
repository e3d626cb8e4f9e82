package dev.herald.core.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Clients, in one set for each lane. A lane's set is changed on that lane only, under the monitor;
 * so the lane reads it without, others under the monitor. Without it they see which lanes have any.
 */
final class ClientSet {
  private final @Nullable Set<Client>[] byLane;
  private volatile long lanes;

  /**
   * Makes an empty set.
   *
   * @param laneCount how many lanes clients may be on
   */
  @SuppressWarnings("unchecked") // an array of a generic type
  ClientSet(int laneCount) {
    this.byLane = (@Nullable Set<Client>[]) new Set<?>[laneCount];
  }

  /** Adds a client; on its lane, or before others know this set. */
  synchronized void add(Client client) {
    int lane = client.lane().index();
    Set<Client> there = byLane[lane];
    if (there == null) {
      there = new HashSet<>(4);
      byLane[lane] = there;
      lanes |= 1L << lane;
    }
    there.add(client);
  }

  /** Removes a client if it is here; on its lane. */
  synchronized void remove(Client client) {
    int lane = client.lane().index();
    Set<Client> there = byLane[lane];
    if (there != null && there.remove(client) && there.isEmpty()) {
      byLane[lane] = null;
      lanes &= ~(1L << lane);
    }
  }

  /** Returns the set of lanes that have clients here, a bit for each. From any thread. */
  long lanes() {
    return lanes;
  }

  /** Returns the clients of a lane; on that lane. */
  Collection<Client> on(int lane) {
    Set<Client> there = byLane[lane];
    return there == null ? Set.of() : there;
  }

  /** Returns the clients of all lanes. From any thread. */
  synchronized List<Client> all() {
    List<Client> all = new ArrayList<>();
    for (Set<Client> there : byLane) {
      if (there != null) {
        all.addAll(there);
      }
    }
    return all;
  }
}
