package dev.herald.sql;

import dev.herald.core.bus.InProcessBus;
import dev.herald.core.config.PerApp;
import dev.herald.core.group.GroupApplier;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupCommands.Draft;
import dev.herald.core.group.GroupSettings;
import dev.herald.core.group.Retention;
import dev.herald.core.group.RetentionSettings;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.metric.Metrics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Measures sending on this machine's disk: messages per second from many senders through journal,
 * applier and store, beside bare inserts of the same rows in batches of the same size with the same
 * syncs; how long one sender waits; and how long senders wait at half of the rate. With {@code
 * prune}, how fast a million events are removed, and how long senders wait meanwhile. Run it as a
 * main class of the test class path.
 */
final class SendSpeed {
  private static final Logger LOG = System.getLogger(SendSpeed.class.getName());
  private static final long MIB = 1 << 20;
  private static final StoreSettings SETTINGS =
      new StoreSettings(
          0, 64 * MIB, 8 * MIB, 2048 * MIB, 64 * MIB, 4096 * MIB, 4, Duration.ofMillis(1500));
  private static final int GROUPS = 1000;
  private static final int USERS = 5000;
  private static final int ROUNDS = 3;
  private static final long PRUNED = 1_000_000;
  private static final long KEPT = 50; // of each group, at the end
  private static final long ROUND_NS = 4_000_000_000L;

  private final GroupCommands commands;
  private final String content = "x".repeat(100);

  private SendSpeed(GroupCommands commands) {
    this.commands = commands;
  }

