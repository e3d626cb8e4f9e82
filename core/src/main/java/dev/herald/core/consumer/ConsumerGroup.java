package dev.herald.core.consumer;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.Router;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The members of one shared subscription. It is a subscriber like any other, on the lane where its
 * first member joined, and gives each message to one of its live members, wherever they are.
 *
 * <p><b>Who gets a message.</b> Of the members that can take one now, the one with the fewest
 * deliveries under way; equals take turns. A message with the user property {@code key} goes to the
 * member the key belongs to, so that what has the same key is delivered in order. The key belongs
 * to the same member as long as the membership stands. When somebody joins or leaves, some keys
 * change hands, each as soon as nothing of it is under way to its present member.
 *
 * <p><b>Nobody free.</b> The message waits here, up to a bound in bytes. At the bound QoS 0 is
 * dropped and counted, and publishers of QoS 1 and 2 should hold back; what they have on its way by
 * then is still taken, and dropped and counted only when it is far beyond the bound.
 *
 * <p><b>A member leaves.</b> What it has not finished is given to others at once, before newer
 * messages. With the last member the group ends and drops what waits in it.
 *
 * <p>Everything but {@link #isCongested} happens on the group's lane. A member's methods run inside
 * of ours when it is on the same lane, and may come back here: so every change is complete before a
 * message is handed over.
 */
public final class ConsumerGroup extends Subscriber {
  /** The user property that carries a message's key. */
  public static final String KEY_PROPERTY = "key";

  /**
   * How many bytes of QoS 1 and 2 messages may wait beyond the bound: twice what may be under way
   * between two lanes before publishers are read no further.
   */
  static final long OVERRUN_BYTES_MAX = 2 * Router.CONGESTED_BYTES;

  /** How many members joined or are about to; guarded by the map's lock in the groups. */
  int claims;

  private final ConsumerGroups groups;
  private final SharedFilter filter;
  private final Subscription subscription;
  private final Router router;
  private final long bytesMax;
  private final ConsumerCounters counters;

  private final List<Member> live = new ArrayList<>();
  private final FreeMembers free = new FreeMembers();

  /** What waits for whoever is free. */
  private final PriorityQueue<Delivery> waiting = Key.queue();

  private final Map<String, Key> keys = new HashMap<>();

  /** Members that are free and own a key that waits. */
  private final ArrayDeque<Member> toServe = new ArrayDeque<>(0);

  /** Keys that wait while there is no live member. */
  private final List<Key> ownerless = new ArrayList<>(0);

  private long lastNumber;
  private long waitingBytes;
  private boolean serving;
  private boolean ended;
  private volatile boolean congested;

  ConsumerGroup(
      ConsumerGroups groups,
      SharedFilter filter,
      Lane lane,
      Router router,
      long bytesMax,
      ConsumerCounters counters) {
    super(lane);
    this.groups = groups;
    this.filter = filter;
    this.subscription = new Subscription(this, filter.filter(), 0, 0);
    this.router = router;
    this.bytesMax = bytesMax;
    this.counters = counters;
  }

  SharedFilter filter() {
    return filter;
  }

  Subscription subscription() {
    return subscription;
  }

  /**
   * Returns whether so much waits for the members that publishers should hold back. From any
   * thread.
   */
  public boolean isCongested() {
    return congested;
  }

  // ---- messages

  @Override
  protected void deliver(Message message, Subscription matched) {
    accept(message);
  }

  @Override
  protected void deliver(Message message, List<Subscription> matched) {
    throw new IllegalStateException("a group has one subscription");
  }

  private void accept(Message message) {
    String key = message.properties().userProperty(KEY_PROPERTY);
    if (key != null) {
      acceptKeyed(message, key);
      return;
    }
    Member least = waiting.isEmpty() ? free.least() : null;
    if (least != null) {
      give(least, message, ++lastNumber, null, 1);
    } else if (hasRoom(message)) {
      hold(new Delivery(message, ++lastNumber, null));
    }
  }

  private void acceptKeyed(Message message, String name) {
    Key key = keys.get(name);
    if (key == null) {
      key = new Key(name, ownerOf(name));
      keys.put(name, key);
    }
    Member owner = key.owner;
    if (key.waiting.isEmpty() && owner != null && owner.isFree()) {
      give(owner, message, ++lastNumber, key, 1);
    } else if (hasRoom(message)) {
      hold(new Delivery(message, ++lastNumber, key));
    }
    forgetIfFinished(key);
  }

  private @Nullable Member ownerOf(String key) {
    return live.isEmpty() ? null : live.get(Key.place(key, live.size()));
  }

  /** Gives a message to a member. */
  private void give(Member member, Message message, long number, @Nullable Key key, int attempt) {
    counters.dispatched.increment();
    Lane to = member.consumer().lane();
    if (message.qos() == 0) {
      place(member);
      if (to.equals(lane())) {
        member.hand(message);
      } else {
        router.run(to, message.weight(), () -> member.hand(message));
      }
      return;
    }
    Delivery delivery = new Delivery(message, number, key, member, attempt);
    delivery.open = true;
    member.add(message.weight());
    if (key != null) {
      key.underWay++;
    }
    place(member);
    if (to.equals(lane())) {
      member.hand(delivery);
    } else {
      router.run(to, message.weight(), () -> member.hand(delivery));
    }
  }

  // ---- what waits

  /** Returns whether a message may wait; if not, it is dropped. */
  private boolean hasRoom(Message message) {
    long max = message.qos() == 0 ? bytesMax : bytesMax + OVERRUN_BYTES_MAX;
    boolean room = waitingBytes == 0 || waitingBytes + message.weight() <= max;
    if (!room) {
      counters.droppedFull.increment();
    }
    return room;
  }

  private void hold(Delivery delivery) {
    countWaiting(delivery.message().weight());
    Key key = delivery.key;
    if (key == null) {
      waiting.add(delivery);
    } else {
      key.waiting.add(delivery);
      list(key);
    }
  }

  private void countWaiting(long bytes) {
    waitingBytes += bytes;
    counters.waitingBytes.addAndGet(bytes);
    // a little apart, so that it does not change with every message
    boolean now = waitingBytes > (congested ? bytesMax / 2 : bytesMax);
    if (now != congested) {
      congested = now;
      groups.congestionChanged(this);
    }
  }

  /** Gives what waits to those that are free now. */
  private void serve() {
    if (serving) {
      return;
    }
    serving = true;
    try {
      while (serveOne()) {
        // the oldest first
      }
    } finally {
      serving = false;
    }
  }

  private boolean serveOne() {
    Member owner = toServe.peek();
    Key key = owner == null ? null : owner.keys.peek();
    if (owner != null && (key == null || !owner.isFree())) {
      owner.listed = false;
      toServe.remove();
      return true;
    }
    Member least = free.least();
    Delivery any = least == null ? null : waiting.peek();
    Delivery keyed = key == null ? null : key.waiting.peek();
    if (owner != null && key != null && keyed != null && !isOlder(any, keyed)) {
      owner.keys.remove();
      key.listed = false;
      key.waiting.remove();
      list(key);
      giveWaiting(owner, keyed);
      forgetIfFinished(key);
      return true;
    }
    if (any == null || least == null) {
      return false;
    }
    waiting.remove();
    giveWaiting(least, any);
    return true;
  }

  private static boolean isOlder(@Nullable Delivery one, Delivery other) {
    return one != null && one.number < other.number;
  }

  private void giveWaiting(Member member, Delivery delivery) {
    countWaiting(-delivery.message().weight());
    give(member, delivery.message(), delivery.number, delivery.key, delivery.attempt + 1);
  }

  // ---- keys

  /** Has a key's owner served with it, if it has one and something waits. */
  private void list(Key key) {
    Member owner = key.owner;
    if (owner == null) {
      if (!key.listed) {
        key.listed = true;
        ownerless.add(key);
      }
    } else if (!key.listed && owner.live && !key.waiting.isEmpty()) {
      key.listed = true;
      owner.keys.add(key);
      list(owner);
    }
  }

  private void list(Member owner) {
    if (!owner.listed && !owner.keys.isEmpty() && owner.isFree()) {
      owner.listed = true;
      toServe.add(owner);
    }
  }

  private void assign(Key key) {
    key.owner = ownerOf(key.name);
    list(key);
  }

  private void forgetIfFinished(Key key) {
    if (key.isFinished()) {
      keys.remove(key.name, key);
    }
  }

  // ---- members

  /** Takes in a member; on its consumer's lane. */
  void join(Member member) {
    run(
        lane(),
        () -> {
          member.live = true;
          member.place = live.size();
          live.add(member);
          counters.members.incrementAndGet();
          place(member);
          List<Key> taken = List.copyOf(ownerless);
          ownerless.clear();
          for (Key key : taken) {
            key.listed = false;
            assign(key);
          }
          serve();
        });
  }

  /** Sees where a member belongs after it changed. */
  private void place(Member member) {
    free.place(member);
    list(member);
  }

  void setBusy(Member member, boolean busy) {
    run(
        lane(),
        () -> {
          member.busy = busy;
          place(member);
          serve();
        });
  }

  /** Lets a member go; on its consumer's lane. */
  void leave(Member member, List<Delivery> unfinished, boolean keeps) {
    if (lane().inLane()) {
      retire(member);
    }
    // not at once: we may be in the middle of a delivery, which must not see the topic tree change
    try {
      lane().execute(() -> left(member, unfinished, keeps));
    } catch (RejectedExecutionException stopped) {
      // the group ended with its lane
    }
  }

  private void left(Member member, List<Delivery> unfinished, boolean keeps) {
    retire(member);
    if (groups.release(this)) {
      end(unfinished, keeps);
      return;
    }
    boolean any = false;
    for (Delivery delivery : unfinished) {
      if (delivery.open) {
        delivery.handOver();
        again(delivery);
        close(delivery);
        any = true;
      }
    }
    if (keeps && any) {
      run(member.consumer().lane(), member.consumer()::handedOver);
    }
    serve();
  }

  /** Gives a member no more messages, and its keys to others. */
  private void retire(Member member) {
    if (!member.live) {
      return;
    }
    member.live = false;
    counters.members.decrementAndGet();
    free.remove(member);
    Member last = live.removeLast();
    if (last != member) {
      last.place = member.place;
      live.set(member.place, last);
    }
    for (Key key = member.keys.poll(); key != null; key = member.keys.poll()) {
      key.listed = false;
      if (key.underWay == 0) {
        assign(key);
      }
    }
  }

  private void end(List<Delivery> unfinished, boolean keeps) {
    ended = true;
    for (Delivery delivery : unfinished) {
      if (delivery.open) {
        delivery.open = false;
        if (!keeps) {
          counters.droppedNoMember.increment();
        }
      }
    }
    int dropped = waiting.size();
    for (Key key : keys.values()) {
      dropped += key.waiting.size();
    }
    counters.droppedNoMember.add(dropped);
    waiting.clear();
    keys.clear();
    ownerless.clear();
    countWaiting(-waitingBytes);
  }

  // ---- answers

  /** Takes a consumer's answer; on its lane. */
  void answered(Delivery delivery, Delivery.Answer answer) {
    run(lane(), () -> take(delivery, answer));
  }

  private void take(Delivery delivery, Delivery.Answer answer) {
    if (ended && answer == Delivery.Answer.RETURNED && !delivery.isHandedOver()) {
      giveToSuccessor(delivery.message());
    }
    if (!delivery.open) {
      return;
    }
    switch (answer) {
      case ACKNOWLEDGED, KEPT -> {}
      case REFUSED -> counters.droppedRefused.increment();
      case RETURNED -> {
        if (!ended) {
          retire(delivery.member());
          again(delivery);
        }
      }
    }
    close(delivery);
    serve();
  }

  /** Has a delivery wait for another member. */
  private void again(Delivery delivery) {
    counters.redelivered.increment();
    hold(delivery.again());
  }

  /** Ends a delivery; what is to be delivered again waits by then. */
  private void close(Delivery delivery) {
    delivery.open = false;
    Member member = delivery.member();
    member.remove(delivery.message().weight());
    if (member.live) {
      place(member);
    }
    Key key = delivery.key;
    if (key != null) {
      key.underWay--;
      Member owner = key.owner;
      if (key.isFinished()) {
        forgetIfFinished(key);
      } else if (key.underWay == 0 && owner != null && !owner.live && !ended) {
        assign(key);
      }
    }
  }

  /** Takes back a message of QoS 0 from a consumer that left; on its lane. */
  void returned(Member member, Message message) {
    run(
        lane(),
        () -> {
          retire(member);
          if (ended) {
            giveToSuccessor(message);
          } else {
            accept(message);
            serve();
          }
        });
  }

  /** Gives a message to the group that has this one's name now, if any. */
  private void giveToSuccessor(Message message) {
    ConsumerGroup successor = groups.find(filter);
    if (successor == null) {
      counters.droppedNoMember.increment();
    } else {
      counters.redelivered.increment();
      run(successor.lane(), () -> successor.returned(message));
    }
  }

  private void returned(Message message) {
    if (ended) {
      giveToSuccessor(message);
    } else {
      accept(message);
    }
  }

  /** Runs a task on a lane: at once if we are on it. */
  private static void run(Lane lane, Runnable task) {
    if (lane.inLane()) {
      task.run();
      return;
    }
    try {
      lane.execute(task);
    } catch (RejectedExecutionException stopped) {
      // its sessions and groups ended with it
    }
  }
}
