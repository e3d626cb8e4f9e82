package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageReportTest {
  private final Tally tally = new Tally();

  private List<String> faults(int qos, long unsent) {
    return report(qos, unsent).faults();
  }

  private Report report(int qos, long unsent) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883);
    Target target = new Target(address, Protocol.V5, null, null, 0);
    Duration second = Duration.ofSeconds(1);
    Plan plan = new Plan(Scenario.PAIRS, 2, 2, 0, qos, 64, 10, 0, second, Duration.ZERO, false);
    Snapshot now = new Snapshot(tally, 0);
    return new MessageReport(target, plan, tally, now, now).make(unsent);
  }

  @Test
  void make_nothingWrong_hasNoFault() {
    tally.sent = 5;
    tally.received = 5;
    assertThat(faults(1, 0)).isEmpty();
  }

  @Test
  void make_sharedSubscription_saysTheLeastAndTheGreatestShare() {
    assertThat(report(1, 0).json()).doesNotContain("share");
    tally.shares = new long[] {30, 50, 20};
    assertThat(report(1, 0).json()).contains("\"shareMinPercent\":20.00,\"shareMaxPercent\":50.00");
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
  void sentLate_outsideTheMeasuredTime_isNotMeasured() {
    tally.measureFrom(100);
    tally.measureUntil(200);
    tally.sentLate(99, 7_000);
    tally.sentLate(100, 500);
    tally.sentLate(150, -3);
    tally.sentLate(200, 7_000);
    assertThat(tally.lateNs.getTotalCount()).isEqualTo(2);
    assertThat(tally.lateNs.getMinValue()).isZero();
    assertThat(tally.lateNs.getMaxValue()).isEqualTo(500);
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
                + "\"none\":null,\"ok\":true,\"notes\":[],\"faults\":[]}");
    assertThat(report.table().lines().skip(2))
        .containsExactly(
            "  how many    1,234,567", "  per second  1,234.6 /s", "  unknown     NaN");
    report.note("mind").fault("lost").fault("twice");
    assertThat(report.json())
        .endsWith("\"ok\":false,\"notes\":[\"mind\"],\"faults\":[\"lost\",\"twice\"]}");
    assertThat(report.table()).endsWith("  note: mind\n  FAILED: lost\n  FAILED: twice\n");
  }

  @Test
  void report_parts_areAList() {
    Report part = new Report().number("a", "a", 1);
    assertThat(new Report().parts("all", List.of(part, part)).json())
        .startsWith("{\"all\":[{\"a\":1,\"ok\":true")
        .contains("]},{\"a\":1");
  }
}
