package dev.herald.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Notes that entries left lists that other entries stay in; for the writer's thread, within its
 * transaction. {@link OrdinalList} reads it.
 */
final class Gaps {
  /** How many buckets of one level make one of the next, and ordinals the lowest. */
  static final int FAN_OUT = 64;

  /** How many levels there are. */
  static final int LEVELS = 4;

  private final PreparedStatement add;
  private final PreparedStatement forget;

  Gaps(Connection connection) throws SQLException {
    add =
        connection.prepareStatement(
            "INSERT INTO gap (list, key_1, key_2, level, bucket, removed) VALUES (?, ?, ?, ?, ?, 1)"
                + " ON CONFLICT DO UPDATE SET removed = removed + 1");
    forget =
        connection.prepareStatement(
            "DELETE FROM gap WHERE list = ? AND key_1 = ? AND key_2 = ? AND level = ?"
                + " AND bucket < ?");
  }

  /**
   * Notes that an entry left a list.
   *
   * @param key2 the second key, 0 for a list that has one
   */
  void add(ListKind list, long key1, long key2, long no) throws SQLException {
    long size = 1;
    for (int level = 1; level <= LEVELS; level++) {
      size *= FAN_OUT;
      Jdbc.update(add, list.number(), key1, key2, level, no / size);
    }
  }

  /**
   * Removes the notes that nothing needs any more, since the list begins later.
   *
   * @param key2 the second key, 0 for a list that has one
   * @param first the ordinal of the list's first entry; {@link Long#MAX_VALUE} if it has none
   */
  void forgetBefore(ListKind list, long key1, long key2, long first) throws SQLException {
    long size = 1;
    for (int level = 1; level <= LEVELS; level++) {
      size *= FAN_OUT;
      Jdbc.update(forget, list.number(), key1, key2, level, first / size);
    }
  }
}
