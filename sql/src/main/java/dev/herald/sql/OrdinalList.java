package dev.herald.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A list of messages or notices as one query sees it. For one thread, within a transaction.
 *
 * <p>Each entry has an ordinal, given in the order of storing, and times never decrease with it. So
 * a range of times is a range of ordinals, whose ends are found by halving; and where no entry is
 * missing, a count is a difference and the entry of any rank is a sum.
 *
 * <p>Entries that left the list leave holes. How many there are is kept for every 64 ordinals,
 * every 64 times 64, and so on: a count takes the sums of a few dozen such buckets, and looks at
 * entries only at the ragged ends, 64 at most. Entries that were the list's first when they left
 * are not among the holes: nothing is counted before the first.
 */
final class OrdinalList implements AutoCloseable {
  private static final String HOLES =
      "SELECT bucket, removed FROM gap WHERE list = ? AND key_1 = ? AND key_2 = ? AND level = ?"
          + " AND bucket >= ? AND bucket < ? ORDER BY bucket";

  private static final String ANY_HOLE =
      "SELECT 1 FROM gap WHERE list = ? AND key_1 = ? AND key_2 = ? LIMIT 1";

  /** Every query, for the test that looks at how SQLite carries them out. */
  static final List<String> QUERIES = queries();

  private final Connection connection;
  private final ListKind kind;
  private final Object[] keys;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private final boolean holes;
  private final @Nullable Entry first;
  private final @Nullable Entry last;

  /**
   * Looks at a list.
   *
   * @param keys what names it
   */
  OrdinalList(Connection connection, ListKind kind, Object... keys) throws SQLException {
    this.connection = connection;
    this.kind = kind;
    this.keys = keys;
    this.first = entry(kind.first());
    this.last = first == null ? null : entry(kind.last());
    this.holes = first != null && kind.number() > 0 && hasHoles();
  }

  /** Returns the first ordinal; 0 if the list is empty. */
  long first() {
    return first == null ? 0 : first.no;
  }

  /** Returns one past the last ordinal; 0 if the list is empty. */
  long end() {
    return last == null ? 0 : last.no + 1;
  }

