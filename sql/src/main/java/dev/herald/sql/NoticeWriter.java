package dev.herald.sql;

import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.event.Tombstone;
import dev.herald.sql.EventWriter.GroupRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes notices and their deletions; for the writer's thread, within its transaction. */
final class NoticeWriter {
  /** The kind of a publication in {@code group_event}. */
  static final int PUBLISHED = 2;

  /** The kind of a deletion in {@code group_event}. */
  static final int DELETED = 3;

  private final UserKeys users;
  private final Gaps gaps;
  private final PreparedStatement insertNotice;
  private final PreparedStatement deleteNotice;
  private final PreparedStatement insertEvent;
  private final PreparedStatement nextOfUser;
  private final PreparedStatement nextOfMember;

  NoticeWriter(Connection connection, UserKeys users, Gaps gaps) throws SQLException {
    this.users = users;
    this.gaps = gaps;
    insertNotice =
        connection.prepareStatement(
            "INSERT INTO notice (notice_id, group_key, group_no, seq, user_key, user_no, member_no,"
                + " create_time_ms, type, client_message_id, title, jump_url, content)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    deleteNotice =
        connection.prepareStatement(
            "UPDATE notice SET title = '', content = '', jump_url = NULL, delete_seq = ?"
                + " WHERE notice_id = ? AND group_key = ? AND delete_seq IS NULL"
                + " RETURNING group_no, user_key, user_no, member_no");
    insertEvent =
        connection.prepareStatement(
            "INSERT INTO group_event (group_key, seq, no, kind, subject, time_ms, user_key, cause)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    nextOfUser =
        connection.prepareStatement(
            "UPDATE app_user SET notice_no = notice_no + 1 WHERE user_key = ?"
                + " RETURNING notice_no");
    nextOfMember =
        connection.prepareStatement(
            "UPDATE member SET notice_no = notice_no + 1 WHERE user_key = ? AND group_key = ?"
                + " RETURNING notice_no");
  }

  /** Adds a notice at the end of its lists. */
  void publish(GroupRow group, NoticePublished published) throws SQLException {
    GroupNotice notice = published.notice();
    long userKey = users.key(notice.key().appId(), notice.userId());
    users.join(userKey, group.key);
    group.noticeNo++;
    Jdbc.update(
        insertNotice,
        notice.noticeId(),
        group.key,
        group.noticeNo,
        notice.seq(),
        userKey,
        Jdbc.returned(nextOfUser, userKey),
        Jdbc.returned(nextOfMember, userKey, group.key),
        notice.createTimeMs(),
        notice.type(),
        published.clientMessageId(),
        notice.title(),
        notice.jumpUrl(),
        notice.content());
    Jdbc.update(
        insertEvent,
        group.key,
        notice.seq(),
        group.messageNo,
        PUBLISHED,
        notice.noticeId(),
        notice.createTimeMs(),
        null,
        null);
  }

  /**
   * Removes what a notice says, and the notice from its lists.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE if the group has no such notice
   *     that stands
   */
  void delete(GroupRow group, NoticeDeleted deleted) throws SQLException {
    long noticeId = deleted.notice().noticeId();
    Listed listed =
        Jdbc.first(
            deleteNotice,
            row -> new Listed(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
            deleted.seq(),
            noticeId,
            group.key);
    if (listed == null) {
      throw EventWriter.fenced("Notice " + noticeId + " is not there to be deleted");
    }
    gaps.add(ListKind.GROUP_NOTICES, group.key, 0, listed.groupNo);
    gaps.add(ListKind.USER_NOTICES, listed.userKey, 0, listed.userNo);
    gaps.add(ListKind.MEMBER_NOTICES, group.key, listed.userKey, listed.memberNo);
    Tombstone tombstone = deleted.tombstone();
    Jdbc.update(
        insertEvent,
        group.key,
        deleted.seq(),
        group.messageNo,
        DELETED,
        noticeId,
        tombstone.timeMs(),
        tombstone.userId() == null ? null : users.key(deleted.key().appId(), tombstone.userId()),
        tombstone.cause());
  }

  /** Where a notice was in its lists. */
  private record Listed(long groupNo, long userKey, long userNo, long memberNo) {}
}
