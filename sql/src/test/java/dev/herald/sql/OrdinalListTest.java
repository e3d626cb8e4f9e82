package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.metric.Metrics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts and ranks in a list of which little is left, over all levels of buckets. */
class OrdinalListTest {
  private static final long LAST = 1_000_000;
  private static final long GROUP = 7;

  @TempDir Path data;
  private Connection connection;
  private final SplittableRandom random = new SplittableRandom(3);
  private final TreeSet<Long> left = new TreeSet<>();

  @BeforeEach
  void open() throws SQLException {
    try (SqliteStore store = new SqliteStore(data, Stores.SETTINGS, new Metrics())) {
      store.start();
    }
    connection = new Database(data, Stores.SETTINGS).openWriter(false);
    chooseWhatIsLeft();
    connection.setAutoCommit(false);
    insertNotices();
    insertGaps();
    connection.setAutoCommit(true);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  /** Single ones, whole stretches, and stretches of millions of nothing. */
  private void chooseWhatIsLeft() {
    left.add(1L);
    for (long no = 500; no < LAST; no += 1 + random.nextLong(2000)) {
      if (no < 270_000 || no > 800_000) {
        left.add(no);
      }
    }
    for (long no = 4000; no < 12_500; no++) {
      left.add(no);
    }
    left.add(LAST);
  }

  private void insertNotices() throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO notice (notice_id, group_key, group_no, seq, user_key, user_no, member_no,"
                + " create_time_ms, type, title, content) VALUES (?, ?, ?, 1, 1, ?, ?, ?, 0, '',"
                + " '')")) {
      for (long no : left) {
        Jdbc.bind(insert, no, GROUP, no, no, no, no * 10);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void insertGaps() throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO gap VALUES (2, ?, 0, ?, ?, ?)")) {
      long size = 1;
      for (int level = 1; level <= Gaps.LEVELS; level++) {
        size *= Gaps.FAN_OUT;
        for (long bucket = 0; bucket * size <= LAST; bucket++) {
          long from = Math.max(1, bucket * size);
          long to = Math.min(LAST + 1, (bucket + 1) * size);
          long removed = to - from - left.subSet(from, to).size();
          if (removed > 0) {
            Jdbc.bind(insert, GROUP, level, bucket, removed);
            insert.addBatch();
          }
        }
      }
      insert.executeBatch();
    }
  }

  @Test
  void count_anyRange_isWhatIsLeft() throws SQLException {
    try (OrdinalList list = new OrdinalList(connection, ListKind.GROUP_NOTICES, GROUP)) {
      assertThat(list.first()).isEqualTo(1);
      assertThat(list.end()).isEqualTo(LAST + 1);
      assertThat(list.count(1, LAST + 1)).isEqualTo(left.size());
      assertThat(list.count(5, 5)).isZero();
      assertThat(list.count(6, 5)).isZero();
      for (int i = 0; i < 500; i++) {
        long from = 1 + random.nextLong(LAST);
        long to = from + random.nextLong(LAST + 2 - from);
        assertThat(list.count(from, to))
            .as("%d to %d", from, to)
            .isEqualTo(left.subSet(from, to).size());
      }
    }
  }

  @Test
  void select_anyRank_isThatEntry() throws SQLException {
    Long[] all = left.toArray(new Long[0]);
    try (OrdinalList list = new OrdinalList(connection, ListKind.GROUP_NOTICES, GROUP)) {
      for (int i = 0; i < 500; i++) {
        int index = i == 0 ? 0 : random.nextInt(all.length);
        int rank = i == 1 ? all.length - 1 - index : random.nextInt(all.length - index);
        assertThat(list.select(all[index], rank))
            .as("%d after %d", rank, all[index])
            .isEqualTo(all[index + rank]);
      }
    }
  }

  @Test
  void atOrAfter_anyTime_splitsTheListThere() throws SQLException {
    try (OrdinalList list = new OrdinalList(connection, ListKind.GROUP_NOTICES, GROUP)) {
      for (int i = 0; i < 500; i++) {
        long timeMs = random.nextLong(LAST * 10 + 20);
        long before = left.stream().filter(no -> no * 10 < timeMs).count();
        assertThat(list.count(1, list.atOrAfter(timeMs))).as("%d", timeMs).isEqualTo(before);
      }
    }
  }
}
