package dev.herald.sql;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupChange.Membership;
import dev.herald.core.event.GroupChange.Pruned;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection that writes, with its prepared statements. Used by one thread at a time.
 *
 * <p>After any failure it must be closed, which rolls back what it had begun and forgets what it
 * remembered; a new one takes its place. What it remembers between transactions is forgotten too
 * when another connection has written.
 */
final class EventWriter implements AutoCloseable {
  private static final int PROOF_BYTES = 1 << 20;

  private final Connection connection;
  private final PreparedStatement dataVersion;
  private final PreparedStatement lookAtLog;
  private final PreparedStatement findLatest;
  private final PreparedStatement updateLatest;
  private final PreparedStatement findHead;
  private final PreparedStatement insertHead;
  private final PreparedStatement updateHead;
  private final UserKeys users;
  private final MessageWriter messages;
  private final NoticeWriter notices;
  private final Pruner pruner;
  private long lastDataVersion;

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
    Jdbc.number(connection, "PRAGMA secure_delete = ON"); // what is recalled leaves the file too
    dataVersion = connection.prepareStatement("PRAGMA data_version");
    lookAtLog = Checkpointer.Log.look(connection);
    findLatest = connection.prepareStatement("SELECT time_ms FROM latest");
    updateLatest = connection.prepareStatement("UPDATE latest SET time_ms = ? WHERE one = 1");
    findHead =
        connection.prepareStatement(
            "SELECT group_key, seq, message_no, notice_no, last_time_ms, pruned_seq, pruned_no"
                + " FROM group_head WHERE app_id = ? AND group_id = ?");
    insertHead =
        connection.prepareStatement(
            "INSERT INTO group_head (app_id, group_id, seq, message_no, notice_no, last_time_ms)"
                + " VALUES (?, ?, 0, 0, 0, 0) RETURNING group_key");
    updateHead =
        connection.prepareStatement(
            "UPDATE group_head SET seq = ?, message_no = ?, notice_no = ?, last_time_ms = ?,"
                + " pruned_seq = ?, pruned_no = ? WHERE group_key = ?");
    users = new UserKeys(connection);
    messages = new MessageWriter(connection, users);
    Gaps gaps = new Gaps(connection);
    notices = new NoticeWriter(connection, users, gaps);
    pruner = new Pruner(connection, gaps);
  }

  /**
   * Stores changes in one transaction that is synced when this returns.
   *
   * @throws HeraldException STORE_UNAVAILABLE if an event does not follow its group's head or the
   *     latest event, or withdraws what is not there
   * @throws SQLException if the database cannot
   */
  void append(List<? extends GroupChange> changes) throws SQLException {
    // Takes the write lock at once, so no other writer can move a head that is read below.
    connection.setAutoCommit(false);
    forgetWhatOthersChanged();
    Clock clock = new Clock(number(findLatest));
    Map<GroupKey, GroupRow> groups = new HashMap<>();
    for (GroupChange change : changes) {
      GroupRow group = groups.get(change.key());
      if (group == null) {
        group = find(change.key());
        if (group == null && change instanceof Pruned) {
          continue; // nothing is there to be removed
        }
        group = group == null ? insert(change.key()) : group;
        groups.put(change.key(), group);
      }
      switch (change) {
        case GroupEvent event -> {
          clock.advance(event.timeMs());
          add(group, event);
        }
        case Membership member -> users.mark(group.key, member);
        case Pruned pruned -> {
          messages.flush();
          pruner.prune(group, pruned.upToSeq());
        }
      }
    }
    messages.flush();
    update(groups.values());
    Jdbc.bind(updateLatest, clock.timeMs);
    updateLatest.executeUpdate();
    connection.setAutoCommit(true); // commits and syncs
  }

  /** Writes and syncs without changing anything. */
  void probe() throws SQLException {
    connection.setAutoCommit(false);
    Jdbc.execute(connection, "PRAGMA user_version = " + Schema.GROUPS.newest());
    connection.setAutoCommit(true);
  }

  /** Returns how long the write-ahead log is; not within a transaction. */
  Checkpointer.Log log() throws SQLException {
    return Checkpointer.Log.of(lookAtLog);
  }

  /**
   * Writes and syncs a bounded amount that leaves nothing behind.
   *
   * <p>After a failure a commit that happens to be small might succeed where the next one fails
   * again: what the failed one wrote has its place in the log. And a commit whose sync failed lies
   * there complete: after a kill SQLite would take it for one that succeeded. This one takes its
   * place.
   */
  void prove() throws SQLException {
    connection.setAutoCommit(false);
    Jdbc.execute(connection, "CREATE TABLE proof (filler BLOB)");
    Jdbc.execute(connection, "INSERT INTO proof VALUES (zeroblob(" + PROOF_BYTES + "))");
    Jdbc.execute(connection, "DROP TABLE proof"); // overwritten and written, by secure_delete
    connection.setAutoCommit(true);
  }

  /** Brings all that was committed from the log to the database file. */
  void writeBack() throws SQLException {
    if (Jdbc.number(connection, "PRAGMA wal_checkpoint(FULL)") != 0) {
      throw new SQLException("not all of the log could be brought to the database file");
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private void add(GroupRow group, GroupEvent event) throws SQLException {
    group.advance(event);
    switch (event) {
      case Created created -> messages.create(group, created);
      case Recalled recalled -> messages.recall(group, recalled);
      case NoticePublished published -> notices.publish(group, published);
      case NoticeDeleted deleted -> notices.delete(group, deleted);
    }
  }

  private void forgetWhatOthersChanged() throws SQLException {
    long version = number(dataVersion);
    if (version != lastDataVersion) {
      lastDataVersion = version;
      users.forget();
      messages.forget();
    }
  }

  private @Nullable GroupRow find(GroupKey key) throws SQLException {
    return Jdbc.first(
        findHead,
        row ->
            new GroupRow(
                row.getLong(1),
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7)),
        key.appId(),
        key.groupId());
  }

  private GroupRow insert(GroupKey key) throws SQLException {
    return new GroupRow(Jdbc.returned(insertHead, key.appId(), key.groupId()), 0, 0, 0, 0, 0, 0);
  }

  private void update(Collection<GroupRow> groups) throws SQLException {
    for (GroupRow group : groups) {
      Jdbc.bind(
          updateHead,
          group.seq,
          group.messageNo,
          group.noticeNo,
          group.lastTimeMs,
          group.prunedSeq,
          group.prunedNo,
          group.key);
      updateHead.addBatch();
    }
    updateHead.executeBatch();
  }

  private static long number(PreparedStatement statement) throws SQLException {
    Long number = Jdbc.first(statement, row -> row.getLong(1));
    if (number == null) {
      throw new SQLException("a row is missing that is always there");
    }
    return number;
  }

  /** The fence: the batch cannot be stored on what is there. */
  static HeraldException fenced(String why) {
    return new HeraldException(ErrorCode.STORE_UNAVAILABLE, why + "; nothing was kept.");
  }

  /** The time of the latest event, which never goes back. */
  private static final class Clock {
    long timeMs;

    Clock(long timeMs) {
      this.timeMs = timeMs;
    }

    void advance(long nextMs) {
      if (nextMs < timeMs) {
        throw fenced("The latest event was at " + timeMs + ", after " + nextMs);
      }
      timeMs = nextMs;
    }
  }

  /** A group while a transaction goes on. */
  static final class GroupRow {
    final long key;
    long seq;
    long messageNo;
    long noticeNo;
    long prunedSeq;
    long prunedNo;
    private long lastTimeMs;

    private GroupRow(
        long key,
        long seq,
        long messageNo,
        long noticeNo,
        long lastTimeMs,
        long prunedSeq,
        long prunedNo) {
      this.key = key;
      this.seq = seq;
      this.messageNo = messageNo;
      this.noticeNo = noticeNo;
      this.lastTimeMs = lastTimeMs;
      this.prunedSeq = prunedSeq;
      this.prunedNo = prunedNo;
    }

    private void advance(GroupEvent event) {
      if (event.seq() != seq + 1) {
        throw fenced("The group's next event is " + (seq + 1) + ", not " + event.seq());
      }
      seq = event.seq();
      lastTimeMs = event.timeMs();
    }
  }
}
