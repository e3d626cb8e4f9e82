package dev.herald.sql;

import java.util.List;

/**
 * The lists that history is read from, each with its queries. The parameters of every query begin
 * with the keys that name the list.
 *
 * @param number what the table of gaps calls it; 0 for a list that only loses its oldest entries
 * @param keys how many keys name it: the group's, the user's, or both in this order
 * @param first finds the first ordinal and its time
 * @param last finds the last ordinal and its time
 * @param at finds the first entry at or after an ordinal: its ordinal and time
 * @param skip finds the ordinal so many entries after the first at or after an ordinal; used for
 *     less than 64 entries
 * @param count counts the entries between two ordinals; used for at most 64 ordinals
 * @param ordinalOf finds the ordinal of an id
 * @param forward reads entries between two ordinals in their order, as many as the last parameter
 * @param backward the same in opposite order
 */
record ListKind(
    int number,
    int keys,
    String first,
    String last,
    String at,
    String skip,
    String count,
    String ordinalOf,
    String forward,
    String backward) {

  /** The messages of a group; lists of messages lose their oldest entries group by group. */
  static final ListKind GROUP_MESSAGES = messages(0, 1, "m.group_key = ?", "m.no");

  /** The messages of a user in all groups. */
  static final ListKind USER_MESSAGES = messages(1, 1, "m.user_key = ?", "m.user_no");

  /** The messages of a user in a group. */
  static final ListKind MEMBER_MESSAGES =
      messages(0, 2, "m.group_key = ? AND m.user_key = ?", "m.member_no");

  /** The notices of a group that are not deleted. */
  static final ListKind GROUP_NOTICES = notices(2, 1, "n.group_key = ?", "n.group_no");

  /** The notices of a user in all groups that are not deleted. */
  static final ListKind USER_NOTICES = notices(3, 1, "n.user_key = ?", "n.user_no");

  /** The notices of a user in a group that are not deleted. */
  static final ListKind MEMBER_NOTICES =
      notices(4, 2, "n.group_key = ? AND n.user_key = ?", "n.member_no");

  /** All of them. */
  static final List<ListKind> ALL =
      List.of(
          GROUP_MESSAGES,
          USER_MESSAGES,
          MEMBER_MESSAGES,
          GROUP_NOTICES,
          USER_NOTICES,
          MEMBER_NOTICES);

  private static ListKind messages(int number, int keys, String where, String no) {
    return of(
        number,
        keys,
        new Source(" FROM message m", "m.create_time_ms", "m.message_id", where, no),
        Rows.MESSAGE + " FROM message m" + Rows.MESSAGE_JOINS);
  }

  private static ListKind notices(int number, int keys, String where, String no) {
    String live = where + " AND n.delete_seq IS NULL";
    return of(
        number,
        keys,
        new Source(" FROM notice n", "n.create_time_ms", "n.notice_id", live, no),
        Rows.NOTICE + " FROM notice n" + Rows.NOTICE_JOINS);
  }

  private static ListKind of(int number, int keys, Source source, String rows) {
    String ordinals = "SELECT " + source.no + source.from + " WHERE " + source.where;
    String entries =
        "SELECT " + source.no + ", " + source.time + source.from + " WHERE " + source.where;
    String between = " AND " + source.no + " BETWEEN ? AND ?";
    String ascending = " ORDER BY " + source.no;
    String range = rows + " WHERE " + source.where + between + ascending;
    return new ListKind(
        number,
        keys,
        entries + ascending + " LIMIT 1",
        entries + ascending + " DESC LIMIT 1",
        entries + " AND " + source.no + " >= ?" + ascending + " LIMIT 1",
        ordinals + " AND " + source.no + " >= ?" + ascending + " LIMIT 1 OFFSET ?",
        "SELECT count(*)" + source.from + " WHERE " + source.where + between,
        ordinals + " AND " + source.id + " = ?",
        range + " LIMIT ?",
        range + " DESC LIMIT ?");
  }

  /** Where the entries of a list are. */
  private record Source(String from, String time, String id, String where, String no) {}
}
