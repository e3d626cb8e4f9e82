package dev.herald.server;

import java.util.concurrent.CountDownLatch;

/** Asks the server to stop, once. Thread-safe. */
final class StopSignal {
  private final CountDownLatch asked = new CountDownLatch(1);
  private volatile boolean expected;

  /** A signal that nobody has given yet. */
  StopSignal() {}

  /** Says that somebody will wait, and end in order when asked to. */
  void expect() {
    expected = true;
  }

  /** Whether somebody waits, or will. */
  boolean isExpected() {
    return expected;
  }

  /** Asks to stop; also good before anybody waits. */
  void give() {
    asked.countDown();
  }

  /**
   * Waits until somebody asks.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  void await() throws InterruptedException {
    asked.await();
  }
}
