package dev.herald.load;

import java.util.LongSummaryStatistics;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/** Makes the report of a run that sent messages. */
final class MessageReport {
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double US = TimeUnit.MICROSECONDS.toNanos(1);
  private static final double MIB = 1 << 20;

  /** A thread that is busy for more than this share of the time has no time left. */
  private static final double BUSY = 0.9;

  private final Target target;
  private final Plan plan;
  private final Tally tally;
  private final Snapshot from;
  private final Snapshot to;
  private final Report report = new Report();

  MessageReport(Target target, Plan plan, Tally tally, Snapshot from, Snapshot to) {
    this.target = target;
    this.plan = plan;
    this.tally = tally;
    this.from = from;
    this.to = to;
  }

  /**
   * Makes the report.
   *
   * @param unsent how many messages were due and never sent
   */
  Report make(long unsent) {
    report
        .text("scenario", "scenario", plan.scenario().toString())
        .number("publishers", "publishers", plan.publishers())
        .number("subscribers", "subscribers", plan.subscribers())
        .text("protocol", "MQTT", target.protocol().toString())
        .number("qos", "QoS", plan.qos())
        .number("payloadBytes", "payload bytes", plan.payloadBytes())
        .number("window", "window", plan.window())
        .measure("ratePerSecond", "rate/s (0 = all it can)", plan.perSecond(), 0, "");
    double seconds = (to.atNs - from.atNs) / NANOS;
    if (seconds > 0) {
      throughput(seconds);
      latency();
      usage(seconds);
    }
    shares();
    verification(unsent);
    return report;
  }

  private void throughput(double seconds) {
    double received = (to.received - from.received) / seconds;
    report
        .measure("seconds", "measured", seconds, 2, "s")
        .measure("sentPerSecond", "sent/s", (to.sent - from.sent) / seconds, 0, "")
        .measure("receivedPerSecond", "received/s", received, 0, "")
        .measure(
            "payloadMiBPerSecond", "payload", received * plan.payloadBytes() / MIB, 2, "MiB/s");
  }

  private void latency() {
    Histogram latency = tally.latencyNs;
    if (latency.getTotalCount() == 0) {
      return;
    }
    report
        .measure("latencyMinUs", "latency min", latency.getMinValue() / US, 1, "us")
        .measure("latencyP50Us", "latency p50", latency.getValueAtPercentile(50) / US, 1, "us")
        .measure("latencyP90Us", "latency p90", latency.getValueAtPercentile(90) / US, 1, "us")
        .measure("latencyP99Us", "latency p99", latency.getValueAtPercentile(99) / US, 1, "us")
        .measure("latencyP999Us", "latency p99.9", latency.getValueAtPercentile(99.9) / US, 1, "us")
        .measure("latencyMaxUs", "latency max", latency.getMaxValue() / US, 1, "us");
  }

  private void usage(double seconds) {
    double client = (to.client.cpuSeconds() - from.client.cpuSeconds()) / seconds;
    report.measure("clientCores", "this tool's cores", client, 2, "");
    if (plan.isOpenLoop()) {
      double late = tally.lateNs.getValueAtPercentile(99) / US;
      report.measure("sentLateP99Us", "sent late p99", late, 1, "us");
    } else if (client > BUSY) {
      report.note("this tool was busy all the time: the broker may be able to do more");
    }
    if (from.server == null || to.server == null) {
      return;
    }
    double server = to.server.cpuSeconds() - from.server.cpuSeconds();
    report
        .measure("serverCpuSeconds", "server's CPU time", server, 2, "s")
        .measure("serverCores", "server's cores", server / seconds, 2, "")
        .measure(
            "receivedPerServerCpuSecond",
            "received per server-CPU-s",
            server > 0 ? (to.received - from.received) / server : Double.NaN,
            0,
            "")
        .measure("serverResidentMiB", "server's RSS", to.server.residentBytes() / MIB, 1, "MiB");
  }

  /** What the members of a shared subscription got, in percent of all that they did. */
  private void shares() {
    LongSummaryStatistics got = LongStream.of(tally.shares).summaryStatistics();
    if (got.getSum() > 0) {
      report
          .measure("shareMinPercent", "least share", 100.0 * got.getMin() / got.getSum(), 2, "%")
          .measure(
              "shareMaxPercent", "greatest share", 100.0 * got.getMax() / got.getSum(), 2, "%");
    }
  }

  private void verification(long unsent) {
    report
        .number("sent", "sent in all", tally.sent)
        .number("received", "received in all", tally.received)
        .number("lost", "lost", tally.lost)
        .number("duplicated", "duplicated", tally.duplicated)
        .number("outOfOrder", "out of order", tally.outOfOrder)
        .number("damaged", "damaged", tally.damaged)
        .number("refused", "refused", tally.refused)
        .number("unsent", "due, not sent", unsent);
    if (target.pid() != 0 && to.server == null) {
      report.fault("the broker's process is gone");
    }
    if (tally.failure != null) {
      report.fault(tally.failure);
    }
    if (tally.lost > 0 && plan.qos() > 0) {
      report.fault("messages were lost at QoS 1");
    }
    if (tally.duplicated > 0) {
      report.fault("messages were duplicated");
    }
    if (tally.outOfOrder > 0) {
      report.fault("messages came out of order");
    }
    if (tally.damaged > 0) {
      report.fault("messages came that were not sent so");
    }
    if (unsent > 0) {
      report.fault("the rate could not be kept");
    }
  }
}
