package dev.herald.core.id;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes 64-bit, positive, time-ordered ids: 41 bits of milliseconds since 2020-01-01 UTC, 10 bits
 * of node, 12 bits of sequence.
 *
 * <p>Time and sequence are one counter that only grows. More than 4,096 ids in a millisecond borrow
 * from the next one, and a clock that steps back is waited out by counting on from the last id; so
 * an id of a node never repeats while the floor given at start is honoured. Thread-safe.
 */
public final class MessageIds {
  /** The greatest node number that fits. */
  public static final int NODE_MAX = 1023;

  private static final long EPOCH_MS = 1_577_836_800_000L;
  private static final int NODE_BITS = 10;
  private static final int SEQUENCE_BITS = 12;

  private final InstantSource clock;
  private final long node;
  private final AtomicLong lastTick;

  /**
   * Makes a source of ids.
   *
   * @param node this node's number, 0 to {@link #NODE_MAX}, different for every live node
   * @param clock the time
   * @param floor the greatest id given out before by any node (0 for none); every new id is greater
   */
  public MessageIds(int node, InstantSource clock, long floor) {
    if (node < 0 || node > NODE_MAX) {
      throw new IllegalArgumentException("node must be 0 to " + NODE_MAX + ": " + node);
    }
    this.clock = clock;
    this.node = node;
    // the millisecond after the floor's, because the floor may be another, greater node's
    long floorMs = floor >>> (NODE_BITS + SEQUENCE_BITS);
    this.lastTick = new AtomicLong(((floorMs + 1) << SEQUENCE_BITS) - 1);
  }

  /**
   * Returns when an id was made, as the clock of its node said it: a little later than that while a
   * node makes more than 4,096 ids in a millisecond, or its clock has stepped back.
   *
   * @param id one that any node made
   * @return milliseconds since 1970
   */
  public static long timeMs(long id) {
    return (id >>> (NODE_BITS + SEQUENCE_BITS)) + EPOCH_MS;
  }

  /** Returns an id greater than every id this source gave before. */
  public long next() {
    long now = (clock.millis() - EPOCH_MS) << SEQUENCE_BITS;
    long tick = lastTick.accumulateAndGet(now, (last, present) -> Math.max(last + 1, present));
    long time = tick >>> SEQUENCE_BITS;
    long sequence = tick & ((1L << SEQUENCE_BITS) - 1);
    return (time << (NODE_BITS + SEQUENCE_BITS)) | (node << SEQUENCE_BITS) | sequence;
  }
}
