package dev.herald.sql;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import dev.herald.testkit.GroupEvents;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Measures the store on this machine's disk: synced rows per second by size of batch, beside bare
 * batched inserts of the same rows with the same syncs, and the time a page of history takes. Run
 * it as a main class of the test class path.
 */
final class StoreSpeed {
  private static final Logger LOG = System.getLogger(StoreSpeed.class.getName());
  private static final long MIB = 1 << 20;
  private static final StoreSettings SETTINGS =
      new StoreSettings(0, 64 * MIB, 8 * MIB, 256 * MIB, 16 * MIB, 4, Duration.ofMillis(1500));
  private static final int GROUPS = 1000;
  private static final int ROUNDS = 10;
  private static final int ROWS_PER_ROUND = 2000;
  private static final int PAGES = 20_000;

  private final SplittableRandom random = new SplittableRandom(7);
  private final Path place;

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

  private void measure() throws SQLException {
    try (SqliteStore store = new SqliteStore(place.resolve("store"), SETTINGS, new Metrics())) {
      store.start();
      Database bare = new Database(place.resolve("bare"), SETTINGS);
      try (SqliteStore schema = new SqliteStore(place.resolve("bare"), SETTINGS, new Metrics())) {
        schema.start();
      }
      try (Connection connection = bare.openWriter(false)) {
        GroupEvents events = new GroupEvents();
        GroupEvents bareEvents = new GroupEvents();
        BareInserts inserts = new BareInserts(connection);
        for (int size : new int[] {4096, 1, 10, 100, 4096}) {
          Tally ours = new Tally();
          Tally theirs = new Tally();
          for (int round = 0; round < ROUNDS; round++) {
            ours.add(size, batches(size, events), store::append);
            theirs.add(size, batches(size, bareEvents), inserts::append);
          }
          LOG.log(Level.INFO, "batch of " + size + ": " + ours + "; bare inserts: " + theirs);
        }
      }
      pages(store, 20);
      pages(store, 1000);
    }
  }

  private List<List<GroupEvent>> batches(int size, GroupEvents events) {
    List<List<GroupEvent>> batches = new ArrayList<>();
    for (int count = 0; count < Math.max(3, ROWS_PER_ROUND / size); count++) {
      List<GroupEvent> batch = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        batch.add(
            events.nextWith(new GroupKey("app", "" + random.nextInt(GROUPS)), "x".repeat(100)));
      }
      batches.add(batch);
    }
    return batches;
  }

  /** Times pages at every depth of one long group. */
  private void pages(SqliteStore store, int pageSize) {
    GroupKey key = new GroupKey("app", "long");
    GroupEvents own = new GroupEvents();
    TimeRange always = new TimeRange(0, Long.MAX_VALUE);
    long total = store.messages(new Scope("app", "long", null), always, new Page(0, 1)).total();
    while (total < 200_000) {
      List<GroupEvent> batch = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        batch.add(shifted(own.nextWith(key, "x".repeat(100))));
      }
      store.append(batch);
      total += batch.size();
    }
    int count = PAGES / pageSize * 20;
    long[] ns = new long[count];
    for (int i = 0; i < count; i++) {
      Page page = new Page(random.nextLong(total / pageSize), pageSize);
      long begin = System.nanoTime();
      store.messages(new Scope("app", "long", null), always, page);
      ns[i] = System.nanoTime() - begin;
    }
    Arrays.sort(ns);
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "page of %d at any depth of %,d: p50 %d us, p99 %d us",
            pageSize,
            total,
            ns[count / 2] / 1000,
            ns[count * 99 / 100] / 1000));
  }

  private static GroupEvent shifted(Created event) {
    GroupMessage m = event.message();
    return new Created(
        new GroupMessage(
            m.messageId() + (1L << 40),
            m.key(),
            m.userId(),
            m.content(),
            m.createTimeMs(),
            null,
            m.type(),
            m.seq()),
        null);
  }

  private interface Sink {
    void append(List<GroupEvent> batch) throws SQLException;
  }

  /** Adds up rounds; the rounds of both sides alternate, so that a busy machine slows both. */
  private static final class Tally {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long rows;
    private long ns;
    private long cpuNs;

    void add(int size, List<List<GroupEvent>> batches, Sink sink) throws SQLException {
      long begin = System.nanoTime();
      long cpuBegin = threads.getCurrentThreadCpuTime();
      for (List<GroupEvent> batch : batches) {
        sink.append(batch);
      }
      cpuNs += threads.getCurrentThreadCpuTime() - cpuBegin;
      ns += System.nanoTime() - begin;
      rows += (long) size * batches.size();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%,.0f rows/s, %.1f us of CPU each", rows * 1e9 / ns, cpuNs / 1e3 / rows);
    }
  }

  /** The same rows into the same table, and nothing else. */
  private static final class BareInserts {
    private final Connection connection;
    private final PreparedStatement insert;

    BareInserts(Connection connection) throws SQLException {
      this.connection = connection;
      this.insert =
          connection.prepareStatement("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    }

    void append(List<GroupEvent> batch) throws SQLException {
      connection.setAutoCommit(false);
      for (GroupEvent event : batch) {
        GroupMessage m = ((Created) event).message();
        Jdbc.bind(
            insert,
            Long.parseLong(m.key().groupId()),
            m.seq(),
            m.seq(),
            m.messageId(),
            1L,
            m.createTimeMs(),
            m.type(),
            null,
            m.content());
        insert.addBatch();
      }
      insert.executeBatch();
      connection.setAutoCommit(true);
    }
  }
}
