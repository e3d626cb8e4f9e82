package dev.herald.sql;

import dev.herald.core.event.GroupKey;
import dev.herald.core.store.Store.MessagePage;
import dev.herald.core.store.Store.Page;
import dev.herald.core.store.Store.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reads pages of history, over a connection within a transaction. */
final class HistoryReader {
  /** A group and the ordinals of its first and last message. */
  private static final String GROUP =
      "SELECT group_key, (SELECT no FROM message m WHERE m.group_key = g.group_key ORDER BY no"
          + " LIMIT 1), message_no FROM group_head g WHERE app_id = ? AND group_id = ?";

  private static final String TIME_IN_GROUP =
      "SELECT create_time_ms FROM message WHERE group_key = ? AND no = ?";

  private static final String PAGE_OF_GROUP =
      Rows.MESSAGE
          + " FROM message m"
          + Rows.MESSAGE_JOINS
          + " WHERE m.group_key = ? AND m.no BETWEEN ? AND ? ORDER BY m.no";

  /** Every query, for the test that looks at how SQLite carries them out. */
  static final List<String> QUERIES = List.of(GROUP, TIME_IN_GROUP, PAGE_OF_GROUP);

  private final Connection connection;

  HistoryReader(Connection connection) {
    this.connection = connection;
  }

  MessagePage findByGroup(GroupKey key, TimeRange range, Page page) throws SQLException {
    List<Bounds> found =
        Jdbc.list(
            connection,
            GROUP,
            row -> new Bounds(row.getLong(1), row.getLong(2), row.getLong(3)),
            key.appId(),
            key.groupId());
    if (found.isEmpty() || found.getFirst().first == 0) {
      return new MessagePage(0, List.of());
    }
    Bounds group = found.getFirst();
    long first;
    long end;
    try (OrdinalList list =
        new OrdinalList(connection, TIME_IN_GROUP, group.first, group.last, group.key)) {
      first = list.atOrAfter(range.startMs());
      end = list.atOrAfter(range.endMs());
    }
    long total = Math.max(0, end - first);
    if (total == 0 || page.number() > (total - 1) / page.size()) {
      return new MessagePage(total, List.of());
    }
    long begin = first + page.number() * page.size();
    long last = Math.min(begin + page.size(), end) - 1;
    return new MessagePage(
        total, Jdbc.list(connection, PAGE_OF_GROUP, Rows::message, group.key, begin, last));
  }

  private record Bounds(long key, long first, long last) {}
}
