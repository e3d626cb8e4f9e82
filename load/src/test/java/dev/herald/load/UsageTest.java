package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UsageTest {
  @Test
  void parse_strangeProgramName_isStillRead() {
    String stat =
        "42 (a ) b (c) S 1 42 42 0 -1 4194560 1500 0 0 0 250 50 0 0 20 0 9 0 100 5000000 777 1";
    String status = "Name:\ta ) b (c\nVmHWM:\t  9999 kB\nVmRSS:\t  2048 kB\nThreads:\t9\n";
    assertThat(Usage.parse(stat, status)).isEqualTo(new Usage(3.0, 2048 * 1024));
  }

  @Test
  void of_noSuchProcess_isNull() {
    assertThat(Usage.of(Integer.MAX_VALUE)).isNull();
  }
}
