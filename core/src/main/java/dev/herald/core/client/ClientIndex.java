package dev.herald.core.client;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of each name of one kind: of each user, say. A name with one client, which most users
 * and devices have, costs a map entry and no set. Changes of one name come one after another, under
 * the map's own lock for that name.
 */
final class ClientIndex {
  /** A Client, or a ClientSet once there was more than one. */
  private final ConcurrentMap<String, Object> byName = new ConcurrentHashMap<>(2);

  private final int laneCount;

  /**
   * Makes an empty index.
   *
   * @param laneCount how many lanes clients may be on
   */
  ClientIndex(int laneCount) {
    this.laneCount = laneCount;
  }

  /** Adds a client to a name; on its lane. */
  void add(String name, Client client) {
    add(name, client, () -> {});
  }

  /**
   * Adds a client to a name and does something before anything else becomes of that name; on its
   * lane.
   */
  void add(String name, Client client, Runnable then) {
    byName.compute(
        name,
        (key, present) -> {
          Object after = with(present, client);
          then.run();
          return after;
        });
  }

  private Object with(@Nullable Object present, Client client) {
    return switch (present) {
      case null -> client;
      case ClientSet set -> {
        set.add(client);
        yield set;
      }
      case Client same when same.equals(client) -> client;
      default -> {
        ClientSet set = new ClientSet(laneCount);
        set.add((Client) present);
        set.add(client);
        yield set;
      }
    };
  }

  /** Removes a client from a name it was added to; on its lane. */
  void remove(String name, Client client) {
    remove(name, client, left -> {});
  }

  /**
   * Removes a client from a name it was added to, and does something before anything else becomes
   * of that name; on its lane.
   *
   * @param then is told whether the name has a client left
   */
  void remove(String name, Client client, Consumer<Boolean> then) {
    byName.computeIfPresent(
        name,
        (key, present) -> {
          Object after = without(present, client);
          then.accept(after != null);
          return after;
        });
  }

  private static @Nullable Object without(Object present, Client client) {
    if (present instanceof ClientSet set) {
      set.remove(client);
      return set.lanes() == 0 ? null : set;
    }
    return present.equals(client) ? null : present;
  }

  /**
   * Gives somebody the clients of a name one by one. From any thread, and nobody waits for it: a
   * client that comes or goes meanwhile may be among them or not.
   */
  void forEach(String name, Consumer<Client> each) {
    switch (byName.get(name)) {
      case null -> {}
      case ClientSet set -> set.forEach(each);
      case Object one -> each.accept((Client) one);
    }
  }

  /**
   * Gives what a name has to somebody before anything else becomes of it. From any thread; lanes
   * that change this name wait meanwhile, so it is for names with few clients.
   */
  void read(String name, Consumer<List<Client>> reader) {
    byName.compute(
        name,
        (key, present) -> {
          reader.accept(
              switch (present) {
                case null -> List.of();
                case ClientSet set -> set.all();
                default -> List.of((Client) present);
              });
          return present;
        });
  }

  /** Returns the set of lanes that have clients of a name, a bit for each. From any thread. */
  long lanes(String name) {
    return switch (byName.get(name)) {
      case null -> 0;
      case ClientSet set -> set.lanes();
      case Object one -> 1L << ((Client) one).lane().index();
    };
  }

  /** Returns the set of lanes that have clients of any of some names. From any thread. */
  long lanes(Collection<String> names) {
    long lanes = 0;
    for (String name : names) {
      lanes |= lanes(name);
    }
    return lanes;
  }

  /** Returns the clients that a name has on a lane; on that lane. */
  Collection<Client> on(int lane, String name) {
    return switch (byName.get(name)) {
      case null -> List.of();
      case ClientSet set -> set.on(lane);
      case Object one -> ((Client) one).lane().index() == lane ? List.of((Client) one) : List.of();
    };
  }

  /** Returns how many clients names have on a lane, together; on that lane. */
  int sizeOn(int lane, Collection<String> names) {
    int size = 0;
    for (String name : names) {
      size += on(lane, name).size();
    }
    return size;
  }

  /** Returns how many names have clients. */
  int size() {
    return byName.size();
  }
}
