package dev.herald.sql;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sqlite.SQLiteException;

/**
 * Counts and tells the failures of one operation. The log has one line when it begins to fail and
 * one when it works again, not one for every request between. That a page is damaged is told once:
 * that others can be read mends nothing. Thread-safe.
 */
final class Outages {
  private static final Logger LOG = System.getLogger(SqliteStore.class.getName());

  private static final int SQLITE_IOERR = 10;
  private static final int SQLITE_CORRUPT = 11;
  private static final int SQLITE_CONSTRAINT = 19;
  private static final int SQLITE_NOTADB = 26;

  private final String operation;
  private final Path file;
  private final Metrics.Counter failures;
  private final AtomicBoolean failing = new AtomicBoolean();

  /** Whether the log has the line that it begins to fail, and not yet that it works. */
  private final AtomicBoolean announced = new AtomicBoolean();

  private final AtomicBoolean damaged = new AtomicBoolean();

  Outages(String operation, Path file, Metrics metrics) {
    this.operation = operation;
    this.file = file;
    this.failures =
        metrics.counter(
            "herald_store_failures_total",
            "operation",
            operation,
            "Requests the store refused because the database could not do its work.");
    metrics.gauge(
        "herald_store_" + operation + "_failing",
        "1 while the last such operation of the store failed, 0 while it works.",
        () -> failing.get() ? 1 : 0);
    metrics.gauge(
        "herald_store_" + operation + "_damaged",
        "1 since such an operation met a damaged page of the database file, 0 before.",
        () -> damaged.get() ? 1 : 0);
  }

  /** Returns whether the operation failed the last time. */
  boolean isFailing() {
    return failing.get();
  }

  /** Notes that the operation worked. */
  void succeeded() {
    if (failing.get()) {
      failing.set(false);
      if (announced.compareAndSet(true, false)) {
        LOG.log(Level.INFO, "store.recovered operation=" + operation + " file=" + file);
      }
    }
  }

  /**
   * Notes that the operation failed, and makes the refusal. What the caller did wrong is no failure
   * of the database: an id that is stored already is refused without a word in the log.
   */
  HeraldException failed(SQLException cause) {
    if (resultCode(cause) == SQLITE_CONSTRAINT) {
      return new HeraldException(
          ErrorCode.STORE_UNAVAILABLE,
          "An id of the batch is stored already; nothing was kept.",
          cause);
    }
    failures.increment();
    failing.set(true);
    if (isDamage(cause)) {
      if (damaged.compareAndSet(false, true)) {
        LOG.log(Level.ERROR, "store.corrupted operation=" + operation + " file=" + file, cause);
      }
    } else if (announced.compareAndSet(false, true)) {
      LOG.log(Level.WARNING, "store.failed operation=" + operation + " file=" + file, cause);
    }
    return new HeraldException(
        ErrorCode.STORE_UNAVAILABLE, "The store cannot " + operation + " now.", cause);
  }

  /** Returns whether a failure says that the file is not what SQLite wrote. */
  static boolean isDamage(SQLException failure) {
    int code = resultCode(failure);
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  }

  /** Returns whether a failure says that the disk did not do what it was told. */
  static boolean isDisk(SQLException failure) {
    return resultCode(failure) == SQLITE_IOERR;
  }

  /** Returns SQLite's primary result code, or 0 if the failure is not SQLite's. */
  private static int resultCode(SQLException failure) {
    return failure instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xff : 0;
  }
}
