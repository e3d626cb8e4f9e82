package dev.herald.load;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A run that opens connections, in two halves, holds them for the duration while they ping, and
 * closes them.
 *
 * <p>After each half it waits until the broker's memory has settled. What the second half took is
 * nearer to what one more connection costs than the mean of all: the first connections also pay for
 * what the broker needs once.
 */
final class ConnectionsRun {
  private static final long WATCH_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LATENCY_MAX_NS = TimeUnit.MINUTES.toNanos(2);
  private static final double US = TimeUnit.MICROSECONDS.toNanos(1);
  private static final double MIB = 1 << 20;
  private static final int CHECKS_PER_SHOW = 10;
  private static final int PINGS_MAX = 64;

  /** Memory that changes by less is settled: a thousandth, at least 256 KiB. */
  private static final long STEADY_BYTES_MIN = 256 << 10;

  /** How often the settling time is waited for again before the memory is taken as it is. */
  private static final int SETTLES_MAX = 10;

  private final Target target;
  private final ConnectionsPlan plan;
  private final Loop loop;
  private final Progress progress;
  private final List<Idle> clients = new ArrayList<>();
  private final Connector connector;
  private final Schedule pings;
  private final Histogram connectNs = new Histogram(LATENCY_MAX_NS, 3);
  private final Histogram pingNs = new Histogram(LATENCY_MAX_NS, 3);
  private final CompletableFuture<Report> report = new CompletableFuture<>();
  private final List<@Nullable Usage> settled = new ArrayList<>();
  private String phase = "connecting";
  private long connectingNs;
  private long phaseBeganNs;
  private @Nullable Usage heldFrom;
  private @Nullable Usage heldTo;
  private long heldFromNs;
  private long heldToNs;
  private boolean over;
  private int checks;
  private @Nullable String failure;

  ConnectionsRun(Target target, ConnectionsPlan plan, Loop loop, Progress progress) {
    this.target = target;
    this.plan = plan;
    this.loop = loop;
    this.progress = progress;
    this.pings =
        new Schedule(plan.count(), plan.count() / (double) Math.max(1, plan.pingSeconds()));
    this.connector = new Connector(loop, target.address().getAddress(), clients, plan.atOnce());
    String run = "bench-" + Integer.toHexString(ThreadLocalRandom.current().nextInt()) + '-';
    for (int i = 0; i < plan.count(); i++) {
      String name = run + i;
      clients.add(
          new Idle(
              new Client.Login(target, name, plan.pingSeconds()),
              plan.subscribed() ? "bench/" + name : ""));
    }
  }

  /** Starts the run; completes with its report. */
  CompletableFuture<Report> start() {
    loop.execute(() -> {
      settled.add(usage());
      pings.start(System.nanoTime());
      if (plan.pingSeconds() > 0) {
        ping();
      }
      connect((plan.count() + 1) / 2);
      watch();
    });
    return report;
  }

  private void connect(int number) {
    phase = "connecting";
    phaseBeganNs = System.nanoTime();
    connector.connect(number, this::connected);
  }

  private void connected() {
    connectingNs += System.nanoTime() - phaseBeganNs;
    phase = "waiting for the memory to settle";
    settle(usage(), 0);
  }

  private void settle(@Nullable Usage before, int times) {
    if (before == null || plan.settle().isZero()) {
      next(before);
      return;
    }
    loop.schedule(
        plan.settle().toNanos(),
        () -> {
          Usage now = usage();
          boolean steady =
              now == null
                  || Math.abs(now.residentBytes() - before.residentBytes())
                      <= Math.max(STEADY_BYTES_MIN, before.residentBytes() / 1000);
          if (steady || times == SETTLES_MAX) {
            next(now);
          } else {
            settle(now, times + 1);
          }
        });
  }

  private void next(@Nullable Usage now) {
    settled.add(now);
    if (connector.ready() < plan.count()) {
      connect(plan.count());
    } else {
      hold();
    }
  }

  private void hold() {
    phase = "holding";
    heldFrom = usage();
    heldFromNs = System.nanoTime();
    pingNs.reset();
    loop.schedule(
        plan.duration().toNanos(),
        () -> {
          heldTo = usage();
          heldToNs = System.nanoTime();
          over = true;
        });
  }

  private void ping() {
    if (over) {
      return;
    }
    long now = System.nanoTime();
    for (int i = 0; i < PINGS_MAX && pings.nextDueNs() <= now; i++) {
      clients.get(pings.next()).ping(pings.nextDueNs());
      pings.advance();
    }
    loop.schedule(Math.max(0, pings.nextDueNs() - System.nanoTime()), this::ping);
  }

