package dev.herald.core.consumer;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A key some of whose messages are unfinished: they are at one member, or wait for it. It exists no
 * longer than that, and does not change its member while something is under way there. Owned by the
 * group's lane.
 */
final class Key {
  final String name;

  /** Whose it is; null while the group has no live member. */
  @Nullable Member owner;

  /** How many deliveries are open at the owner. */
  int underWay;

  final PriorityQueue<Parcel> waiting = queue();

  /** Whether the owner's list of keys that wait has it. */
  boolean listed;

  /** The number of the last delivery in the group when it went on without an answer last. */
  private long passedOver;

  Key(String name, @Nullable Member owner) {
    this.name = name;
    this.owner = owner;
  }

  /**
   * Notes that the key goes on without a member's answer to one of its messages: what is
   * acknowledged of later ones that were given by now counts no more, as they come again after that
   * one.
   *
   * @param lastGiven the number of the last delivery that the group has given to anybody
   */
  void passOver(long lastGiven) {
    passedOver = lastGiven;
  }

  boolean isPassedOver(Delivery delivery) {
    return delivery.givenNo <= passedOver;
  }

  /** Returns whether its owner is gone, or had its chance with what comes next. */
  boolean isForAnother() {
    Member present = owner;
    Parcel next = waiting.peek();
    return present != null && (!present.live || (next != null && next.wasTriedBy(present)));
  }

  /** Returns whether a parcel is the next one to be consumed, and nobody has it. */
  boolean isDue(Parcel parcel) {
    return underWay == 0 && waiting.peek() == parcel;
  }

  boolean isFinished() {
    return underWay == 0 && waiting.isEmpty();
  }

  /** Returns a queue in the order in which the group took the messages. */
  static PriorityQueue<Parcel> queue() {
    return new PriorityQueue<>(4, Comparator.comparingLong(waiting -> waiting.number));
  }

  /**
   * Returns the place of a key among {@code places}, the same for the same number of places. When a
   * place is added, only the keys that go to the new one move.
   *
   * <p>As the places grow from 1, a key moves to the newest of n places with the chance 1/n. From
   * place p it so stays put up to n places with the chance (p + 1)/n, which tells where it moves
   * next from one random number; the numbers come from the key's hash.
   *
   * @param places 1 or more
   */
  static int place(String key, int places) {
    long state = key.hashCode();
    int place = 0;
    while (true) {
      state = mix(state);
      double chance = ((state >>> 11) + 1) * 0x1.0p-53;
      double next = Math.floor((place + 1) / chance);
      if (next >= places) {
        return place;
      }
      place = (int) next;
    }
  }

  /** Spreads a number over all bits; a chain of results repeats only after a very long time. */
  private static long mix(long value) {
    long mixed = value + 0x9E37_79B9_7F4A_7C15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8_FEB8_6659_FD93L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8_FEB8_6659_FD93L;
    return mixed ^ (mixed >>> 32);
  }
}
