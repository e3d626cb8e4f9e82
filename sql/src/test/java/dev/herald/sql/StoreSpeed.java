package dev.herald.sql;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import dev.herald.testkit.GroupEvents;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Measures on this machine how long a page of history takes while the store grows, and how many
 * bytes a message takes. Run it as a main class of the test class path.
 */
final class StoreSpeed {
  private static final Logger LOG = System.getLogger(StoreSpeed.class.getName());
  private static final long MIB = 1 << 20;
  private static final StoreSettings SETTINGS =
      new StoreSettings(
          0, 64 * MIB, 8 * MIB, 256 * MIB, 64 * MIB, 4096 * MIB, 4, Duration.ofMillis(1500));
  private static final String CONTENT = "x".repeat(100);
  private static final int GROUPS = 1000;
  private static final int USERS = 5000;
  private static final int PAGE_SIZE = 50;
  private static final int PAGES = 3000;

  private final SplittableRandom random = new SplittableRandom(7);
  private final Path place;
  private int stored;

  private StoreSpeed(Path place) {
    this.place = place;
  }

  /** Measures in a new folder, by default in the present one, and deletes it. */
  static void main(String[] folder) throws Exception {
    Path parent = Path.of(folder.length == 0 ? "." : folder[0]);
    Path place = Files.createTempDirectory(parent.toAbsolutePath(), "store-speed");
    try {
      new StoreSpeed(place).measure();
    } finally {
      Stores.delete(place);
    }
  }

  private void measure() {
    try (SqliteStore store = new SqliteStore(place.resolve("store"), SETTINGS, new Metrics())) {
      store.start();
      GroupEvents events = new GroupEvents();
      for (int total : new int[] {10_000, 100_000, 1_000_000}) {
        fill(store, events, total);
        for (Scope scope :
            List.of(
                new Scope("app", "0", null),
                new Scope("app", null, "user0"),
                new Scope("app", "0", "user0"))) {
          pages(store, scope, total);
        }
      }
    }
    LOG.log(
        Level.INFO,
        "bytes per message: " + new Database(place.resolve("store"), SETTINGS).bytes() / 1e6);
  }

  /** Adds messages until there are so many, a tenth of them in one group and by one user. */
  private void fill(SqliteStore store, GroupEvents events, int total) {
    while (stored < total) {
      List<GroupEvent> batch = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        int group = random.nextInt(10) == 0 ? 0 : random.nextInt(GROUPS);
        int user = random.nextInt(10) == 0 ? 0 : random.nextInt(USERS);
        batch.add(
            events.nextBy(
                new GroupKey("app", Integer.toString(group)), "user" + user, null, CONTENT));
      }
      store.append(batch);
      stored += batch.size();
    }
  }

  private void pages(SqliteStore store, Scope scope, int stored) {
    TimeRange always = new TimeRange(0, Long.MAX_VALUE);
    long total = store.messages(scope, always, new Page(0, 1)).total();
    long[] ns = new long[PAGES];
    long[] rangeNs = new long[PAGES];
    for (int i = 0; i < PAGES; i++) {
      Page page = new Page(random.nextLong(Math.max(1, total / PAGE_SIZE)), PAGE_SIZE);
      long begin = System.nanoTime();
      store.messages(scope, always, page);
      ns[i] = System.nanoTime() - begin;
      long from = random.nextLong(stored * 1000L);
      begin = System.nanoTime();
      store.messages(scope, new TimeRange(from, Long.MAX_VALUE), new Page(0, PAGE_SIZE));
      rangeNs[i] = System.nanoTime() - begin;
    }
    Arrays.sort(ns);
    Arrays.sort(rangeNs);
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%,d stored, %s has %,d: page of %d p50 %d us, p99 %d us; in a range p50 %d us, p99 %d"
                + " us",
            stored,
            scope,
            total,
            PAGE_SIZE,
            ns[PAGES / 2] / 1000,
            ns[PAGES * 99 / 100] / 1000,
            rangeNs[PAGES / 2] / 1000,
            rangeNs[PAGES * 99 / 100] / 1000));
  }
}
