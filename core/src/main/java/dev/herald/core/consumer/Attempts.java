package dev.herald.core.consumer;

import dev.herald.core.route.NotConsumed.Reason;

/**
 * Takes the messages of one group from members that had their chance with them, for other members
 * to get or to their end. Owned by the group's lane.
 */
final class Attempts {
  private final int attemptsMax;
  private final Members members;
  private final Keys keys;
  private final Backlog backlog;
  private final Outcomes outcomes;
  private final GroupFigures figures;

  /**
   * Makes a group's attempts.
   *
   * @param attemptsMax how many members a message is tried with
   */
  Attempts(
      int attemptsMax, Members members, Backlog backlog, Outcomes outcomes, GroupFigures figures) {
    this.attemptsMax = attemptsMax;
    this.members = members;
    this.keys = members.keys;
    this.backlog = backlog;
    this.outcomes = outcomes;
    this.figures = figures;
  }

  /** Has a message wait for a member. */
  void hold(Parcel parcel) {
    backlog.add(parcel);
    Key key = parcel.key;
    if (key != null && key.underWay == 0 && key.isForAnother()) {
      keys.assign(key);
    } else if (key != null) {
      keys.list(key);
    }
  }

  /**
   * Takes the acknowledgement of a message that was taken from its member. One with a key counts
   * only if it is the key's next: else later ones would be consumed before earlier ones.
   */
  void acknowledgedLate(Delivery delivery) {
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

  /**
   * Takes a message from a member that had its chance, and with it the later ones of its key; the
   * next member gets them in order, once the member is done with the earlier ones.
   *
   * @param lastGiven the number of the last delivery that the group has given to anybody
   */
  void tryOthers(Delivery delivery, Reason why, long lastGiven) {
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
      if (parcel.isBefore(each.parcel)) {
        each.countNot();
        takeBack(each, why);
      }
    }
    if (key.underWay == 0 && !key.isFinished()) {
      keys.assign(key);
    }
  }

  /** Has a message wait again that its member had no room for. */
  void giveBack(Delivery delivery) {
    delivery.countNot();
    if (!delivery.parcel.done) {
      hold(delivery.parcel);
    }
  }

  /** Takes a message from a member, for another one or for its end. */
  void takeBack(Delivery delivery, Reason why) {
    Parcel parcel = delivery.parcel;
    parcel.failedBy = why;
    delivery.handOver();
    if (!delivery.wasSent()) {
      delivery.countNot();
    }
    if (!parcel.done) {
      if (parcel.attempts >= attemptsMax || parcel.wasTriedByAll(members.live())) {
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
  void release(Delivery delivery) {
    if (!delivery.open) {
      return;
    }
    delivery.member().takeAway(delivery);
    Key key = delivery.parcel.key;
    if (key == null) {
      return;
    }
    key.underWay--;
    if (key.isFinished()) {
      keys.forgetIfFinished(key);
    } else if (key.underWay == 0 && key.isForAnother()) {
      keys.assign(key);
    }
  }
}
