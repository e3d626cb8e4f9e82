package dev.herald.load;

import java.util.Arrays;

/**
 * Checks that several receivers get the same messages in the same order: whoever gets one first at
 * a place says what everybody has to get there. Owned by the loop.
 */
final class CommonOrder {
  /** How far a receiver may be behind the first and still be checked. */
  static final int REMEMBERED = 1 << 12;

  private static final int ASTRAY = -1;

  private long[] stamps = new long[16];
  private final long[] reached;
  private long head;

  /**
   * Makes an order that nobody knows yet.
   *
   * @param receivers how many there are
   */
  CommonOrder(int receivers) {
    this.reached = new long[receivers];
  }

  /**
   * Notes what a receiver got.
   *
   * @param index the receiver
   * @param stamp the message
   * @return false if it is not what others got at that place; then the receiver is checked no more
   */
  boolean accept(int index, long stamp) {
    long place = reached[index];
    if (place == ASTRAY) {
      return true;
    }
    reached[index]++;
    if (place == head) {
      append(stamp);
      return true;
    }
    if (head - place > REMEMBERED || stamps[at(place)] == stamp) {
      return true;
    }
    reached[index] = ASTRAY;
    return false;
  }

  private void append(long stamp) {
    long slowest = head;
    for (long place : reached) {
      slowest = place == ASTRAY ? slowest : Math.min(slowest, place);
    }
    if (head - slowest >= stamps.length && stamps.length < REMEMBERED) {
      grow();
    }
    stamps[at(head)] = stamp;
    head++;
  }

  private void grow() {
    long[] before = stamps;
    stamps = Arrays.copyOf(before, before.length * 2);
    for (long place = head - before.length; place < head; place++) {
      stamps[at(place)] = before[(int) place & (before.length - 1)];
    }
  }

  private int at(long place) {
    return (int) place & (stamps.length - 1);
  }
}
