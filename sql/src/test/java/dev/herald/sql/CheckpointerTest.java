package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.metric.Metrics;
import dev.herald.testkit.GroupEvents;
import dev.herald.testkit.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the write-ahead log is written back, and what happens while it cannot be. */
class CheckpointerTest {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final long KIB = 1 << 10;
  private static final long CHECKPOINT_BYTES = 256 * KIB;
  private static final long LOG_BYTES_MAX = 4096 * KIB;
  private static final StoreSettings SETTINGS =
      new StoreSettings(
          0, 1024 * KIB, 1024 * KIB, 0, CHECKPOINT_BYTES, LOG_BYTES_MAX, 2, Duration.ofMillis(300));

  @TempDir Path data;
  private Path file;
  private Metrics metrics;
  private final GroupEvents events = new GroupEvents();
  private final List<GroupEvent> stored = new ArrayList<>();
  private final LogCapture logs = new LogCapture();
  private @Nullable GroupEvent next;
  private SqliteStore store;

  @BeforeEach
  void open() {
    file = data.resolve("herald.db");
    metrics = new Metrics();
    store = new SqliteStore(data, SETTINGS, metrics);
    store.start();
  }

  @AfterEach
  void close() {
    store.close();
    logs.close();
  }

  @Test
  void log_longEnough_isWrittenBackBesideTheWriter() throws IOException {
    long before = Files.size(file);
    while (gauge("herald_store_log_bytes") < CHECKPOINT_BYTES && written() == 0) {
      append();
    }

    await().until(() -> written() > 0 && gauge("herald_store_log_bytes") == 0);
    assertThat(Files.size(file)).isGreaterThan(before);
    append();
    assertThat(gauge("herald_store_log_bytes")).isBetween(1L, CHECKPOINT_BYTES / 2);
    assertThat(store.eventsAfter(G, 0, 100_000)).isEqualTo(stored);
  }

  @Test
  void log_writerThatGoesOn_beginsAnewAllTheTime() throws IOException {
    while (written() < 20) {
      append();
    }

    assertThat(Files.size(data.resolve("herald.db-wal"))).isLessThan(LOG_BYTES_MAX * 2);
    assertThat(store.eventsAfter(G, 0, 100_000)).isEqualTo(stored);
  }

  @Test
  void log_readerThatStays_growsToItsLimitAndRecovers() throws SQLException {
    append();
    try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      reader.setAutoCommit(false);
      Jdbc.number(reader, "SELECT seq FROM group_head");

      HeraldException refusal = null;
      while (refusal == null) {
        refusal = tryToAppend();
      }

      assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(refusal)
          .hasRootCauseMessage(
              "the write-ahead log has reached store.logBytesMax and cannot be written back");
      assertThat(gauge("herald_store_log_bytes")).isGreaterThanOrEqualTo(LOG_BYTES_MAX);
      assertThat(store.check()).isFalse();
      assertThat(store.eventsAfter(G, 0, 100_000)).isEqualTo(stored);
      await().until(() -> metrics.counter("herald_store_checkpoints_held_total", "").value() > 1);
      assertThat(written()).isZero();
    }

    await().until(store::check);
    append();
    assertThat(store.eventsAfter(G, 0, 100_000)).isEqualTo(stored);
    assertThat(logs.lines())
        .containsExactly(
            "WARNING store.failed operation=write file=" + file,
            "INFO store.recovered operation=write file=" + file);
  }

  @Test
  void log_fileMovedAway_isWrittenBackWhenItIsThereAgain() throws IOException {
    Path away = data.resolve("away.db");
    Files.move(file, away);
    assertThatThrownBy(this::append).isInstanceOf(HeraldException.class);
    Files.move(away, file);

    while (written() == 0) {
      append();
    }

    assertThat(store.eventsAfter(G, 0, 100_000)).isEqualTo(stored);
  }

  @Test
  void close_logNotYetWrittenBack_isWhole() {
    append();
    store.close();

    assertThat(data.resolve("herald.db-wal")).doesNotExist();
    open();
    assertThat(store.eventsAfter(G, 0, 100_000)).isEqualTo(stored);
  }

  private void append() {
    HeraldException refusal = tryToAppend();
    if (refusal != null) {
      throw refusal;
    }
  }

  /** Appends an event, or tries again the one that was refused; returns the refusal or null. */
  private @Nullable HeraldException tryToAppend() {
    GroupEvent event = next != null ? next : events.nextWith(G, "content".repeat(500));
    next = event;
    try {
      store.append(List.of(event));
      stored.add(event);
      next = null;
      return null;
    } catch (HeraldException refusal) {
      return refusal;
    }
  }

  private long written() {
    return metrics.counter("herald_store_checkpoints_total", "").value();
  }

  private long gauge(String name) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }
}
