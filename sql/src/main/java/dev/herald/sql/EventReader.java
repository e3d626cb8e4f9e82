package dev.herald.sql;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.Store.ClientMessageKey;
import dev.herald.core.store.Store.GroupHead;
import dev.herald.core.store.Store.MessagePage;
import dev.herald.core.store.Store.Page;
import dev.herald.core.store.Store.TimeRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The queries. Each costs a few steps down an index and the rows it returns, however many there
 * are: the ordinals of messages have no gaps, so a page is a range of them and a count a
 * difference.
 */
final class EventReader {
  private static final String MESSAGE =
      "SELECT m.seq, m.message_id, u.user_id, m.create_time_ms, m.type, m.client_message_id,"
          + " m.content";

  private static final String HEAD =
      "SELECT seq, last_time_ms FROM group_head WHERE app_id = ? AND group_id = ?";

  private static final String BY_CLIENT_MESSAGE_ID =
      MESSAGE
          + ", g.app_id, g.group_id FROM app_user u"
          + " JOIN message m ON m.user_key = u.user_key AND m.client_message_id = ?"
          + " JOIN group_head g ON g.group_key = m.group_key"
          + " WHERE u.app_id = ? AND u.user_id = ?";

  private static final String BOUNDS =
      "SELECT g.group_key, (SELECT no FROM message m WHERE m.group_key = g.group_key AND"
          + " create_time_ms >= ? ORDER BY create_time_ms, no LIMIT 1), (SELECT no FROM message m"
          + " WHERE m.group_key = g.group_key AND create_time_ms < ? ORDER BY create_time_ms DESC,"
          + " no DESC LIMIT 1) FROM group_head g WHERE app_id = ? AND group_id = ?";

  private static final String PAGE =
      MESSAGE
          + " FROM message m JOIN app_user u ON u.user_key = m.user_key"
          + " WHERE m.group_key = ? AND m.no BETWEEN ? AND ? ORDER BY m.no";

  /** Every event is a creation as yet, so an event's number is its message's ordinal. */
  private static final String EVENTS_AFTER =
      MESSAGE
          + " FROM message m JOIN app_user u ON u.user_key = m.user_key"
          + " WHERE m.group_key = (SELECT group_key FROM group_head WHERE app_id = ? AND group_id ="
          + " ?) AND m.no > ? ORDER BY m.no LIMIT ?";

  private static final String GREATEST_MESSAGE_ID = "SELECT max(message_id) FROM message";

  /** Every query, for the test that looks at how SQLite carries them out. */
  static final List<String> QUERIES =
      List.of(HEAD, BY_CLIENT_MESSAGE_ID, BOUNDS, PAGE, EVENTS_AFTER, GREATEST_MESSAGE_ID);

  private final Connection connection;

  /** Reads over a connection, which stays the caller's. */
  EventReader(Connection connection) {
    this.connection = connection;
  }

  Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys) throws SQLException {
    Map<GroupKey, GroupHead> heads = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(HEAD)) {
      for (GroupKey key : keys) {
        GroupHead head =
            Jdbc.first(
                statement,
                row -> new GroupHead(row.getLong(1), row.getLong(2)),
                key.appId(),
                key.groupId());
        if (head != null) {
          heads.put(key, head);
        }
      }
    }
    return heads;
  }

  Map<ClientMessageKey, GroupMessage> findByClientMessageIds(Collection<ClientMessageKey> keys)
      throws SQLException {
    Map<ClientMessageKey, GroupMessage> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(BY_CLIENT_MESSAGE_ID)) {
      for (ClientMessageKey key : keys) {
        GroupMessage message =
            Jdbc.first(
                statement,
                row -> message(row, new GroupKey(row.getString(8), row.getString(9))),
                key.clientMessageId(),
                key.appId(),
                key.userId());
        if (message != null) {
          found.put(key, message);
        }
      }
    }
    return found;
  }

  MessagePage findByGroup(GroupKey key, TimeRange range, Page page) throws SQLException {
    List<Bounds> found =
        Jdbc.list(
            connection,
            BOUNDS,
            row -> new Bounds(row.getLong(1), row.getLong(2), row.getLong(3)),
            range.startMs(),
            range.endMs(),
            key.appId(),
            key.groupId());
    Bounds bounds = found.isEmpty() ? Bounds.NONE : found.getFirst();
    long total = bounds.count();
    if (total == 0 || page.number() > (total - 1) / page.size()) {
      return new MessagePage(total, List.of());
    }
    long first = bounds.firstNo + page.number() * page.size();
    long last = Math.min(first + page.size() - 1, bounds.lastNo);
    return new MessagePage(
        total, Jdbc.list(connection, PAGE, row -> message(row, key), bounds.groupKey, first, last));
  }

  List<GroupEvent> eventsAfter(GroupKey key, long afterSeq, int limit) throws SQLException {
    return Jdbc.list(
        connection,
        EVENTS_AFTER,
        row -> new GroupEvent.Created(message(row, key), row.getString(6)),
        key.appId(),
        key.groupId(),
        afterSeq,
        limit);
  }

  long greatestMessageId() throws SQLException {
    return Jdbc.number(connection, GREATEST_MESSAGE_ID);
  }

  private static GroupMessage message(ResultSet row, GroupKey key) throws SQLException {
    int type = row.getInt(5);
    @Nullable Integer typeOrNull = row.wasNull() ? null : type;
    return new GroupMessage(
        row.getLong(2),
        key,
        row.getString(3),
        row.getString(7),
        row.getLong(4),
        null,
        typeOrNull,
        row.getLong(1));
  }

  /**
   * The ordinals in a range of times. A bound that does not exist is 0; where nothing lies in the
   * range, the first at or after its start is greater than the last before its end.
   */
  private record Bounds(long groupKey, long firstNo, long lastNo) {
    static final Bounds NONE = new Bounds(0, 0, 0);

    long count() {
      return firstNo == 0 || lastNo == 0 || firstNo > lastNo ? 0 : lastNo - firstNo + 1;
    }
  }
}
