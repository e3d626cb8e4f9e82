package dev.herald.sql;

import dev.herald.core.metric.Metrics;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes the write-ahead log back to the database file, on a thread and a connection of its own, so
 * that no commit waits for it.
 *
 * <p>SQLite begins the log anew when all of it is written back and no query reads it. A writer that
 * goes on meanwhile never lets that happen, so the log is written back in passes: two beside the
 * writer, the second of what was added during the first, and one of the little that is left, which
 * holds the writer up. SQLite itself syncs the database file in the last one only; that would be
 * the longest wait of all, so the file is synced after each pass.
 *
 * <p>What a query still reads in the log cannot be written back before it ends. The last pass waits
 * for queries a little; when they go on, the next try is made later, and later each time, and the
 * log grows. At its limit {@link #isFull} tells the writer to refuse.
 */
final class Checkpointer implements AutoCloseable {
  /** The part of the log that is little enough for the pass that holds the writer up. */
  private static final int REST_DIVISOR = 4;

  /** How long the pass that holds the writer up waits for queries. */
  private static final int QUERIES_WAIT_MS = 20;

  private static final int PAUSE_MIN_MS = 20;
  private static final int PAUSE_MAX_MS = 1000;

  private final Database database;
  private final StoreSettings settings;
  private final ReentrantLock writing;
  private final Metrics.Counter checkpoints;
  private final Metrics.Counter held;
  private final Outages outages;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("herald-checkpoint").unstarted(this::run);
  private volatile long logBytes;
  private volatile boolean closed;

  /** Of the thread. */
  private @Nullable Connection connection;

  /**
   * The database file, to be synced; set at the start. While it is open in this process it must not
   * be closed, as that would take from SQLite the locks it has on the file: POSIX gives them up
   * when any descriptor of the file is closed.
   */
  private @Nullable RandomAccessFile file;

  /**
   * Makes one that is not started.
   *
   * @param writing what a thread holds while it writes
   */
  Checkpointer(Database database, StoreSettings settings, ReentrantLock writing, Metrics metrics) {
    this.database = database;
    this.settings = settings;
    this.writing = writing;
    this.checkpoints =
        metrics.counter(
            "herald_store_checkpoints_total",
            "Times the write-ahead log was written back whole to the database file.");
    this.held =
        metrics.counter(
            "herald_store_checkpoints_held_total",
            "Times a part of the write-ahead log could not be written back, because a query or"
                + " another program still read it.");
    this.outages = new Outages("checkpoint", database.file(), metrics);
    metrics.gauge(
        "herald_store_log_bytes",
        "Length of the write-ahead log; 0 once it was written back, until the next commit.",
        () -> logBytes);
  }

  /**
   * Opens the file and starts.
   *
   * @throws SQLException if the file cannot be opened
   */
  void start() throws SQLException {
    try {
      file = new RandomAccessFile(database.file().toFile(), "rw");
    } catch (IOException e) {
      throw new SQLException("the file cannot be opened: " + database.file(), e);
    }
    thread.start();
  }

  /** Notes how long the log is after a commit; for the thread that holds the lock for writing. */
  void committed(Log log) {
    logBytes = log.lengthBytes();
    if (isDue()) {
      LockSupport.unpark(thread);
    }
  }

  /** Returns whether the log has reached its limit. */
  boolean isFull() {
    return logBytes >= settings.logBytesMax();
  }

  /** Ends it. Every other connection must be closed: the file is closed now. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try (RandomAccessFile _ = file) {
      file = null;
    } catch (IOException e) {
      var _ = outages.failed(new SQLException("the file cannot be closed", e));
    }
  }

  private void run() {
    int pauseMs = PAUSE_MIN_MS;
    while (!closed) {
      if (!isDue()) {
        LockSupport.park(this);
      } else if (writeBack()) {
        pauseMs = PAUSE_MIN_MS;
      } else {
        pause(pauseMs);
        pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs);
      }
    }
    disconnect();
  }

  private boolean isDue() {
    return logBytes >= settings.checkpointBytes();
  }

  /** Waits as long, unless it is closed. */
  private void pause(int ms) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    long left = end - System.nanoTime();
    while (left > 0 && !closed) {
      LockSupport.parkNanos(this, left);
      left = end - System.nanoTime();
    }
  }

  /** Writes the log back; returns whether all of it was. */
  private boolean writeBack() {
    try {
      Connection present = connection;
      if (present == null) {
        present = database.openWriter(false);
        connection = present;
        Jdbc.number(present, "PRAGMA busy_timeout = " + QUERIES_WAIT_MS);
      }
      boolean whole = writeBack(present);
      (whole ? checkpoints : held).increment();
      outages.succeeded();
      return whole;
    } catch (SQLException e) {
      var _ = outages.failed(e);
      disconnect();
      return false;
    }
  }

  private boolean writeBack(Connection present) throws SQLException {
    try (PreparedStatement pass = present.prepareStatement("PRAGMA wal_checkpoint(PASSIVE)");
        PreparedStatement last = present.prepareStatement("PRAGMA wal_checkpoint(RESTART)")) {
      Log first = Log.of(pass);
      sync();
      Log second = Log.of(pass);
      sync();
      boolean isHeld = second.writtenBackBytes() < first.lengthBytes();
      if (isHeld && second.leftBytes() > settings.checkpointBytes() / REST_DIVISOR) {
        return false; // the writer need not wait for nothing
      }
      writing.lock();
      try {
        if (Log.of(last).isBusy()) {
          return false;
        }
        logBytes = 0;
        return true;
      } finally {
        writing.unlock();
      }
    }
  }

  private void sync() throws SQLException {
    RandomAccessFile open = file;
    try {
      if (open != null) {
        open.getFD().sync();
      }
    } catch (IOException e) {
      throw new SQLException("the file cannot be synced: " + database.file(), e);
    }
  }

  private void disconnect() {
    Connection present = connection;
    connection = null;
    try {
      if (present != null) {
        present.close();
      }
    } catch (SQLException e) {
      var _ = outages.failed(e);
    }
  }

  /**
   * The write-ahead log at a moment.
   *
   * @param isBusy whether a query or another program was in the way
   * @param lengthBytes how much was written to it since it began anew
   * @param writtenBackBytes how much of that the database file has
   */
  record Log(boolean isBusy, long lengthBytes, long writtenBackBytes) {
    /** Prepares the statement that looks at the log and does nothing to it. */
    static PreparedStatement look(Connection connection) throws SQLException {
      return connection.prepareStatement("PRAGMA wal_checkpoint(NOOP)");
    }

    /** Runs a statement that tells of the log. */
    static Log of(PreparedStatement statement) throws SQLException {
      Log log = Jdbc.first(statement, Log::read);
      if (log == null) {
        throw new SQLException("nothing is known of the write-ahead log");
      }
      return log;
    }

    private static Log read(ResultSet row) throws SQLException {
      long pages = Math.max(0, row.getLong(2)); // -1 where another program is writing it back
      long pagesWrittenBack = Math.max(0, row.getLong(3));
      return new Log(
          row.getInt(1) != 0, pages * Database.PAGE_BYTES, pagesWrittenBack * Database.PAGE_BYTES);
    }

    long leftBytes() {
      return lengthBytes - writtenBackBytes;
    }
  }
}
