package dev.herald.it.crash;

import dev.herald.it.harness.HeraldProcess;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lives of a server, numbered from 1: each ends by {@code kill -9}, and the next begins with
 * the same data on the same ports. Clients wait here for the next one. Thread-safe; one thread
 * kills.
 */
final class Lives {
  private final HeraldProcess server;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int life = 1;
  private boolean up = true;
  private boolean over;

  Lives(HeraldProcess server) {
    this.server = server;
  }

  /** Returns the server, whose ports are the same in every life. */
  HeraldProcess server() {
    return server;
  }

  /**
   * Waits until the server is ready in a later life.
   *
   * @param last the number of the life the caller has seen, 0 before the first
   * @return the number of the present life, 0 if there will be none
   */
  int awaitAfter(int last) {
    lock.lock();
    try {
      while (!over && (!up || life <= last)) {
        changed.awaitUninterruptibly();
      }
      return over ? 0 : life;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether a life was ended here, so that its connections broke. */
  boolean wasEnded(int number) {
    lock.lock();
    try {
      return over || !up || life > number;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether there will be no further life. */
  boolean isOver() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the present life, however much is under way. */
  void kill() {
    set(() -> up = false);
    server.kill();
  }

  /** Begins the next life, and kills the server while it starts. */
  void killWhileStarting(Duration after) {
    server.killWhileStarting(after);
  }

  /** Begins the next life. */
  void restart() {
    server.restart();
    set(() -> {
      up = true;
      life++;
    });
  }

  /** Says that there will be no further life; the connections of this one may be closed. */
  void end() {
    set(() -> over = true);
  }

  private void set(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
