package dev.herald.core.consumer;

import dev.herald.core.route.Message;
import dev.herald.core.route.NotConsumed.Reason;
import dev.herald.core.route.Receipt;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message in a group, from its coming to the moment somebody consumed it or nobody will. Owned by
 * the group's lane.
 */
final class Parcel {
  final Message message;

  /** Its number in the group, which is the order of what waits. */
  final long number;

  /** The key whose order it keeps, or null. */
  final @Nullable Key key;

  /** What its publisher awaits, or null. */
  final @Nullable Receipt receipt;

  /** How many members it was given to, but for those that left before it reached their client. */
  int attempts;

  /** Whether it was consumed, or came to another end. */
  boolean done;

  /** Why it was taken from a member last. */
  Reason failedBy = Reason.LEFT;

  /** The members that refused it or took too long. */
  private List<Member> triedBy = List.of();

  Parcel(Message message, long number, @Nullable Key key, @Nullable Receipt receipt) {
    this.message = message;
    this.number = number;
    this.key = key;
    this.receipt = receipt;
  }

  /** Returns whether the group took it before another one; true if there is no other. */
  boolean isBefore(@Nullable Parcel other) {
    return other == null || number < other.number;
  }

  /** Notes that a member had its chance. */
  void tried(Member member) {
    if (triedBy.isEmpty()) {
      triedBy = new ArrayList<>(2);
    }
    triedBy.add(member);
  }

  boolean wasTriedBy(Member member) {
    return !triedBy.isEmpty() && triedBy.contains(member);
  }

  /** Returns whether some member had its chance. */
  boolean wasTried() {
    return !triedBy.isEmpty();
  }

  /** Returns whether all of some members had their chance; false for none. */
  boolean wasTriedByAll(List<Member> members) {
    if (members.isEmpty() || members.size() > triedBy.size()) {
      return false;
    }
    for (Member member : members) {
      if (!triedBy.contains(member)) {
        return false;
      }
    }
    return true;
  }
}