  /**
   * Measures in a new folder and deletes it.
   *
   * @param args where, by default the present folder; then {@code prune}, or a number of messages
   *     per second to see how long senders wait at it, or nothing
   */
  static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length == 0 ? "." : args[0]);
    Path place = Files.createTempDirectory(parent.toAbsolutePath(), "send-speed");
    try (SqliteStore store = new SqliteStore(place.resolve("store"), SETTINGS, new Metrics());
        SqliteStore schema = new SqliteStore(place.resolve("bare"), SETTINGS, new Metrics())) {
      store.start();
      schema.start();
      measure(store, new Database(place.resolve("bare"), SETTINGS), args.length > 1 ? args[1] : "");
    } finally {
      Stores.delete(place);
    }
  }

  private static void measure(SqliteStore store, Database bare, String what) throws Exception {
    Metrics metrics = new Metrics();
    InstantSource clock = InstantSource.system();
    try (EmbeddedJournal journal = new EmbeddedJournal(metrics);
        InProcessBus bus = new InProcessBus();
        BareInserts inserts = new BareInserts(bare, SETTINGS.checkpointBytes(), GROUPS, USERS)) {
      journal.start(
          new GroupApplier(
              store, bus, clock, new GroupSettings(PerApp.all(Duration.ofMinutes(2))), metrics));
      Metrics.Counter batches =
          metrics.counter("herald_journal_batches_total", "Batches of commands applied.");
      SendSpeed speed =
          new SendSpeed(new GroupCommands(journal, new MessageIds(0, clock, store.greatestId())));
      if (what.equals("prune")) {
        speed.pruning(store, journal, metrics);
        return;
      }
      double rate = 0;
      for (int senders : what.isEmpty() ? new int[] {256, 1, 64, 256, 1024} : new int[] {256}) {
        rate = speed.compare(senders, batches, inserts) / 2;
      }
      for (int round = 0; round <= ROUNDS; round++) { // the first one to warm up
        speed.atRate(what.isEmpty() ? rate : Double.parseDouble(what));
      }
    }
  }

  /** Has many senders send, each its next when the last is acknowledged, and bare inserts. */
  private double compare(int senders, Metrics.Counter batches, BareInserts inserts)
      throws SQLException, InterruptedException {
    List<Long> ours = new ArrayList<>();
    List<Long> theirs = new ArrayList<>();
    List<Long> waits = new ArrayList<>();
    long size = 1;
    for (int round = 0; round < ROUNDS; round++) {
      long before = batches.value();
      long[] sorted = closedLoop(senders, aRound());
      size = Math.max(1, sorted.length / Math.max(1, batches.value() - before));
      ours.add(sorted.length * 1_000_000_000L / ROUND_NS);
      waits.add(sorted[sorted.length / 2] / 1000);
      waits.add(sorted[sorted.length * 99 / 100] / 1000);
      theirs.add(inserts.rowsPerSecond((int) size, ROUND_NS, content));
    }
    double share =
        (double) ours.stream().mapToLong(n -> n).sum() / theirs.stream().mapToLong(n -> n).sum();
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%d senders: %s messages/s, waits p50, p99 in us %s; bare inserts by %d: %s rows/s;"
                + " share %.2f",
            senders,
            ours,
            waits,
            size,
            theirs,
            share));
    return ours.stream().mapToLong(n -> n).average().orElse(0);
  }

  /** Has senders send while the oldest events of all groups are removed, and while they are not. */
  private void pruning(SqliteStore store, EmbeddedJournal journal, Metrics metrics)
      throws InterruptedException {
    AtomicLong left = new AtomicLong(PRUNED + GROUPS * KEPT);
    var _ = closedLoop(1024, () -> left.getAndDecrement() > 0);
    Metrics.Counter pruned = metrics.counter("herald_retention_events_total", "");
    long keep = KEPT + PRUNED / GROUPS;
    for (int senders : new int[] {1, 64}) {
      tell(senders + " senders alone", closedLoop(senders, aRound()), ROUND_NS);
      keep -= PRUNED / GROUPS * (senders == 1 ? 3 : 1) / 4;
      var settings = new RetentionSettings(PerApp.all(Duration.ZERO), PerApp.all(keep));
      try (var retention =
          new Retention(store, journal, InstantSource.system(), settings, metrics)) {
        Thread sweep = Thread.ofPlatform().unstarted(retention::sweep);
        long before = pruned.value();
        long begin = System.nanoTime();
        sweep.start();
        long[] waits = closedLoop(senders, sweep::isAlive);
        long ns = System.nanoTime() - begin;
        long removed = pruned.value() - before;
        tell(senders + " senders while " + removed + " events are pruned", waits, ns);
        LOG.log(Level.INFO, "pruned events/s: " + removed * 1_000_000_000L / ns);
      }
    }
  }

  private static void tell(String what, long[] waits, long ns) {
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: %d messages/s, waits p50 %d us, p99 %d us, longest %d us",
            what,
            waits.length * 1_000_000_000L / ns,
            waits[waits.length / 2] / 1000,
            waits[waits.length * 99 / 100] / 1000,
            waits[waits.length - 1] / 1000));
  }

  private static BooleanSupplier aRound() {
    long end = System.nanoTime() + ROUND_NS;
    return () -> System.nanoTime() < end;
  }

  private long[] closedLoop(int senders, BooleanSupplier more) throws InterruptedException {
    AtomicLong sent = new AtomicLong();
    AtomicLongArray waits = new AtomicLongArray(2_000_000);
    CountDownLatch ended = new CountDownLatch(senders);
    for (int i = 0; i < senders; i++) {
      sendNext(new SplittableRandom(i), more, sent, waits, ended);
    }
    ended.await();
    return sorted(waits, sent.get());
  }

  private void sendNext(
      SplittableRandom random,
      BooleanSupplier more,
      AtomicLong sent,
      AtomicLongArray waits,
      CountDownLatch ended) {
    long begin = System.nanoTime();
    if (!more.getAsBoolean()) {
      ended.countDown();
      return;
    }
    var _ =
        commands
            .create(draft(random))
            .whenComplete((outcome, failure) -> {
              if (failure != null) {
                throw new IllegalStateException(failure);
              }
              waits.set((int) sent.getAndIncrement(), System.nanoTime() - begin);
              sendNext(random, more, sent, waits, ended);
            });
  }

  /** Sends at a steady rate, whatever the answers; a wait begins when the message was due. */
  private void atRate(double perSecond) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(3);
    int count = (int) (perSecond * 10);
    AtomicLong answered = new AtomicLong();
    AtomicLongArray waits = new AtomicLongArray(count);
    CountDownLatch ended = new CountDownLatch(count);
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = begin + (long) (i * 1e9 / perSecond);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(100_000);
      }
      var _ =
          commands
              .create(draft(random))
              .whenComplete((outcome, failure) -> {
                waits.set((int) answered.getAndIncrement(), System.nanoTime() - due);
                ended.countDown();
              });
    }
    ended.await();
    long[] sorted = sorted(waits, count);
    tell("at a steady rate", sorted, (long) (count / perSecond * 1e9));
  }

  private Draft draft(SplittableRandom random) {
    return new Draft(
        "app",
        Integer.toString(random.nextInt(GROUPS)),
        Integer.toString(random.nextInt(USERS)),
        content,
        1,
        null);
  }

  private static long[] sorted(AtomicLongArray waits, long count) {
    long[] sorted = new long[(int) count];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = waits.get(i);
    }
    Arrays.sort(sorted);
    return sorted;
  }
}
