package dev.herald.sql;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection that writes, with its prepared statements. Used by one thread at a time.
 *
 * <p>After any failure it must be closed, which rolls back what it had begun; a new one takes its
 * place.
 */
final class EventWriter implements AutoCloseable {
  private static final int USERS_CACHED_MAX = 50_000;

  private final Connection connection;
  private final PreparedStatement findHead;
  private final PreparedStatement insertHead;
  private final PreparedStatement updateHead;
  private final PreparedStatement findUser;
  private final PreparedStatement insertUser;
  private final PreparedStatement insertMessage;

  /** Keys of users that are committed. */
  private final Map<User, Long> users =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<User, Long> eldest) {
          return size() > USERS_CACHED_MAX;
        }
      };

  /**
   * Takes over a connection that was opened for writing.
   *
   * @throws SQLException if the schema is not as expected; the connection is then closed
   */
  static EventWriter over(Connection connection) throws SQLException {
    try {
      return new EventWriter(connection);
    } catch (SQLException e) {
      Jdbc.closeAfter(e, connection);
      throw e;
    }
  }

  private EventWriter(Connection connection) throws SQLException {
    this.connection = connection;
    findHead =
        connection.prepareStatement(
            "SELECT group_key, seq, message_no, last_time_ms FROM group_head"
                + " WHERE app_id = ? AND group_id = ?");
    insertHead =
        connection.prepareStatement(
            "INSERT INTO group_head (app_id, group_id, seq, message_no, last_time_ms)"
                + " VALUES (?, ?, 0, 0, 0) RETURNING group_key");
    updateHead =
        connection.prepareStatement(
            "UPDATE group_head SET seq = ?, message_no = ?, last_time_ms = ? WHERE group_key = ?");
    findUser =
        connection.prepareStatement(
            "SELECT user_key FROM app_user WHERE app_id = ? AND user_id = ?");
    insertUser =
        connection.prepareStatement(
            "INSERT INTO app_user (app_id, user_id) VALUES (?, ?) RETURNING user_key");
    insertMessage =
        connection.prepareStatement(
            "INSERT INTO message (group_key, no, seq, message_id, user_key, create_time_ms, type,"
                + " client_message_id, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  /**
   * Stores events in one transaction that is synced when this returns.
   *
   * @throws HeraldException STORE_UNAVAILABLE if an event does not follow its group's head
   * @throws SQLException if the database cannot
   */
  void append(List<GroupEvent> events) throws SQLException {
    // Takes the write lock at once, so no other writer can move a head that is read below.
    connection.setAutoCommit(false);
    Map<GroupKey, Head> heads = new HashMap<>();
    Map<User, Long> newUsers = new HashMap<>();
    for (GroupEvent event : events) {
      Head head = heads.get(event.key());
      if (head == null) {
        head = head(event.key());
        heads.put(event.key(), head);
      }
      switch (event) {
        case Created created -> addMessage(head, created, newUsers);
      }
    }
    insertMessage.executeBatch();
    update(heads.values());
    connection.setAutoCommit(true); // commits and syncs
    users.putAll(newUsers);
  }

  /** Writes and syncs without changing anything. */
  void probe() throws SQLException {
    connection.setAutoCommit(false);
    Jdbc.execute(connection, "PRAGMA user_version = " + Schema.GROUPS.newest());
    connection.setAutoCommit(true);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private void addMessage(Head head, Created created, Map<User, Long> newUsers)
      throws SQLException {
    GroupMessage message = created.message();
    head.advance(message.seq(), message.createTimeMs());
    head.messageNo++;
    Jdbc.bind(
        insertMessage,
        head.key,
        head.messageNo,
        message.seq(),
        message.messageId(),
        userKey(new User(message.key().appId(), message.userId()), newUsers),
        message.createTimeMs(),
        message.type(),
        created.clientMessageId(),
        message.content());
    insertMessage.addBatch();
  }

  private Head head(GroupKey key) throws SQLException {
    Head head =
        Jdbc.first(
            findHead,
            row -> new Head(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
            key.appId(),
            key.groupId());
    return head != null
        ? head
        : new Head(insert(insertHead, key.appId(), key.groupId()), 0, 0, Long.MIN_VALUE);
  }

  private void update(Collection<Head> heads) throws SQLException {
    for (Head head : heads) {
      Jdbc.bind(updateHead, head.seq, head.messageNo, head.lastTimeMs, head.key);
      updateHead.addBatch();
    }
    updateHead.executeBatch();
  }

  private long userKey(User user, Map<User, Long> newUsers) throws SQLException {
    Long key = users.get(user);
    if (key == null) {
      key = newUsers.get(user);
    }
    if (key == null) {
      key = Jdbc.first(findUser, row -> row.getLong(1), user.appId, user.userId);
      if (key == null) {
        key = insert(insertUser, user.appId, user.userId);
      }
      newUsers.put(user, key);
    }
    return key;
  }

  private static long insert(PreparedStatement statement, String appId, String id)
      throws SQLException {
    @Nullable Long key = Jdbc.first(statement, row -> row.getLong(1), appId, id);
    if (key == null) {
      throw new SQLException("an insert returned no key");
    }
    return key;
  }

  private record User(String appId, String userId) {}

  /** Where a group stands while a transaction goes on. */
  private static final class Head {
    final long key;
    long seq;
    long messageNo;
    long lastTimeMs;

    Head(long key, long seq, long messageNo, long lastTimeMs) {
      this.key = key;
      this.seq = seq;
      this.messageNo = messageNo;
      this.lastTimeMs = lastTimeMs;
    }

    void advance(long nextSeq, long timeMs) {
      if (nextSeq != seq + 1) {
        throw new HeraldException(
            ErrorCode.STORE_UNAVAILABLE,
            "The group's next event is " + (seq + 1) + ", not " + nextSeq + "; nothing was kept.");
      }
      if (timeMs < lastTimeMs) {
        throw new IllegalArgumentException(
            "event " + nextSeq + " is older than its predecessor: " + timeMs + " < " + lastTimeMs);
      }
      seq = nextSeq;
      lastTimeMs = timeMs;
    }
  }
}
