package dev.herald.sql;

import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.Tombstone;
import dev.herald.sql.EventWriter.GroupRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;

/** Writes messages and their recalls; for the writer's thread, within its transaction. */
final class MessageWriter {
  /** The kind of a recall in {@code group_event}. */
  static final int RECALLED = 1;

  /** More than a batch may touch: what it has added is not in the index before {@link #flush}. */
  private static final int LISTS_CACHED_MAX = 100_000;

  private final UserKeys users;
  private final PreparedStatement insertMessage;
  private final PreparedStatement recallMessage;
  private final PreparedStatement insertRecall;
  private final PreparedStatement lastOfUser;
  private final PreparedStatement lastOfMember;
  private final Map<Long, Long> userNos = new BoundedCache<>(LISTS_CACHED_MAX);
  private final Map<Member, Long> memberNos = new BoundedCache<>(LISTS_CACHED_MAX);
  private boolean pending;

  MessageWriter(Connection connection, UserKeys users) throws SQLException {
    this.users = users;
    insertMessage =
        connection.prepareStatement(
            "INSERT INTO message (group_key, no, seq, message_id, user_key, user_no, member_no,"
                + " create_time_ms, type, client_message_id, content)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    recallMessage =
        connection.prepareStatement(
            "UPDATE message SET content = '', recall_seq = ?"
                + " WHERE message_id = ? AND group_key = ? AND recall_seq IS NULL RETURNING no");
    insertRecall =
        connection.prepareStatement(
            "INSERT INTO group_event (group_key, seq, no, kind, subject, time_ms, user_key, cause)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    lastOfUser =
        connection.prepareStatement(
            "SELECT max(pruned_no, coalesce((SELECT m.user_no FROM message m"
                + " WHERE m.user_key = u.user_key ORDER BY m.user_no DESC LIMIT 1), 0))"
                + " FROM app_user u WHERE u.user_key = ?");
    lastOfMember =
        connection.prepareStatement(
            "SELECT member_no FROM message WHERE group_key = ? AND user_key = ?"
                + " ORDER BY member_no DESC LIMIT 1");
  }

  /** Adds a message at the end of its lists. It is written at the latest by {@link #flush}. */
  void create(GroupRow group, Created created) throws SQLException {
    GroupMessage message = created.message();
    long userKey = users.key(message.key().appId(), message.userId());
    group.messageNo++;
    Jdbc.bind(
        insertMessage,
        group.key,
        group.messageNo,
        message.seq(),
        message.messageId(),
        userKey,
        nextOfUser(userKey),
        nextOfMember(group.key, userKey),
        message.createTimeMs(),
        message.type(),
        created.clientMessageId(),
        message.content());
    insertMessage.addBatch();
    pending = true;
  }

  /**
   * Removes the content of a message and adds the recall.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE if the group has no such
   *     message that stands
   */
  void recall(GroupRow group, Recalled recalled) throws SQLException {
    flush();
    long messageId = recalled.message().messageId();
    Long no =
        Jdbc.first(recallMessage, row -> row.getLong(1), recalled.seq(), messageId, group.key);
    if (no == null) {
      throw EventWriter.fenced("Message " + messageId + " is not there to be recalled");
    }
    Tombstone tombstone = recalled.tombstone();
    Jdbc.update(
        insertRecall,
        group.key,
        recalled.seq(),
        group.messageNo,
        RECALLED,
        no,
        tombstone.timeMs(),
        tombstone.userId() == null ? null : users.key(recalled.key().appId(), tombstone.userId()),
        tombstone.cause());
  }

  /** Writes the messages that were added and not written yet. */
  void flush() throws SQLException {
    if (pending) {
      insertMessage.executeBatch();
      pending = false;
    }
  }

  /** Forgets what was read. */
  void forget() {
    userNos.clear();
    memberNos.clear();
  }

  private long nextOfUser(long userKey) throws SQLException {
    Long last = userNos.get(userKey);
    if (last == null) {
      last = Jdbc.returned(lastOfUser, userKey);
    }
    long next = last + 1;
    userNos.put(userKey, next);
    return next;
  }

  private long nextOfMember(long groupKey, long userKey) throws SQLException {
    Member member = new Member(groupKey, userKey);
    Long last = memberNos.get(member);
    if (last == null) {
      last = Jdbc.first(lastOfMember, row -> row.getLong(1), groupKey, userKey);
    }
    long next = last == null ? 1 : last + 1;
    if (next == 1) {
      users.join(userKey, groupKey);
    }
    memberNos.put(member, next);
    return next;
  }

  private record Member(long groupKey, long userKey) {}
}
