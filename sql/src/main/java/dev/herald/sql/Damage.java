package dev.herald.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Looks for damage when the database is opened.
 *
 * <p>A small file is checked page by page. That would take minutes for a large one, so there only
 * what can be seen at once is: SQLite itself compares the header with the file's size and reads the
 * schema, and the newest groups must have the last message that their heads name. Damage elsewhere
 * fails the query that meets it.
 */
final class Damage {
  private static final long CHECKED_WHOLE_BYTES_MAX = 16L << 20;
  private static final int GROUPS_CHECKED = 100;
  private static final String REMEDY =
      "; restore it from a copy, or save what can be read of it with the command .recover of"
          + " sqlite3";

  private Damage() {}

  /** Returns what to say of a file that SQLite cannot open. */
  static String sentence(Path file, SQLException failure) {
    return "The database file "
        + file
        + (Outages.isDamage(failure)
            ? " is damaged and cannot be opened" + REMEDY
            : " cannot be opened");
  }

  /**
   * Checks the database.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator if it is damaged
   * @throws SQLException if SQLite itself refuses it
   */
  static void check(Connection connection, Database database) throws SQLException {
    String finding =
        database.bytes() <= CHECKED_WHOLE_BYTES_MAX ? pages(connection) : heads(connection);
    if (!finding.isEmpty()) {
      throw Database.unusable(
          "The database file " + database.file() + " is damaged: " + finding + REMEDY, null);
    }
  }

  private static String pages(Connection connection) throws SQLException {
    String result =
        Jdbc.list(connection, "PRAGMA quick_check(1)", row -> row.getString(1)).getFirst();
    return result.equals("ok") ? "" : result.replace('\n', ' ');
  }

  /**
   * Checks the pages of a small database.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator if it is damaged
   */
  static void checkPages(Connection connection, Database database) throws SQLException {
    String finding = database.bytes() <= CHECKED_WHOLE_BYTES_MAX ? pages(connection) : "";
    if (!finding.isEmpty()) {
      throw Database.unusable(
          "The database file " + database.file() + " is damaged: " + finding + REMEDY, null);
    }
  }

  /** Returns what is wrong with the newest groups, empty if nothing. */
  static String heads(Connection connection) throws SQLException {
    String sql =
        "SELECT h.group_id FROM (SELECT * FROM group_head ORDER BY group_key DESC LIMIT ?) h WHERE"
            + " h.message_no > h.pruned_no AND NOT EXISTS (SELECT 1 FROM message m WHERE"
            + " m.group_key = h.group_key AND m.no = h.message_no AND m.seq <= h.seq)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      String groupId = Jdbc.first(statement, row -> row.getString(1), GROUPS_CHECKED);
      return groupId == null ? "" : "the last message of group " + groupId + " is missing";
    }
  }
}
