package dev.herald.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A run that opens connections, keeps them idle for the duration, and closes them. */
final class ConnectionsRun {
  private static final long WATCH_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double US = TimeUnit.MICROSECONDS.toNanos(1);
  private static final double MIB = 1 << 20;

  private final Plan plan;
  private final Loop loop;
  private final List<Idle> clients = new ArrayList<>();
  private final Connector connector;
  private final Histogram connectNs = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
  private final CompletableFuture<Report> report = new CompletableFuture<>();
  private @Nullable Usage before;
  private long startedNs;
  private long readyNs;
  private long endsNs = Long.MAX_VALUE;
  private @Nullable String failure;

  ConnectionsRun(Plan plan, Loop loop) {
    this.plan = plan;
    this.loop = loop;
    this.connector = new Connector(loop, plan.broker().getAddress(), clients, this::allReady);
    for (int i = 0; i < plan.count(); i++) {
      clients.add(new Idle(plan.login("c" + i)));
    }
  }

  /** Starts the run; completes with its report. */
  CompletableFuture<Report> start() {
    loop.execute(() -> {
      before = plan.serverPid() == 0 ? null : Usage.of(plan.serverPid());
      startedNs = System.nanoTime();
      connector.start();
      watch();
    });
    return report;
  }

  private void allReady() {
    readyNs = System.nanoTime();
    endsNs = readyNs + plan.duration().toNanos();
  }

  private void watch() {
    if (failure != null || System.nanoTime() >= endsNs) {
      finish();
    } else {
      loop.schedule(WATCH_NS, this::watch);
    }
  }

  private void finish() {
    Usage after = plan.serverPid() == 0 ? null : Usage.of(plan.serverPid());
    clients.forEach(Client::close);
    Report made = new Report();
    MessageReport.describe(plan, made);
    made.number("connected", "connected", connectNs.getTotalCount());
    if (endsNs != Long.MAX_VALUE) {
      double seconds = (readyNs - startedNs) / NANOS;
      made.measure("connectSeconds", "until all were", seconds, 3, "s")
          .measure("connectsPerSecond", "connects/s", plan.count() / seconds, 0, "")
          .measure("connectP50Us", "connect p50", connectNs.getValueAtPercentile(50) / US, 1, "us")
          .measure("connectP99Us", "connect p99", connectNs.getValueAtPercentile(99) / US, 1, "us")
          .measure("connectMaxUs", "connect max", connectNs.getMaxValue() / US, 1, "us");
    }
    if (before != null && after != null) {
      long grown = after.residentBytes() - before.residentBytes();
      made.measure("serverResidentMiB", "server's RSS", after.residentBytes() / MIB, 1, "MiB")
          .number("serverRssGrowthPerConnection", "RSS growth/connection", grown / plan.count())
          .measure(
              "serverCpuSeconds",
              "server's CPU time",
              after.cpuSeconds() - before.cpuSeconds(),
              2,
              "s");
    }
    if (failure != null) {
      made.fault(failure);
    }
    report.complete(made);
  }

  private final class Idle extends Client {
    private long beganNs;

    Idle(Login login) {
      super(loop, login, "", 0);
    }

    @Override
    void beginning() {
      beganNs = System.nanoTime();
    }

    @Override
    void ready() {
      connectNs.recordValue(
          Math.min(System.nanoTime() - beganNs, connectNs.getHighestTrackableValue()));
      connector.oneReady();
    }

    @Override
    void failed(String reason) {
      if (failure == null) {
        failure = reason;
      }
    }
  }
}
