package dev.herald.core.consumer;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The members of a group that may be given a message, on a shelf for each number of deliveries
 * under way. Finding the one with the fewest and moving one cost the same however many members
 * there are. Those on one shelf take turns. Owned by the group's lane.
 *
 * <p>Whether a member's consumer has room is only known when it is asked, as other groups take of
 * it at the same time. One that has none is on no shelf from then on, and waits for its turn.
 */
final class FreeMembers {
  /** The member of each shelf whose turn it is; the shelf's members form a ring. */
  private @Nullable Member[] shelves = new @Nullable Member[4];

  private final BitSet filled = new BitSet();

  /** Returns the member with the fewest deliveries under way that waits longest, or null. */
  @Nullable Member least() {
    int shelf = filled.nextSetBit(0);
    Member found = shelf < 0 ? null : shelves[shelf];
    while (found != null && !found.isFree()) {
      takeOff(found);
      shelf = filled.nextSetBit(0);
      found = shelf < 0 ? null : shelves[shelf];
    }
    return found;
  }

  /** Returns the first of them that has not had its chance with a parcel, or null. */
  @Nullable Member leastFor(Parcel parcel) {
    Member found = firstFor(parcel);
    while (found != null && !found.isFree()) {
      takeOff(found);
      found = firstFor(parcel);
    }
    return found;
  }

  private void takeOff(Member full) {
    remove(full);
    full.lineUp();
  }

  private @Nullable Member firstFor(Parcel parcel) {
    for (int shelf = filled.nextSetBit(0); shelf >= 0; shelf = filled.nextSetBit(shelf + 1)) {
      Member first = shelves[shelf];
      Member each = first;
      while (each != null && parcel.wasTriedBy(each)) {
        each = each.after == first ? null : each.after;
      }
      if (each != null) {
        return each;
      }
    }
    return null;
  }

  /** Puts a member where it belongs now, behind those that are there; nowhere if it is busy. */
  void place(Member member) {
    remove(member);
    if (member.isReady()) {
      add(member, member.underWay);
    }
  }

  private void add(Member member, int shelf) {
    if (shelf >= shelves.length) {
      shelves = Arrays.copyOf(shelves, Math.max(shelf + 1, shelves.length * 2));
    }
    Member first = shelves[shelf];
    if (first == null) {
      shelves[shelf] = member;
      filled.set(shelf);
      member.before = member;
      member.after = member;
    } else {
      Member last = first.before == null ? first : first.before;
      member.before = last;
      member.after = first;
      last.after = member;
      first.before = member;
    }
    member.shelf = shelf;
  }

  void remove(Member member) {
    Member before = member.before;
    Member after = member.after;
    if (before == null || after == null) {
      return;
    }
    int shelf = member.shelf;
    if (after == member) {
      shelves[shelf] = null;
      filled.clear(shelf);
    } else {
      before.after = after;
      after.before = before;
      if (shelves[shelf] == member) {
        shelves[shelf] = after;
      }
    }
    member.before = null;
    member.after = null;
    member.shelf = -1;
  }
}
