package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.metric.Metrics;
import dev.herald.testkit.GroupEvents;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** How connections are set up, how queries are carried out, and what a message costs on disk. */
class DatabaseTest {
  static final List<String> QUERIES =
      Stream.of(
              EventReader.QUERIES,
              GroupReader.QUERIES,
              HistoryReader.QUERIES,
              Lookups.QUERIES,
              OrdinalList.QUERIES,
              Pruner.QUERIES)
          .flatMap(List::stream)
          .toList();

  @TempDir Path data;
  private Database database;

  @BeforeEach
  void makeSchema() {
    database = new Database(data, Stores.SETTINGS);
    new SqliteStoreRun(data).close();
  }

  @Test
  void openWriter_everyCommitIsSynced() throws SQLException {
    try (Connection writer = database.openWriter(false)) {
      assertThat(Jdbc.list(writer, "PRAGMA journal_mode", row -> row.getString(1)))
          .containsExactly("wal");
      assertThat(Jdbc.number(writer, "PRAGMA synchronous")).isEqualTo(2); // FULL
      assertThat(Jdbc.number(writer, "PRAGMA cache_size")).isEqualTo(-4096); // KiB
      assertThat(Jdbc.number(writer, "PRAGMA mmap_size")).isEqualTo(16 << 20);
      assertThat(Jdbc.number(writer, "PRAGMA wal_autocheckpoint")).isZero(); // Checkpointer does it
      assertThat(Jdbc.number(writer, "PRAGMA busy_timeout")).isEqualTo(300);
    }
  }

  @Test
  void openWriter_ofTheRelay_writesItsLogBackItself() throws SQLException {
    try (Connection writer = Database.relay(data, Stores.SETTINGS).openWriter(true)) {
      assertThat(Jdbc.number(writer, "PRAGMA synchronous")).isEqualTo(1); // NORMAL
      assertThat(Jdbc.number(writer, "PRAGMA wal_autocheckpoint")).isEqualTo(256); // pages
    }
  }

  @Test
  void readers_cannotWrite() throws SQLException {
    try (Connection reader = database.readers().getConnection()) {
      assertThat(Jdbc.number(reader, "PRAGMA mmap_size")).isEqualTo(16 << 20);
      assertThat(Jdbc.number(reader, "PRAGMA busy_timeout")).isEqualTo(300);
      assertThatThrownBy(() -> Jdbc.execute(reader, "DELETE FROM message"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("READONLY");
    }
  }

  @ParameterizedTest
  @FieldSource("QUERIES")
  void query_usesAnIndexAndSortsNothing(String query) throws SQLException {
    try (Connection reader = database.readers().getConnection()) {
      assertThat(Jdbc.list(reader, "EXPLAIN QUERY PLAN " + query, row -> row.getString("detail")))
          .isNotEmpty()
          .noneMatch(step -> step.startsWith("SCAN") || step.contains("TEMP B-TREE"));
    }
  }

  @Test
  void append_messagesOf100Bytes_takeAtMost250Bytes() {
    int count = 20_000;
    SplittableRandom random = new SplittableRandom(7);
    GroupEvents events = new GroupEvents();
    try (SqliteStoreRun run = new SqliteStoreRun(data)) {
      List<GroupEvent> batch = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        GroupKey key = new GroupKey("app", "group" + random.nextInt(200));
        batch.add(events.nextWith(key, "x".repeat(100)));
      }
      run.store.append(batch);
    }

    assertThat(database.bytes() / (double) count).isLessThan(250);
  }

  /** A store that is open for a while. */
  private static final class SqliteStoreRun implements AutoCloseable {
    final SqliteStore store;

    SqliteStoreRun(Path data) {
      store = new SqliteStore(data, Stores.SETTINGS, new Metrics());
      store.start();
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
