package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SimulatedSessionsTest {
  private static final int SESSIONS = 10_000;
  private static final int PUBLISH_BYTES = 2 + 2 + "news/all".length() + 64;
  private static final int EVENT_BYTES = 2 + 2 + "$group/all1 device-0 null ".length() + 64;

  @Test
  void run_tenThousandSessions_everyOneGetsWhatIsEncodedOnce() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    SimulatedSessions.Sent sent = SimulatedSessions.run(SESSIONS, out);
    assertThat(sent.publishBytes()).isEqualTo((long) SESSIONS * PUBLISH_BYTES);
    assertThat(sent.eventBytes()).isEqualTo((long) SESSIONS * EVENT_BYTES);
    assertThat(sent.eventsEncoded()).isEqualTo(7);
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains(
            "10,000 sessions", "keep-alive sweep over all", "event of a group to all: median");
  }
}
