package dev.herald.core.route;

import java.util.concurrent.RejectedExecutionException;

/**
 * One thread that owns subscribers: everything a subscriber keeps is touched on its lane only. An
 * event loop of an edge is a lane.
 */
public interface Lane {
  /** The greatest number of lanes of one router; a lane's index is less. */
  int LANES_MAX = 64;

  /** Returns this lane's number, unique within its router, 0 to {@link #LANES_MAX} - 1. */
  int index();

  /** Returns whether the calling thread is this lane's. */
  boolean inLane();

  /**
   * Runs a task on this lane, after those given before by the same thread. Never blocks. From any
   * thread.
   *
   * @throws RejectedExecutionException once the lane has ended
   */
  void execute(Runnable task);

  /**
   * Runs a task on this lane: at once if called on it, else as {@link #execute} does. Nothing
   * happens once the lane has ended, as all it owned ended with it. From any thread.
   */
  default void run(Runnable task) {
    if (inLane()) {
      task.run();
      return;
    }
    try {
      execute(task);
    } catch (RejectedExecutionException ended) {
      // whom it concerns is gone
    }
  }
}
