package dev.herald.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.SplittableRandom;

/**
 * The rows of messages into the tables and indexes of the store, synced batch by batch, and nothing
 * else: what the disk and SQLite can do. SQLite writes its log back itself, when it is as long as
 * the store lets it grow.
 */
final class BareInserts implements AutoCloseable {
  private final Connection connection;
  private final PreparedStatement insert;
  private final SplittableRandom random = new SplittableRandom(11);
  private final long[] groups;
  private final long[] users;
  private final long[][] members;
  private long id = 1L << 50;

  BareInserts(Database database, long checkpointBytes, int groupCount, int userCount)
      throws SQLException {
    connection = database.openWriter(false);
    Jdbc.number(connection, "PRAGMA wal_autocheckpoint = " + checkpointBytes / Database.PAGE_BYTES);
    insert =
        connection.prepareStatement(
            "INSERT INTO message (group_key, no, seq, message_id, user_key, user_no, member_no,"
                + " create_time_ms, type, client_message_id, content)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    groups = new long[groupCount];
    users = new long[userCount];
    members = new long[groupCount][userCount];
  }

  /** Inserts for a time; returns how many rows a second. */
  long rowsPerSecond(int batch, long timeNs, String content) throws SQLException {
    long rows = 0;
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < timeNs) {
      connection.setAutoCommit(false);
      for (int i = 0; i < batch; i++) {
        add(content);
      }
      insert.executeBatch();
      connection.setAutoCommit(true);
      rows += batch;
    }
    return rows * 1_000_000_000L / (System.nanoTime() - begin);
  }

  private void add(String content) throws SQLException {
    int group = random.nextInt(groups.length);
    int user = random.nextInt(users.length);
    groups[group]++;
    users[user]++;
    members[group][user]++;
    Jdbc.bind(
        insert,
        group,
        groups[group],
        groups[group],
        id += 4096,
        user,
        users[user],
        members[group][user],
        System.currentTimeMillis(),
        1,
        null,
        content);
    insert.addBatch();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
