package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.History.GroupHead;
import dev.herald.testkit.GroupEvents;
import dev.herald.testkit.LogCapture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running store does while the database cannot do its work, and afterwards. */
class SqliteOutageTest {
  private static final GroupKey G = new GroupKey("app", "group");

  @TempDir Path data;
  private Path file;
  private SqliteStore store;
  private Metrics metrics;
  private final GroupEvents events = new GroupEvents();
  private final LogCapture logs = new LogCapture();

  @BeforeEach
  void open() {
    file = data.resolve("herald.db");
    open(Stores.SETTINGS);
  }

  private void open(StoreSettings settings) {
    metrics = new Metrics();
    store = new SqliteStore(data, settings, metrics);
    store.start();
  }

  @AfterEach
  void close() {
    store.close();
    logs.close();
  }

  @Test
  void append_lockedByAnother_isRefusedInTimeAndWorksAgain() throws SQLException {
    GroupEvent first = events.next(G);
    GroupEvent second = events.next(G);
    store.append(List.of(first));

    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      Jdbc.execute(other, "BEGIN IMMEDIATE");
      long begin = System.nanoTime();
      refused(() -> store.append(List.of(second)));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
      assertThat(store.check()).isFalse();
      assertThat(store.eventsAfter(G, 0, 10)).containsExactly(first);
      Jdbc.execute(other, "ROLLBACK");
    }

