package dev.herald.sql;

import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.History.Cursor;
import dev.herald.core.store.History.Listing;
import dev.herald.core.store.History.Page;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads lists of messages and notices, over a connection within a transaction. */
final class HistoryReader {
  private static final String GROUP =
      "SELECT group_key FROM group_head WHERE app_id = ? AND group_id = ?";

  private static final String USER =
      "SELECT user_key FROM app_user WHERE app_id = ? AND user_id = ?";

  /** Every query, for the test that looks at how SQLite carries them out. */
  static final List<String> QUERIES = List.of(GROUP, USER);

  private final Connection connection;

  HistoryReader(Connection connection) {
    this.connection = connection;
  }

  Listing<GroupMessage> messages(Scope scope, TimeRange range, Page page) throws SQLException {
    return in(
        scope,
        true,
        new Listing<>(0, List.of()),
        list -> {
          long first = list.atOrAfter(range.startMs());
          long end = list.atOrAfter(range.endMs());
          long total = list.count(first, end);
          if (isPast(page, total)) {
            return new Listing<>(total, List.of());
          }
          long begin = list.select(first, page.number() * page.size());
          return new Listing<>(total, list.forward(begin, end, page.size(), Rows::message));
        });
  }

  Listing<GroupNotice> notices(Scope scope, TimeRange range, Page page) throws SQLException {
    return in(
        scope,
        false,
        new Listing<>(0, List.of()),
        list -> {
          long first = list.atOrAfter(range.startMs());
          long end = list.atOrAfter(range.endMs());
          long total = list.count(first, end);
          if (isPast(page, total)) {
            return new Listing<>(total, List.of());
          }
          long begin = list.select(first, total - 1 - page.number() * page.size());
          return new Listing<>(total, list.backward(first, begin + 1, page.size(), Rows::notice));
        });
  }

  List<GroupMessage> messagesAfter(Scope scope, @Nullable Cursor cursor, int limit)
      throws SQLException {
    return in(
        scope,
        true,
        List.of(),
        list -> {
          long begin = cursor == null ? list.first() : after(list, cursor);
          return list.forward(begin, list.end(), limit, Rows::message);
        });
  }

  List<GroupMessage> messagesBefore(Scope scope, @Nullable Cursor cursor, int limit)
      throws SQLException {
    return in(
        scope,
        true,
        List.of(),
        list -> {
          long end = cursor == null ? list.end() : before(list, cursor);
          return list.backward(list.first(), end, limit, Rows::message).reversed();
        });
  }

  List<GroupNotice> noticesBefore(Scope scope, @Nullable Cursor cursor, int limit)
      throws SQLException {
    return in(
        scope,
        false,
        List.of(),
        list -> {
          long end = cursor == null ? list.end() : before(list, cursor);
          return list.backward(list.first(), end, limit, Rows::notice);
        });
  }

  private static boolean isPast(Page page, long total) {
    return total == 0 || page.number() > (total - 1) / page.size();
  }

  /** Returns where a list goes on after a place. */
  private static long after(OrdinalList list, Cursor cursor) throws SQLException {
    Long no = list.ordinalOf(cursor.id());
    if (no != null) {
      return no + 1;
    }
    return cursor.timeMs() == Long.MAX_VALUE ? list.end() : list.atOrAfter(cursor.timeMs() + 1);
  }

  /** Returns where a list ends before a place. */
  private static long before(OrdinalList list, Cursor cursor) throws SQLException {
    Long no = list.ordinalOf(cursor.id());
    return no != null ? no : list.atOrAfter(cursor.timeMs());
  }

  /** Reads from the list of a scope; an app, group or user that is not known has none. */
  private <T> T in(Scope scope, boolean messages, T nothing, Reading<T> reading)
      throws SQLException {
    List<Object> keys = new ArrayList<>();
    if (scope.groupId() != null && !addKey(keys, GROUP, scope.appId(), scope.groupId())) {
      return nothing;
    }
    if (scope.userId() != null && !addKey(keys, USER, scope.appId(), scope.userId())) {
      return nothing;
    }
    try (OrdinalList list = new OrdinalList(connection, kind(scope, messages), keys.toArray())) {
      return list.end() == 0 ? nothing : reading.from(list);
    }
  }

  private static ListKind kind(Scope scope, boolean messages) {
    if (scope.groupId() == null) {
      return messages ? ListKind.USER_MESSAGES : ListKind.USER_NOTICES;
    }
    if (scope.userId() == null) {
      return messages ? ListKind.GROUP_MESSAGES : ListKind.GROUP_NOTICES;
    }
    return messages ? ListKind.MEMBER_MESSAGES : ListKind.MEMBER_NOTICES;
  }

  private boolean addKey(List<Object> keys, String sql, String appId, String id)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Long key = Jdbc.first(statement, row -> row.getLong(1), appId, id);
      return key != null && keys.add(key);
    }
  }

  private interface Reading<T> {
    T from(OrdinalList list) throws SQLException;
  }
}
