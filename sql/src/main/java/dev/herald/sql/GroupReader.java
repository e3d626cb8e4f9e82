package dev.herald.sql;

import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.History.GroupSummary;
import dev.herald.core.store.History.UserGroup;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads groups as their members see them, over a connection within a transaction. */
final class GroupReader {
  /**
   * What a member sees: the group and where it begins and stands, what the member has read, the
   * ordinal of the member's last message, and the difference of ordinals and numbers there.
   */
  private static final String SEEN =
      "SELECT g.app_id, g.group_id, g.group_key, g.seq, g.message_no, g.last_time_ms, g.pruned_seq,"
          + " g.pruned_no, b.read_seq,"
          + " (SELECT m.no FROM message m WHERE m.group_key = g.group_key"
          + " AND m.user_key = b.user_key ORDER BY m.member_no DESC LIMIT 1),"
          + " coalesce((SELECT e.no - e.seq FROM group_event e WHERE e.group_key = g.group_key"
          + " AND e.seq <= b.read_seq ORDER BY e.seq DESC LIMIT 1), g.pruned_no - g.pruned_seq)";

  private static final String OF_USER =
      SEEN
          + " FROM app_user u JOIN member b ON b.user_key = u.user_key"
          + " JOIN group_head g ON g.group_key = b.group_key"
          + " WHERE u.app_id = ? AND u.user_id = ?";

  private static final String OF_MEMBER = OF_USER + " AND g.app_id = u.app_id AND g.group_id = ?";

  private static final String GROUP =
      "SELECT app_id, group_id, group_key, seq, pruned_seq, message_no, pruned_no, last_time_ms"
          + " FROM group_head WHERE app_id = ? AND ";

  private static final String GROUPS_AFTER = GROUP + "group_id > ? ORDER BY group_id LIMIT ?";

  private static final String ONE_GROUP = GROUP + "group_id = ?";

  private static final String APP_AFTER =
      "SELECT app_id FROM group_head WHERE app_id > ? ORDER BY app_id LIMIT 1";

  private static final String MESSAGE =
      Rows.MESSAGE + " FROM message m" + Rows.MESSAGE_JOINS + " WHERE m.group_key = ? AND m.no = ?";

  /** Every query, for the test that looks at how SQLite carries them out. */
  static final List<String> QUERIES =
      List.of(OF_USER, OF_MEMBER, GROUPS_AFTER, ONE_GROUP, APP_AFTER, MESSAGE);

  private final Connection connection;

  GroupReader(Connection connection) {
    this.connection = connection;
  }

  List<UserGroup> groups(String appId, String userId) throws SQLException {
    List<Seen> seen = Jdbc.list(connection, OF_USER, Seen::of, appId, userId);
    List<UserGroup> groups = new ArrayList<>(seen.size());
    try (PreparedStatement message = connection.prepareStatement(MESSAGE)) {
      for (Seen group : seen) {
        groups.add(group(group, message));
      }
    }
    groups.sort(
        Comparator.comparingLong(UserGroup::updateTimeMs)
            .reversed()
            .thenComparing(group -> group.key().groupId()));
    return groups;
  }

  List<GroupSummary> groupsAfter(String appId, String afterGroupId, int limit) throws SQLException {
    return summaries(Jdbc.list(connection, GROUPS_AFTER, Found::of, appId, afterGroupId, limit));
  }

  @Nullable GroupSummary group(GroupKey key) throws SQLException {
    List<GroupSummary> found =
        summaries(Jdbc.list(connection, ONE_GROUP, Found::of, key.appId(), key.groupId()));
    return found.isEmpty() ? null : found.getFirst();
  }

  @Nullable String appAfter(String appId) throws SQLException {
    List<String> found = Jdbc.list(connection, APP_AFTER, row -> row.getString(1), appId);
    return found.isEmpty() ? null : found.getFirst();
  }

  private List<GroupSummary> summaries(List<Found> groups) throws SQLException {
    List<GroupSummary> summaries = new ArrayList<>(groups.size());
    try (PreparedStatement message = connection.prepareStatement(MESSAGE)) {
      for (Found group : groups) {
        GroupMessage last = Jdbc.first(message, Rows::message, group.groupKey, group.lastNo);
        summaries.add(
            new GroupSummary(
                group.key,
                group.seq,
                group.prunedSeq,
                last == null ? group.lastTimeMs : last.createTimeMs(),
                last,
                group.lastNo - group.prunedNo));
      }
    }
    return summaries;
  }

  @Nullable UserGroup group(GroupKey key, String userId) throws SQLException {
    try (PreparedStatement ofMember = connection.prepareStatement(OF_MEMBER);
        PreparedStatement message = connection.prepareStatement(MESSAGE)) {
      Seen seen = Jdbc.first(ofMember, Seen::of, key.appId(), userId, key.groupId());
      return seen == null ? null : group(seen, message);
    }
  }

  private static UserGroup group(Seen seen, PreparedStatement message) throws SQLException {
    GroupMessage last = Jdbc.first(message, Rows::message, seen.groupKey, seen.lastNo);
    long readNo = seen.readSeq <= seen.prunedSeq ? seen.prunedNo : seen.readSeq + seen.shift;
    return new UserGroup(
        seen.key,
        seen.seq,
        last == null ? seen.lastTimeMs : last.createTimeMs(),
        last,
        seen.lastNo - seen.prunedNo,
        seen.readSeq,
        seen.lastNo - Math.max(readNo, seen.ownNo));
  }

  /**
   * A group as the query found it.
   *
   * @param lastNo the ordinal of the last message
   * @param prunedNo how many messages there were when its last pruned event happened
   */
  private record Found(
      GroupKey key,
      long groupKey,
      long seq,
      long prunedSeq,
      long lastNo,
      long prunedNo,
      long lastTimeMs) {
    static Found of(ResultSet row) throws SQLException {
      return new Found(
          new GroupKey(row.getString(1), row.getString(2)),
          row.getLong(3),
          row.getLong(4),
          row.getLong(5),
          row.getLong(6),
          row.getLong(7),
          row.getLong(8));
    }
  }

  /**
   * What the query found.
   *
   * @param lastNo the ordinal of the last message
   * @param prunedSeq the number of the last event that was removed
   * @param prunedNo how many messages there were then
   * @param ownNo the ordinal of the member's last message, 0 if there is none
   * @param shift what makes the number the member has read an ordinal
   */
  private record Seen(
      GroupKey key,
      long groupKey,
      long seq,
      long lastNo,
      long lastTimeMs,
      long prunedSeq,
      long prunedNo,
      long readSeq,
      long ownNo,
      long shift) {
    static Seen of(ResultSet row) throws SQLException {
      return new Seen(
          new GroupKey(row.getString(1), row.getString(2)),
          row.getLong(3),
          row.getLong(4),
          row.getLong(5),
          row.getLong(6),
          row.getLong(7),
          row.getLong(8),
          row.getLong(9),
          row.getLong(10),
          row.getLong(11));
    }
  }
}
