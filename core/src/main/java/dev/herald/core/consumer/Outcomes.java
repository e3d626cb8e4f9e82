package dev.herald.core.consumer;

import dev.herald.core.route.Lane;
import dev.herald.core.route.NotConsumed;
import dev.herald.core.route.NotConsumed.Reason;
import java.util.concurrent.RejectedExecutionException;

/**
 * How the parcels of one group end: each once, counted, and told to its publisher. Owned by the
 * group's lane.
 */
final class Outcomes {
  private final SharedFilter filter;
  private final Lane lane;
  private final DeadLetters deadLetters;
  private final GroupFigures figures;

  Outcomes(SharedFilter filter, Lane lane, DeadLetters deadLetters, GroupFigures figures) {
    this.filter = filter;
    this.lane = lane;
    this.deadLetters = deadLetters;
    this.figures = figures;
  }

  /** A member has it for good. */
  void consumed(Parcel parcel) {
    if (!parcel.done) {
      parcel.done = true;
      figures.consumed();
      if (parcel.receipt != null) {
        parcel.receipt.answered();
      }
    }
  }

  /** It was tried enough: makes it a dead letter, or refuses it to its publisher. */
  void giveUp(Parcel parcel, Reason why) {
    if (parcel.done || !deadLetters.take(parcel.message)) {
      drop(parcel, why);
      return;
    }
    parcel.done = true;
    figures.deadLetter();
    NotConsumed reason = notConsumed(parcel, why);
    try {
      // not at once: its subscribers may be members of this group
      lane.execute(() -> deadLetters.publish(parcel.message, reason, parcel.receipt));
    } catch (RejectedExecutionException stopped) {
      // its publishers ended with the lane
    }
  }

  /** Nobody consumes it: counts that, and refuses it to its publisher. */
  void drop(Parcel parcel, Reason why) {
    if (!parcel.done) {
      figures.dropped(why);
      refuse(parcel, why);
    }
  }

  /** The group has nothing to do with it any more: refuses it to its publisher. */
  void refuse(Parcel parcel, Reason why) {
    if (!parcel.done) {
      parcel.done = true;
      if (parcel.receipt != null) {
        parcel.receipt.refused(notConsumed(parcel, why));
      }
    }
  }

  private NotConsumed notConsumed(Parcel parcel, Reason why) {
    return new NotConsumed(why, filter.text(), parcel.attempts);
  }
}
