package dev.herald.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A list of messages that are numbered without a gap, and whose times never decrease with the
 * number. So a range of times is a range of numbers, found by halving; a page is a range of them,
 * and a count a difference. For one thread, within a transaction.
 */
final class OrdinalList implements AutoCloseable {
  private final PreparedStatement time;
  private final @Nullable Object[] keys;
  private final long first;
  private final long last;

  /**
   * Looks at a list.
   *
   * @param timeOf the query for the time of an entry; its parameters are the keys, then the ordinal
   * @param first the first ordinal
   * @param last the last ordinal, less than the first if there is none
   * @param keys what names the list
   */
  OrdinalList(Connection connection, String timeOf, long first, long last, @Nullable Object... keys)
      throws SQLException {
    this.time = connection.prepareStatement(timeOf);
    this.first = first;
    this.last = last;
    this.keys = keys;
  }

  /** Returns the first ordinal at or after a time; one past the last if there is none. */
  long atOrAfter(long timeMs) throws SQLException {
    long low = first;
    long high = last + 1;
    while (low < high) {
      long middle = low + (high - low) / 2;
      if (timeOf(middle) < timeMs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private long timeOf(long no) throws SQLException {
    @Nullable Object[] values = java.util.Arrays.copyOf(keys, keys.length + 1);
    values[keys.length] = no;
    return Jdbc.returned(time, values);
  }

  @Override
  public void close() throws SQLException {
    time.close();
  }
}
