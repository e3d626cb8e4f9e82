package dev.herald.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Brings a database to this version's schema. The version of a database is its {@code
 * user_version}, that of a new one 0; each script takes it one up, in a transaction of its own.
 */
final class Schema {
  /**
   * The database of groups; its files are marked with the letters HRLD. Version 1 was written by no
   * released version and is refused.
   */
  static final Schema GROUPS =
      new Schema(0x48524C44, 2, List.of("V2__groups.sql", "V3__retention.sql"));

  /** The database of what the relay remembers; its files are marked with the letters HRLR. */
  static final Schema RELAY = new Schema(0x48524C52, 1, List.of("R1__relay.sql"));

  private final int applicationId;

  /** The version that the first script makes of an empty database. */
  private final int oldest;

  /** Script {@code i} makes version {@code oldest + i}; it is never changed once released. */
  private final List<String> scripts;

  private Schema(int applicationId, int oldest, List<String> scripts) {
    this.applicationId = applicationId;
    this.oldest = oldest;
    this.scripts = scripts;
  }

  /** Returns the version this program works with. */
  int newest() {
    return oldest + scripts.size() - 1;
  }

  /**
   * Brings the database to the newest version; does nothing if it is there.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator if the file is another program's, a newer Herald's or older than any release
   */
  void migrate(Connection connection, Database database) throws SQLException {
    long version = Jdbc.number(connection, "PRAGMA user_version");
    long application = Jdbc.number(connection, "PRAGMA application_id");
    long objects = Jdbc.number(connection, "SELECT count(*) FROM sqlite_schema");
    if (application != applicationId && (objects > 0 || version != 0)) {
      throw Database.unusable(
          "The database file " + database.file() + " belongs to another program", null);
    }
    if (version > newest()) {
      throw Database.unusable(
          "The database file "
              + database.file()
              + " was written by a newer version of Herald: its schema is "
              + version
              + ", this version knows up to "
              + newest(),
          null);
    }
    if (version > 0 && version < oldest) {
      throw Database.unusable(
          "The database file "
              + database.file()
              + " was written by a version of Herald that was never released: its schema is "
              + version
              + ", the oldest this version can read is "
              + oldest
              + "; move the file away to begin anew",
          null);
    }
    for (int next = Math.max(oldest, (int) version + 1); next <= newest(); next++) {
      connection.setAutoCommit(false);
      Jdbc.execute(connection, script(scripts.get(next - oldest)));
      Jdbc.execute(connection, "PRAGMA application_id = " + applicationId);
      Jdbc.execute(connection, "PRAGMA user_version = " + next);
      connection.setAutoCommit(true);
    }
  }

  private static String script(String name) {
    try (InputStream in = Schema.class.getResourceAsStream("migration/" + name)) {
      if (in == null) {
        throw new IllegalStateException("missing in the build: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
