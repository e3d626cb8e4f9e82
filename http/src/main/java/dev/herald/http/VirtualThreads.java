package dev.herald.http;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs each task on a virtual thread of its own, so that it may block. What is due later waits in
 * one platform thread, which only hands it over; what is repeated runs on that thread, one after
 * the other, and must not block. How many run at once is bounded by whoever gives tasks: the edge
 * gives one for each request, and has a bound of connections.
 */
final class VirtualThreads extends ScheduledThreadPoolExecutor {
  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("herald-http-", 0).factory());

  VirtualThreads() {
    super(1, Thread.ofPlatform().name("herald-http-timer").daemon().factory());
  }

  @Override
  public void execute(Runnable task) {
    workers.execute(task);
  }

  @Override
  public Future<?> submit(Runnable task) {
    return workers.submit(task);
  }

  @Override
  public <T> Future<T> submit(Runnable task, T result) {
    return workers.submit(task, result);
  }

  @Override
  public <T> Future<T> submit(Callable<T> task) {
    return workers.submit(task);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return super.schedule(() -> workers.execute(task), delay, unit);
  }

  @Override
  public void shutdown() {
    super.shutdown();
    workers.shutdown();
  }
}
