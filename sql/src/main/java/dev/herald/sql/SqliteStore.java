package dev.herald.sql;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.Scope;
import dev.herald.core.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The store of a single node: the SQLite file {@code herald.db} in the data directory.
 *
 * <p>Writing: one connection; each append is one transaction, and its commit is synced. A failure
 * closes the connection, which rolls back whatever it had begun, and the next append opens a new
 * one: so the store works again as soon as the cause is gone, and no state can linger. After a
 * failure nothing is taken until {@link EventWriter#prove} has shown that there is room again.
 *
 * <p>Reading: a few connections that can only read. Write-ahead logging lets them see the last
 * commit while the writer goes on. The log is written back by a {@link Checkpointer}.
 */
public final class SqliteStore implements Store {
  private static final int CHECK_WAIT_MS = 500;

  private final Database database;
  private final StoreSettings settings;
  private final Metrics.Counter commits;
  private final Outages writeOutages;
  private final Outages readOutages;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Checkpointer checkpointer;

  @GuardedBy("writing")
  private @Nullable EventWriter writer;

  /** Which files the writer has open. */
  @GuardedBy("writing")
  private @Nullable Object fileIdentity;

  @GuardedBy("writing")
  private @Nullable Object logIdentity;

  @GuardedBy("writing")
  private boolean logLost;

  private volatile @Nullable HikariDataSource readers;

  /**
   * Makes a store that is not started.
   *
   * @param data the data directory, made at the start if missing
   * @param settings how it works
   * @param metrics where it counts
   */
  public SqliteStore(Path data, StoreSettings settings, Metrics metrics) {
    this.database = new Database(data, settings);
    this.settings = settings;
    this.commits = metrics.counter("herald_store_commits_total", "Synced commits of the store.");
    this.writeOutages = new Outages("write", database.file(), metrics);
    this.readOutages = new Outages("read", database.file(), metrics);
    this.checkpointer = new Checkpointer(database, settings, writing, metrics);
    metrics.gauge(
        "herald_store_bytes",
        "Size of the database file and its write-ahead log.",
        database::bytes);
  }

  @Override
  public void start() {
    if (readers != null) {
      throw new IllegalStateException("the store was started before");
    }
    database.prepare();
    writing.lock();
    try {
      EventWriter session = open();
      try {
        checkpointer.start();
        readers = pool();
      } catch (SQLException | RuntimeException e) {
        Jdbc.closeAfter(e, session);
        checkpointer.close();
        throw Database.unusable(
            "The database file " + database.file() + " cannot be opened for reading", e);
      }
      writer = session;
      fileIdentity = Database.identity(database.file());
      logIdentity = Database.identity(database.log());
    } catch (SQLException e) {
      throw Database.unusable("The database file cannot be found", e);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void append(List<? extends GroupChange> changes) {
    if (!changes.isEmpty()) {
      writing.lock();
      try {
        write(session -> session.append(changes));
      } finally {
        writing.unlock();
      }
    }
  }

  @Override
  public Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys) {
    return read(connection -> new Lookups(connection).heads(keys));
  }

  @Override
  public Map<ClientMessageKey, GroupMessage> messagesByClientId(Collection<ClientMessageKey> keys) {
    return read(connection -> new Lookups(connection).messagesByClientId(keys));
  }

  @Override
  public Map<ClientMessageKey, GroupNotice> noticesByClientId(Collection<ClientMessageKey> keys) {
    return read(connection -> new Lookups(connection).noticesByClientId(keys));
  }

  @Override
  public Map<Long, GroupMessage> messages(Collection<Long> messageIds) {
    return read(connection -> new Lookups(connection).messages(messageIds));
  }

  @Override
  public Map<Long, GroupNotice> notices(Collection<Long> noticeIds) {
    return read(connection -> new Lookups(connection).notices(noticeIds));
  }

  @Override
  public Listing<GroupMessage> messages(Scope scope, TimeRange range, Page page) {
    return read(connection -> new HistoryReader(connection).messages(scope, range, page));
  }

  @Override
  public Listing<GroupNotice> notices(Scope scope, TimeRange range, Page page) {
    return read(connection -> new HistoryReader(connection).notices(scope, range, page));
  }

  @Override
  public List<GroupMessage> messagesAfter(Scope scope, @Nullable Cursor cursor, int limit) {
    return read(connection -> new HistoryReader(connection).messagesAfter(scope, cursor, limit));
  }

  @Override
  public List<GroupMessage> messagesBefore(Scope scope, @Nullable Cursor cursor, int limit) {
    return read(connection -> new HistoryReader(connection).messagesBefore(scope, cursor, limit));
  }

  @Override
  public List<GroupNotice> noticesBefore(Scope scope, @Nullable Cursor cursor, int limit) {
    return read(connection -> new HistoryReader(connection).noticesBefore(scope, cursor, limit));
  }

  @Override
  public List<GroupEvent> eventsAfter(GroupKey key, long afterSeq, int limit) {
    return read(connection -> new EventReader(connection).after(key, afterSeq, limit));
  }

  @Override
  public List<GroupEvent> eventsBefore(GroupKey key, long beforeSeq, int limit) {
    return read(connection -> new EventReader(connection).before(key, beforeSeq, limit));
  }

  @Override
  public List<UserGroup> groups(String appId, String userId) {
    return read(connection -> new GroupReader(connection).groups(appId, userId));
  }

  @Override
  public List<GroupSummary> groupsAfter(String appId, String afterGroupId, int limit) {
    return read(connection -> new GroupReader(connection).groupsAfter(appId, afterGroupId, limit));
  }

  @Override
  public @Nullable GroupSummary group(GroupKey key) {
    return read(connection -> new GroupReader(connection).group(key));
  }

  @Override
  public @Nullable String appAfter(String appId) {
    return read(connection -> new GroupReader(connection).appAfter(appId));
  }

  @Override
  public @Nullable UserGroup group(GroupKey key, String userId) {
    return read(connection -> new GroupReader(connection).group(key, userId));
  }

  @Override
  public long greatestId() {
    return read(connection -> new Lookups(connection).greatestId());
  }

  @Override
  public long latestTimeMs() {
    return read(connection -> new Lookups(connection).latestTimeMs());
  }

  @Override
  public boolean check() {
    try {
      if (!writing.tryLock(CHECK_WAIT_MS, TimeUnit.MILLISECONDS)) {
        return false;
      }
      try {
        write(EventWriter::probe);
      } finally {
        writing.unlock();
      }
      return greatestId() >= 0;
    } catch (HeraldException unavailable) {
      return false; // counted and logged where it happened
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    HikariDataSource pool = readers;
    if (pool != null) {
      pool.close();
    }
    // The last connection to close writes the log back to the database file.
    writing.lock();
    try {
      EventWriter session = writer;
      writer = null;
      if (session != null) {
        session.close();
      }
    } catch (SQLException e) {
      writeOutages.failed(e);
    } finally {
      writing.unlock();
    }
    checkpointer.close();
  }

  /** Opens the database, brings its schema to this version and looks for damage. */
  private EventWriter open() {
    LogDamage.check(database.file());
    try {
      Connection connection = database.openWriter(true);
      try {
        Schema.GROUPS.migrate(connection, database);
        Damage.check(connection, database);
      } catch (SQLException | RuntimeException e) {
        Jdbc.closeAfter(e, connection);
        throw e;
      }
      return EventWriter.over(connection);
    } catch (SQLException e) {
      throw Database.unusable(Damage.sentence(database.file(), e), e);
    }
  }

  private HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setPoolName("herald-store");
    config.setDataSource(database.readers());
    config.setReadOnly(true);
    config.setAutoCommit(false); // the statements of one query see one state
    config.setMaximumPoolSize(settings.readersMax());
    config.setConnectionTimeout(settings.waitMax().toMillis());
    config.setValidationTimeout(settings.waitMax().toMillis());
    config.setMaxLifetime(0); // a connection to a file does not go stale
    return new HikariDataSource(config);
  }

  @GuardedBy("writing")
  private void write(Writing work) {
    if (isClosed()) {
      throw notOpen();
    }
    EventWriter session = writer;
    writer = null;
    try {
      checkFile();
      if (checkpointer.isFull()) {
        throw new SQLException(
            "the write-ahead log has reached store.logBytesMax and cannot be written back");
      }
      if (session == null) {
        session = openAgain();
      }
      checkLog(session);
      work.on(session);
      writer = session;
      commits.increment();
      writeOutages.succeeded();
      noteLog(session);
    } catch (SQLException e) {
      closeAfter(e, session);
      HeraldException refusal = writeOutages.failed(e);
      if (Outages.isDisk(e)) {
        overwrite(e);
      }
      throw refusal;
    } catch (RuntimeException | Error e) {
      closeAfter(e, session);
      throw e;
    }
  }

  /** Looks how long the log is. What was written is kept, whatever comes of it. */
  @GuardedBy("writing")
  private void noteLog(EventWriter session) {
    try {
      checkpointer.committed(session.log());
    } catch (SQLException e) {
      writer = null;
      closeAfter(e, session);
      HeraldException _ = writeOutages.failed(e);
    }
  }

  /** Makes sure that what is written will be found again: the path leads to the open file. */
  @GuardedBy("writing")
  private void checkFile() throws SQLException {
    if (!Objects.equals(Database.identity(database.file()), fileIdentity)) {
      throw new SQLException("the file was removed or replaced: " + database.file());
    }
  }

  /**
   * Makes sure of the same for the log. One that was removed is there only as long as it is open:
   * what it has is brought to the database file, and no more is taken until a restart, which makes
   * a new one.
   */
  @GuardedBy("writing")
  private void checkLog(EventWriter session) throws SQLException {
    Object present = Database.identity(database.log());
    if (logIdentity == null) {
      logIdentity = present; // SQLite makes it when it is first needed
    }
    if (!Objects.equals(present, logIdentity)) {
      logLost = true;
      session.writeBack();
      throw logLost();
    }
  }

  private SQLException logLost() {
    return new SQLException(
        "the write-ahead log was removed or replaced, restart the server: " + database.log());
  }

  @GuardedBy("writing")
  private EventWriter openAgain() throws SQLException {
    if (logLost) {
      throw logLost();
    }
    EventWriter session = EventWriter.over(database.openWriter(false));
    if (writeOutages.isFailing()) {
      try {
        session.prove();
      } catch (SQLException e) {
        Jdbc.closeAfter(e, session);
        throw e;
      }
    }
    logIdentity = Database.identity(database.log());
    return session;
  }

  /** Has nothing of a failed commit stay in the log; what fails here fails the next write too. */
  @GuardedBy("writing")
  private void overwrite(SQLException failure) {
    try {
      writer = openAgain();
    } catch (SQLException again) {
      failure.addSuppressed(again);
    }
  }

  private static void closeAfter(Throwable failure, @Nullable EventWriter session) {
    if (session != null) {
      Jdbc.closeAfter(failure, session);
    }
  }

  private <T extends @Nullable Object> T read(Reading<T> work) {
    HikariDataSource pool = readers;
    if (pool == null || pool.isClosed()) {
      throw notOpen();
    }
    try (Connection connection = pool.getConnection()) {
      T result = work.from(connection);
      connection.commit();
      readOutages.succeeded();
      return result;
    } catch (SQLException e) {
      throw readOutages.failed(e);
    }
  }

  private boolean isClosed() {
    HikariDataSource pool = readers;
    return pool == null || pool.isClosed();
  }

  private static HeraldException notOpen() {
    return new HeraldException(ErrorCode.STORE_UNAVAILABLE, "The store is not open.");
  }

  private interface Writing {
    void on(EventWriter session) throws SQLException;
  }

  private interface Reading<T extends @Nullable Object> {
    T from(Connection connection) throws SQLException;
  }
}
