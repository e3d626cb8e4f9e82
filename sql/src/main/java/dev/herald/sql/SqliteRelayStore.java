package dev.herald.sql;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics;
import dev.herald.core.relay.RelayStore;
import dev.herald.core.relay.SavedSession;
import dev.herald.core.route.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the relay remembers, in the SQLite file {@code relay.db} in the data directory: apart from
 * the groups' database, so that neither waits for the other.
 *
 * <p>One connection; a failure closes it, which rolls back what it had begun, and the next write
 * opens a new one. A payload that waits for many sessions is stored once.
 */
public final class SqliteRelayStore implements RelayStore {
  private static final long CACHE_BYTES = 8L << 20;
  private static final long CHECKPOINT_BYTES = 16L << 20;
  private static final Duration LOCK_WAIT = Duration.ofMillis(1500);

  private final Database database;
  private final Outages outages;
  private final MessageRows messages = new MessageRows();
  private @Nullable RelayWriter writer;
  private boolean open;

  /**
   * Makes a store that is not started.
   *
   * @param data the data directory, made at the start if missing
   * @param metrics where it counts
   */
  public SqliteRelayStore(Path data, Metrics metrics) {
    this.database =
        Database.relay(
            data,
            new StoreSettings(
                0, CACHE_BYTES, CACHE_BYTES, 0, CHECKPOINT_BYTES, Long.MAX_VALUE, 1, LOCK_WAIT));
    this.outages = new Outages("relay", database.file(), metrics);
    metrics.gauge(
        "herald_relay_store_bytes",
        "Size of the relay's database file and its write-ahead log.",
        database::bytes);
  }

  @Override
  public void start() {
    database.prepare();
    try {
      Connection connection = database.openWriter(true);
      try {
        Schema.RELAY.migrate(connection, database);
        Damage.checkPages(connection, database);
      } catch (SQLException | RuntimeException e) {
        Jdbc.closeAfter(e, connection);
        throw e;
      }
      writer = RelayWriter.over(connection, messages);
      open = true;
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  @Override
  public void load(Loading loading) {
    RelayWriter present = writer;
    if (present == null) {
      throw notOpen();
    }
    try {
      loadRetained(present.connection(), loading);
      loadMessages(present.connection());
      loadSessions(present.connection(), loading);
      present.removeMessages(messages.takeUnused());
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  private HeraldException unreadable(SQLException e) {
    String what = Outages.isDamage(e) ? " is damaged and cannot be read" : " cannot be read";
    return Database.unusable("The database file " + database.file() + what, e);
  }

  private static void loadRetained(Connection connection, Loading loading) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT app_id, message FROM retained")) {
      while (rows.next()) {
        loading.retained(rows.getString(1), RelayBytes.message(rows.getBytes(2)));
      }
    }
  }

  private void loadMessages(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT message_id, message FROM message")) {
      while (rows.next()) {
        messages.loaded(rows.getLong(1), RelayBytes.message(rows.getBytes(2)));
      }
    }
  }

  private void loadSessions(Connection connection, Loading loading) throws SQLException {
    String sessions =
        "SELECT session_id, app_id, client_id, user_id, expiry_seconds, ends_at_ms, will,"
            + " will_at_ms, subscriptions, received FROM session ORDER BY session_id DESC";
    String queued =
        "SELECT no, message_id, flags, identifiers, packet_id FROM queued WHERE session_id = ?"
            + " ORDER BY no";
    try (Statement all = connection.createStatement();
        PreparedStatement ofOne = connection.prepareStatement(queued);
        ResultSet rows = all.executeQuery(sessions)) {
      while (rows.next()) {
        SavedSession session = session(rows);
        loading.session(session, Jdbc.list(ofOne, this::queued, session.id()));
      }
    }
  }

  private static SavedSession session(ResultSet row) throws SQLException {
    return new SavedSession(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getLong(5),
        row.getLong(6),
        RelayBytes.will(row.getBytes(7)),
        row.getLong(8),
        RelayBytes.subscriptions(row.getBytes(9)),
        RelayBytes.numbers(row.getBytes(10)));
  }

  private SavedSession.Queued queued(ResultSet row) throws SQLException {
    Message message = messages.use(row.getLong(2));
    if (message == null) {
      throw new SQLException("a message that waits for a session is missing");
    }
    return RelayWriter.queued(
        row.getInt(1), message, row.getInt(3), RelayBytes.numbers(row.getBytes(4)), row.getInt(5));
  }

  @Override
  public void write(Batch batch) {
    if (!open) {
      throw notOpen();
    }
    RelayWriter session = writer;
    writer = null;
    try {
      if (session == null) {
        session = RelayWriter.over(database.openWriter(false), messages);
      }
      if (!Files.exists(database.file())) {
        throw new SQLException("the file was removed: " + database.file());
      }
      session.write(batch);
      writer = session;
      outages.succeeded();
    } catch (SQLException e) {
      rollBack(e, session);
      throw outages.failed(e);
    } catch (RuntimeException e) {
      rollBack(e, session);
      throw e;
    }
  }

  private void rollBack(Exception failure, @Nullable RelayWriter session) {
    messages.rolledBack();
    if (session != null) {
      Jdbc.closeAfter(failure, session);
    }
  }

  @Override
  public void close() {
    open = false;
    RelayWriter session = writer;
    writer = null;
    try {
      if (session != null) {
        session.close();
      }
    } catch (SQLException e) {
      HeraldException _ = outages.failed(e);
    }
  }

  private static HeraldException notOpen() {
    return new HeraldException(ErrorCode.STORE_UNAVAILABLE, "The relay's store is not open.");
  }
}
