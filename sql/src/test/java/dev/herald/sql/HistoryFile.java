package dev.herald.sql;

import dev.herald.core.metric.Metrics;
import dev.herald.core.store.Scope;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A generated history: messages of 100 bytes in 10,000 groups by 20,000 users, a second apart, in
 * random order. A tenth of all are in one group, a tenth are by one user; the others of a group are
 * by 40 users of its own.
 *
 * <p>The store makes the file with its schema. The rows are put there directly, one group after the
 * other and the indexes last, as ten million commands would take a quarter of an hour.
 */
final class HistoryFile {
  /** How the store works while one is measured: the defaults of a server. */
  static final StoreSettings SETTINGS =
      new StoreSettings(
          0, 64L << 20, 8L << 20, 2L << 30, 64L << 20, 4L << 30, 4, Duration.ofMillis(1500));

  private static final String APP = "app";

  /** The group that has a tenth of all messages. */
  static final Scope LARGE_GROUP = new Scope(APP, "group0", null);

  /** One of the other groups. */
  static final Scope GROUP = new Scope(APP, "group1", null);

  /** The user by whom a tenth of all messages are, in all groups. */
  static final Scope BUSY_USER = new Scope(APP, null, "user0");

  /** One of the other users. */
  static final Scope USER = new Scope(APP, null, "user14");

  /** The busy user in the large group: a hundredth of all messages. */
  static final Scope MEMBER = new Scope(APP, "group0", "user0");

  private static final String CONTENT = "x".repeat(100);
  private static final int GROUPS = 10_000;
  private static final int USERS = 20_000;
  private static final int MEMBERS = 40;
  private static final int STATEMENTS = 10_000;

  private final short[] groups;
  private final int[] users;
  private final int[] userNos;
  private final int[] memberNos;
  private final int[] sizes = new int[GROUPS];

  /** Chooses who says something where, message by message. */
  private HistoryFile(int messages) {
    SplittableRandom random = new SplittableRandom(7);
    groups = new short[messages];
    users = new int[messages];
    userNos = new int[messages];
    memberNos = new int[messages];
    int[] ofUser = new int[USERS];
    int[] ofLargeGroup = new int[USERS];
    int[][] ofOthers = new int[GROUPS][MEMBERS + 1];
    for (int i = 0; i < messages; i++) {
      int group = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(GROUPS - 1);
      int member = random.nextInt(10) == 0 ? MEMBERS : random.nextInt(MEMBERS);
      int user = user(group, member, random);
      groups[i] = (short) group;
      users[i] = user;
      userNos[i] = ++ofUser[user];
      memberNos[i] = group == 0 ? ++ofLargeGroup[user] : ++ofOthers[group][member];
      sizes[group]++;
    }
  }

  private static int user(int group, int member, SplittableRandom random) {
    if (member == MEMBERS) {
      return 0;
    }
    int user = group == 0 ? random.nextInt(USERS) : group * 13 + member;
    return 1 + user % (USERS - 1);
  }

  /** Writes a history of so many messages to {@code herald.db} in a folder that has none. */
  static void write(Path folder, int messages) throws SQLException {
    try (SqliteStore store = new SqliteStore(folder, SETTINGS, new Metrics())) {
      store.start();
    }
    try (Connection connection = new Database(folder, SETTINGS).openWriter(false)) {
      var _ = Jdbc.list(connection, "PRAGMA journal_mode = OFF", row -> row.getString(1));
      Jdbc.execute(connection, "PRAGMA synchronous = OFF");
      connection.setAutoCommit(false);
      new HistoryFile(messages).fill(connection);
      connection.setAutoCommit(true);
    }
  }

  private void fill(Connection connection) throws SQLException {
    String indexes =
        " FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'message' AND sql > ''";
    List<String> names = Jdbc.list(connection, "SELECT name" + indexes, row -> row.getString(1));
    List<String> scripts = Jdbc.list(connection, "SELECT sql" + indexes, row -> row.getString(1));
    for (String name : names) {
      Jdbc.execute(connection, "DROP INDEX " + name);
    }
    addUsers(connection);
    addGroups(connection);
    addMessages(connection);
    for (String script : scripts) {
      Jdbc.execute(connection, script);
    }
    Jdbc.execute(
        connection,
        "INSERT INTO member (user_key, group_key) SELECT DISTINCT user_key, group_key FROM message"
            + " ORDER BY 1, 2");
    Jdbc.execute(connection, "UPDATE latest SET time_ms = " + groups.length * 1000L);
  }

  private static void addUsers(Connection connection) throws SQLException {
    String sql = "INSERT INTO app_user (user_key, app_id, user_id) VALUES (?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int user = 0; user < USERS; user++) {
        Jdbc.update(insert, user + 1, APP, "user" + user);
      }
    }
  }

  private void addGroups(Connection connection) throws SQLException {
    String sql =
        "INSERT INTO group_head (group_key, app_id, group_id, seq, message_no, notice_no,"
            + " last_time_ms) VALUES (?, ?, ?, ?, ?, 0, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int group = 0; group < GROUPS; group++) {
        Jdbc.update(
            insert,
            group + 1,
            APP,
            "group" + group,
            sizes[group],
            sizes[group],
            groups.length * 1000L);
      }
    }
  }

  private void addMessages(Connection connection) throws SQLException {
    String sql =
        "INSERT INTO message (group_key, no, seq, message_id, user_key, user_no, member_no,"
            + " create_time_ms, type, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      int previous = -1;
      int no = 0;
      int pending = 0;
      for (int i : byGroup()) {
        no = groups[i] == previous ? no + 1 : 1;
        previous = groups[i];
        Jdbc.bind(
            insert,
            groups[i] + 1,
            no,
            no,
            i + 1,
            users[i] + 1,
            userNos[i],
            memberNos[i],
            (i + 1) * 1000L,
            CONTENT);
        insert.addBatch();
        if (++pending % STATEMENTS == 0) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
  }

  /** Returns the messages group by group, those of a group in their order. */
  private int[] byGroup() {
    int[] next = new int[GROUPS];
    for (int group = 1; group < GROUPS; group++) {
      next[group] = next[group - 1] + sizes[group - 1];
    }
    int[] order = new int[groups.length];
    for (int i = 0; i < groups.length; i++) {
      order[next[groups[i]]++] = i;
    }
    return order;
  }
}
