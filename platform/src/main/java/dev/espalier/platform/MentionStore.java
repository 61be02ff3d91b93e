package dev.espalier.platform;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * Which digests the database mentions, in whatever text of whatever table. Nobody has to declare
 * that a column holds digests, so none can be forgotten: what a text says 64 hexadecimal digits of
 * is mentioned. Stateless.
 */
public final class MentionStore {
  private static final int FETCHED = 500;

  private MentionStore() {}

  /** Those of {@code known} that are mentioned, as of one moment. */
  public static Set<Digest> mentioned(Database database, Set<Digest> known) {
    return database.read(handle -> {
      Set<Digest> found = new HashSet<>();
      for (Table table : tables(handle)) {
        scan(handle, table, known, found);
      }
      return found;
    });
  }

  private record Table(String name, List<String> columns) {}

  private static List<Table> tables(Handle handle) {
    boolean postgres = Dialect.of(handle) == Dialect.POSTGRESQL;
    List<String> names =
        handle
            .createQuery(
                postgres
                    ? """
                    SELECT table_name FROM information_schema.tables
                    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
                    """
                    : "SELECT name FROM sqlite_master WHERE type = 'table'")
            .mapTo(String.class)
            .list();
    List<Table> tables = new ArrayList<>();
    for (String name : names) {
      List<String> columns =
          handle
              .createQuery(
                  postgres
                      ? """
                      SELECT column_name FROM information_schema.columns
                      WHERE table_schema = current_schema() AND table_name = :name
                        AND data_type IN ('text', 'character varying', 'json', 'jsonb')
                      """
                      : """
                      SELECT name FROM pragma_table_info(:name)
                      WHERE lower(type) LIKE '%char%' OR lower(type) LIKE '%text%'
                      """)
              .bind("name", name)
              .mapTo(String.class)
              .list();
      if (!columns.isEmpty()) {
        tables.add(new Table(name, columns));
      }
    }
    return tables;
  }

  private static void scan(Handle handle, Table table, Set<Digest> known, Set<Digest> found) {
    String columns =
        String.join(", ", table.columns().stream().map(column -> '"' + column + '"').toList());
    try (PreparedStatement select =
        handle
            .getConnection()
            .prepareStatement("SELECT %s FROM \"%s\"".formatted(columns, table.name()))) {
      select.setFetchSize(FETCHED);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          for (int i = 1; i <= table.columns().size(); i++) {
            Mentions mentions = new Mentions(known, found);
            String text = row.getString(i);
            if (text != null && text.length() >= Mentions.LENGTH) {
              mentions.text(text);
            }
          }
        }
      }
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }
}
