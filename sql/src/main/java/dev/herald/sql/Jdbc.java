package dev.herald.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The few steps of JDBC that every statement needs. */
final class Jdbc {
  private Jdbc() {}

  /** Makes a value of the row a result stands at. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Runs a script of statements that give no rows. */
  static void execute(Connection connection, String script) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(script);
    }
  }

  /** Prepares, binds and runs a query, and reads all of its rows. */
  static <T> List<T> list(
      Connection connection, String sql, RowReader<T> reader, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      return list(statement, reader, values);
    }
  }

  /** Binds and runs a prepared query, and reads all of its rows. */
  static <T> List<T> list(
      PreparedStatement statement, RowReader<T> reader, @Nullable Object... values)
      throws SQLException {
    bind(statement, values);
    List<T> list = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        list.add(reader.read(rows));
      }
    }
    return list;
  }

  /** Binds and runs a prepared query, and reads its first row; null if there is none. */
  static <T> @Nullable T first(
      PreparedStatement statement, RowReader<T> reader, @Nullable Object... values)
      throws SQLException {
    bind(statement, values);
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? reader.read(rows) : null;
    }
  }

  /** Binds and runs a prepared statement that changes rows. */
  static void update(PreparedStatement statement, @Nullable Object... values) throws SQLException {
    bind(statement, values);
    statement.executeUpdate();
  }

  /** Binds and runs a prepared statement that changes one row and returns a number of it. */
  static long returned(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    Long number = first(statement, row -> row.getLong(1), values);
    if (number == null) {
      throw new SQLException("a statement changed no row");
    }
    return number;
  }

  /** Prepares and runs a query whose first column of the first row is a number. */
  static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /** Binds the values to the parameters in order. */
  static void bind(PreparedStatement statement, @Nullable Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }

  /** Closes after a failure; what goes wrong in closing is added to the failure. */
  static void closeAfter(Throwable failure, AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }
}
