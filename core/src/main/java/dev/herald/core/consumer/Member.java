package dev.herald.core.consumer;

import dev.herald.core.consumer.Delivery.Answer;
import dev.herald.core.consumer.GroupView.MemberView;
import dev.herald.core.consumer.GroupView.State;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One consumer's place in a group, from its joining to its leaving. What is public is called on the
 * consumer's lane; the rest belongs to the group's lane.
 */
public final class Member {
  private final ConsumerGroup group;
  private final Consumer consumer;
  private final Allowance allowance;

  // the next three are touched on the consumer's lane

  /** Whether it left. */
  private boolean left;

  /**
   * Whether it had no room for something, and the group may not know: what it is given until then
   * goes back, too, so that it stays in order.
   */
  private boolean declines;

  /** Whether the consumer can take messages again by now. */
  private boolean readyAgain;

  /** Whether the group gives it new messages at all. */
  boolean live;

  /** Whether the consumer takes nothing for now, so that others should get what comes. */
  boolean busy = true;

  /** Whether it left, as the group knows. */
  boolean gone;

  /** Whether it answers nothing, so that others get all it was given, until it answers again. */
  boolean stalled;

  /** The number of the last delivery the group had given to anybody when it last answered. */
  long answeredNo;

  /** How many deliveries it has not answered. */
  int underWay;

  // what it was given and answered; see GroupFigures
  long dispatched;
  long acknowledged;
  long refused;

  /** Its place in the group's list of live members. */
  int place = -1;

  /** Its keys that have messages waiting, in the order in which they are served. */
  final ArrayDeque<Key> keys = new ArrayDeque<>(0);

  /** Whether the group's list of members to be served has it. */
  boolean listed;

  /** The open deliveries, oldest and newest. */
  @Nullable Delivery oldest;

  private @Nullable Delivery newest;

  // its place among the members of as few deliveries (see FreeMembers)
  int shelf = -1;
  @Nullable Member before;
  @Nullable Member after;

  // about the allowance's line: whether it is in, and whether it is given messages out of turn

  boolean isInLine;
  boolean hasTurn;

  /** Whether a task that gives it its turn is on its way. */
  private final AtomicBoolean called = new AtomicBoolean();

  Member(ConsumerGroup group, Consumer consumer, Allowance allowance) {
    this.group = group;
    this.consumer = consumer;
    this.allowance = allowance;
    allowance.joined();
  }

  ConsumerGroup group() {
    return group;
  }

  Consumer consumer() {
    return consumer;
  }

  /**
   * Says that the consumer cannot pass on what it gets for now; it is given no more until {@link
   * #ready()}, but for what is on its way.
   */
  public void busy() {
    readyAgain = false;
    group.setBusy(this, true);
  }

  /** Says that the consumer can pass on what it gets: for the first time, or again. */
  public void ready() {
    if (declines) {
      readyAgain = true;
    } else {
      group.setBusy(this, false);
    }
  }

  /** Gives back a delivery that there is no room for; busy by that. On the consumer's lane. */
  void decline(Delivery delivery) {
    readyAgain = false;
    if (!declines && !left) {
      declines = true;
      group.pause(this);
    }
    group.answered(delivery, Answer.DECLINED);
  }

  /** The group gives nothing more by now; on the consumer's lane. */
  void paused() {
    declines = false;
    if (readyAgain) {
      readyAgain = false;
      group.setBusy(this, false);
    }
  }

  /**
   * Asks for more time: deliveries count as given just now, and with them all that the consumer has
   * of their keys, as it cannot go on with a key before it is done with what comes first. It is a
   * sign of life as an answer is. What is for other members by then stays theirs, which {@link
   * Delivery#isHandedOver()} tells once a task that is given to {@link #groupLane()} after this
   * runs. On the consumer's lane.
   *
   * @param deliveries some that the consumer was given and has not answered
   */
  public void extend(Collection<Delivery> deliveries) {
    group.extend(this, deliveries);
  }

  /** Returns the lane that takes answers, in the order in which they are given. From any thread. */
  public Lane groupLane() {
    return group.lane();
  }

  /**
   * Leaves the group, for good. What is on its way to the consumer is given to others.
   *
   * @param unfinished deliveries the consumer has not finished and would have others finish
   * @param keeps whether the consumer can keep those that no other member is there for; it is told
   *     which are not its own any more by {@link Consumer#handedOver()}
   */
  public void leave(List<Delivery> unfinished, boolean keeps) {
    if (left) {
      throw new IllegalStateException("left already");
    }
    left = true;
    group.leave(this, unfinished, keeps);
  }