    store.append(List.of(second));
    assertThat(store.eventsAfter(G, 0, 10)).containsExactly(first, second);
    assertThat(store.check()).isTrue();
    assertThat(failures("write")).isEqualTo(2);
    assertThat(failures("read")).isZero();
    assertThat(logs.lines())
        .containsExactly(
            "WARNING store.failed operation=write file=" + file,
            "INFO store.recovered operation=write file=" + file);
  }

  @Test
  void append_databaseFull_isRefusedWholeAndReadingGoesOn() {
    store.close();
    StoreSettings s = Stores.SETTINGS;
    open(limited(s, 1 << 20));
    List<GroupEvent> stored = new ArrayList<>();
    List<GroupEvent> batch = batch();
    while (accepts(batch)) {
      stored.addAll(batch);
      batch = batch();
    }

    assertThat(stored).isNotEmpty();
    refused(this::appendNothingNew);
    assertThat(store.eventsAfter(G, 0, 10_000)).isEqualTo(stored);
    assertThat(store.heads(Set.of(G)))
        .isEqualTo(Map.of(G, new GroupHead(stored.size(), stored.getLast().timeMs())));

    store.close();
    open(limited(s, 4 << 20));
    store.append(batch);
    stored.addAll(batch);
    assertThat(store.eventsAfter(G, 0, 10_000)).isEqualTo(stored);
    assertThat(logs.lines()).containsExactly("WARNING store.failed operation=write file=" + file);
  }

  private void appendNothingNew() {
    List<GroupEvent> large = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      large.add(events.nextWith(new GroupKey("app", "other"), "x".repeat(60_000)));
    }
    store.append(large);
  }

  @Test
  void append_fileMovedAway_isRefusedUntilItIsBack() throws IOException {
    GroupEvent first = events.next(G);
    GroupEvent second = events.next(G);
    store.append(List.of(first));
    Path away = data.resolve("away.db");
    Files.move(file, away);

    refused(() -> store.append(List.of(second)));
    refused(() -> store.append(List.of(second)));
    assertThat(store.check()).isFalse();
    assertThat(file).doesNotExist();

    Files.move(away, file);
    store.append(List.of(second));
    assertThat(store.eventsAfter(G, 0, 10)).containsExactly(first, second);
    assertThat(store.check()).isTrue();
  }

  @Test
  void append_fileReplacedByACopy_isRefusedUntilTheOldOneIsBack() throws IOException {
    GroupEvent first = events.next(G);
    GroupEvent second = events.next(G);
    store.append(List.of(first));
    Path away = data.resolve("away.db");
    Files.move(file, away);
    Files.copy(away, file);

    refused(() -> store.append(List.of(second)));
    refused(() -> store.append(List.of(second)));

    Files.move(away, file, StandardCopyOption.REPLACE_EXISTING);
    store.append(List.of(second));
    assertThat(store.eventsAfter(G, 0, 10)).containsExactly(first, second);
  }

  @Test
  void append_logRemoved_isRefusedUntilARestartAndNothingIsLost() throws IOException {
    GroupEvent first = events.next(G);
    GroupEvent second = events.next(G);
    store.append(List.of(first));
    Files.delete(data.resolve("herald.db-wal"));

    refused(() -> store.append(List.of(second)));
    refused(() -> store.append(List.of(second)));
    assertThat(store.check()).isFalse();
    assertThat(store.eventsAfter(G, 0, 10)).containsExactly(first);

    // as if it were killed now
    Path copy = Files.createDirectories(data.resolve("copy"));
    Files.copy(file, copy.resolve("herald.db"));
    Files.copy(data.resolve("herald.db-shm"), copy.resolve("herald.db-shm"));
    try (SqliteStore restarted = new SqliteStore(copy, Stores.SETTINGS, new Metrics())) {
      restarted.start();
      restarted.append(List.of(second));
      assertThat(restarted.eventsAfter(G, 0, 10)).containsExactly(first, second);
    }
  }

  @Test
  void append_afterAFailure_needsRoomAgain() throws SQLException, IOException {
    store.append(List.of(events.next(G)));
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      Jdbc.execute(other, "BEGIN IMMEDIATE");
      refused(() -> store.append(List.of(events.next(G))));
      Jdbc.execute(other, "ROLLBACK");
    }
    assertThat(metric("herald_store_write_failing")).isEqualTo(1);
    assertThat(data.resolve("herald.db-wal"))
        .satisfies(log -> assertThat(Files.size(log)).isLessThan(1 << 20));

    assertThat(store.check()).isTrue();

    assertThat(Files.size(data.resolve("herald.db-wal")))
        .as("after it was written to see whether there is room")
        .isGreaterThanOrEqualTo(1 << 20);
    assertThat(metric("herald_store_write_failing")).isZero();
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      assertThat(Jdbc.number(other, "SELECT count(*) FROM sqlite_schema WHERE name = 'proof'"))
          .isZero();
    }
  }

  private long metric(String name) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  @Test
  void read_pageDamagedMeanwhile_isRefusedAndLogged() throws IOException {
    List<GroupEvent> stored = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      stored.add(events.next(G));
    }
    store.append(stored);
    store.close();
    open(Stores.SETTINGS);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (long page = 20; page < channel.size() / 4096; page++) {
        channel.write(ByteBuffer.allocate(4096), page * 4096);
      }
    }

    refused(() -> store.eventsAfter(G, 0, 2000));

    assertThat(store.eventsAfter(new GroupKey("app", "none"), 0, 10)).isEmpty();
    refused(() -> store.eventsAfter(G, 0, 2000));
    assertThat(failures("read")).isEqualTo(2);
    assertThat(metric("herald_store_read_damaged")).isEqualTo(1);
    assertThat(logs.lines()).containsExactly("SEVERE store.corrupted operation=read file=" + file);
  }

  @Test
  void start_twice_isAMistake() {
    assertThatThrownBy(store::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void bytes_afterWrites_areTold() {
    store.append(batch());

    assertThat(
            metrics.all().stream()
                .filter(metric -> metric.name().equals("herald_store_bytes"))
                .findFirst())
        .hasValueSatisfying(metric -> assertThat(metric.value()).isGreaterThan(20_000));
  }

  private List<GroupEvent> batch() {
    List<GroupEvent> batch = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      batch.add(events.nextWith(G, "content".repeat(30)));
    }
    return batch;
  }

  private boolean accepts(List<GroupEvent> batch) {
    try {
      store.append(batch);
      return true;
    } catch (HeraldException refusal) {
      assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      return false;
    }
  }

  private static StoreSettings limited(StoreSettings s, long bytesMax) {
    return new StoreSettings(
        bytesMax,
        s.writerCacheBytes(),
        s.readerCacheBytes(),
        s.mmapBytes(),
        s.checkpointBytes(),
        s.logBytesMax(),
        s.readersMax(),
        s.waitMax());
  }

  private long failures(String operation) {
    return metrics.counter("herald_store_failures_total", "operation", operation, "").value();
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
  }
}
