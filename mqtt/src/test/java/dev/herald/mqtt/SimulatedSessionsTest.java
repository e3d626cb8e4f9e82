package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SimulatedSessionsTest {
  private static final int PUBLISH_BYTES = 2 + 2 + "news/all".length() + 64;

  @Test
  void run_someSessions_everyOneGetsThePublish() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    assertThat(SimulatedSessions.run(1001, out)).isEqualTo(1001L * PUBLISH_BYTES);
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("1,001 sessions", "keep-alive sweep over all", "to all: median");
  }
}
