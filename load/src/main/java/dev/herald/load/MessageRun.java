package dev.herald.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A run that sends: connect, warm up, measure, wait for the rest, verify.
 *
 * <p>Everything happens on the loop. Measured are the messages whose intended time of sending is in
 * the measured time; in an open loop that is when they were due, so that a broker that falls behind
 * is seen in the latency (no coordinated omission).
 */
final class MessageRun {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long TICK_MIN_NS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long WATCH_NS = 100 * MS;

  /** How long nothing has to come before the rest is taken for lost. */
  private static final int QUIET_CHECKS = 30;

  /** How long duplicates may come after the last message was there. */
  private static final int LINGER_CHECKS = 2;

  private final Plan plan;
  private final Loop loop;
  private final Tally tally = new Tally();
  private final List<Flow> flows = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final Connector connector;
  private final CompletableFuture<Report> report = new CompletableFuture<>();
  private Snapshot from;
  private Snapshot to;
  private boolean stopped;
  private long progress;
  private int quietChecks;
  private int doneChecks;

  MessageRun(Plan plan, Loop loop) {
    this.plan = plan;
    this.loop = loop;
    this.connector = new Connector(loop, plan.broker().getAddress(), clients, this::begin);
    for (int i = 0; i < plan.flows(); i++) {
      Flow flow = new Flow(plan, tally, loop, "t" + i, connector::oneReady);
      flows.add(flow);
      clients.addAll(flow.clients());
    }
    this.from = new Snapshot(tally, plan.serverPid());
    this.to = from;
  }

  /** Starts the run; completes with its report. */
  CompletableFuture<Report> start() {
    loop.execute(() -> {
      connector.start();
      watch();
    });
    return report;
  }

  private void begin() {
    long now = System.nanoTime();
    if (plan.perSecond() > 0) {
      double interval = TimeUnit.SECONDS.toNanos(1) / (double) plan.perSecond();
      for (int i = 0; i < flows.size(); i++) {
        flows.get(i).startOpenLoop(now + (long) (i * interval), (long) (flows.size() * interval));
      }
      tick();
    } else {
      flows.forEach(Flow::startAtFullSpeed);
    }
    loop.schedule(plan.warmup().toNanos(), this::beginMeasuring);
  }

  private void tick() {
    if (stopped) {
      return;
    }
    long now = System.nanoTime();
    long next = Long.MAX_VALUE;
    for (Flow flow : flows) {
      next = Math.min(next, flow.offerUntil(now));
    }
    loop.schedule(Math.max(next - System.nanoTime(), TICK_MIN_NS), this::tick);
  }

  private void beginMeasuring() {
    from = new Snapshot(tally, plan.serverPid());
    tally.measureFrom(from.atNs);
    loop.schedule(plan.duration().toNanos(), this::endMeasuring);
  }

  private void endMeasuring() {
    to = new Snapshot(tally, plan.serverPid());
    tally.measureUntil(to.atNs);
    stopped = true;
    for (Flow flow : flows) {
      if (plan.perSecond() > 0) {
        flow.offerUntil(to.atNs);
      }
      flow.stopOffering();
    }
  }

  /** Looks after the run ten times a second until it is over. */
  private void watch() {
    flows.forEach(Flow::watch);
    quietChecks = progress == tally.sent + tally.received ? quietChecks + 1 : 0;
    progress = tally.sent + tally.received;
    doneChecks = stopped && flows.stream().allMatch(Flow::isDone) ? doneChecks + 1 : 0;
    boolean over =
        tally.failure != null
            || doneChecks > LINGER_CHECKS
            || (stopped && quietChecks > QUIET_CHECKS);
    if (over) {
      finish();
    } else {
      loop.schedule(WATCH_NS, this::watch);
    }
  }

  private void finish() {
    stopped = true;
    clients.forEach(Client::close);
    flows.forEach(flow -> flow.verify(tally));
    long unsent = flows.stream().mapToLong(Flow::unsent).sum();
    report.complete(new MessageReport(plan, tally, from, to).make(unsent));
  }

  /** The counts at one moment. */
  static final class Snapshot {
    final long atNs = System.nanoTime();
    final long sent;
    final long received;
    final Usage client;
    final Usage server;

    Snapshot(Tally tally, long serverPid) {
      sent = tally.sent;
      received = tally.received;
      client = usage(ProcessHandle.current().pid());
      server = usage(serverPid);
    }

    private static Usage usage(long pid) {
      Usage usage = pid == 0 ? null : Usage.of(pid);
      return usage == null ? new Usage(0, 0) : usage;
    }
  }
}
