package dev.herald.server;

import java.util.concurrent.CountDownLatch;

/** Asks the server to stop, once. Thread-safe. */
public final class StopSignal {
  private final CountDownLatch asked = new CountDownLatch(1);

  /** A signal that nobody has given yet. */
  public StopSignal() {}

  /** Asks to stop; also good before anybody waits. */
  public void give() {
    asked.countDown();
  }

  /**
   * Waits until somebody asks.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void await() throws InterruptedException {
    asked.await();
  }
}
