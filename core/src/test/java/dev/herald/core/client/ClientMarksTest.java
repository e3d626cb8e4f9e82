package dev.herald.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientMarksTest {
  @Test
  void client_isNotedOnce_howeverManyThereAre() {
    ClientMarks marks = new ClientMarks();
    for (int i = 0; i < 100_000; i++) {
      assertThat(marks.add("client-" + i)).isTrue();
    }
    for (int i = 0; i < 100_000; i++) {
      assertThat(marks.add("client-" + i)).isFalse();
    }
    assertThat(marks.add("")).isTrue();
    assertThat(marks.add("")).isFalse();
    assertThat(marks.bytes()).isBetween(1_200_000L, 2_400_000L);
  }
}
