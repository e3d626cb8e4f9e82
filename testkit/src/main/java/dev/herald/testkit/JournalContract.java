package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.Create;
import dev.herald.core.event.GroupCommand.DeleteNotice;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupCommand.Refusal;
import dev.herald.core.event.GroupCommand.Result;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.journal.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Journal} keeps to that acknowledges what was applied. */
public abstract class JournalContract {
  private static final int WAIT_SECONDS = 20;
  private static final GroupKey G = new GroupKey("app", "group");

  private Journal journal;
  private final TestApplier applier = new TestApplier();
  private long messageId;

  /** For the suites of adapters. */
  @SuppressWarnings("NullAway.Init") // set before each test
  protected JournalContract() {}

  /** Opens a journal that is not started. */
  protected abstract Journal open();

  /** Returns how many commands the journal takes at most while none of them is applied. */
  protected abstract int waitingCommandsMax();

  /** Opens the journal of the test. */
  @BeforeEach
  protected final void openJournal() {
    journal = open();
    journal.start(applier);
  }

  /** Closes the journal of the test. */
  @AfterEach
  protected final void closeJournal() {
    applier.gate.release(1_000_000);
    journal.close();
  }

  @Test
  void append_commands_areAppliedInOrderWithTheirOwnOutcomes() throws Exception {
    applier.open();
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    List<GroupCommand> commands = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      GroupCommand command = command(G);
      commands.add(command);
      outcomes.add(append(command));
    }

