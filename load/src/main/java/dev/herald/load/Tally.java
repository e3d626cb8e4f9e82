package dev.herald.load;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a run counts. Owned by the loop. */
final class Tally {
  private static final long LATENCY_MAX_NS = 120_000_000_000L;

  /** Nanoseconds from the intended time of sending to the reading, of what is measured. */
  final Histogram latencyNs = new Histogram(LATENCY_MAX_NS, 3);

  /** Nanoseconds from when a message was due to its sending, of what is measured. */
  final Histogram lateNs = new Histogram(LATENCY_MAX_NS, 3);

  long sent;
  long received;
  long refused;
  long damaged;
  long lost;
  long duplicated;
  long outOfOrder;
  @Nullable String failure;

  /** How many messages each member of a shared subscription got, at the end. */
  long[] shares = {};

  private long measuredFromNs = Long.MAX_VALUE;
  private long measuredToNs = Long.MAX_VALUE;

  /** Messages whose intended time is this or later are measured. */
  void measureFrom(long nowNs) {
    measuredFromNs = nowNs;
  }

  /** Messages whose intended time is this or later are not measured any more. */
  void measureUntil(long nowNs) {
    measuredToNs = nowNs;
  }

  /** Counts a message that came the first time. */
  void received(long intendedNs, long readNs) {
    received++;
    if (intendedNs >= measuredFromNs && intendedNs < measuredToNs) {
      latencyNs.recordValue(Math.min(LATENCY_MAX_NS, Math.max(0, readNs - intendedNs)));
    }
  }

  /** Notes how late a message of an open loop was sent. */
  void sentLate(long intendedNs, long lateByNs) {
    if (intendedNs >= measuredFromNs && intendedNs < measuredToNs) {
      lateNs.recordValue(Math.min(LATENCY_MAX_NS, Math.max(0, lateByNs)));
    }
  }

  /** Notes why the run cannot go on; the first reason counts. */
  void failed(String reason) {
    if (failure == null) {
      failure = reason;
    }
  }
}
