package dev.herald.sql;

import dev.herald.sql.EventWriter.GroupRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Removes the oldest events of groups; for the writer's thread, within its transaction.
 *
 * <p>A group and each of its members lose the first entries of their lists of messages, which needs
 * no note. Users have messages in other groups too: there an entry leaves a hole, unless it is the
 * first. The list of a user goes on behind what was removed, so a hole is never filled.
 */
final class Pruner {
  /** The oldest messages of a group, in their order. */
  private static final String OLDEST =
      "SELECT no, seq, message_id, user_key, user_no, recall_seq FROM message"
          + " WHERE group_key = ? AND no > ? ORDER BY no LIMIT ?";

  /** The first message of a user. */
  private static final String FIRST_OF_USER =
      "SELECT user_no FROM message WHERE user_key = ? ORDER BY user_no LIMIT 1";

  /** The notices whose deletion is among the oldest events of a group. */
  private static final String DELETED_NOTICES =
      "SELECT subject FROM group_event WHERE group_key = ? AND seq <= ? AND kind = "
          + NoticeWriter.DELETED;

  /** Every query, for the test that looks at how SQLite carries them out. */
  static final List<String> QUERIES = List.of(OLDEST, FIRST_OF_USER, DELETED_NOTICES);

  private final Gaps gaps;
  private final PreparedStatement oldest;
  private final PreparedStatement firstOfUser;
  private final PreparedStatement deletedNotices;
  private final PreparedStatement deleteMessage;
  private final PreparedStatement keepRecalled;
  private final PreparedStatement deleteRecalled;
  private final PreparedStatement deleteNotice;
  private final PreparedStatement deleteEvents;
  private final PreparedStatement updateUser;
  private final PreparedStatement updateId;

  Pruner(Connection connection, Gaps gaps) throws SQLException {
    this.gaps = gaps;
    oldest = connection.prepareStatement(OLDEST);
    firstOfUser = connection.prepareStatement(FIRST_OF_USER);
    deletedNotices = connection.prepareStatement(DELETED_NOTICES);
    deleteMessage =
        connection.prepareStatement("DELETE FROM message WHERE group_key = ? AND no = ?");
    keepRecalled =
        connection.prepareStatement(
            "INSERT INTO recalled_message SELECT group_key, recall_seq, seq, message_id, user_key,"
                + " create_time_ms, type FROM message WHERE group_key = ? AND no = ?");
    deleteRecalled =
        connection.prepareStatement(
            "DELETE FROM recalled_message WHERE group_key = ? AND recall_seq <= ?");
    deleteNotice = connection.prepareStatement("DELETE FROM notice WHERE notice_id = ?");
    deleteEvents =
        connection.prepareStatement("DELETE FROM group_event WHERE group_key = ? AND seq <= ?");
    updateUser =
        connection.prepareStatement(
            "UPDATE app_user SET pruned_no = max(pruned_no, ?) WHERE user_key = ?");
    updateId = connection.prepareStatement("UPDATE latest SET pruned_id = max(pruned_id, ?)");
  }

  /**
   * Removes the events of a group up to a number; the group's new messages were written before.
   *
   * @param upToSeq the last to go; those beyond the group's last are not there
   */
  void prune(GroupRow group, long upToSeq) throws SQLException {
    long last = Math.min(upToSeq, group.seq);
    if (last <= group.prunedSeq) {
      return;
    }
    long greatestId = pruneMessages(group, last);
    for (long noticeId : Jdbc.list(deletedNotices, row -> row.getLong(1), group.key, last)) {
      Jdbc.update(deleteNotice, noticeId);
      greatestId = Math.max(greatestId, noticeId);
    }
    Jdbc.update(deleteRecalled, group.key, last);
    Jdbc.update(deleteEvents, group.key, last);
    Jdbc.update(updateId, greatestId);
    group.prunedSeq = last;
  }

  /** Removes the messages created up to a number; returns the greatest id, 0 if there is none. */
  private long pruneMessages(GroupRow group, long last) throws SQLException {
    long greatestId = 0;
    Map<Long, Long> lastNos = new HashMap<>();
    for (Oldest message :
        Jdbc.list(oldest, Oldest::of, group.key, group.prunedNo, last - group.prunedSeq)) {
      if (message.seq > last) {
        break;
      }
      if (message.recallSeq != null && message.recallSeq > last) {
        Jdbc.update(keepRecalled, group.key, message.no);
      }
      if (message.userNo != Jdbc.returned(firstOfUser, message.userKey)) {
        gaps.add(ListKind.USER_MESSAGES, message.userKey, 0, message.userNo);
      }
      Jdbc.update(deleteMessage, group.key, message.no);
      lastNos.put(message.userKey, message.userNo);
      greatestId = Math.max(greatestId, message.id);
      group.prunedNo = message.no;
    }
    for (Map.Entry<Long, Long> user : lastNos.entrySet()) {
      Jdbc.update(updateUser, user.getValue(), user.getKey());
      Long first = Jdbc.first(firstOfUser, row -> row.getLong(1), user.getKey());
      gaps.forgetBefore(
          ListKind.USER_MESSAGES, user.getKey(), 0, first == null ? Long.MAX_VALUE : first);
    }
    return greatestId;
  }

  /** A message that goes. */
  private record Oldest(
      long no, long seq, long id, long userKey, long userNo, @Nullable Long recallSeq) {
    static Oldest of(ResultSet row) throws SQLException {
      long recallSeq = row.getLong(6);
      @Nullable Long recallSeqOrNull = row.wasNull() ? null : recallSeq;
      return new Oldest(
          row.getLong(1),
          row.getLong(2),
          row.getLong(3),
          row.getLong(4),
          row.getLong(5),
          recallSeqOrNull);
    }
  }
}
