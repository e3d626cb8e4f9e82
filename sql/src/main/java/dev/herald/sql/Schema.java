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
  /** The database of groups; its files are marked with the letters HRLD. */
  static final Schema GROUPS = new Schema(0x48524C44, List.of("V1__group_messages.sql"));

  /** The database of what the relay remembers; its files are marked with the letters HRLR. */
  static final Schema RELAY = new Schema(0x48524C52, List.of("R1__relay.sql"));

  private final int applicationId;

  /** Script {@code i} makes version {@code i + 1}; a script is never changed once released. */
  private final List<String> scripts;

  private Schema(int applicationId, List<String> scripts) {
    this.applicationId = applicationId;
    this.scripts = scripts;
  }

  /** Returns the version this program works with. */
  int newest() {
    return scripts.size();
  }

  /**
   * Brings the database to the newest version; does nothing if it is there.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator if the file is another program's or a newer Herald's
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
    for (int next = (int) version + 1; next <= newest(); next++) {
      connection.setAutoCommit(false);
      Jdbc.execute(connection, script(scripts.get(next - 1)));
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
