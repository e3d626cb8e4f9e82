package dev.herald.sql;

import dev.herald.core.route.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which messages have a row in the relay's database, and how many sessions each waits for: one row
 * serves them all, and goes with the last. For one thread.
 *
 * <p>What a transaction changes counts for good when it is committed; {@link #rolledBack} takes it
 * back.
 */
final class MessageRows {
  private final IdentityHashMap<Message, Row> byMessage = new IdentityHashMap<>();
  private final Map<Long, Row> byId = new HashMap<>();
  private long lastId;

  /** The rows that the transaction touched, each with how many sessions it had before. */
  private final Map<Row, Integer> before = new HashMap<>();

  /** Counts one more session for a message; returns its row, or null if it has none. */
  @Nullable Long hold(Message message) {
    Row row = byMessage.get(message);
    if (row == null) {
      return null;
    }
    touch(row);
    row.sessions++;
    return row.id;
  }

  /** Gives a message a row of its own, for one session. */
  long add(Message message) {
    Row row = new Row(++lastId, message);
    touch(row);
    row.sessions = 1;
    put(row);
    return row.id;
  }

  /** Notes a row that was read, which no session uses yet. */
  void loaded(long id, Message message) {
    put(new Row(id, message));
    lastId = Math.max(lastId, id);
  }

  /** Returns the message of a row, or null. */
  @Nullable Message use(long id) {
    Row row = byId.get(id);
    if (row == null) {
      return null;
    }
    row.sessions++;
    return row.message;
  }

  /** Counts one session less for a row. */
  void release(long id) {
    Row row = byId.get(id);
    if (row != null) {
      touch(row);
      row.sessions--;
    }
  }

  /** Returns the rows that the transaction left without a session. */
  List<Long> unused() {
    List<Long> unused = new ArrayList<>();
    for (Row row : before.keySet()) {
      if (row.sessions == 0) {
        unused.add(row.id);
      }
    }
    return unused;
  }

  /** The transaction is committed. */
  void committed() {
    before.keySet().forEach(this::forgetIfUnused);
    before.clear();
  }

  /** The transaction did not happen. */
  void rolledBack() {
    before.forEach((row, sessions) -> {
      row.sessions = sessions;
      forgetIfUnused(row);
    });
    before.clear();
  }

  /** Forgets the rows that no session uses, and returns them. */
  List<Long> takeUnused() {
    Set<Row> unused = new HashSet<>();
    for (Row row : byId.values()) {
      if (row.sessions == 0) {
        unused.add(row);
      }
    }
    unused.forEach(this::forgetIfUnused);
    return unused.stream().map(row -> row.id).toList();
  }

  private void put(Row row) {
    byMessage.put(row.message, row);
    byId.put(row.id, row);
  }

  private void touch(Row row) {
    before.putIfAbsent(row, row.sessions);
  }

  private void forgetIfUnused(Row row) {
    if (row.sessions == 0) {
      byMessage.remove(row.message);
      byId.remove(row.id);
    }
  }

  private static final class Row {
    final long id;
    final Message message;
    int sessions;

    Row(long id, Message message) {
      this.id = id;
      this.message = message;
    }
  }
}
