package dev.herald.core.consumer;

import dev.herald.core.route.NotConsumed.Reason;

/** What one group counts, which counts for all groups as well. Owned by the group's lane. */
final class GroupFigures {
  private final ConsumerCounters all;
  private long dispatched;
  private long consumed;
  private long redelivered;
  private long refused;
  private long dropped;
  private long deadLetters;

  GroupFigures(ConsumerCounters all) {
    this.all = all;
  }

  /** Counts a member. */
  void joined() {
    all.members.incrementAndGet();
  }

  /** Counts a member no more. */
  void left() {
    all.members.decrementAndGet();
  }

  /** Counts a member as stalled. */
  void stalled() {
    all.stalled.incrementAndGet();
  }

  /** Counts a member as stalled no more. */
  void recovered() {
    all.stalled.decrementAndGet();
  }

  /** Counts an acknowledgement of a message that was taken from the member before. */
  void late() {
    all.late.increment();
  }

  /** Counts a message that a member was given. */
  void dispatched(Member to) {
    dispatched++;
    to.dispatched++;
    all.dispatched.increment();
  }

  /** Counts a message that was consumed. */
  void consumed() {
    consumed++;
    all.consumed.increment();
  }

  /** Counts the answer of a member's client. */
  void answered(Member by, boolean acknowledged) {
    if (acknowledged) {
      by.acknowledged++;
    } else {
      by.refused++;
      refused++;
    }
  }

  /** Counts a message that another member is to get. */
  void redelivered(Reason why) {
    redelivered++;
    all.redelivered(why).increment();
  }

  /** Counts a message that nobody consumed. */
  void dropped(Reason why) {
    dropped++;
    all.dropped(why).increment();
  }

  /**
   * Counts a message that becomes a dead letter; for all groups it counts where it is published.
   */
  void deadLetter() {
    deadLetters++;
  }

  /** Returns what became of the group's messages. */
  GroupView.Counts counts() {
    return new GroupView.Counts(dispatched, consumed, redelivered, refused, dropped, deadLetters);
  }
}
