package dev.herald.it.crash;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what clients were told, and lets one wait for a number of acknowledgements. */
final class Ledger {
  final Faults faults = new Faults();

  /** Messages that were sent at least once. */
  final LongAdder sent = new LongAdder();

  /** Sends that were tried again in a later life, as nobody had answered. */
  final LongAdder retried = new LongAdder();

  /** Sends of what had been acknowledged before, under the same clientMessageId. */
  final LongAdder repeated = new LongAdder();

  /** Acknowledged recalls. */
  final LongAdder recalled = new LongAdder();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long kept;
  private boolean over;

  /** Counts an acknowledged create. */
  void kept() {
    lock.lock();
    try {
      kept++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many creates were acknowledged. */
  long keptCount() {
    lock.lock();
    try {
      return kept;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until so many creates were acknowledged.
   *
   * @throws AssertionError if they are not in time
   */
  void awaitKept(long count, Duration atMost) {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (kept < count) {
        if (left <= 0) {
          throw new AssertionError(
              kept + " creates are acknowledged, not " + count + "; " + faults.lines());
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  /** Has clients send nothing new. */
  void finish() {
    lock.lock();
    try {
      over = true;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether clients are to send nothing new. */
  boolean isOver() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }
}
