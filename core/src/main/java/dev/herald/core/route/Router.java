package dev.herald.core.route;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings a message to every subscriber it matches.
 *
 * <p>A publish finds the nodes of all matching filters, and gives each lane that has subscribers
 * there one task, however many they are; the publisher's own lane is served at once. On the lane, a
 * subscriber that several of its filters matched gets the message once, with all of them. What a
 * publish allocates grows with the lanes and the matching filters, never with the subscribers.
 *
 * <p>Messages that one thread publishes reach every subscriber in that order, also those that a
 * subscriber publishes while it is delivered to: they wait for the end of that delivery. The bytes
 * under way to each lane are counted; a publisher that sees {@link #isCongested()} should read no
 * further input until it is over. Thread-safe.
 */
public final class Router {
  /** The bytes under way to one lane at which publishers should stop reading input. */
  public static final long CONGESTED_BYTES = 16L << 20;

  private static final ThreadLocal<ArrayList<FilterNode>> FOUND =
      ThreadLocal.withInitial(ArrayList::new);

  private final AtomicReferenceArray<@Nullable Lane> lanes;
  private final AtomicLongArray bytesUnderWay;
  private final Delivery[] deliveries;

  /**
   * Makes a router without lanes.
   *
   * @param laneCount how many lanes will be added, 1 to {@link Lane#LANES_MAX}
   */
  public Router(int laneCount) {
    this.lanes = new AtomicReferenceArray<>(laneCount);
    this.bytesUnderWay = new AtomicLongArray(laneCount * 8);
    this.deliveries = new Delivery[laneCount];
    for (int i = 0; i < laneCount; i++) {
      deliveries[i] = new Delivery(i);
    }
  }

  /** Returns how many lanes this router was made for. */
  public int laneCount() {
    return lanes.length();
  }

  /**
   * Adds a lane.
   *
   * @throws IllegalStateException if a lane with this index was added before
   */
  public void addLane(Lane lane) {
    if (!lanes.compareAndSet(lane.index(), null, lane)) {
      throw new IllegalStateException("there is a lane " + lane.index() + " already");
    }
  }

  /**
   * Publishes a message to all subscribers of a tree that its topic matches. From any thread.
   *
   * @return whether any subscription matched
   */
  public boolean publish(TopicTree tree, Message message) {
    return publish(tree, message, (Tally) null);
  }

  /**
   * Publishes a message as {@link #publish(TopicTree, Message)} does, and has it counted to whom it
   * was handed.
   *
   * @param tally is told by each lane; null for nobody
   * @return whether any subscription matched
   */
  public boolean publish(TopicTree tree, Message message, @Nullable Tally tally) {
    return publish(tree, message, tally, null) != Reach.NOBODY;
  }

  /**
   * Publishes a message whose publisher awaits the consumer groups it matches, if there are any.
   * From any thread.
   *
   * @param awaited makes the receipt, which may be complete before this returns; called at most
   *     once, before anybody has the message, and only if a group matches; null awaits nobody
   */
  public Reach publish(TopicTree tree, Message message, @Nullable Supplier<Receipt> awaited) {
    return publish(tree, message, null, awaited);
  }

  /**
   * Publishes a message and completes a receipt, whoever it matches. From any thread.
   *
   * @param receipt without parts
   */
  public void publishAwaited(TopicTree tree, Message message, Receipt receipt) {
    receipt.open(1);
    var _ = publish(tree, message, receipt, null);
    receipt.answered();
  }

  private Reach publish(
      TopicTree tree, Message message, @Nullable Tally tally, @Nullable Supplier<Receipt> awaited) {
    ArrayList<FilterNode> found = FOUND.get();
    tree.match(message.topic(), found);
    if (found.isEmpty()) {
      return Reach.NOBODY;
    }
    long laneSet = 0;
    boolean group = false;
    for (int i = 0; i < found.size(); i++) {
      FilterNode node = found.get(i);
      laneSet |= node.lanes();
      group |= awaited != null && node.hasGroup();
    }
    if (laneSet == 0) {
      found.clear();
      return Reach.NOBODY;
    }
    FilterNode[] nodes = found.toArray(new FilterNode[0]);
    found.clear();
    if (awaited != null && group) {
      dispatch(laneSet, nodes, message, awaited.get());
      return Reach.AWAITED;
    }
    dispatch(laneSet, nodes, message, tally);
    return Reach.SUBSCRIBERS;
  }

  private void dispatch(long laneSet, FilterNode[] nodes, Message message, @Nullable Tally tally) {
    if (tally instanceof Receipt receipt) {
      receipt.open(Long.bitCount(laneSet));
    }
    Lane own = null;
    for (long rest = laneSet; rest != 0; rest &= rest - 1) {
      Lane lane = lane(Long.numberOfTrailingZeros(rest));
      if (lane.inLane()) {
        own = lane;
      } else {
        Delivery delivery = deliveries[lane.index()];
        boolean given = run(lane, message.weight(), () -> delivery.deliver(nodes, message, tally));
        if (!given && tally instanceof Receipt receipt) {
          receipt.answered();
        }
      }
    }
    // last, so that what its subscribers publish now comes after this message on every lane
    if (own != null) {
      deliveries[own.index()].deliver(nodes, message, tally);
    }
  }

  /**
   * Opens the part of a group that is being delivered to, on its lane. Returns what the message's
   * publisher awaits, or null if it awaits nothing.
   */
  public @Nullable Receipt openGroup(Lane lane) {
    if (deliveries[lane.index()].present instanceof Receipt receipt) {
      receipt.openGroup();
      return receipt;
    }
    return null;
  }

  /**
   * Returns whether so much is under way to some lane that publishers should read no further input
   * for now.
   */
  public boolean isCongested() {
    for (int i = 0; i < lanes.length(); i++) {
      if (bytesUnderWay.get(i * 8) > CONGESTED_BYTES) {
        return true;
      }
    }
    return false;
  }

  private Lane lane(int index) {
    Lane lane = lanes.get(index);
    if (lane == null) {
      throw new IllegalStateException("subscribers on lane " + index + ", which was not added");
    }
    return lane;
  }

  /**
   * Has a lane do something with a message, which counts as under way until then. From any thread.
   *
   * @param lane one that was added
   * @param weight the message's, in bytes
   * @return false if the lane has ended, and nothing happens
   */
  public boolean run(Lane lane, int weight, Runnable task) {
    int index = lane.index();
    bytesUnderWay.addAndGet(index * 8, weight);
    try {
      lane.execute(() -> {
        bytesUnderWay.addAndGet(index * 8, -weight);
        task.run();
      });
      return true;
    } catch (RejectedExecutionException ended) {
      // the lane's subscribers ended with it
      bytesUnderWay.addAndGet(index * 8, -weight);
      return false;
    }
  }

  /**
   * Has lanes do something with a message, one task each, also that of the calling thread: nothing
   * happens before this returns. From any thread.
   *
   * @param laneSet the lanes, a bit for each
   * @param weight the message's, in bytes
   * @param task is given the index of the lane it runs on
   */
  public void runOn(long laneSet, int weight, IntConsumer task) {
    for (long rest = laneSet; rest != 0; rest &= rest - 1) {
      int index = Long.numberOfTrailingZeros(rest);
      run(lane(index), weight, () -> task.accept(index));
    }
  }

  /**
   * Publishes a message as {@link #publish(TopicTree, Message)} does, but delivers nothing before
   * it returns: for a caller that holds a lock. Messages published like this reach every subscriber
   * in the order of the calls, whichever threads they come from.
   */
  public void publishLater(TopicTree tree, Message message) {
    ArrayList<FilterNode> found = new ArrayList<>(2);
    tree.match(message.topic(), found);
    long laneSet = 0;
    for (FilterNode node : found) {
      laneSet |= node.lanes();
    }
    FilterNode[] nodes = found.toArray(new FilterNode[0]);
    runOn(laneSet, message.weight(), lane -> deliveries[lane].deliver(nodes, message, null));
  }

  /** Delivers on one lane, one message at a time. Lane-owned. */
  private static final class Delivery {
    private final int lane;
    private final List<Subscriber> firstMatched = new ArrayList<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean delivering;

    /** Who is told of the message at hand. */
    private @Nullable Tally present;

    Delivery(int lane) {
      this.lane = lane;
    }

    void deliver(FilterNode[] nodes, Message message, @Nullable Tally tally) {
      if (delivering) {
        // a subscriber publishes while it is delivered to
        waiting.add(new Waiting(nodes, message, tally));
        return;
      }
      delivering = true;
      try {
        deliverNow(nodes, message, tally);
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
          deliverNow(next.nodes, next.message, next.tally);
        }
      } finally {
        delivering = false;
      }
    }

    private void deliverNow(FilterNode[] nodes, Message message, @Nullable Tally tally) {
      present = tally;
      int subscribers =
          nodes.length == 1 ? nodes[0].deliver(lane, message) : deliverOnce(nodes, message);
      present = null;
      if (tally != null) {
        tally.delivered(lane, subscribers);
      }
    }

    /** Delivers to the subscribers of several nodes, to each once; returns how many they are. */
    private int deliverOnce(FilterNode[] nodes, Message message) {
      for (FilterNode node : nodes) {
        node.match(lane, firstMatched);
      }
      int subscribers = firstMatched.size();
      for (int i = 0; i < subscribers; i++) {
        firstMatched.get(i).deliverMatched(message);
      }
      firstMatched.clear();
      return subscribers;
    }
  }

  /** A message that waits for the end of another's delivery. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Waiting(FilterNode[] nodes, Message message, @Nullable Tally tally) {}

  /** Whom a message reached. */
  public enum Reach {
    /** No subscription matched. */
    NOBODY,
    /** Subscribers whose acknowledgements nobody awaits. */
    SUBSCRIBERS,
    /** A consumer group among others; the receipt says what became of it. */
    AWAITED
  }
}
