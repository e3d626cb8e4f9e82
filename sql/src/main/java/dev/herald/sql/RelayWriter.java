package dev.herald.sql;

import dev.herald.core.relay.RelayStore.Batch;
import dev.herald.core.relay.RelayStore.RetainedChange;
import dev.herald.core.relay.RelayStore.SessionChange;
import dev.herald.core.relay.SavedSession;
import dev.herald.core.route.Message;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the relay's database that writes, with its prepared statements. Used by one
 * thread at a time; after any failure it must be closed, which rolls back what it had begun.
 */
final class RelayWriter implements AutoCloseable {
  private static final int RETAIN = 4;
  private static final int RECEIVED = 8;

  private final Connection connection;
  private final MessageRows messages;
  private final PreparedStatement putRetained;
  private final PreparedStatement removeRetained;
  private final PreparedStatement putSession;
  private final PreparedStatement removeSession;
  private final PreparedStatement putMessage;
  private final PreparedStatement removeMessage;
  private final PreparedStatement findQueued;
  private final PreparedStatement putQueued;
  private final PreparedStatement removeQueued;
  private final PreparedStatement removeAllQueued;

  /**
   * Takes over a connection that was opened for writing.
   *
   * @param messages which messages have a row
   * @throws SQLException if the schema is not as expected; the connection is then closed
   */
  static RelayWriter over(Connection connection, MessageRows messages) throws SQLException {
    try {
      return new RelayWriter(connection, messages);
    } catch (SQLException e) {
      Jdbc.closeAfter(e, connection);
      throw e;
    }
  }

  private RelayWriter(Connection connection, MessageRows messages) throws SQLException {
    this.connection = connection;
    this.messages = messages;
    putRetained =
        connection.prepareStatement(
            "INSERT INTO retained (app_id, topic, message) VALUES (?, ?, ?)"
                + " ON CONFLICT (app_id, topic) DO UPDATE SET message = excluded.message");
    removeRetained =
        connection.prepareStatement("DELETE FROM retained WHERE app_id = ? AND topic = ?");
    putSession =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO session (session_id, app_id, client_id, user_id,"
                + " expiry_seconds, ends_at_ms, will_at_ms, will, subscriptions, received)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    removeSession = connection.prepareStatement("DELETE FROM session WHERE session_id = ?");
    putMessage =
        connection.prepareStatement("INSERT INTO message (message_id, message) VALUES (?, ?)");
    removeMessage = connection.prepareStatement("DELETE FROM message WHERE message_id = ?");
    findQueued =
        connection.prepareStatement(
            "SELECT message_id FROM queued WHERE session_id = ? AND no = ?");
    putQueued =
        connection.prepareStatement(
            "INSERT INTO queued (session_id, no, message_id, packet_id, flags, identifiers)"
                + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (session_id, no) DO UPDATE SET"
                + " packet_id = excluded.packet_id, flags = excluded.flags");
    removeQueued =
        connection.prepareStatement(
            "DELETE FROM queued WHERE session_id = ? AND no = ? RETURNING message_id");
    removeAllQueued =
        connection.prepareStatement("DELETE FROM queued WHERE session_id = ? RETURNING message_id");
  }

  /** Returns the connection, for reading before anything is written. */
  Connection connection() {
    return connection;
  }

  /** Removes messages that wait for no session. */
  void removeMessages(List<Long> messageIds) throws SQLException {
    connection.setAutoCommit(false);
    for (long messageId : messageIds) {
      run(removeMessage, messageId);
    }
    connection.setAutoCommit(true);
  }

  /** Writes changes in one transaction. */
  void write(Batch batch) throws SQLException {
    connection.setAutoCommit(false);
    for (RetainedChange change : batch.retained()) {
      write(change);
    }
    for (SessionChange change : batch.sessions()) {
      write(change);
    }
    for (long messageId : messages.unused()) {
      run(removeMessage, messageId);
    }
    connection.setAutoCommit(true);
    messages.committed();
  }

  private void write(RetainedChange change) throws SQLException {
    Message message = change.message();
    if (message == null) {
      run(removeRetained, change.appId(), change.topic());
    } else {
      run(putRetained, change.appId(), change.topic(), RelayBytes.of(message));
    }
  }

  private void write(SessionChange change) throws SQLException {
    if (change.ended()) {
      run(removeSession, change.id());
      release(Jdbc.list(removeAllQueued, row -> row.getLong(1), change.id()));
      return;
    }
    if (change.state() != null) {
      write(change.state());
    }
    for (SavedSession.Queued queued : change.messages()) {
      write(change.id(), queued);
    }
    for (int no : change.completed()) {
      release(Jdbc.list(removeQueued, row -> row.getLong(1), change.id(), no));
    }
  }

  private void release(List<Long> messageIds) {
    messageIds.forEach(messages::release);
  }

  private void write(SavedSession state) throws SQLException {
    run(
        putSession,
        state.id(),
        state.appId(),
        state.clientId(),
        state.userId(),
        state.expirySeconds(),
        state.endsAtMs(),
        state.willAtMs(),
        RelayBytes.of(state.will()),
        RelayBytes.ofSubscriptions(state.subscriptions()),
        RelayBytes.ofNumbers(state.received()));
  }

  private void write(long sessionId, SavedSession.Queued queued) throws SQLException {
    Long messageId = Jdbc.first(findQueued, row -> row.getLong(1), sessionId, queued.no());
    if (messageId == null) {
      messageId = hold(queued.message());
    }
    run(
        putQueued,
        sessionId,
        queued.no(),
        messageId,
        queued.packetId(),
        queued.qos() | (queued.retain() ? RETAIN : 0) | (queued.received() ? RECEIVED : 0),
        queued.identifiers().isEmpty() ? null : RelayBytes.ofNumbers(queued.identifiers()));
  }

  private long hold(Message message) throws SQLException {
    Long known = messages.hold(message);
    if (known != null) {
      return known;
    }
    long messageId = messages.add(message);
    run(putMessage, messageId, RelayBytes.of(message));
    return messageId;
  }

  /** Makes what flags of a row say. */
  static SavedSession.Queued queued(
      int no, Message message, int flags, List<Integer> identifiers, int packetId) {
    return new SavedSession.Queued(
        no,
        message,
        flags & 3,
        (flags & RETAIN) != 0,
        identifiers,
        packetId,
        (flags & RECEIVED) != 0);
  }

  private static void run(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    Jdbc.bind(statement, values);
    statement.executeUpdate();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
