package dev.herald.sql;

import dev.herald.core.event.GroupMessage;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.History.Cursor;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Measures on this machine what a page of history costs in a small and in a large file, in turns,
 * and how many bytes a message takes. Run it as a main class of the test class path: {@code make}
 * and a folder writes both files to it, {@code pages} and the folder measures.
 */
final class StoreSpeed {
  private static final Logger LOG = System.getLogger(StoreSpeed.class.getName());
  private static final TimeRange ALWAYS = new TimeRange(0, Long.MAX_VALUE);
  private static final StoreSettings SETTINGS = HistoryFile.SETTINGS;
  private static final int SMALL = 10_000;
  private static final int LARGE = 10_000_000;
  private static final int PAGE_SIZE = 50;
  private static final int ROUNDS = 3;
  private static final int TURNS = 20;
  private static final int PAGES_PER_TURN = 50;

  private final SplittableRandom random = new SplittableRandom(7);
  private final SqliteStore small;
  private final SqliteStore large;

  private StoreSpeed(SqliteStore small, SqliteStore large) {
    this.small = small;
    this.large = large;
  }

  /** Makes the files, or measures. */
  static void main(String[] task) throws SQLException {
    Path folder = Path.of(task[1]);
    if (task[0].equals("make")) {
      make(folder.resolve("small"), SMALL);
      make(folder.resolve("large"), LARGE);
      return;
    }
    try (SqliteStore small = new SqliteStore(folder.resolve("small"), SETTINGS, new Metrics());
        SqliteStore large = new SqliteStore(folder.resolve("large"), SETTINGS, new Metrics())) {
      small.start();
      long begin = System.nanoTime();
      large.start();
      LOG.log(
          Level.INFO, "the large file is open after " + (System.nanoTime() - begin) / 1000 + " us");
      new StoreSpeed(small, large).measure();
    }
  }

  private static void make(Path folder, int messages) throws SQLException {
    long begin = System.nanoTime();
    HistoryFile.write(folder, messages);
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%,d messages in %d s: %.1f bytes each",
            messages,
            (System.nanoTime() - begin) / 1_000_000_000L,
            (double) new Database(folder, SETTINGS).bytes() / messages));
  }

  private void measure() {
    for (int round = 0; round <= ROUNDS; round++) {
      LOG.log(Level.INFO, round == 0 ? "to warm up" : "round " + round);
      compare("the large group", HistoryFile.LARGE_GROUP, HistoryFile.LARGE_GROUP);
      compare("a group", HistoryFile.LARGE_GROUP, HistoryFile.GROUP);
      compare("the busy user", HistoryFile.BUSY_USER, HistoryFile.BUSY_USER);
      compare("a user", HistoryFile.BUSY_USER, HistoryFile.USER);
      compare("the busy user in the large group", HistoryFile.MEMBER, HistoryFile.MEMBER);
    }
  }

  private void compare(String what, Scope inSmall, Scope inLarge) {
    Book ofSmall = Book.of(small, inSmall, SMALL);
    Book ofLarge = Book.of(large, inLarge, LARGE);
    compare(what + ", page with total", ofSmall, ofLarge, this::page);
    compare(what + ", page of a range with total", ofSmall, ofLarge, this::range);
    compare(what + ", after a message", ofSmall, ofLarge, this::after);
    compare(what + ", before a message", ofSmall, ofLarge, this::before);
  }

  /** Reads pages from both files in turns. */
  private void compare(String what, Book ofSmall, Book ofLarge, Reading reading) {
    long[] smallNs = new long[TURNS * PAGES_PER_TURN];
    long[] largeNs = new long[smallNs.length];
    for (int from = 0; from < smallNs.length; from += PAGES_PER_TURN) {
      for (int i = from; i < from + PAGES_PER_TURN; i++) {
        smallNs[i] = reading.timeNs(ofSmall);
      }
      for (int i = from; i < from + PAGES_PER_TURN; i++) {
        largeNs[i] = reading.timeNs(ofLarge);
      }
    }
    Arrays.sort(smallNs);
    Arrays.sort(largeNs);
    int middle = smallNs.length / 2;
    int high = smallNs.length * 99 / 100;
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: of %,d p50 %d us, p99 %d us; of %,d p50 %d us, p99 %d us; ratio %.2f",
            what,
            ofSmall.total,
            smallNs[middle] / 1000,
            smallNs[high] / 1000,
            ofLarge.total,
            largeNs[middle] / 1000,
            largeNs[high] / 1000,
            (double) largeNs[middle] / smallNs[middle]));
  }

  private long page(Book book) {
    Page page = new Page(random.nextLong(Math.max(1, book.total / PAGE_SIZE)), PAGE_SIZE);
    long begin = System.nanoTime();
    book.store.messages(book.scope, ALWAYS, page);
    return System.nanoTime() - begin;
  }

  private long range(Book book) {
    TimeRange range = new TimeRange(random.nextLong(book.stored * 1000L), Long.MAX_VALUE);
    long begin = System.nanoTime();
    book.store.messages(book.scope, range, new Page(0, PAGE_SIZE));
    return System.nanoTime() - begin;
  }

  private long after(Book book) {
    Cursor cursor = somewhere(book);
    long begin = System.nanoTime();
    book.store.messagesAfter(book.scope, cursor, PAGE_SIZE);
    return System.nanoTime() - begin;
  }

  private long before(Book book) {
    Cursor cursor = somewhere(book);
    long begin = System.nanoTime();
    book.store.messagesBefore(book.scope, cursor, PAGE_SIZE);
    return System.nanoTime() - begin;
  }

  /** Chooses a message that has a page before it and after it, if the list is long enough. */
  private Cursor somewhere(Book book) {
    long number =
        book.total <= 2 * PAGE_SIZE
            ? book.total / 2
            : random.nextLong(PAGE_SIZE, book.total - PAGE_SIZE);
    GroupMessage message =
        book.store.messages(book.scope, ALWAYS, new Page(number, 1)).entries().getFirst();
    return new Cursor(message.createTimeMs(), message.messageId());
  }

  private interface Reading {
    long timeNs(Book book);
  }

  /**
   * A list in a file.
   *
   * @param total how many messages it has
   * @param stored how many the file has
   */
  private record Book(SqliteStore store, Scope scope, long total, int stored) {
    static Book of(SqliteStore store, Scope scope, int stored) {
      return new Book(store, scope, store.messages(scope, ALWAYS, new Page(0, 1)).total(), stored);
    }
  }
}
