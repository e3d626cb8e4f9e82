package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.metric.Metrics;
import dev.herald.testkit.GroupEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store does at its start with what it finds. */
class SqliteStartTest {
  private static final GroupKey G = new GroupKey("app", "group");

  @TempDir Path place;
  private Path data;
  private Path file;

  @BeforeEach
  void choosePlace() {
    data = place.resolve("data");
    file = data.resolve("herald.db");
  }

  @Test
  void start_directoryMissing_isMade() {
    data = place.resolve("a b/c?mode=memory&d#e%41/\u00e4\u4f60;'\"");
    file = data.resolve("herald.db");

    List<GroupEvent> stored = fill(3);

    assertThat(file).isNotEmptyFile();
    assertThat(reopened()).isEqualTo(stored);
  }

  @Test
  void start_emptyFile_isANewDatabase() throws IOException {
    Files.createDirectories(data);
    Files.createFile(file);

    assertThat(reopened()).isEmpty();
  }

  @Test
  void start_directoryIsAFile_isRefused() throws IOException {
    Files.writeString(data, "not a directory");

    assertRefused("data directory", data.toString());
  }

  @Test
  void start_fileIsADirectory_isRefused() throws IOException {
    Files.createDirectories(file);

    assertRefused("is a directory", file.toString());
  }

  @Test
  void start_fileIsSomethingElse_isRefusedAndStays() throws IOException {
    Files.createDirectories(data);
    Files.writeString(file, "#!/bin/sh\n");

    assertRefused("is not a database", file.toString());
    assertThat(file).hasContent("#!/bin/sh\n");
  }

  @Test
  void start_headerDamaged_isRefused() throws IOException {
    fill(3);
    overwrite(16, 84);

    assertRefused("cannot be opened", file.toString());
  }

  @Test
  void start_schemaDamaged_isRefused() throws IOException {
    fill(3);
    overwrite(100, 3000);

    assertRefused("herald.db", file.toString());
  }

  @Test
  void start_pageDamaged_isRefused() throws IOException {
    fill(500);
    overwrite(Files.size(file) / 2 / 4096 * 4096, 4096);

    assertRefused("is damaged", file.toString());
  }

  @Test
  void start_fileCutOff_isRefused() throws IOException {
    fill(500);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(Files.size(file) / 2 / 4096 * 4096);
    }

    assertRefused("herald.db", file.toString());
  }

  @Test
  void start_newerSchema_isRefused() throws SQLException {
    fill(1);
    change("PRAGMA user_version = 99");

    assertRefused("newer version of Herald", "99", file.toString());
  }

  @Test
  void start_schemaOfBeforeTheFirstRelease_isRefused() throws SQLException {
    fill(1);
    change("PRAGMA user_version = 1");

    assertRefused("never released", "move the file away", file.toString());
  }

  @Test
  void start_schemaBeforeRetention_isBroughtForward() throws SQLException {
    List<GroupEvent> stored = fill(3);
    change("DROP TABLE recalled_message");
    change("ALTER TABLE latest DROP COLUMN pruned_id");
    change("ALTER TABLE app_user DROP COLUMN pruned_no");
    change("PRAGMA user_version = 2");

    assertThat(reopened()).isEqualTo(stored);
  }

  @Test
  void start_otherProgramsDatabase_isRefused() throws IOException, SQLException {
    Files.createDirectories(data);
    change("CREATE TABLE bookmarks (url TEXT)");

    assertRefused("another program", file.toString());
  }

  @Test
  void start_tableMissing_isRefused() throws SQLException {
    fill(1);
    change("DROP TABLE app_user");

    assertRefused("cannot be opened", file.toString());
  }

  @Test
  void start_largeFileLostItsNewestMessage_isRefused() throws SQLException {
    fill(3);
    try (Connection connection = connect()) {
      assertThat(Damage.heads(connection)).isEmpty();
      Jdbc.execute(connection, "DELETE FROM message WHERE no = 3");
      assertThat(Damage.heads(connection)).contains("group");
    }
  }

  @Test
  void start_copyOfTheFilesOfARunningStore_hasEverythingAcknowledged() throws IOException {
    GroupEvents events = new GroupEvents();
    List<GroupEvent> stored = new ArrayList<>();
    Path copy = Files.createDirectories(place.resolve("copy"));
    try (SqliteStore store = new SqliteStore(data, Stores.SETTINGS, new Metrics())) {
      store.start();
      for (int i = 0; i < 20; i++) {
        GroupEvent event = events.next(G);
        store.append(List.of(event));
        stored.add(event);
      }
      for (String name : List.of("herald.db", "herald.db-wal")) {
        Files.copy(data.resolve(name), copy.resolve(name));
      }
    }

    data = copy;
    assertThat(reopened()).isEqualTo(stored);
  }

  private List<GroupEvent> fill(int count) {
    GroupEvents events = new GroupEvents();
    List<GroupEvent> stored = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stored.add(events.nextWith(G, "content ".repeat(12) + i));
    }
    try (SqliteStore store = new SqliteStore(data, Stores.SETTINGS, new Metrics())) {
      store.start();
      store.append(stored);
    }
    return stored;
  }

  private List<GroupEvent> reopened() {
    try (SqliteStore store = new SqliteStore(data, Stores.SETTINGS, new Metrics())) {
      store.start();
      return store.eventsAfter(G, 0, 1000);
    }
  }

  private void assertRefused(String... parts) {
    try (SqliteStore store = new SqliteStore(data, Stores.SETTINGS, new Metrics())) {
      assertThatThrownBy(store::start)
          .isInstanceOfSatisfying(
              HeraldException.class,
              refusal -> {
                assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
                assertThat(refusal.detail()).contains(parts).doesNotContain("\n").endsWith(".");
              });
      assertThat(store.check()).isFalse();
    }
  }

  private void overwrite(long position, int length) throws IOException {
    byte[] garbage = "garbage!".repeat(length / 8 + 1).getBytes(StandardCharsets.US_ASCII);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(garbage, 0, length), position);
    }
  }

  private void change(String sql) throws SQLException {
    try (Connection connection = connect()) {
      Jdbc.execute(connection, sql);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }
}