  /**
   * Returns the consumer's part of what waits in the group for any member to be free, in bytes.
   * From any thread.
   */
  public long waitingBytes() {
    return group.backlog.bytes() / Math.max(1, group.claims);
  }

  /** Returns how it is now; on the group's lane. */
  MemberView view() {
    State state = stalled ? State.STALLED : busy ? State.BUSY : State.LIVE;
    return new MemberView(consumer.clientId(), state, underWay, dispatched, acknowledged, refused);
  }

  /** Gives a message of QoS 0 to the consumer; on its lane. */
  void hand(Message message) {
    if (left) {
      group.returned(this, message);
    } else {
      consumer.take(message);
    }
  }

  /** Gives a message to the consumer; on its lane. */
  void hand(Delivery delivery) {
    if (left) {
      delivery.returned();
    } else if (declines) {
      group.answered(delivery, Answer.DECLINED);
    } else {
      consumer.take(delivery);
    }
  }

  /** Returns whether it can be given messages while the consumer's allowance is not used up. */
  boolean isReady() {
    return live && !busy;
  }

  /** Returns whether it may be given another message. */
  boolean isFree() {
    return isReady() && allowance.isOpenTo(this);
  }

  /** Has it wait for its consumer's allowance: there was something for it, and it was not free. */
  void lineUp() {
    if (isReady()) {
      allowance.lineUp(this);
    }
  }

  /** Has its group told that it is the first in the line, and that there is room. Any thread. */
  void call() {
    if (called.compareAndSet(false, true)) {
      group.call(this);
    }
  }

  /** Begins its turn: it is in the line no more, and those that are do not hold it up. */
  void beginTurn() {
    allowance.stepOut(this);
    called.set(false);
    hasTurn = true;
  }

  /** Ends its turn. */
  void endTurn() {
    hasTurn = false;
    allowance.callNext();
  }

  /** Takes room for a message to be given to it; returns false if there is none. */
  boolean takeRoom(Message message) {
    return allowance.take(message.weight());
  }

  /** Has no part in the consumer's allowance any more, but for what it has not answered. */
  void stepOut() {
    allowance.stepOut(this);
    allowance.callNext();
  }

  /** Takes a delivery among those under way, and into its charge; it has room. */
  void add(Delivery delivery) {
    underWay++;
    append(delivery);
  }

  private void append(Delivery delivery) {
    Delivery last = newest;
    if (last == null) {
      oldest = delivery;
    } else {
      last.after = delivery;
      delivery.before = last;
    }
    newest = delivery;
  }

  /** Takes a delivery out of its charge; it keeps its place among those under way. */
  void takeAway(Delivery delivery) {
    unlink(delivery);
    delivery.open = false;
  }

  private void unlink(Delivery delivery) {
    Delivery before = delivery.before;
    Delivery after = delivery.after;
    if (before == null) {
      oldest = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.before = before;
    }
    delivery.before = null;
    delivery.after = null;
  }

  /** Returns the oldest open delivery, if it was given before a second; else null. */
  @Nullable Delivery givenBefore(long second) {
    Delivery first = oldest;
    return first == null || first.givenAt >= second ? null : first;
  }

  /** Returns the open deliveries of a key, oldest first. */
  List<Delivery> openOf(Key key) {
    return open(delivery -> delivery.parcel.key == key);
  }

  private List<Delivery> open(Predicate<Delivery> which) {
    List<Delivery> found = new ArrayList<>();
    for (Delivery each = oldest; each != null; each = each.after) {
      if (which.test(each)) {
        found.add(each);
      }
    }
    return found;
  }

  /** Has open deliveries, and others of their keys, count as given now, in their order. */
  void extend(Collection<Delivery> deliveries, long givenNo, int second) {
    Set<Delivery> chosen = new HashSet<>(deliveries);
    Set<Key> keys = new HashSet<>();
    for (Delivery delivery : deliveries) {
      if (delivery.open && delivery.parcel.key != null) {
        keys.add(delivery.parcel.key);
      }
    }
    for (Delivery each : open(one -> chosen.contains(one) || keys.contains(one.parcel.key))) {
      unlink(each);
      append(each);
      each.givenNo = givenNo;
      each.givenAt = second;
    }
  }

  /** Gives the place of a delivery free. */
  void free(Delivery delivery) {
    if (delivery.holdsPlace) {
      delivery.holdsPlace = false;
      underWay--;
      allowance.giveBack(delivery.message().weight());
    }
  }
}
