package dev.herald.core.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.LogCapture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ThreadLaneTest {
  @Test
  void execute_severalTasks_runInOrderOnTheLanesOwnThread() {
    ThreadLane lane = new ThreadLane(5, "lane-under-test");
    List<String> threads = new ArrayList<>();
    CompletableFuture<Boolean> last = new CompletableFuture<>();
    lane.execute(() -> threads.add("first on " + Thread.currentThread().getName()));
    lane.execute(() -> threads.add("second on " + Thread.currentThread().getName()));
    lane.execute(() -> last.complete(lane.inLane()));
    assertThat(lane.index()).isEqualTo(5);
    assertThat(lane.inLane()).isFalse();
    lane.start();
    assertThat(last.join()).isTrue();
    assertThat(threads).containsExactly("first on lane-under-test", "second on lane-under-test");
    lane.close();
  }

  @Test
  void execute_taskFails_theNextOneRuns() {
    ThreadLane lane = new ThreadLane(0, "lane-under-test");
    lane.start();
    CompletableFuture<Void> next = new CompletableFuture<>();
    try (LogCapture log = LogCapture.of(ThreadLane.class)) {
      lane.execute(() -> {
        throw new IllegalStateException("expected by the test");
      });
      lane.execute(() -> {
        throw new AssertionError("expected by the test");
      });
      lane.execute(() -> next.complete(null));
      next.join();
      assertThat(log.lines())
          .containsExactly(
              "lane.task_failed lane=lane-under-test", "lane.task_failed lane=lane-under-test");
    }
    lane.close();
  }

  @Test
  void close_tasksGivenBefore_stillRun() {
    ThreadLane lane = new ThreadLane(0, "lane-under-test");
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      lane.execute(ran::incrementAndGet);
    }
    lane.start();
    lane.close();
    assertThatThrownBy(() -> lane.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    Awaitility.await().until(() -> ran.get() == 100);
  }

  @Test
  void execute_whileClosing_eitherRunsOrIsRefused() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      ThreadLane lane = new ThreadLane(0, "lane-under-test");
      lane.start();
      AtomicInteger ran = new AtomicInteger();
      AtomicInteger accepted = new AtomicInteger();
      Thread giver =
          Thread.ofPlatform()
              .name("giver")
              .start(() -> {
                try {
                  while (true) {
                    lane.execute(ran::incrementAndGet);
                    accepted.incrementAndGet();
                  }
                } catch (RejectedExecutionException ended) {
                  // as it should
                }
              });
      lane.close();
      giver.join();
      Awaitility.await()
          .pollInterval(java.time.Duration.ofMillis(1))
          .until(() -> ran.get() == accepted.get());
    }
  }
}
