package dev.herald.load;

import java.util.Arrays;
import java.util.Random;

/**
 * When something is due that each of many clients does at regular intervals: all intervals are the
 * same, and each client begins at a moment of its first interval that chance gave it, as clients do
 * that know nothing of each other. The same number of clients always gets the same moments.
 *
 * <p>What is due is found in constant time: sorted by their moments, the clients take turns for
 * ever.
 */
final class Schedule {
  private static final long SEED = 0x5EED;

  private final double intervalNs;
  private final int[] order;
  private final long[] phaseNs;
  private long startNs;
  private long due;

  /**
   * Makes a schedule that has not started.
   *
   * @param clients how many there are, 1 or more
   * @param perSecond what all of them do in a second, together; more than 0
   */
  Schedule(int clients, double perSecond) {
    intervalNs = clients * 1e9 / perSecond;
    Random random = new Random(SEED);
    long[] keyed = new long[clients];
    for (int i = 0; i < clients; i++) {
      // the moment above, the client below, so that one sort orders both
      keyed[i] = ((long) (random.nextDouble() * (1L << 40)) << 23) | i;
    }
    Arrays.sort(keyed);
    order = new int[clients];
    phaseNs = new long[clients];
    for (int i = 0; i < clients; i++) {
      order[i] = (int) keyed[i] & ((1 << 23) - 1);
      phaseNs[order[i]] = (long) ((keyed[i] >>> 23) / (double) (1L << 40) * intervalNs);
    }
  }

  /** Starts it: the first interval begins at a time. */
  void start(long nowNs) {
    startNs = nowNs;
  }

  /** Returns whose turn is next. */
  int next() {
    return order[(int) (due % order.length)];
  }

  /** Returns when it is due. */
  long nextDueNs() {
    return dueNs(next(), due / order.length);
  }

  /** Goes on to the next one. */
  void advance() {
    due++;
  }

  /** Returns when a client's turn of a number (from 0) is due. */
  long dueNs(int client, long number) {
    return startNs + phaseNs[client] + (long) (number * intervalNs);
  }
}
