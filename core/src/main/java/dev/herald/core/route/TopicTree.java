package dev.herald.core.route;

import dev.herald.core.topic.Topics;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one app, found by topic name.
 *
 * <p>Filters without a wildcard are in a hash map from the whole filter, so that most publishes
 * cost one look-up. Filters with a wildcard are in a tree, a level of the filter for each level of
 * the tree. Names are matched without a lock against both. Every filter has one node however many
 * subscribe; nodes come and go with their first and last subscription: in the map under the map's
 * own lock for that key, in the tree under the tree's lock, which subscribing and unsubscribing
 * hold for the length of one filter.
 *
 * <p>{@link #add} and {@link #remove} are called on the subscriber's lane, matching from any
 * thread. A publish that starts after {@code add} returned is seen by the subscription.
 */
public final class TopicTree {
  private final int lanes;
  private final ConcurrentMap<String, FilterNode> exact = new ConcurrentHashMap<>();
  private final Level root = new Level();
  private final AtomicLong subscriptions = new AtomicLong();
  private final AtomicInteger wildcardFilters = new AtomicInteger();

  /**
   * Makes an empty tree.
   *
   * @param lanes how many lanes subscribers may be on, at most {@link Lane#LANES_MAX}
   */
  public TopicTree(int lanes) {
    if (lanes < 1 || lanes > Lane.LANES_MAX) {
      throw new IllegalArgumentException("lanes must be 1 to " + Lane.LANES_MAX + ": " + lanes);
    }
    this.lanes = lanes;
  }

  /**
   * Adds a subscription; on its subscriber's lane. To replace one without losing a message, add the
   * new one before removing the old one, in one task of the lane.
   */
  public void add(Subscription subscription) {
    String filter = subscription.filter();
    FilterNode node = Topics.hasWildcard(filter) ? holdWildcard(filter) : holdExact(filter);
    node.add(subscription);
    subscriptions.incrementAndGet();
  }

  /**
   * Removes a subscription that was added; on its subscriber's lane.
   *
   * @throws IllegalStateException if it is not in this tree
   */
  public void remove(Subscription subscription) {
    String filter = subscription.filter();
    if (Topics.hasWildcard(filter)) {
      releaseWildcard(subscription);
    } else {
      exact.compute(filter, (key, node) -> released(node, subscription));
    }
    subscriptions.decrementAndGet();
  }

  /** Returns how many subscriptions there are. */
  public long size() {
    return subscriptions.get();
  }

  /** Adds the node of every filter that matches a valid topic name. */
  void match(String name, List<FilterNode> found) {
    FilterNode same = exact.get(name);
    if (same != null) {
      found.add(same);
    }
    if (wildcardFilters.get() > 0) {
      if (name.charAt(0) == '$') {
        // a wildcard in the first level does not match names that start with $ [MQTT-4.7.2-1]
        int end = levelEnd(name, 0);
        Level child = root.children.get(name.substring(0, end));
        if (child != null) {
          matchBelow(child, name, end, found);
        }
      } else {
        match(root, name, 0, found);
      }
    }
  }

  private static void match(Level level, String name, int start, List<FilterNode> found) {
    addIfPresent(level.hash, found);
    int end = levelEnd(name, start);
    Level plus = level.plus;
    if (plus != null) {
      matchBelow(plus, name, end, found);
    }
    if (!level.children.isEmpty()) {
      Level child = level.children.get(name.substring(start, end));
      if (child != null) {
        matchBelow(child, name, end, found);
      }
    }
  }

  private static void matchBelow(Level level, String name, int end, List<FilterNode> found) {
    if (end < name.length()) {
      match(level, name, end + 1, found);
    } else {
      addIfPresent(level.here, found);
      // "a/#" matches "a" as well: '#' includes the parent level (MQTT 5.0 section 4.7.1.2)
      addIfPresent(level.hash, found);
    }
  }

  private static void addIfPresent(@Nullable FilterNode node, List<FilterNode> found) {
    if (node != null) {
      found.add(node);
    }
  }

  private FilterNode holdExact(String filter) {
    return exact.compute(
        filter,
        (key, present) -> {
          FilterNode node = present == null ? new FilterNode(lanes) : present;
          node.holders++;
          return node;
        });
  }

  private synchronized FilterNode holdWildcard(String filter) {
    Level level = root;
    int start = 0;
    while (true) {
      int end = levelEnd(filter, start);
      String part = filter.substring(start, end);
      if (part.equals("#")) {
        level.hash = hold(level.hash);
        return level.hash;
      }
      level = level.childOrNew(part);
      if (end == filter.length()) {
        level.here = hold(level.here);
        return level.here;
      }
      start = end + 1;
    }
  }

  private FilterNode hold(@Nullable FilterNode present) {
    FilterNode node = present;
    if (node == null) {
      node = new FilterNode(lanes);
      wildcardFilters.incrementAndGet();
    }
    node.holders++;
    return node;
  }

  private synchronized void releaseWildcard(Subscription subscription) {
    release(root, subscription, 0);
  }

  private void release(Level level, Subscription subscription, int start) {
    String filter = subscription.filter();
    int end = levelEnd(filter, start);
    String part = filter.substring(start, end);
    if (part.equals("#")) {
      level.hash = releasedWildcard(level.hash, subscription);
      return;
    }
    Level child = level.child(part);
    if (child == null) {
      throw new IllegalStateException("not subscribed: " + filter);
    }
    if (end == filter.length()) {
      child.here = releasedWildcard(child.here, subscription);
    } else {
      release(child, subscription, end + 1);
    }
    if (child.isEmpty()) {
      level.removeChild(part);
    }
  }

  private @Nullable FilterNode releasedWildcard(
      @Nullable FilterNode node, Subscription subscription) {
    FilterNode left = released(node, subscription);
    if (left == null) {
      wildcardFilters.decrementAndGet();
    }
    return left;
  }

  /** Takes a subscription out of its node; returns the node, null when no one holds it any more. */
  private static @Nullable FilterNode released(
      @Nullable FilterNode node, Subscription subscription) {
    if (node == null) {
      throw new IllegalStateException("not subscribed: " + subscription.filter());
    }
    node.remove(subscription);
    return --node.holders == 0 ? null : node;
  }

  /** Returns how many filters and levels are kept: 0 when there is no subscription. */
  synchronized int nodes() {
    return exact.size() + root.nodes();
  }

  private static int levelEnd(String text, int start) {
    int end = text.indexOf('/', start);
    return end < 0 ? text.length() : end;
  }

  /** One level of the tree; written under the tree's lock, read without. */
  private static final class Level {
    final ConcurrentMap<String, Level> children = new ConcurrentHashMap<>(2);
    volatile @Nullable Level plus;

    /** The filter that ends with this level. */
    volatile @Nullable FilterNode here;

    /** The filter that ends with {@code #} below this level. */
    volatile @Nullable FilterNode hash;

    @Nullable Level child(String part) {
      return part.equals("+") ? plus : children.get(part);
    }

    Level childOrNew(String part) {
      Level child = child(part);
      if (child == null) {
        child = new Level();
        if (part.equals("+")) {
          plus = child;
        } else {
          children.put(part, child);
        }
      }
      return child;
    }

    void removeChild(String part) {
      if (part.equals("+")) {
        plus = null;
      } else {
        children.remove(part);
      }
    }

    int nodes() {
      int count = (here == null ? 0 : 1) + (hash == null ? 0 : 1);
      Level onlyPlus = plus;
      count += onlyPlus == null ? 0 : 1 + onlyPlus.nodes();
      for (Level child : children.values()) {
        count += 1 + child.nodes();
      }
      return count;
    }

    boolean isEmpty() {
      return here == null && hash == null && plus == null && children.isEmpty();
    }
  }
}
