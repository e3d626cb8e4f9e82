package dev.herald.core.journal;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupCommand.Refusal;
import dev.herald.core.event.GroupCommand.Result;
import dev.herald.core.metric.Metrics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a single node: a bounded queue before one writer thread.
 *
 * <p>The writer takes whatever waits, up to a batch, and has it applied in one commit (group
 * commit): while one batch is being synced the next one gathers. So a lone sender waits for one
 * sync and no timer, and many senders share one. As memory is not safe, a command is acknowledged
 * when the applier has stored it.
 */
public final class EmbeddedJournal implements Journal {
  /** How many commands may wait; one more is refused with JOURNAL_FULL. */
  public static final int QUEUE_COMMANDS_MAX = 32_768;

  /** How many commands one commit takes at most. */
  public static final int BATCH_COMMANDS_MAX = 4096;

  private static final Logger LOG = System.getLogger(EmbeddedJournal.class.getName());
  private static final int CLOSED_CHECK_MS = 100;

  private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUE_COMMANDS_MAX);
  private final Object lifecycle = new Object();
  private final Metrics.Counter refused;
  private final Metrics.Counter unkept;
  private final Metrics.Counter batches;
  private volatile boolean closed;
  private @Nullable Thread writer;

  /** Whether the last batch could not be kept; the writer's. */
  private boolean failing;

  /**
   * Makes a journal that is not started.
   *
   * @param metrics where it counts
   */
  public EmbeddedJournal(Metrics metrics) {
    this.refused =
        metrics.counter(
            "herald_journal_refused_total",
            "Commands refused because the journal's queue was full.");
    this.unkept =
        metrics.counter(
            "herald_journal_failed_total",
            "Commands refused because their batch could not be kept.");
    this.batches = metrics.counter("herald_journal_batches_total", "Batches of commands applied.");
    metrics.gauge("herald_journal_waiting_commands", "Commands waiting to be stored.", queue::size);
  }

  @Override
  public void start(Applier applier) {
    synchronized (lifecycle) {
      if (writer != null || closed) {
        throw new IllegalStateException("the journal was started or closed before");
      }
      writer = Thread.ofPlatform().name("herald-journal").start(() -> run(applier));
    }
  }

  @Override
  public CompletionStage<Outcome> append(GroupCommand command) {
    Entry entry = new Entry(command);
    if (closed) {
      entry.refuse(ErrorCode.SHUTTING_DOWN);
    } else if (!queue.offer(entry)) {
      refused.increment();
      entry.refuse(ErrorCode.JOURNAL_FULL);
    } else if (closed && queue.remove(entry)) {
      entry.refuse(ErrorCode.SHUTTING_DOWN);
    }
    return entry.outcome;
  }

  @Override
  public void close() {
    Thread running;
    synchronized (lifecycle) {
      closed = true;
      running = writer;
    }
    if (running != null) {
      joinUninterruptibly(running);
    }
  }

  private void run(Applier applier) {
    List<Entry> batch = new ArrayList<>(BATCH_COMMANDS_MAX);
    while (take(batch)) {
      apply(applier, batch);
      batch.clear();
    }
  }

  /**
   * Waits for at least one entry and takes all that wait, up to a batch; false when closed and
   * empty.
   */
  private boolean take(List<Entry> batch) {
    while (batch.isEmpty()) {
      boolean last = closed;
      try {
        Entry first = queue.poll(CLOSED_CHECK_MS, java.util.concurrent.TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH_COMMANDS_MAX - 1);
        } else if (last) {
          return false;
        }
      } catch (InterruptedException interrupted) {
        LOG.log(Level.WARNING, "journal.interrupted closing=" + closed);
      }
    }
    return true;
  }

  private void apply(Applier applier, List<Entry> batch) {
    batches.increment();
    try {
      List<GroupCommand> commands = new ArrayList<>(batch.size());
      for (Entry entry : batch) {
        commands.add(entry.command);
      }
      List<Result> results = applier.apply(commands);
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).complete(results.get(i));
      }
      failing = false;
    } catch (Throwable failure) { // an error as well: whoever waits must be told, and others served
      HeraldException refusal = HeraldException.of(failure);
      unkept.add(batch.size());
      if (!failing || refusal != failure) { // a store that is away is told once, not by each batch
        LOG.log(
            Level.ERROR,
            "journal.batch_failed commands=" + batch.size() + " code=" + refusal.code(),
            failure);
      }
      failing = true;
      batch.forEach(entry -> entry.outcome.completeExceptionally(refusal));
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Entry {
    final GroupCommand command;
    final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    Entry(GroupCommand command) {
      this.command = command;
    }

    void complete(Result result) {
      switch (result) {
        case Outcome done -> outcome.complete(done);
        case Refusal refusal -> outcome.completeExceptionally(refusal.why());
      }
    }

    void refuse(ErrorCode code) {
      outcome.completeExceptionally(new HeraldException(code, code.text()));
    }
  }
}
