package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics;
import dev.herald.core.relay.RelayStore;
import dev.herald.core.relay.RelayStore.Batch;
import dev.herald.core.relay.RelayStore.RetainedChange;
import dev.herald.core.relay.RelayStore.SessionChange;
import dev.herald.core.relay.SavedSession;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.testkit.RelayContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the relay's store: what is in it, and what is wrong with it. */
class SqliteRelayFileTest {
  private static final Message MESSAGE =
      new Message("t", new byte[100], 1, true, MessageProperties.NONE, Message.NEVER, null);

  @TempDir Path data;

  private RelayStore open() {
    SqliteRelayStore store = new SqliteRelayStore(data, new Metrics());
    store.start();
    return store;
  }

  private static Batch queued(long session, int no, Message message) {
    SavedSession state =
        new SavedSession(
            session, "a", "c" + session, "", 1, 0, null, Message.NEVER, List.of(), List.of());
    var queued = new SavedSession.Queued(no, message, 1, false, List.of(), 0, false);
    return new Batch(
        List.of(), List.of(new SessionChange(session, false, state, List.of(queued), List.of())));
  }

  private long rows(String table) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + data.resolve("relay.db"))) {
      return Jdbc.number(connection, "SELECT count(*) FROM " + table);
    }
  }

  private void change(String sql) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + data.resolve("relay.db"))) {
      Jdbc.execute(connection, sql);
    }
  }

  @Test
  void sharedMessage_hasOneRow_andNoneWhenNobodyWaits() throws SQLException {
    RelayStore store = open();
    for (int session = 1; session <= 3; session++) {
      store.write(queued(session, 1, MESSAGE));
    }
    assertThat(rows("message")).isEqualTo(1);
    for (int session = 1; session <= 3; session++) {
      assertThat(rows("message")).isEqualTo(1);
      store.write(new Batch(List.of(), List.of(SessionChange.end(session))));
    }
    assertThat(rows("message")).isZero();
    assertThat(rows("queued")).isZero();
    store.write(queued(4, 1, MESSAGE));
    assertThat(rows("message")).isEqualTo(1);
    store.close();
  }

  @Test
  void failedWrite_changesNothing_andSucceedsLater() throws SQLException {
    RelayStore store = open();
    store.write(queued(1, 1, MESSAGE));
    change("ALTER TABLE queued RENAME TO hidden");
    Message other =
        new Message("u", new byte[1], 1, true, MessageProperties.NONE, Message.NEVER, null);
    assertThatThrownBy(() -> store.write(queued(2, 1, other))).isInstanceOf(HeraldException.class);
    assertThatThrownBy(() -> store.write(new Batch(List.of(), List.of(SessionChange.end(1)))))
        .isInstanceOf(HeraldException.class);
    assertThat(rows("session")).isEqualTo(1);
    assertThat(rows("message")).isEqualTo(1);
    change("ALTER TABLE hidden RENAME TO queued");
    store.write(queued(2, 1, other));
    store.write(queued(3, 1, MESSAGE));
    assertThat(rows("message")).isEqualTo(2);
    store.write(new Batch(List.of(), List.of(SessionChange.end(1), SessionChange.end(3))));
    assertThat(rows("message")).isEqualTo(1);
    store.close();
  }

  @Test
  void messageThatNobodyWaitsFor_isRemovedAtLoad() throws SQLException {
    RelayStore store = open();
    store.write(queued(1, 1, MESSAGE));
    change("DELETE FROM queued");
    store.close();
    RelayStore next = open();
    RelayContents _ = RelayContents.of(next);
    assertThat(rows("message")).isZero();
    next.close();
  }

  @Test
  void damagedValue_isToldInOneSentence() throws SQLException {
    RelayStore store = open();
    store.write(new Batch(List.of(new RetainedChange("a", "t", MESSAGE)), List.of()));
    change("UPDATE retained SET message = x'00'");
    store.close();
    RelayStore next = open();
    assertThatThrownBy(() -> RelayContents.of(next))
        .isInstanceOf(HeraldException.class)
        .hasMessageContaining("relay.db")
        .hasMessageContaining("cannot be read");
    next.close();
  }

  @Test
  void missingMessage_isToldInOneSentence() throws SQLException {
    RelayStore store = open();
    store.write(queued(1, 1, MESSAGE));
    change("DELETE FROM message");
    store.close();
    RelayStore next = open();
    assertThatThrownBy(() -> RelayContents.of(next))
        .isInstanceOf(HeraldException.class)
        .hasMessageContaining("relay.db");
    next.close();
  }

  @Test
  void groupsDatabase_isNotTakenForTheRelays() throws IOException {
    SqliteStore groups = new SqliteStore(data, Stores.SETTINGS, new Metrics());
    groups.start();
    groups.close();
    RelayStore made = open();
    made.close();
    Files.copy(
        data.resolve("herald.db"),
        data.resolve("relay.db"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(this::open)
        .isInstanceOf(HeraldException.class)
        .hasMessageContaining("another program");
  }
}
