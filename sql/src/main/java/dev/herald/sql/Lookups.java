package dev.herald.sql;

import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.History.GroupHead;
import dev.herald.core.store.Store.ClientMessageKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The look-ups by keys of every kind, over a connection within a transaction. */
final class Lookups {
  private static final String HEAD =
      "SELECT seq, last_time_ms FROM group_head WHERE app_id = ? AND group_id = ? AND seq > 0";

  private static final String MESSAGE_BY_CLIENT_ID =
      Rows.MESSAGE
          + " FROM app_user w JOIN message m ON m.user_key = w.user_key"
          + " AND m.client_message_id = ?"
          + Rows.MESSAGE_JOINS
          + " WHERE w.app_id = ? AND w.user_id = ?";

  private static final String NOTICE_BY_CLIENT_ID =
      Rows.NOTICE
          + " FROM app_user w JOIN notice n ON n.user_key = w.user_key"
          + " AND n.client_message_id = ?"
          + Rows.NOTICE_JOINS
          + " WHERE w.app_id = ? AND w.user_id = ?";

  private static final String MESSAGE =
      Rows.MESSAGE + " FROM message m" + Rows.MESSAGE_JOINS + " WHERE m.message_id = ?";

  private static final String NOTICE =
      Rows.NOTICE + " FROM notice n" + Rows.NOTICE_JOINS + " WHERE n.notice_id = ?";

  private static final String GREATEST_MESSAGE = "SELECT max(message_id) FROM message";

  private static final String GREATEST_NOTICE = "SELECT max(notice_id) FROM notice";

  private static final String GREATEST_PRUNED = "SELECT pruned_id FROM latest WHERE one = 1";

  private static final String LATEST = "SELECT time_ms FROM latest WHERE one = 1";

  /** Every query, for the test that looks at how SQLite carries them out. */
  static final List<String> QUERIES =
      List.of(
          HEAD,
          MESSAGE_BY_CLIENT_ID,
          NOTICE_BY_CLIENT_ID,
          MESSAGE,
          NOTICE,
          GREATEST_MESSAGE,
          GREATEST_NOTICE,
          GREATEST_PRUNED,
          LATEST);

  private final Connection connection;

  Lookups(Connection connection) {
    this.connection = connection;
  }

  Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys) throws SQLException {
    return each(
        keys,
        HEAD,
        row -> new GroupHead(row.getLong(1), row.getLong(2)),
        key -> new Object[] {key.appId(), key.groupId()});
  }

  Map<ClientMessageKey, GroupMessage> messagesByClientId(Collection<ClientMessageKey> keys)
      throws SQLException {
    return each(keys, MESSAGE_BY_CLIENT_ID, Rows::message, Lookups::values);
  }

  Map<ClientMessageKey, GroupNotice> noticesByClientId(Collection<ClientMessageKey> keys)
      throws SQLException {
    return each(keys, NOTICE_BY_CLIENT_ID, Rows::notice, Lookups::values);
  }

  Map<Long, GroupMessage> messages(Collection<Long> messageIds) throws SQLException {
    return each(messageIds, MESSAGE, Rows::message, id -> new Object[] {id});
  }

  Map<Long, GroupNotice> notices(Collection<Long> noticeIds) throws SQLException {
    return each(noticeIds, NOTICE, Rows::notice, id -> new Object[] {id});
  }

  long greatestId() throws SQLException {
    return Math.max(
        Jdbc.number(connection, GREATEST_PRUNED),
        Math.max(
            Jdbc.number(connection, GREATEST_MESSAGE), Jdbc.number(connection, GREATEST_NOTICE)));
  }

  long latestTimeMs() throws SQLException {
    return Jdbc.number(connection, LATEST);
  }

  private <K, T> Map<K, T> each(
      Collection<K> keys, String sql, Jdbc.RowReader<T> reader, Function<K, Object[]> values)
      throws SQLException {
    Map<K, T> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (K key : keys) {
        T value = Jdbc.first(statement, reader, values.apply(key));
        if (value != null) {
          found.put(key, value);
        }
      }
    }
    return found;
  }

  private static Object[] values(ClientMessageKey key) {
    return new Object[] {key.clientMessageId(), key.appId(), key.userId()};
  }
}
