package dev.herald.core.route;

import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;

/** A lane whose tasks run when the test says so, on the test's thread. */
public final class ManualLane implements Lane {
  private final int index;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean inLane;
  private boolean ended;

  /** Makes a lane without tasks. */
  public ManualLane(int index) {
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
  public void call(Runnable work) {
    inLane = true;
    try {
      work.run();
    } finally {
      inLane = false;
    }
  }

  /** Runs what was given; returns how many tasks that were. */
  public int runAll() {
    int count = 0;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      call(task);
      count++;
    }
    return count;
  }

  /** Runs the oldest task; returns whether there was one. */
  public boolean runOne() {
    Runnable task = tasks.poll();
    if (task == null) {
      return false;
    }
    call(task);
    return true;
  }

  /** Takes no more tasks, and forgets those it has. */
  public void end() {
    ended = true;
    tasks.clear();
  }
}
