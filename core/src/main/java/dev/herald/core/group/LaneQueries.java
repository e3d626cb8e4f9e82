package dev.herald.core.group;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.route.Lane;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Queries for those who must not block: a few threads read the store, and the answer is taken on
 * the lane of whoever asked. A thread goes on to the next question only when its answer was taken,
 * so that no more answers are in memory than there are threads. Thread-safe.
 */
public final class LaneQueries implements AutoCloseable {
  /** How long after a failure the same question is asked again, in seconds. */
  public static final int RETRY_SECONDS = 1;

  private static final Logger LOG = System.getLogger(LaneQueries.class.getName());

  private final GroupQueries queries;
  private final ScheduledThreadPoolExecutor readers;

  /**
   * Makes the threads, which start with the first question.
   *
   * @param queries what they ask
   * @param threads how many questions are asked at the same time, 1 or greater
   */
  public LaneQueries(GroupQueries queries, int threads) {
    this.queries = queries;
    this.readers =
        new ScheduledThreadPoolExecutor(
            threads,
            Thread.ofPlatform().daemon().name("herald-read-", 0).factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    readers.setRemoveOnCancelPolicy(true);
  }

  /**
   * Asks a question. Nothing happens once this is closed or the lane has ended.
   *
   * @param lane where the answer is taken
   * @param question reads the store, on a thread that may block
   * @param answer takes what was found, or why nothing could be
   */
  public <T> void ask(Lane lane, Function<GroupQueries, T> question, Answer<T> answer) {
    readers.execute(() -> answer(lane, question, answer));
  }

  /** Asks a question that could not be answered again, {@value #RETRY_SECONDS} seconds later. */
  public <T> void askAgain(Lane lane, Function<GroupQueries, T> question, Answer<T> answer) {
    var _ = readers.schedule(() -> answer(lane, question, answer), RETRY_SECONDS, TimeUnit.SECONDS);
  }

  private <T> void answer(Lane lane, Function<GroupQueries, T> question, Answer<T> answer) {
    T found;
    try {
      found = question.apply(queries);
    } catch (RuntimeException failure) {
      HeraldException refusal = HeraldException.of(failure);
      if (refusal.code() == ErrorCode.INTERNAL_ERROR) {
        LOG.log(Level.ERROR, "group.query_failed", failure);
      }
      handOver(lane, () -> answer.failed(refusal));
      return;
    }
    handOver(lane, () -> answer.found(found));
  }

  private static void handOver(Lane lane, Runnable task) {
    CountDownLatch taken = new CountDownLatch(1);
    try {
      lane.execute(() -> {
        try {
          task.run();
        } finally {
          taken.countDown();
        }
      });
      taken.await();
    } catch (RejectedExecutionException ended) {
      LOG.log(Level.DEBUG, () -> "group.answer_not_wanted lane=" + lane.index());
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks nothing more. Questions under way are not answered. */
  @Override
  public void close() {
    var _ = readers.shutdownNow();
  }

  /** Takes an answer, on the lane; must not block. */
  public interface Answer<T> {
    /** Takes what was found. */
    void found(T value);

    /**
     * Takes why nothing could be found.
     *
     * @param refusal what the query threw; INTERNAL_ERROR, logged, for anything unexpected
     */
    void failed(HeraldException refusal);
  }
}
