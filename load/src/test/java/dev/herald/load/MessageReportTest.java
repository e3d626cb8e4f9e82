package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.load.MessageRun.Snapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageReportTest {
  private final Tally tally = new Tally();

  private static Plan plan(int qos) {
    return new Plan(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883),
        Protocol.V5,
        null,
        null,
        "bench/1",
        Scenario.PAIRS,
        2,
        qos,
        64,
        10,
        0,
        Duration.ofSeconds(1),
        Duration.ZERO,
        0);
  }

  private List<String> faults(int qos, long unsent) {
    Snapshot now = new Snapshot(tally, 0);
    return new MessageReport(plan(qos), tally, now, now).make(unsent).faults();
  }

  @Test
  void make_nothingWrong_hasNoFault() {
    tally.sent = 5;
    tally.received = 5;
    assertThat(faults(1, 0)).isEmpty();
  }

  @Test
  void make_lost_isAFaultAtQos1Only() {
    tally.lost = 1;
    assertThat(faults(0, 0)).isEmpty();
    assertThat(faults(1, 0)).containsExactly("messages were lost at QoS 1");
  }

  @Test
  void make_anythingElseWrong_isAFault() {
    tally.duplicated = 1;
    tally.outOfOrder = 1;
    tally.damaged = 1;
    tally.failed("the first reason");
    tally.failed("the second reason");
    assertThat(faults(0, 1))
        .containsExactly(
            "the first reason",
            "messages were duplicated",
            "messages came out of order",
            "messages came that were not sent so",
            "the rate could not be kept");
  }

  @Test
  void received_outsideTheMeasuredTime_isCountedButNotMeasured() {
    tally.received(50, 60);
    tally.measureFrom(100);
    tally.measureUntil(200);
    tally.received(99, 150);
    tally.received(100, 1_100);
    tally.received(199, 2_199);
    tally.received(200, 210);
    assertThat(tally.received).isEqualTo(5);
    assertThat(tally.latencyNs.getTotalCount()).isEqualTo(2);
    assertThat(tally.latencyNs.getMinValue()).isEqualTo(1_000);
    assertThat(tally.latencyNs.getMaxValue()).isEqualTo(2_000);
  }

  @Test
  void report_twoForms_sayTheSame() {
    Report report =
        new Report()
            .text("name", "the name", "a \"b\" \\ \n")
            .number("count", "how many", 1_234_567)
            .measure("rate", "per second", 1_234.567, 1, "/s")
            .measure("none", "unknown", Double.NaN, 1, "");
    assertThat(report.json())
        .isEqualTo(
            "{\"name\":\"a \\\"b\\\" \\\\ \\u000a\",\"count\":1234567,\"rate\":1234.6,"
                + "\"none\":null,\"ok\":true,\"faults\":[]}");
    assertThat(report.table().lines().skip(2))
        .containsExactly(
            "  how many    1,234,567", "  per second  1,234.6 /s", "  unknown     NaN");
    report.fault("lost").fault("twice");
    assertThat(report.json()).endsWith("\"ok\":false,\"faults\":[\"lost\",\"twice\"]}");
    assertThat(report.table()).endsWith("  FAILED: lost\n  FAILED: twice\n");
  }
}
