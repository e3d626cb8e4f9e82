package dev.herald.load;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Checks the numbers of one publisher's messages as one subscriber gets them: which came, which
 * came twice, and which came after a later one.
 *
 * <p>Remembers the last {@link #REMEMBERED} numbers, a bit each; an older one that comes is counted
 * as late and, as nobody knows better, as new.
 */
final class SequenceCheck {
  /** How far back a number is known to have come or not. */
  static final int REMEMBERED = 1 << 16;

  /** A bit for each number that came; null until one is skipped: all up to the highest came. */
  private long @Nullable [] bits;

  private long highest = -1;
  private long received;
  private long duplicated;
  private long outOfOrder;

  /**
   * Notes a number.
   *
   * @return whether it had not come before
   */
  boolean accept(long number) {
    if (number == highest + 1) {
      highest = number;
      set(number);
    } else if (number > highest) {
      skipTo(number);
    } else if (number > highest - REMEMBERED && isSet(number)) {
      duplicated++;
      return false;
    } else {
      outOfOrder++;
      if (number > highest - REMEMBERED) {
        set(number);
      }
    }
    received++;
    return true;
  }

  /** Returns how many different numbers came. */
  long received() {
    return received;
  }

  /** Returns how many came that had come before. */
  long duplicated() {
    return duplicated;
  }

  /** Returns how many came after a later one. */
  long outOfOrder() {
    return outOfOrder;
  }

  /** Returns the greatest number that came, -1 before the first. */
  long highest() {
    return highest;
  }

  private void skipTo(long number) {
    long[] came = bits;
    if (came == null) {
      came = new long[REMEMBERED / 64];
      Arrays.fill(came, -1L);
      bits = came;
    }
    long from = Math.max(highest + 1, number - REMEMBERED + 1);
    for (long skipped = from; skipped < number; skipped++) {
      came[word(skipped)] &= ~(1L << skipped);
    }
    highest = number;
    set(number);
  }

  private boolean isSet(long number) {
    return bits == null || (bits[word(number)] & (1L << number)) != 0;
  }

  private void set(long number) {
    if (bits != null) {
      bits[word(number)] |= 1L << number;
    }
  }

  private static int word(long number) {
    return (int) (number >>> 6) & (REMEMBERED / 64 - 1);
  }
}
