package dev.herald.core.consumer;

import dev.herald.core.route.Message;
import dev.herald.core.route.Router;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits in a group for a member to be free, and how much that is. What has a key waits with
 * its key, and is only counted here. Owned by the group's lane but for {@link #isCongested} and
 * {@link #bytes}.
 */
final class Backlog {
  /**
   * How many bytes of QoS 1 and 2 messages may wait beyond the bound: twice what may be under way
   * between two lanes before publishers are read no further.
   */
  static final long OVERRUN_BYTES_MAX = 2 * Router.CONGESTED_BYTES;

  private final long bytesMax;
  private final ConsumerCounters counters;
  private final Runnable congestionChanged;

  /** What waits for whoever is free. */
  private final PriorityQueue<Parcel> any = Key.queue();

  /**
   * What waits for somebody who has not had its chance, by those who had it: what is in one of
   * these queues can go to the same members.
   */
  private final Map<Set<Member>, PriorityQueue<Parcel>> tried = new HashMap<>(0);

  private volatile long bytes;
  private volatile boolean congested;

  Backlog(long bytesMax, ConsumerCounters counters, Runnable congestionChanged) {
    this.bytesMax = bytesMax;
    this.counters = counters;
    this.congestionChanged = congestionChanged;
  }

  /** Returns whether so much waits that publishers should hold back. From any thread. */
  boolean isCongested() {
    return congested;
  }

  /** Returns how many bytes wait. From any thread. */
  long bytes() {
    return bytes;
  }

  /** Returns whether a message may wait. */
  boolean hasRoomFor(Message message) {
    long max = message.qos() == 0 ? bytesMax : bytesMax + OVERRUN_BYTES_MAX;
    return bytes == 0 || bytes + message.weight() <= max;
  }

  /** Has a parcel wait. */
  void add(Parcel parcel) {
    count(parcel.message.weight());
    if (parcel.key != null) {
      parcel.key.waiting.add(parcel);
    } else if (parcel.wasTried()) {
      tried.computeIfAbsent(parcel.triedBy(), by -> Key.queue()).add(parcel);
    } else {
      any.add(parcel);
    }
  }

  /** Returns the oldest of those for whoever is free, or null. */
  @Nullable Parcel oldest() {
    return oldest(any);
  }

  /** Returns the oldest for each choice of members that have not had their chance. */
  List<Parcel> oldestTried() {
    if (tried.isEmpty()) {
      return List.of();
    }
    List<Parcel> found = new ArrayList<>(tried.size());
    Iterator<PriorityQueue<Parcel>> queues = tried.values().iterator();
    while (queues.hasNext()) {
      Parcel oldest = oldest(queues.next());
      if (oldest == null) {
        queues.remove();
      } else {
        found.add(oldest);
      }
    }
    return found;
  }

  private @Nullable Parcel oldest(PriorityQueue<Parcel> queue) {
    Parcel oldest = queue.peek();
    while (oldest != null && oldest.done) {
      // acknowledged by a member it was taken from
      queue.remove();
      count(-oldest.message.weight());
      oldest = queue.peek();
    }
    return oldest;
  }

  /** Takes out a parcel that is the oldest of its kind. */
  void take(Parcel oldest) {
    Queue<Parcel> queue = oldest.key != null ? oldest.key.waiting : any;
    if (oldest.key == null && oldest.wasTried()) {
      queue = tried.getOrDefault(oldest.triedBy(), any);
    }
    if (queue.poll() != oldest) {
      throw new IllegalStateException("not the oldest: " + oldest.number);
    }
    count(-oldest.message.weight());
  }

  /** Gives away all of it, but what waits with its key. */
  void clear(Consumer<Parcel> to) {
    any.forEach(to);
    tried.values().forEach(queue -> queue.forEach(to));
    any.clear();
    tried.clear();
    count(-bytes);
  }

  private void count(long change) {
    long after = bytes + change;
    bytes = after;
    counters.waitingBytes.addAndGet(change);
    // a little apart, so that it does not change with every message
    boolean now = after > (congested ? bytesMax / 2 : bytesMax);
    if (now != congested) {
      congested = now;
      congestionChanged.run();
    }
  }
}
