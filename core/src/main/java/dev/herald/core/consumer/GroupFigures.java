package dev.herald.core.consumer;

import dev.herald.core.consumer.GroupView.Counts;
import dev.herald.core.consumer.GroupView.MemberView;
import dev.herald.core.consumer.GroupView.Summary;
import dev.herald.core.route.NotConsumed.Reason;
import java.util.ArrayList;
import java.util.List;

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

  /**
   * Returns the group as it is now.
   *
   * @param members all lists of them
   * @param withMembers whether they are told one by one
   */
  GroupView view(
      String filter, long waitingBytes, List<List<Member>> members, boolean withMembers) {
    List<MemberView> told = new ArrayList<>();
    int count = 0;
    int stalled = 0;
    long underWay = 0;
    for (List<Member> some : members) {
      for (Member member : some) {
        if (member.gone) {
          continue;
        }
        count++;
        stalled += member.stalled ? 1 : 0;
        underWay += member.underWay;
        if (withMembers) {
          told.add(member.view());
        }
      }
    }
    Counts counts = new Counts(dispatched, consumed, redelivered, refused, dropped, deadLetters);
    Summary summary = new Summary(filter, count, count - stalled, underWay, waitingBytes, counts);
    return new GroupView(summary, told);
  }
}
