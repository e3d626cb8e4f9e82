package dev.herald.core.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of one filter, in one list for each lane.
 *
 * <p>A lane's list is read and written by that lane only, so it needs no lock and no copy. What
 * publishers on other threads read is one word: the set of lanes whose list is not empty.
 */
final class FilterNode {
  private static final VarHandle LANES;
  private static final VarHandle GROUPS;

  static {
    try {
      LANES = MethodHandles.lookup().findVarHandle(FilterNode.class, "laneSet", long.class);
      GROUPS = MethodHandles.lookup().findVarHandle(FilterNode.class, "groups", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** How many subscriptions hold this node; guarded by the structure that holds it. */
  int holders;

  /** Bit i is set while lane i has subscribers here. */
  @SuppressWarnings("unused") // through LANES
  private volatile long laneSet;

  /** How many of the subscribers are consumer groups. */
  @SuppressWarnings("unused") // through GROUPS
  private volatile int groups;

  private final @Nullable List[] lists;

  FilterNode(int lanes) {
    this.lists = new @Nullable List[lanes];
  }

  /** Returns the set of lanes that have subscribers here, a bit for each. */
  long lanes() {
    return laneSet;
  }

  /** Returns whether a consumer group is among the subscribers. From any thread. */
  boolean hasGroup() {
    return groups > 0;
  }

  /** Adds a subscription; on its subscriber's lane. */
  void add(Subscription subscription) {
    if (subscription.subscriber().isGroup()) {
      GROUPS.getAndAdd(this, 1);
    }
    int lane = subscription.subscriber().lane().index();
    List list = lists[lane];
    if (list == null) {
      list = new List();
      lists[lane] = list;
    }
    if (list.add(subscription) == 1) {
      LANES.getAndBitwiseOr(this, 1L << lane);
    }
  }

  /** Removes a subscription that is here; on its subscriber's lane. */
  void remove(Subscription subscription) {
    int lane = subscription.subscriber().lane().index();
    List list = lists[lane];
    if (list == null) {
      throw notSubscribed(subscription);
    }
    if (list.remove(subscription) == 0) {
      lists[lane] = null;
      LANES.getAndBitwiseAnd(this, ~(1L << lane));
    }
    if (subscription.subscriber().isGroup()) {
      GROUPS.getAndAdd(this, -1);
    }
  }

  private static IllegalStateException notSubscribed(Subscription subscription) {
    return new IllegalStateException("not subscribed here: " + subscription.filter());
  }

  /** Delivers to every subscriber of a lane and returns how many they are; on that lane. */
  int deliver(int lane, Message message) {
    List list = lists[lane];
    if (list == null) {
      return 0;
    }
    int subscribers = list.size;
    list.deliver(message);
    return subscribers;
  }

  /**
   * Notes the match at every subscriber of a lane and adds those that are first matched; on that
   * lane.
   */
  void match(int lane, java.util.List<Subscriber> firstMatched) {
    List list = lists[lane];
    if (list != null) {
      list.match(firstMatched);
    }
  }

  /** One lane's subscriptions, unordered. */
  private static final class List {
    private @Nullable Subscription[] items = new @Nullable Subscription[1];
    private int size;

    int add(Subscription subscription) {
      if (size == items.length) {
        items = Arrays.copyOf(items, size + (size >> 1) + 1);
      }
      subscription.position = size;
      items[size++] = subscription;
      return size;
    }

    int remove(Subscription subscription) {
      int hole = subscription.position;
      if (hole < 0 || hole >= size || items[hole] != subscription) {
        throw notSubscribed(subscription);
      }
      subscription.position = -1;
      Subscription last = items[--size];
      items[size] = null;
      if (last != null && last != subscription) {
        items[hole] = last;
        last.position = hole;
      }
      return size;
    }

    /**
     * From the last to the first, so that a subscriber that leaves while it is delivered to moves
     * no one past us.
     */
    void deliver(Message message) {
      for (int i = size - 1; i >= 0; i--) {
        Subscription subscription = i < size ? items[i] : null;
        if (subscription != null) {
          subscription.subscriber().deliverOne(message, subscription);
        }
      }
    }

    void match(java.util.List<Subscriber> firstMatched) {
      for (int i = 0; i < size; i++) {
        Subscription subscription = items[i];
        if (subscription != null && subscription.subscriber().match(subscription)) {
          firstMatched.add(subscription.subscriber());
        }
      }
    }
  }
}
