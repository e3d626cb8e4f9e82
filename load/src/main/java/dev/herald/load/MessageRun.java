package dev.herald.load;

import java.util.List;
import java.util.Locale;
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
  private static final long WATCH_NS = 100 * MS;

  /** Closer than this the loop does not sleep: it would wake too late. */
  private static final long SLEEP_MIN_NS = TimeUnit.MICROSECONDS.toNanos(20);

  /** How many messages are sent before the loop reads again. */
  private static final int SENDS_MAX = 64;

  /** How long after the measured time what was due in it is still sent. */
  private static final long UNSENT_NS = TimeUnit.SECONDS.toNanos(1);

  /** How long nothing has to come before the rest is taken for lost. */
  private static final int QUIET_CHECKS = 30;

  /** How long duplicates may come after the last message was there. */
  private static final int LINGER_CHECKS = 2;

  private static final int CHECKS_PER_SHOW = 10;

  private final Target target;
  private final Plan plan;
  private final Loop loop;
  private final Fleet fleet;
  private final Tally tally;
  private final List<Flow> flows;
  private final Progress progress;
  private final CompletableFuture<Result> result = new CompletableFuture<>();
  private Snapshot from;
  private Snapshot to;
  private Snapshot shown;
  private String phase = "connecting";
  private boolean stopped;
  private long moved;
  private int quietChecks;
  private int doneChecks;
  private int checks;

  MessageRun(Target target, Plan plan, Loop loop, Progress progress) {
    this.target = target;
    this.plan = plan;
    this.loop = loop;
    this.progress = progress;
    this.fleet = new Fleet(target, plan, loop);
    this.tally = fleet.tally();
    this.flows = fleet.flows();
    this.from = new Snapshot(tally, target.pid());
    this.to = from;
    this.shown = from;
  }

  /** Starts the run; completes with what it found. */
  CompletableFuture<Result> start() {
    loop.execute(() -> {
      fleet.connector().connect(fleet.clients().size(), this::begin);
      watch();
    });
    return result;
  }

  private void begin() {
    phase = "warming up";
    if (plan.isOpenLoop()) {
      fleet.schedule().start(System.nanoTime());
      flows.forEach(Flow::startOpenLoop);
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
    offerUntil(System.nanoTime(), SENDS_MAX);
    long wait = fleet.schedule().nextDueNs() - System.nanoTime();
    if (wait < SLEEP_MIN_NS) {
      loop.execute(this::tick);
    } else {
      loop.schedule(wait, this::tick);
    }
  }

  private void offerUntil(long nowNs, int atMost) {
    Schedule schedule = fleet.schedule();
    for (int i = 0; i < atMost && schedule.nextDueNs() <= nowNs; i++) {
      Flow flow = flows.get(schedule.next());
      schedule.advance();
      flow.offer();
    }
  }

  private void beginMeasuring() {
    phase = "measuring";
    from = new Snapshot(tally, target.pid());
    tally.measureFrom(from.atNs);
    loop.schedule(plan.duration().toNanos(), this::endMeasuring);
  }

  private void endMeasuring() {
    phase = "waiting for the rest";
    to = new Snapshot(tally, target.pid());
    tally.measureUntil(to.atNs);
    stopped = true;
    if (plan.isOpenLoop()) {
      offerUntil(to.atNs, Integer.MAX_VALUE);
      // a broker that keeps up needs but a moment for what is due
      loop.schedule(UNSENT_NS, this::endSending);
    } else {
      endSending();
    }
  }

  private void endSending() {
    flows.forEach(Flow::end);
  }

  /** Looks after the run ten times a second until it is over. */
  private void watch() {
    flows.forEach(Flow::watch);
    quietChecks = moved == tally.sent + tally.received ? quietChecks + 1 : 0;
    moved = tally.sent + tally.received;
    doneChecks = stopped && flows.stream().allMatch(Flow::isDone) ? doneChecks + 1 : 0;
    checks++;
    if (checks % CHECKS_PER_SHOW == 0) {
      progress.show(this::line);
    }
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

  private String line() {
    Snapshot now = new Snapshot(tally, target.pid());
    double seconds = (now.atNs - shown.atNs) / 1e9;
    long sentPerSecond = Math.round((now.sent - shown.sent) / seconds);
    long receivedPerSecond = Math.round((now.received - shown.received) / seconds);
    shown = now;
    int connected = fleet.connector().ready();
    return phase.equals("connecting")
        ? String.format(Locale.ROOT, "connecting %,d of %,d", connected, fleet.clients().size())
        : String.format(
            Locale.ROOT,
            "%s: %,d sent/s, %,d received/s, p99 %.2f ms",
            phase,
            sentPerSecond,
            receivedPerSecond,
            tally.latencyNs.getValueAtPercentile(99) / (double) MS);
  }

  private void finish() {
    stopped = true;
    progress.clear();
    endSending();
    flows.forEach(flow -> flow.verify(tally));
    tally.shares = fleet.shares();
    long unsent = flows.stream().mapToLong(Flow::unsent).sum();
    fleet.close();
    Report report = new MessageReport(target, plan, tally, from, to).make(unsent);
    result.complete(new Result(report, tally.latencyNs.getValueAtPercentile(99), tally.lost));
  }

  /**
   * What a run found.
   *
   * @param report all of it
   * @param p99Ns the latency that 99 of 100 messages did not exceed
   * @param lost how many messages did not arrive
   */
  record Result(Report report, long p99Ns, long lost) {
    /** Says whether a rate held: p99 within a bound, nothing lost and nothing wrong. */
    Knee.Trial trial(double perSecond, int boundMs) {
      double p99Ms = p99Ns / (double) MS;
      String why = "";
      if (!report.faults().isEmpty()) {
        why = report.faults().getFirst();
      } else if (lost > 0) {
        why = "messages were lost";
      } else if (p99Ms > boundMs) {
        why = "p99 is above the bound";
      }
      return new Knee.Trial(perSecond, p99Ms, why.isEmpty(), why);
    }
  }
}
