package dev.herald.core.consumer;

import dev.herald.core.consumer.Delivery.Answer;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.NotConsumed.Reason;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The members of one shared subscription. It is a subscriber like any other, on the lane where its
 * first member joined, and gives each message to one of its live members, wherever they are. The
 * publisher's receipt is answered when a member has acknowledged, or nobody will.
 *
 * <p><b>Who gets a message.</b> Of the members that can take one now, the one with the fewest
 * deliveries under way; equals take turns. A message with the user property {@code key} goes to the
 * member the key belongs to, so that what has the same key is delivered in order. The key belongs
 * to the same member as long as the membership stands. When somebody joins or leaves, some keys
 * change hands, each as soon as nothing of it is under way to its present member.
 *
 * <p><b>Nobody free.</b> The message waits here, up to a bound in bytes. At the bound QoS 0 is
 * dropped and counted, and publishers of QoS 1 and 2 should hold back; what they have on its way by
 * then is still taken, and refused and counted only when it is far beyond the bound.
 *
 * <p><b>A member fails.</b> What it has not finished when it leaves is given to others at once,
 * before newer messages. So is what it refuses, or does not answer in time; with all later messages
 * of the same key. A member that answers nothing in time is stalled: others get all it has, and it
 * gets nothing until it answers. Each attempt is with another member, and their number is bounded.
 * With the last member the group ends, and all that is not finished is refused.
 *
 * <p>Everything but {@link #isCongested} happens on the group's lane. A member's methods run inside
 * of ours when it is on the same lane, and may come back here: so every change is complete before a
 * message is handed over. Receipts are answered at any time, as their publishers do not come back
 * here from that.
 */
public final class ConsumerGroup extends Subscriber {
  /** The user property that carries a message's key. */
  public static final String KEY_PROPERTY = "key";

  /** How many members joined or are about to; written under the map's lock in the groups. */
  volatile int claims;

  private final ConsumerGroups groups;
  private final SharedFilter filter;
  private final Subscription subscription;
  private final Router router;
  private final ConsumerSettings settings;

  private final List<Member> live = new ArrayList<>();

  /** Members that are stalled, and those that left while something of theirs is open. */
  private final List<Member> others = new ArrayList<>(0);

  private final FreeMembers free = new FreeMembers();
  final Backlog backlog;
  final Keys keys;
  private final GroupFigures figures;
  private final Outcomes outcomes;

  private long lastNumber;
  private long lastGiven;
  private int second;
  private boolean serving;
  private boolean ended;

  ConsumerGroup(
      ConsumerGroups groups,
      SharedFilter filter,
      Lane lane,
      Router router,
      ConsumerSettings settings,
      ConsumerCounters counters) {
    super(lane);
    this.groups = groups;
    this.filter = filter;
    this.subscription = new Subscription(this, filter.filter(), 0, 0);
    this.router = router;
    this.settings = settings;
    this.backlog =
        new Backlog(settings.groupBytesMax(), counters, () -> groups.congestionChanged(this));
    this.keys = new Keys(live, this::giveUpOldest);
    this.figures = new GroupFigures(counters);
    this.outcomes = new Outcomes(filter, lane, groups.deadLetters(), figures);
  }

  SharedFilter filter() {
    return filter;
  }

  Subscription subscription() {
    return subscription;
  }

  /** Returns how it is now, with its members one by one or without; on its lane. */
  GroupView view(boolean withMembers) {
    return figures.view(filter.text(), backlog.bytes(), List.of(live, others), withMembers);
  }

  @Override
  protected boolean isGroup() {
    return true;
  }

  /**
   * Returns whether so much waits for the members that publishers should hold back. From any
   * thread.
   */
  public boolean isCongested() {
    return backlog.isCongested();
  }

  // ---- messages

  @Override
  protected void deliver(Message message, Subscription matched) {
    accept(message, router.openGroup(lane()));
  }

  @Override
  protected void deliver(Message message, List<Subscription> matched) {
    throw new IllegalStateException("a group has one subscription");
  }

  private void accept(Message message, @Nullable Receipt receipt) {
    String name = message.properties().userProperty(KEY_PROPERTY);
    Key key = name == null ? null : keys.of(name);
    Parcel parcel = new Parcel(message, ++lastNumber, key, receipt);
    Member to = takerNow(key);
    if (to != null) {
      give(to, parcel);
    } else if (backlog.hasRoomFor(message)) {
      hold(parcel);
    } else {
      outcomes.drop(parcel, Reason.GROUP_FULL);
    }
    if (key != null) {
      keys.forgetIfFinished(key);
    }
  }

  private @Nullable Member takerNow(@Nullable Key key) {
    if (key == null) {
      return backlog.oldest() == null ? free.least() : null;
    }
    Member owner = key.owner;
    return key.waiting.isEmpty() && owner != null && owner.isFree() ? owner : null;
  }

  /** Gives a message to a member. */
  private void give(Member member, Parcel parcel) {
    figures.dispatched(member);
    Message message = parcel.message;
    Lane to = member.consumer().lane();
    if (message.qos() == 0) {
      place(member);
      if (to.equals(lane())) {
        member.hand(message);
      } else {
        boolean _ = router.run(to, message.weight(), () -> member.hand(message));
      }
      return;
    }
    parcel.attempts++;
    Delivery delivery = new Delivery(parcel, member, ++lastGiven, second);
    member.add(delivery);
    if (parcel.key != null) {
      parcel.key.underWay++;
    }
    place(member);
    if (to.equals(lane())) {
      delivery.run();
    } else {
      boolean _ = router.run(to, message.weight(), delivery);
    }
  }

  // ---- what waits

  private void hold(Parcel parcel) {
    backlog.add(parcel);
    if (parcel.key != null) {
      keys.list(parcel.key);
    }
  }

  /** Gives what waits to those that are free now. */
  private void serve() {
    if (serving) {
      return;
    }
    serving = true;
    try {
      while (serveTried() || serveOldest()) {
        // until nobody is free, or nothing waits
      }
    } finally {
      serving = false;
    }
  }

  private boolean serveTried() {
    Parcel parcel = backlog.oldestTried();
    if (parcel == null) {
      return false;
    }
    Member to = free.leastFor(parcel);
    if (to != null) {
      backlog.take(parcel);
      give(to, parcel);
      return true;
    }
    if (parcel.wasTriedByAll(live)) {
      giveUpOldest(parcel);
      return true;
    }
    return false;
  }

  /** Serves the oldest of what waits for whoever is free and of what waits for a free owner. */
  private boolean serveOldest() {
    Member owner = keys.next();
    Key key = owner == null ? null : owner.keys.peek();
    Parcel keyed = key == null ? null : key.waiting.peek();
    Member least = free.least();
    Parcel any = least == null ? null : backlog.oldest();
    if (owner != null && key != null && keyed != null && keyed.isBefore(any)) {
      backlog.take(keyed);
      owner.keys.remove();
      key.listed = false;
      keys.list(key);
      give(owner, keyed);
      keys.forgetIfFinished(key);
      return true;
    }
    if (any == null || least == null) {
      return false;
    }
    backlog.take(any);
    give(least, any);
    return true;
  }

  // ---- members

  /** Takes in a member; on its consumer's lane. */
  void join(Member member, boolean busy) {
    lane()
        .run(() -> {
          member.busy = busy;
          figures.joined();
          goLive(member);
          serve();
        });
  }

  private void goLive(Member member) {
    member.live = true;
    member.place = live.size();
    live.add(member);
    place(member);
    keys.joined();
  }

  /** Sees where a member belongs after it changed. */
  private void place(Member member) {
    free.place(member);
    keys.list(member);
  }

  void setBusy(Member member, boolean busy) {
    lane()
        .run(() -> {
          member.busy = busy;
          changed(member, false);
          serve();
        });
  }

  /** Looks at a member that something changed for; a stalled one that can go on is live again. */
  private void changed(Member member, boolean answered) {
    if (member.stalled && (answered || (member.underWay == 0 && !member.busy))) {
      endStall(member);
      boolean _ = others.remove(member);
      goLive(member);
    } else if (member.live) {
      place(member);
    }
  }

  private void endStall(Member member) {
    if (member.stalled) {
      member.stalled = false;
      figures.recovered();
    }
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
    endStall(member);
    member.gone = true;
    figures.left();
    if (groups.release(this)) {
      end(unfinished, keeps);
      return;
    }
    boolean any = false;
    for (Delivery delivery : unfinished) {
      if (delivery.open) {
        takeBack(delivery, Reason.LEFT);
        any = true;
      }
    }
    if (keeps && any) {
      member.consumer().lane().run(member.consumer()::handedOver);
    }
    serve();
  }

  /** Gives a member no more messages, and its keys to others. */
  private void retire(Member member) {
    if (!member.live) {
      return;
    }
    member.live = false;
    others.add(member);
    free.remove(member);
    Member last = live.removeLast();
    if (last != member) {
      last.place = member.place;
      live.set(member.place, last);
    }
    keys.retired(member);
  }

  private void end(List<Delivery> unfinished, boolean keeps) {
    ended = true;
    for (Delivery delivery : unfinished) {
      if (delivery.open && !keeps) {
        figures.dropped(Reason.NO_MEMBER);
      }
    }
    for (Member member : others) {
      for (Delivery open = member.oldest; open != null; open = member.oldest) {
        member.takeAway(open);
        outcomes.refuse(open.parcel, Reason.NO_MEMBER);
      }
    }
    keys.clear(parcel -> outcomes.drop(parcel, Reason.NO_MEMBER));
    backlog.clear(parcel -> outcomes.drop(parcel, Reason.NO_MEMBER));
  }

  // ---- time

  /** A second has passed: takes back what members had for too long. On the group's lane. */
  void tick() {
    second++;
    for (int i = others.size() - 1; i >= 0; i--) {
      Member member = others.get(i);
      expire(member);
      if (member.gone && member.oldest == null) {
        var _ = others.remove(i);
      }
    }
    for (int i = live.size() - 1; i >= 0; i--) {
      expire(live.get(i));
    }
    serve();
  }

  private void expire(Member member) {
    long since = second - settings.ackTimeout().toSeconds();
    Delivery overdue = member.givenBefore(since);
    if (overdue != null && member.live && member.answeredNo < overdue.givenNo) {
      stall(member);
      return;
    }
    while (overdue != null) {
      tryOthers(overdue, Reason.TIMED_OUT);
      overdue = member.givenBefore(since);
    }
  }

  private void stall(Member member) {
    retire(member);
    member.stalled = true;
    figures.stalled();
    for (Delivery open = member.oldest; open != null; open = member.oldest) {
      takeBack(open, Reason.TIMED_OUT);
    }
    member.consumer().lane().run(member.consumer()::handedOver);
  }

  // ---- answers

  /** Takes a consumer's answer; on its lane. */
  void answered(Delivery delivery, Answer answer) {
    lane().run(() -> take(delivery, answer));
  }

  /** Takes it that a consumer needs more time for deliveries; on its lane. */
  void extend(Member member, Collection<Delivery> deliveries) {
    lane()
        .run(() -> {
          member.answeredNo = lastGiven;
          member.extend(deliveries, ++lastGiven, second);
          changed(member, true);
          serve();
        });
  }

  private void take(Delivery delivery, Answer answer) {
    if (ended) {
      if (answer == Answer.RETURNED && !delivery.isHandedOver()) {
        giveToSuccessor(delivery.message());
      }
      return;
    }
    Member member = delivery.member();
    boolean byClient = answer == Answer.ACKNOWLEDGED || answer == Answer.REFUSED;
    if (byClient) {
      figures.answered(member, answer == Answer.ACKNOWLEDGED);
      member.answeredNo = lastGiven;
    }
    if (delivery.open) {
      decide(delivery, answer);
    } else if (answer == Answer.ACKNOWLEDGED) {
      acknowledgedLate(delivery);
    } else if (answer == Answer.REFUSED && delivery.parcel.key != null) {
      delivery.parcel.key.passOver(lastGiven);
    } else if (answer == Answer.KEPT && !delivery.wasSent()) {
      // its client was not sent it
      delivery.parcel.attempts--;
    }
    member.free(delivery);
    changed(member, byClient);
    serve();
  }

  private void decide(Delivery delivery, Answer answer) {
    Parcel parcel = delivery.parcel;
    switch (answer) {
      case ACKNOWLEDGED -> outcomes.consumed(parcel);
      case EXPIRED -> outcomes.drop(parcel, Reason.EXPIRED);
      case KEPT -> outcomes.drop(parcel, Reason.INCOMPLETE);
      case REFUSED -> {
        if (settings.redeliverRefused()) {
          tryOthers(delivery, Reason.REFUSED);
        } else {
          outcomes.giveUp(parcel, Reason.REFUSED);
        }
      }
      case RETURNED -> {
        retire(delivery.member());
        takeBack(delivery, Reason.LEFT);
      }
    }
    release(delivery);
  }

  /**
   * Takes the acknowledgement of a message that was taken from its member. One with a key counts
   * only if it is the key's next: else later ones would be consumed before earlier ones.
   */
  private void acknowledgedLate(Delivery delivery) {
    figures.late();
    Parcel parcel = delivery.parcel;
    Key key = parcel.key;
    if (key == null) {
      outcomes.consumed(parcel);
    } else if (key.isDue(parcel) && !key.isPassedOver(delivery)) {
      backlog.take(parcel);
      outcomes.consumed(parcel);
      if (key.waiting.isEmpty()) {
        keys.unlist(key);
        keys.forgetIfFinished(key);
      }
    }
  }

  // ---- another member, or the end

  /**
   * Takes a message from a member that had its chance, and with it the later ones of its key; the
   * next member gets them in order.
   */
  private void tryOthers(Delivery delivery, Reason why) {
    Parcel parcel = delivery.parcel;
    Key key = parcel.key;
    Member member = delivery.member();
    parcel.tried(member);
    takeBack(delivery, why);
    if (key == null || parcel.done) {
      return;
    }
    key.passOver(lastGiven);
    for (Delivery each : member.openOf(key)) {
      each.parcel.attempts--;
      takeBack(each, why);
    }
    if (key.underWay == 0 && !key.isFinished()) {
      keys.assign(key);
    }
  }

  /** Takes a message from a member, for another one or for its end. */
  private void takeBack(Delivery delivery, Reason why) {
    Parcel parcel = delivery.parcel;
    parcel.failedBy = why;
    delivery.handOver();
    if (!delivery.wasSent()) {
      parcel.attempts--;
    }
    if (!parcel.done) {
      if (parcel.attempts >= settings.attemptsMax() || parcel.wasTriedByAll(live)) {
        outcomes.giveUp(parcel, why);
      } else {
        figures.redelivered(why);
        hold(parcel);
      }
    }
    // after it waits again, so that its key is not forgotten in between
    release(delivery);
  }

  /** Ends a member's charge of a delivery, if it has it. */
  private void release(Delivery delivery) {
    if (!delivery.open) {
      return;
    }
    delivery.member().takeAway(delivery);
    Key key = delivery.parcel.key;
    if (key == null) {
      return;
    }
    key.underWay--;
    Member owner = key.owner;
    if (key.isFinished()) {
      keys.forgetIfFinished(key);
    } else if (key.underWay == 0 && owner != null && !owner.live) {
      keys.assign(key);
    }
  }

  /** Ends a parcel that waits as the oldest of its kind, and that all live members had. */
  private void giveUpOldest(Parcel parcel) {
    backlog.take(parcel);
    outcomes.giveUp(parcel, parcel.failedBy);
  }

  // ---- what comes back

  /** Takes back a message of QoS 0 from a consumer that left; on its lane. */
  void returned(Member member, Message message) {
    lane()
        .run(() -> {
          retire(member);
          returned(message);
        });
  }

  private void returned(Message message) {
    if (ended) {
      giveToSuccessor(message);
    } else {
      accept(message, null);
      serve();
    }
  }

  /** Gives a message to the group that has this one's name now, if any. */
  private void giveToSuccessor(Message message) {
    ConsumerGroup successor = groups.find(filter);
    if (successor == null) {
      figures.dropped(Reason.NO_MEMBER);
    } else {
      figures.redelivered(Reason.LEFT);
      successor.lane().run(() -> successor.returned(message));
    }
  }
}