  private @Nullable Usage usage() {
    return target.pid() == 0 ? null : Usage.of(target.pid());
  }

  private void watch() {
    checks++;
    if (checks % CHECKS_PER_SHOW == 0) {
      progress.show(() ->
          String.format(Locale.ROOT, "%s: %,d of %,d", phase, connector.ready(), plan.count()));
    }
    if (over || failure != null) {
      finish();
    } else {
      loop.schedule(WATCH_NS, this::watch);
    }
  }

  private void finish() {
    over = true;
    progress.clear();
    clients.forEach(Client::close);
    Report made =
        new Report()
            .text("scenario", "scenario", Scenario.CONNECTIONS.toString())
            .text("protocol", "MQTT", target.protocol().toString())
            .number("connections", "connections", plan.count())
            .number("atOnce", "made at once", plan.atOnce())
            .number("pingSeconds", "ping every s", plan.pingSeconds())
            .number("connected", "connected", connectNs.getTotalCount());
    if (connector.ready() == plan.count()) {
      double seconds = connectingNs / (double) SECOND_NS;
      made.measure("connectSeconds", "time to connect", seconds, 3, "s")
          .measure("connectsPerSecond", "connects/s", plan.count() / seconds, 0, "")
          .measure("connectP50Us", "connect p50", connectNs.getValueAtPercentile(50) / US, 1, "us")
          .measure("connectP99Us", "connect p99", connectNs.getValueAtPercentile(99) / US, 1, "us")
          .measure("connectMaxUs", "connect max", connectNs.getMaxValue() / US, 1, "us");
    }
    memory(made);
    holding(made);
    if (target.pid() != 0 && usage() == null) {
      made.fault("the broker's process is gone");
    }
    if (failure != null) {
      made.fault(failure);
    }
    report.complete(made);
  }

  private void memory(Report made) {
    if (settled.size() < 3) {
      return;
    }
    Usage none = settled.get(0);
    Usage half = settled.get(1);
    Usage all = settled.get(2);
    if (none == null || half == null || all == null) {
      return;
    }
    int firstHalf = (plan.count() + 1) / 2;
    long grown = all.residentBytes() - none.residentBytes();
    long grownLate = all.residentBytes() - half.residentBytes();
    made.measure("serverResidentMiB", "server's RSS", all.residentBytes() / MIB, 1, "MiB")
        .number("bytesPerConnection", "RSS growth/connection", grown / plan.count())
        .number(
            "bytesPerConnectionSecondHalf",
            "... of the second half",
            plan.count() == firstHalf ? 0 : grownLate / (plan.count() - firstHalf));
  }

  private void holding(Report made) {
    if (heldToNs == 0) {
      return;
    }
    double seconds = (heldToNs - heldFromNs) / (double) SECOND_NS;
    made.measure("heldSeconds", "held", seconds, 1, "s");
    if (heldFrom != null && heldTo != null) {
      double used = (heldTo.cpuSeconds() - heldFrom.cpuSeconds()) / seconds;
      made.measure("serverCpuShare", "server's CPU while held", 100 * used, 1, "% of a core");
    }
    made.number("pings", "pings answered", pingNs.getTotalCount());
    if (pingNs.getTotalCount() > 0) {
      made.measure("pingP50Us", "ping p50", pingNs.getValueAtPercentile(50) / US, 1, "us")
          .measure("pingP99Us", "ping p99", pingNs.getValueAtPercentile(99) / US, 1, "us");
    }
  }

  private static void record(Histogram histogram, long ns) {
    histogram.recordValue(Math.min(LATENCY_MAX_NS, Math.max(0, ns)));
  }

  private final class Idle extends Client {
    private final ArrayDeque<Long> pinged = new ArrayDeque<>(0);
    private boolean connected;
    private long beganNs;

    Idle(Login login, String filter) {
      super(ConnectionsRun.this.loop, login, filter, 0);
    }

    void ping(long dueNs) {
      if (connected) {
        pinged.add(dueNs);
        var packet = loop().scratch();
        Packets.pingreq(packet);
        send(packet);
      }
    }

    @Override
    void beginning() {
      beganNs = System.nanoTime();
    }

    @Override
    void ready() {
      connected = true;
      record(connectNs, System.nanoTime() - beganNs);
      connector.oneReady();
    }

    @Override
    void failed(String reason) {
      if (failure == null) {
        failure = reason;
      }
    }

    @Override
    public void pingresp() {
      Long dueNs = pinged.poll();
      if (dueNs != null) {
        record(pingNs, readAtNs() - dueNs);
      }
    }
  }
}
