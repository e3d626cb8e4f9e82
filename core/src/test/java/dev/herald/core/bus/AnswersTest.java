package dev.herald.core.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.bus.Answers.Gathered;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private static Answers<String> answers(Duration patience, String... nodes) {
    return new Answers<>(new Nodes(nodes[0], () -> Set.of(nodes)), patience);
  }

  @Test
  void answersOfAllNodes_areAwaited_oneOfEach() {
    Answers<String> answers = answers(Duration.ofMinutes(1), "a", "b");
    CompletableFuture<Gathered<String>> first = answers.of(1);
    CompletableFuture<Gathered<String>> second = answers.of(2);
    answers.take(1, "a", "x");
    answers.take(1, "a", "x");
    answers.take(2, "b", "z");
    answers.take(3, "b", "nobody asked");
    assertThat(first).isNotDone();
    answers.take(1, "stranger", "s");
    assertThat(first).isNotDone();
    answers.take(1, "b", "y");
    assertThat(first.join().answers()).containsExactlyInAnyOrder("x", "y", "s");
    assertThat(first.join().complete()).isTrue();
    assertThat(second).isNotDone();
    answers.take(1, "b", "too late");
    assertThat(first.join().answers()).hasSize(3);
  }

  @Test
  void nodeThatDoesNotAnswer_isNotAwaitedForEver() {
    Answers<String> answers = answers(Duration.ofMillis(20), "a", "b");
    CompletableFuture<Gathered<String>> asked = answers.of(1);
    answers.take(1, "a", "x");
    assertThat(asked.join()).isEqualTo(new Gathered<>(java.util.List.of("x"), false));
  }
}
