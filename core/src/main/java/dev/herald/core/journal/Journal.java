package dev.herald.core.journal;

import dev.herald.core.event.GroupCommand;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Takes commands, keeps them as safe as the promises say, and has them applied in order.
 *
 * <p>Commands of one group are applied in the order they were appended, each once. A command is
 * acknowledged by its stage only when it is safe; nothing is shown to anybody before that.
 * Thread-safe.
 */
public interface Journal extends AutoCloseable {
  /**
   * Starts applying. Called once, before the first append.
   *
   * @param applier makes commands events; called by one thread at a time
   */
  void start(Applier applier);

  /**
   * Appends a command. Never blocks.
   *
   * @return completes with what became of it once it is safe, or with a {@link
   *     dev.herald.core.error.HeraldException}: JOURNAL_FULL when the bounded queue has no room,
   *     STORE_UNAVAILABLE when it cannot be kept, SHUTTING_DOWN after close, or the refusal of the
   *     applier; then nothing was kept. Completes on a thread of the journal, which must not be
   *     blocked
   */
  CompletionStage<GroupCommand.Outcome> append(GroupCommand command);

  /** Refuses new commands, applies those appended before, and returns when that is done. */
  @Override
  void close();

  /** Makes commands events: numbers, stores and shows them. */
  interface Applier {
    /**
     * Applies a batch. What it changes is stored all or not at all; a refused command changes
     * nothing.
     *
     * @param batch at least one command, in order
     * @return what became of each, in the same order; all of it is stored and synced
     * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE when nothing of the batch was
     *     kept
     */
    List<GroupCommand.Result> apply(List<GroupCommand> batch);
  }
}
