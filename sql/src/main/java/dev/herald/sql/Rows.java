package dev.herald.sql;

import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.event.Tombstone;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The columns of messages and notices in queries, and how they are read. A query names {@code
 * message m} or {@code notice n} and goes on with the joins.
 */
final class Rows {
  /** The columns of a message, the client's id last. */
  static final String MESSAGE =
      "SELECT m.seq, m.message_id, u.user_id, m.create_time_ms, m.type, m.content, r.time_ms,"
          + " r.cause, ru.user_id, g.app_id, g.group_id, m.client_message_id";

  /** The same columns of a message whose recall is all that is left of it. */
  static final String RECALLED =
      "SELECT m.seq, m.message_id, u.user_id, m.create_time_ms, m.type, '', r.time_ms,"
          + " r.cause, ru.user_id, g.app_id, g.group_id, NULL FROM recalled_message m";

  /** What a message's columns come from, beside the message. */
  static final String MESSAGE_JOINS =
      " JOIN group_head g ON g.group_key = m.group_key JOIN app_user u ON u.user_key = m.user_key"
          + " LEFT JOIN group_event r ON r.group_key = m.group_key AND r.seq = m.recall_seq"
          + " LEFT JOIN app_user ru ON ru.user_key = r.user_key";

  /** The columns of a notice, the client's id last. */
  static final String NOTICE =
      "SELECT n.seq, n.notice_id, u.user_id, n.create_time_ms, n.type, n.content, r.time_ms,"
          + " r.cause, ru.user_id, g.app_id, g.group_id, n.client_message_id, n.title, n.jump_url";

  /** What a notice's columns come from, beside the notice. */
  static final String NOTICE_JOINS =
      " JOIN group_head g ON g.group_key = n.group_key JOIN app_user u ON u.user_key = n.user_key"
          + " LEFT JOIN group_event r ON r.group_key = n.group_key AND r.seq = n.delete_seq"
          + " LEFT JOIN app_user ru ON ru.user_key = r.user_key";

  /** The column of the client's own id. */
  static final int CLIENT_MESSAGE_ID = 12;

  private Rows() {}

  static GroupMessage message(ResultSet row) throws SQLException {
    int type = row.getInt(5);
    @Nullable Integer typeOrNull = row.wasNull() ? null : type;
    return new GroupMessage(
        row.getLong(2),
        key(row),
        row.getString(3),
        row.getString(6),
        row.getLong(4),
        tombstone(row),
        typeOrNull,
        row.getLong(1));
  }

  static GroupNotice notice(ResultSet row) throws SQLException {
    return new GroupNotice(
        row.getLong(2),
        key(row),
        row.getString(3),
        row.getString(13),
        row.getString(6),
        row.getString(14),
        row.getLong(4),
        tombstone(row),
        row.getInt(5),
        row.getLong(1));
  }

  private static GroupKey key(ResultSet row) throws SQLException {
    return new GroupKey(row.getString(10), row.getString(11));
  }

  private static @Nullable Tombstone tombstone(ResultSet row) throws SQLException {
    long timeMs = row.getLong(7);
    return row.wasNull() ? null : new Tombstone(timeMs, row.getString(8), row.getString(9));
  }
}
