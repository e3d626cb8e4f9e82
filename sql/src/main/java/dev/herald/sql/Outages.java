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
 * one when it works again, not one for every request between. Thread-safe.
 */
final class Outages {
  private static final Logger LOG = System.getLogger(SqliteStore.class.getName());

  private final String operation;
  private final Path file;
  private final Metrics.Counter failures;
  private final AtomicBoolean failing = new AtomicBoolean();

  Outages(String operation, Path file, Metrics metrics) {
    this.operation = operation;
    this.file = file;
    this.failures =
        metrics.counter(
            "herald_store_failures_total",
            "operation",
            operation,
            "Requests the store refused because the database could not do its work.");
  }

  /** Notes that the operation worked. */
  void succeeded() {
    if (failing.get() && failing.compareAndSet(true, false)) {
      LOG.log(Level.INFO, "store.recovered operation=" + operation + " file=" + file);
    }
  }

  /** Notes that the operation failed, and makes the refusal. */
  HeraldException failed(SQLException cause) {
    failures.increment();
    if (failing.compareAndSet(false, true)) {
      LOG.log(
          isCorruption(cause) ? Level.ERROR : Level.WARNING,
          (isCorruption(cause) ? "store.corrupted" : "store.failed")
              + " operation="
              + operation
              + " file="
              + file,
          cause);
    }
    return new HeraldException(
        ErrorCode.STORE_UNAVAILABLE, "The store cannot " + operation + " now.", cause);
  }

  private static boolean isCorruption(SQLException cause) {
    if (!(cause instanceof SQLiteException failure)) {
      return false;
    }
    return switch (failure.getResultCode()) {
      case SQLITE_CORRUPT, SQLITE_CORRUPT_VTAB, SQLITE_NOTADB -> true;
      default -> false;
    };
  }
}
