package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MutableClockTest {
  @Test
  void advance_forthAndBack_moves() {
    MutableClock clock = MutableClock.atMs(1000);
    assertThat(clock.millis()).isEqualTo(1000);

    clock.advance(Duration.ofMillis(5));
    assertThat(clock.millis()).isEqualTo(1005);

    clock.advance(Duration.ofSeconds(-2));
    assertThat(clock.millis()).isEqualTo(-995);
  }
}
