package dev.herald.core.consumer;

import dev.herald.core.consumer.Delivery.Answer;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.NotConsumed.Reason;
import dev.herald.core.route.Receipt;
import dev.herald.core.route.Router;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
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

  private final Members members;
  private final FreeMembers free;
  final Backlog backlog;
  final Keys keys;
  private final GroupFigures figures;
  private final Outcomes outcomes;
  private final Attempts attempts;

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
    this.figures = new GroupFigures(counters);
    this.members = new Members(figures, this::giveUpOldest);
    this.free = members.free;
    this.keys = members.keys;
    this.outcomes = new Outcomes(filter, lane, groups.deadLetters(), figures);
    this.attempts = new Attempts(settings.attemptsMax(), members, backlog, outcomes, figures);
  }

  SharedFilter filter() {
    return filter;
  }

  Subscription subscription() {
    return subscription;
  }

  /** Returns how it is now, with its members one by one or without; on its lane. */
  GroupView view(boolean withMembers) {
    return figures.view(
        filter.text(), backlog.bytes(), List.of(members.live(), members.others()), withMembers);
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
    if (to != null && hasRoom(to, parcel)) {
      give(to, parcel);
    } else if (backlog.hasRoomFor(message)) {
      attempts.hold(parcel);
      if (to != null) {
        serve();
      }
    } else {
      outcomes.drop(parcel, Reason.GROUP_FULL);
    }
    if (key != null) {
      keys.forgetIfFinished(key);
    }
  }

  /** Returns who can take a message of a key or of none at once; else somebody waits for room. */
  private @Nullable Member takerNow(@Nullable Key key) {
    if (key == null) {
      return backlog.oldest() == null ? free.least() : null;
    }
    Member owner = key.owner;
    if (owner == null || !key.waiting.isEmpty()) {
      return null;
    }
    if (!owner.isFree()) {
      owner.lineUp();
      return null;
    }
    return owner;
  }

  /**
   * Returns whether a free member has room for a message; takes it if so. Another group may have
   * been faster, to which the member then loses its place.
   */
  private boolean hasRoom(Member member, Parcel parcel) {
    if (parcel.message.qos() == 0 || member.takeRoom(parcel.message)) {
      return true;
    }
    free.remove(member);
    member.lineUp();
    return false;
  }

  /** Gives a message to a member that has room for it. */
  private void give(Member member, Parcel parcel) {
    figures.dispatched(member);
    Message message = parcel.message;
    Lane to = member.consumer().lane();
    if (message.qos() == 0) {
      members.place(member);
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
    members.place(member);
    if (to.equals(lane())) {
      delivery.run();
    } else {
      boolean _ = router.run(to, message.weight(), delivery);
    }
  }

  // ---- what waits

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

  /** Serves the oldest of what others had their chance with that somebody free can have. */
  private boolean serveTried() {
    Parcel oldest = null;
    Member to = null;
    for (Parcel parcel : backlog.oldestTried()) {
      if (parcel.wasTriedByAll(members.live())) {
        giveUpOldest(parcel);
        return true;
      }
      Member least = free.leastFor(parcel);
      if (least != null && parcel.isBefore(oldest)) {
        oldest = parcel;
        to = least;
      }
    }
    if (oldest == null || to == null) {
      return false;
    }
    if (hasRoom(to, oldest)) {
      backlog.take(oldest);
      give(to, oldest);
    }
    return true;
  }

  /** Serves the oldest of what waits for whoever is free and of what waits for a free owner. */
  private boolean serveOldest() {
    Member owner = keys.next();
    Key key = owner == null ? null : owner.keys.peek();
    Parcel keyed = key == null ? null : key.waiting.peek();
    Parcel oldest = backlog.oldest();
    // asked only when there is something: one that has no room waits for it from then on
    Member least = oldest == null ? null : free.least();
    Parcel any = least == null ? null : oldest;
    if (owner != null && key != null && keyed != null && keyed.isBefore(any)) {
      serve(owner, key, keyed);
      return true;
    }
    if (any == null || least == null) {
      return false;
    }
    if (hasRoom(least, any)) {
      backlog.take(any);
      give(least, any);
    }
    return true;
  }

  /** Gives a key's owner its oldest message; another member gets it if the owner had its chance. */
  private void serve(Member owner, Key key, Parcel oldest) {
    if (key.isForAnother()) {
      keys.unlist(key);
      if (key.underWay == 0) {
        keys.assign(key);
      }
      return;
    }
    if (!hasRoom(owner, oldest)) {
      return;
    }
    backlog.take(oldest);
    owner.keys.remove();
    key.listed = false;
    keys.list(key);
    give(owner, oldest);
    keys.forgetIfFinished(key);
  }

  // ---- members

  /** Takes in a member; on its consumer's lane. */
  void join(Member member) {
    lane()
        .run(() -> {
          figures.joined();
          members.goLive(member);
          serve();
        });
  }

  /** Gives a member nothing, or something again; on its consumer's lane. */
  void setBusy(Member member, boolean busy) {
    lane()
        .run(() -> {
          member.busy = busy;
          members.changed(member, false);
          serve();
        });
  }

  /** Gives a member nothing more, and tells it when that is so; on its consumer's lane. */
  void pause(Member member) {
    setBusy(member, true);
    lane().run(() -> member.consumer().lane().run(member::paused));
  }

  /** Gives a member its turn at its consumer's allowance; from any thread. */
  void call(Member member) {
    // not at once: another group may be in the middle of something
    try {
      lane()
          .execute(() -> {
            member.beginTurn();
            members.changed(member, false);
            serve();
            member.endTurn();
          });
    } catch (RejectedExecutionException stopped) {
      // the group ended with its lane
    }
  }

  /** Lets a member go; on its consumer's lane. */
  void leave(Member member, List<Delivery> unfinished, boolean keeps) {
    if (lane().inLane()) {
      members.retire(member);
    }
    // not at once: we may be in the middle of a delivery, which must not see the topic tree change
    try {
      lane().execute(() -> left(member, unfinished, keeps));
    } catch (RejectedExecutionException stopped) {
      // the group ended with its lane
    }
  }

  private void left(Member member, List<Delivery> unfinished, boolean keeps) {
    members.left(member);
    member.stepOut();
    figures.left();
    // the consumer answers for them no more, unless it keeps them
    unfinished.forEach(member::free);
    if (groups.release(this)) {
      end(unfinished, keeps);
      return;
    }
    boolean any = false;
    for (Delivery delivery : unfinished) {
      if (delivery.open) {
        attempts.takeBack(delivery, Reason.LEFT);
        any = true;
      }
    }
    if (keeps && any) {
      member.consumer().lane().run(member.consumer()::handedOver);
    }
    serve();
  }

  private void end(List<Delivery> unfinished, boolean keeps) {
    ended = true;
    for (Delivery delivery : unfinished) {
      if (delivery.open && !keeps) {
        figures.dropped(Reason.NO_MEMBER);
      }
    }
    for (Member member : members.others()) {
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
    members.forEach(this::expire);
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
      attempts.tryOthers(overdue, Reason.TIMED_OUT, lastGiven);
      overdue = member.givenBefore(since);
    }
  }

  private void stall(Member member) {
    members.stall(member);
    for (Delivery open = member.oldest; open != null; open = member.oldest) {
      attempts.takeBack(open, Reason.TIMED_OUT);
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
          members.changed(member, true);
          serve();
        });
  }

  private void take(Delivery delivery, Answer answer) {
    Member member = delivery.member();
    member.free(delivery);
    if (ended) {
      boolean isBack = answer == Answer.RETURNED || answer == Answer.DECLINED;
      if (isBack && !delivery.isHandedOver()) {
        giveToSuccessor(delivery.message());
      }
      return;
    }
    boolean byClient = answer == Answer.ACKNOWLEDGED || answer == Answer.REFUSED;
    if (byClient) {
      figures.answered(member, answer == Answer.ACKNOWLEDGED);
      member.answeredNo = lastGiven;
    }
    if (delivery.open) {
      decide(delivery, answer);
    } else if (answer == Answer.ACKNOWLEDGED) {
      attempts.acknowledgedLate(delivery);
    } else if (answer == Answer.REFUSED && delivery.parcel.key != null) {
      delivery.parcel.key.passOver(lastGiven);
    }
    members.changed(member, byClient);
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
          attempts.tryOthers(delivery, Reason.REFUSED, lastGiven);
        } else {
          outcomes.giveUp(parcel, Reason.REFUSED);
        }
      }
      case RETURNED -> {
        members.retire(delivery.member());
        attempts.takeBack(delivery, Reason.LEFT);
      }
      // not an attempt, and nothing was delivered that would be again
      case DECLINED -> attempts.giveBack(delivery);
      case DROPPED -> throw new IllegalStateException("dropped, and not handed over");
    }
    attempts.release(delivery);
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
          members.retire(member);
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
