package dev.herald.sql;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads the events of a group in their order, over a connection within a transaction. */
final class EventReader {
  private static final String GROUP =
      "SELECT group_key, pruned_seq, pruned_no FROM group_head WHERE app_id = ? AND group_id = ?";

  /** The last event that is no creation of a message, up to a number. */
  private static final String ANCHOR =
      "SELECT seq, no FROM group_event WHERE group_key = ? AND seq <= ? ORDER BY seq DESC LIMIT 1";

  private static final String MESSAGES_UP_TO =
      Rows.MESSAGE
          + " FROM message m"
          + Rows.MESSAGE_JOINS
          + " WHERE m.group_key = ? AND m.no <= ? ORDER BY m.no DESC LIMIT ?";

  private static final String OTHERS_BEFORE =
      "SELECT seq, kind, subject FROM group_event WHERE group_key = ? AND seq < ?"
          + " ORDER BY seq DESC LIMIT ?";

  private static final String MESSAGES_AFTER =
      Rows.MESSAGE
          + " FROM message m"
          + Rows.MESSAGE_JOINS
          + " WHERE m.group_key = ? AND m.no > ? ORDER BY m.no LIMIT ?";

  private static final String OTHERS_AFTER =
      "SELECT seq, kind, subject FROM group_event WHERE group_key = ? AND seq > ?"
          + " ORDER BY seq LIMIT ?";

  private static final String MESSAGE =
      Rows.MESSAGE + " FROM message m" + Rows.MESSAGE_JOINS + " WHERE m.group_key = ? AND m.no = ?";

  private static final String RECALLED =
      Rows.RECALLED + Rows.MESSAGE_JOINS + " WHERE m.group_key = ? AND m.recall_seq = ?";

  private static final String NOTICE =
      Rows.NOTICE + " FROM notice n" + Rows.NOTICE_JOINS + " WHERE n.notice_id = ?";

  /** Every query, for the test that looks at how SQLite carries them out. */
  static final List<String> QUERIES =
      List.of(
          GROUP,
          ANCHOR,
          MESSAGES_AFTER,
          OTHERS_AFTER,
          MESSAGES_UP_TO,
          OTHERS_BEFORE,
          MESSAGE,
          RECALLED,
          NOTICE);

  private final Connection connection;

  EventReader(Connection connection) {
    this.connection = connection;
  }

  List<GroupEvent> after(GroupKey key, long afterSeq, int limit) throws SQLException {
    List<GroupEvent> events = near(key, afterSeq, limit, MESSAGES_AFTER, OTHERS_AFTER);
    return events.size() > limit ? List.copyOf(events.subList(0, limit)) : events;
  }

  List<GroupEvent> before(GroupKey key, long beforeSeq, int limit) throws SQLException {
    List<GroupEvent> events = near(key, beforeSeq, limit, MESSAGES_UP_TO, OTHERS_BEFORE);
    return events.size() > limit
        ? List.copyOf(events.subList(events.size() - limit, events.size()))
        : events;
  }

  /** Reads as many messages, and as many other events, on one side of a number; in order. */
  private List<GroupEvent> near(
      GroupKey key, long seq, int limit, String messagesQuery, String othersQuery)
      throws SQLException {
    List<Group> groups =
        Jdbc.list(
            connection,
            GROUP,
            row -> new Group(row.getLong(1), row.getLong(2), row.getLong(3)),
            key.appId(),
            key.groupId());
    if (groups.isEmpty()) {
      return List.of();
    }
    long group = groups.getFirst().key;
    long no = messagesUpTo(groups.getFirst(), messagesQuery.equals(MESSAGES_AFTER) ? seq : seq - 1);
    List<GroupEvent> events =
        new ArrayList<>(
            Jdbc.list(connection, messagesQuery, EventReader::created, group, no, limit));
    List<Other> others =
        Jdbc.list(
            connection,
            othersQuery,
            row -> new Other(row.getLong(1), row.getInt(2), row.getLong(3)),
            group,
            seq,
            limit);
    addOthers(groups.getFirst(), others, events);
    events.sort(Comparator.comparingLong(GroupEvent::seq));
    return events;
  }

  /** Returns how many messages a group had when its sequence was at a number. */
  private long messagesUpTo(Group group, long seq) throws SQLException {
    if (seq <= group.prunedSeq) {
      return group.prunedNo;
    }
    List<Long> no =
        Jdbc.list(
            connection, ANCHOR, row -> row.getLong(2) + (seq - row.getLong(1)), group.key, seq);
    return no.isEmpty() ? group.prunedNo + (seq - group.prunedSeq) : no.getFirst();
  }

  private void addOthers(Group group, List<Other> others, List<GroupEvent> events)
      throws SQLException {
    if (others.isEmpty()) {
      return;
    }
    try (PreparedStatement message = connection.prepareStatement(MESSAGE);
        PreparedStatement recalled = connection.prepareStatement(RECALLED);
        PreparedStatement notice = connection.prepareStatement(NOTICE)) {
      for (Other other : others) {
        events.add(
            switch (other.kind) {
              case MessageWriter.RECALLED ->
                  new Recalled(
                      other.subject > group.prunedNo
                          ? one(message, Rows::message, group.key, other.subject)
                          : one(recalled, Rows::message, group.key, other.seq),
                      other.seq);
              case NoticeWriter.PUBLISHED -> one(notice, EventReader::published, other.subject);
              case NoticeWriter.DELETED ->
                  new NoticeDeleted(one(notice, Rows::notice, other.subject), other.seq);
              default -> throw new SQLException("an event of kind " + other.kind);
            });
      }
    }
  }

  private static <T> T one(PreparedStatement statement, Jdbc.RowReader<T> reader, Object... values)
      throws SQLException {
    T found = Jdbc.first(statement, reader, values);
    if (found == null) {
      throw new SQLException("the subject of an event is missing");
    }
    return found;
  }

  private static GroupEvent created(ResultSet row) throws SQLException {
    GroupMessage message = Rows.message(row);
    return new Created(message, row.getString(Rows.CLIENT_MESSAGE_ID));
  }

  private static GroupEvent published(ResultSet row) throws SQLException {
    GroupNotice notice = Rows.notice(row);
    return new NoticePublished(notice, row.getString(Rows.CLIENT_MESSAGE_ID));
  }

  /** A group, and the last event of it that was removed with how many messages there were then. */
  private record Group(long key, long prunedSeq, long prunedNo) {}

  /** An event that is no creation of a message. */
  private record Other(long seq, int kind, long subject) {}
}
