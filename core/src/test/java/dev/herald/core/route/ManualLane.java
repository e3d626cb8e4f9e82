package dev.herald.core.route;

import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;

/** A lane whose tasks run when the test says so, on the test's thread. */
final class ManualLane implements Lane {
  private final int index;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean inLane;
  private boolean ended;

  ManualLane(int index) {
    this.index = index;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public boolean inLane() {
    return inLane;
  }

  @Override
  public void execute(Runnable task) {
    if (ended) {
      throw new RejectedExecutionException("ended");
    }
    tasks.add(task);
  }

  /** Runs something as if on this lane's thread. */
  void call(Runnable work) {
    inLane = true;
    try {
      work.run();
    } finally {
      inLane = false;
    }
  }

  /** Runs what was given; returns how many tasks that were. */
  int runAll() {
    int count = 0;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      call(task);
      count++;
    }
    return count;
  }

  void end() {
    ended = true;
    tasks.clear();
  }
}