  /** Returns the least ordinal from which on all entries are at or after a time. */
  long atOrAfter(long timeMs) throws SQLException {
    if (first == null || last == null || first.timeMs >= timeMs) {
      return first();
    }
    if (last.timeMs < timeMs) {
      return end();
    }
    long low = first.no + 1;
    long high = last.no;
    while (low < high) {
      long middle = low + (high - low) / 2;
      Entry entry = entry(kind.at(), middle);
      if (entry != null && entry.timeMs < timeMs) {
        low = entry.no + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the ordinal of the entry with an id; null if it is not in the list. */
  @Nullable Long ordinalOf(long id) throws SQLException {
    return Jdbc.first(statement(kind.ordinalOf()), row -> row.getLong(1), with(id));
  }

  /** Counts the entries from one ordinal on, before another. */
  long count(long from, long to) throws SQLException {
    if (from >= to || !holes) {
      return Math.max(0, to - from);
    }
    long count = 0;
    long at = from;
    while (at < to) {
      int level = level(at, to);
      if (level == 0) {
        long next = Math.min(to, (at / Gaps.FAN_OUT + 1) * Gaps.FAN_OUT);
        count += present(at, next);
        at = next;
      } else {
        long size = size(level);
        long buckets = Math.min(to / size, (at / size / Gaps.FAN_OUT + 1) * Gaps.FAN_OUT);
        count += buckets * size - at;
        for (Hole hole : holes(level, at / size, buckets)) {
          count -= hole.removed;
        }
        at = buckets * size;
      }
    }
    return count;
  }

  /**
   * Returns the ordinal of the entry that has so many entries between it and an ordinal.
   *
   * @param from where to begin: an entry with that ordinal has rank 0
   * @param rank less than the number of entries from there on
   */
  long select(long from, long rank) throws SQLException {
    if (!holes) {
      return from + rank;
    }
    long at = from;
    long left = rank;
    int level = level(at, Long.MAX_VALUE);
    while (true) {
      if (level == 0) {
        long next = (at / Gaps.FAN_OUT + 1) * Gaps.FAN_OUT;
        long present = present(at, next);
        if (left < present) {
          return Jdbc.returned(statement(kind.skip()), with(at, left));
        }
        left -= present;
        at = next;
        level = level(at, Long.MAX_VALUE);
      } else {
        Step step = stepThrough(level, at, left);
        left = step.left;
        level = step.inside ? level - 1 : level(step.at, Long.MAX_VALUE);
        at = step.at;
      }
    }
  }

  /**
   * Passes whole buckets of a level, up to the one that has the rank or the next level's border.
   */
  private Step stepThrough(int level, long from, long rank) throws SQLException {
    long size = size(level);
    long bucket = from / size;
    long border = (bucket / Gaps.FAN_OUT + 1) * Gaps.FAN_OUT;
    long left = rank;
    for (Hole hole : holes(level, bucket, border)) {
      long whole = Math.min(hole.bucket - bucket, left / size);
      bucket += whole;
      left -= whole * size;
      if (bucket < hole.bucket || left < size - hole.removed) {
        return new Step(bucket * size, left, true);
      }
      left -= size - hole.removed;
      bucket++;
    }
    long whole = Math.min(border - bucket, left / size);
    bucket += whole;
    left -= whole * size;
    return new Step(bucket * size, left, bucket < border);
  }

  /** Reads entries from one ordinal on, before another, in their order. */
  <T> List<T> forward(long from, long to, int limit, Jdbc.RowReader<T> reader) throws SQLException {
    return Jdbc.list(statement(kind.forward()), reader, with(from, to - 1, limit));
  }

  /** The same in opposite order, beginning before {@code to}. */
  <T> List<T> backward(long from, long to, int limit, Jdbc.RowReader<T> reader)
      throws SQLException {
    return Jdbc.list(statement(kind.backward()), reader, with(from, to - 1, limit));
  }

  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : statements.values()) {
      statement.close();
    }
  }

  /** The highest level of which a whole bucket begins here and ends before an ordinal. */
  private static int level(long at, long to) {
    int level = 0;
    long size = Gaps.FAN_OUT;
    while (level < Gaps.LEVELS && at % size == 0 && to - at >= size) {
      level++;
      size *= Gaps.FAN_OUT;
    }
    return level;
  }

  private static long size(int level) {
    return 1L << (6 * level); // 64 to the power of the level
  }

  private long present(long from, long to) throws SQLException {
    return Jdbc.returned(statement(kind.count()), with(from, to - 1));
  }

  private boolean hasHoles() throws SQLException {
    return Jdbc.first(statement(ANY_HOLE), row -> row.getLong(1), gapKeys()) != null;
  }

  private List<Hole> holes(int level, long from, long to) throws SQLException {
    List<Object> values = new ArrayList<>(List.of(gapKeys()));
    values.addAll(List.of(level, from, to));
    return Jdbc.list(
        statement(HOLES), row -> new Hole(row.getLong(1), row.getLong(2)), values.toArray());
  }

  private Object[] gapKeys() {
    return new Object[] {kind.number(), keys[0], keys.length > 1 ? keys[1] : 0L};
  }

  private @Nullable Entry entry(String sql, Object... more) throws SQLException {
    return Jdbc.first(statement(sql), row -> new Entry(row.getLong(1), row.getLong(2)), with(more));
  }

  private PreparedStatement statement(String sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    return statement;
  }

  private Object[] with(Object... more) {
    Object[] values = Arrays.copyOf(keys, keys.length + more.length);
    System.arraycopy(more, 0, values, keys.length, more.length);
    return values;
  }

  private static List<String> queries() {
    List<String> queries = new ArrayList<>(List.of(HOLES, ANY_HOLE));
    for (ListKind kind : ListKind.ALL) {
      queries.addAll(
          List.of(
              kind.first(),
              kind.last(),
              kind.at(),
              kind.skip(),
              kind.count(),
              kind.ordinalOf(),
              kind.forward(),
              kind.backward()));
    }
    return List.copyOf(queries);
  }

  private record Entry(long no, long timeMs) {}

  /** A bucket that lacks entries. */
  private record Hole(long bucket, long removed) {}

  /**
   * How far a search came.
   *
   * @param at the ordinal it is at
   * @param left how many entries are still to be passed
   * @param inside whether the entry looked for is in the bucket that begins there
   */
  private record Step(long at, long left, boolean inside) {}
}
