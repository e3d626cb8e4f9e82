package dev.herald.server;

import java.util.concurrent.CountDownLatch;

/** Asks the server to stop, once. Thread-safe. */
final class StopSignal {
  private final CountDownLatch asked = new CountDownLatch(1);

  /** A signal that nobody has given yet. */
  StopSignal() {}

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
