package dev.herald.core.route;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A lane with a thread of its own, for edges whose event loops are not lanes. */
public final class ThreadLane implements Lane, AutoCloseable {
  private static final Logger LOG = System.getLogger(ThreadLane.class.getName());

  private final int index;
  private final String name;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private volatile boolean ended;
  private volatile @Nullable Thread thread;

  /**
   * Makes a lane that is not started.
   *
   * @param index its number within the router
   * @param name its thread's name
   */
  public ThreadLane(int index, String name) {
    this.index = index;
    this.name = name;
  }

  /** Starts the thread; tasks given before wait for it. */
  public void start() {
    Thread started = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    thread = started;
    started.start();
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public boolean inLane() {
    return Thread.currentThread().equals(thread);
  }

  @Override
  public void execute(Runnable task) {
    if (ended) {
      throw new RejectedExecutionException("lane " + name + " has ended");
    }
    tasks.add(task);
    if (ended && tasks.remove(task)) {
      // closed meanwhile: the thread may have seen an empty queue and gone
      throw new RejectedExecutionException("lane " + name + " has ended");
    }
  }

  /** Runs the tasks given before and ends the thread. Returns at once. */
  @Override
  public void close() {
    ended = true;
    tasks.add(() -> {}); // wakes the thread
  }

  private void run() {
    while (!ended || !tasks.isEmpty()) {
      try {
        tasks.take().run();
      } catch (InterruptedException interrupted) {
        LOG.log(Level.WARNING, "lane.interrupted lane=" + name);
      } catch (Throwable failure) {
        LOG.log(Level.ERROR, "lane.task_failed lane=" + name, failure);
      }
    }
  }
}