    for (int i = 0; i < 500; i++) {
      assertThat(get(outcomes.get(i)).message().messageId())
          .isEqualTo(((Create) commands.get(i)).messageId());
    }
    assertThat(applier.applied).isEqualTo(commands);
  }

  @Test
  void append_notAppliedYet_isNotAcknowledged() throws Exception {
    CompletableFuture<Outcome> outcome = append(command(G));
    assertThat(applier.entered.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();

    assertThat(outcome).isNotDone();

    applier.open();
    assertThat(get(outcome).repeated()).isFalse();
  }

  @Test
  void append_manyThreads_eachGroupInItsOrderOneApplyAtATime() throws Exception {
    applier.open();
    int threads = 4;
    int each = 300;
    CountDownLatch ready = new CountDownLatch(threads);
    List<CompletableFuture<List<CompletableFuture<Outcome>>>> appending = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      GroupKey key = new GroupKey("app", "group" + i);
      CompletableFuture<List<CompletableFuture<Outcome>>> done = new CompletableFuture<>();
      appending.add(done);
      Thread.ofPlatform()
          .name("appender-" + i)
          .start(() -> {
            ready.countDown();
            List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            for (int j = 1; j <= each; j++) {
              outcomes.add(append(command(j, key)));
            }
            done.complete(outcomes);
          });
    }
    for (CompletableFuture<List<CompletableFuture<Outcome>>> done : appending) {
      for (CompletableFuture<Outcome> outcome : get(done)) {
        get(outcome);
      }
    }

    assertThat(applier.applied).hasSize(threads * each);
    for (int i = 0; i < threads; i++) {
      GroupKey key = new GroupKey("app", "group" + i);
      assertThat(applier.applied.stream().filter(c -> ((Create) c).key().equals(key)))
          .extracting(c -> ((Create) c).messageId())
          .isSorted()
          .doesNotHaveDuplicates()
          .hasSize(each);
    }
    assertThat(applier.overlaps).hasValue(0);
  }

  @Test
  void append_applierFails_isRefusedAndTheNextIsApplied() throws Exception {
    applier.open();
    try (LogCapture logs = new LogCapture()) {
      applier.failures.add(new HeraldException(ErrorCode.STORE_UNAVAILABLE, "on purpose"));
      assertThat(refusal(append(command(G)))).isEqualTo(ErrorCode.STORE_UNAVAILABLE);

      applier.failures.add(new IllegalStateException("on purpose"));
      assertThat(refusal(append(command(G)))).isEqualTo(ErrorCode.INTERNAL_ERROR);
      assertThat(logs.lines()).hasSize(2).allMatch(line -> line.startsWith("SEVERE journal."));
    }

    GroupCommand next = command(G);
    get(append(next));
    assertThat(applier.applied).containsExactly(next);
  }

  @Test
  void append_applierRefusesOne_theOthersOfItsBatchAreDone() throws Exception {
    CompletableFuture<Outcome> before = append(command(G));
    CompletableFuture<Outcome> refused = append(new DeleteNotice(new Target(1, null, null, null)));
    CompletableFuture<Outcome> after = append(command(G));

    try (LogCapture logs = new LogCapture()) {
      applier.open();
      assertThat(refusal(refused)).isEqualTo(ErrorCode.MESSAGE_NOT_FOUND);
      assertThat(get(before).repeated()).isFalse();
      assertThat(get(after).repeated()).isFalse();
      assertThat(logs.lines()).isEmpty();
    }
  }

  @Test
  void append_tooManyWaiting_isRefusedAtOnceAndNothingElseIsLost() throws Exception {
    List<GroupCommand> taken = new ArrayList<>();
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    ErrorCode refusal = null;
    while (refusal == null && taken.size() <= waitingCommandsMax()) {
      GroupCommand command = command(G);
      CompletableFuture<Outcome> outcome = append(command);
      if (outcome.isCompletedExceptionally()) {
        refusal = refusal(outcome);
      } else {
        taken.add(command);
        outcomes.add(outcome);
      }
    }
    assertThat(refusal).isEqualTo(ErrorCode.JOURNAL_FULL);

    applier.open();
    for (CompletableFuture<Outcome> outcome : outcomes) {
      get(outcome);
    }
    assertThat(applier.applied).isEqualTo(taken);
  }

  @Test
  void close_commandsWait_areAppliedThenNoMoreAreTaken() throws Exception {
    List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(append(command(G)));
    }
    applier.open();

    journal.close();

    assertThat(waiting).allMatch(CompletableFuture::isDone);
    assertThat(applier.applied).hasSize(50);
    assertThat(refusal(append(command(G)))).isEqualTo(ErrorCode.SHUTTING_DOWN);
    journal.close();
    assertThat(applier.applied).hasSize(50);
  }

  private GroupCommand command(GroupKey key) {
    return command(++messageId, key);
  }

  private static GroupCommand command(long messageId, GroupKey key) {
    return new Create(messageId, key, "user", "content", null, null);
  }

  private CompletableFuture<Outcome> append(GroupCommand command) {
    return journal.append(command).toCompletableFuture();
  }

  private static <T> T get(CompletableFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private static ErrorCode refusal(CompletableFuture<Outcome> outcome) {
    HeraldException[] refusal = new HeraldException[1];
    assertThatThrownBy(() -> get(outcome))
        .cause()
        .isInstanceOfSatisfying(HeraldException.class, cause -> refusal[0] = cause);
    return refusal[0].code();
  }

  /** Applies in memory, once its gate is open. */
  private static final class TestApplier implements Journal.Applier {
    final List<GroupCommand> applied = new CopyOnWriteArrayList<>();
    final List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    final Semaphore gate = new Semaphore(0);
    final Semaphore entered = new Semaphore(0);
    final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();

    void open() {
      gate.release(1_000_000);
    }

    @Override
    public List<Result> apply(List<GroupCommand> batch) {
      if (inside.incrementAndGet() > 1) {
        overlaps.incrementAndGet();
      }
      try {
        entered.release();
        gate.acquireUninterruptibly();
        if (!failures.isEmpty()) {
          throw failures.removeFirst();
        }
        applied.addAll(batch);
        return batch.stream().map(TestApplier::result).toList();
      } finally {
        inside.decrementAndGet();
      }
    }

    private static Result result(GroupCommand command) {
      if (!(command instanceof Create create)) {
        return new Refusal(new HeraldException(ErrorCode.MESSAGE_NOT_FOUND, "on purpose"));
      }
      GroupMessage message =
          new GroupMessage(
              create.messageId(),
              create.key(),
              create.userId(),
              create.content(),
              1,
              null,
              null,
              1);
      return new Outcome(new Created(message, null), false);
    }
  }
}
