package dev.espalier.tracking;

import dev.espalier.platform.Dialect;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.SortKey;
import dev.espalier.tracking.search.Sql;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** Reads pages: rows in a total order, from a cursor on. */
public final class PageStore {
  private PageStore() {}

  /** Makes a value of a row. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** A row and the values of its sort keys. */
  public record Keyed<T>(T row, List<@Nullable Object> keys) {}

  /**
   * One page.
   *
   * @param select {@code SELECT … FROM …}, closed by a space
   */
  public static <T> Page<T> page(
      Handle handle,
      Sql select,
      List<Sql> conditions,
      List<SortKey> keys,
      int limit,
      Reader<T> reader) {
    List<Keyed<T>> found = keyed(handle, select, conditions, keys, limit + 1, reader);
    return cut(found, limit);
  }

  /** The first {@code limit} of {@code limit + 1} rows, and the cursor if there was one more. */
  public static <T> Page<T> cut(List<Keyed<T>> found, int limit) {
    List<Keyed<T>> kept = found.size() > limit ? found.subList(0, limit) : found;
    return new Page<>(
        kept.stream().map(Keyed::row).toList(),
        found.size() > limit ? Optional.of(new Cursor(kept.getLast().keys())) : Optional.empty());
  }

  /** Up to {@code limit} rows with the values of their sort keys. */
  public static <T> List<Keyed<T>> keyed(
      Handle handle,
      Sql select,
      List<Sql> conditions,
      List<SortKey> keys,
      int limit,
      Reader<T> reader) {
    String from = select.text();
    StringBuilder columns = new StringBuilder();
    for (int i = 0; i < keys.size(); i++) {
      columns.append(keys.get(i).expression()).append(" AS sort_key_").append(i).append(", ");
    }
    Sql query =
        new Sql("SELECT " + columns + from.substring("SELECT ".length()), select.values())
            .then("WHERE ")
            .then(Sql.and(conditions))
            .then(" ORDER BY " + SortKey.list(keys) + " LIMIT ?", limit);
    List<Keyed<T>> rows = new ArrayList<>();
    try (PreparedStatement statement = prepared(handle, query);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        List<@Nullable Object> values = new ArrayList<>(keys.size());
        for (int i = 1; i <= keys.size(); i++) {
          Object value = row.getObject(i);
          values.add(value instanceof Integer small ? Long.valueOf(small) : value);
        }
        rows.add(new Keyed<>(reader.read(row), values));
      }
      return rows;
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }

  /** The first column of the first row, a count. */
  public static long count(Handle handle, Sql query) {
    try (PreparedStatement statement = prepared(handle, query);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }

  /** The query in the words of the database at hand, with its values. */
  static PreparedStatement prepared(Handle handle, Sql query) throws SQLException {
    Sql plain = query.in(Dialect.of(handle));
    PreparedStatement statement = handle.getConnection().prepareStatement(plain.text());
    for (int i = 0; i < plain.values().size(); i++) {
      statement.setObject(i + 1, plain.values().get(i));
    }
    return statement;
  }
}
