package dev.espalier.tracking;

import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Operator;
import dev.espalier.tracking.search.Sql;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** What the tables of tags and params share: {@code (owner, name, text)}. */
public final class TextStore {
  private TextStore() {}

  /** The texts by name that a query of {@code name, text} finds for {@code :id}. */
  public static SortedMap<String, String> texts(Handle handle, String sql, Object id) {
    SortedMap<String, String> texts = new TreeMap<>();
    handle
        .createQuery(sql)
        .bind("id", id)
        .map((row, _) -> Map.entry(row.getString("name"), row.getString("text")))
        .forEach(entry -> texts.put(entry.getKey(), entry.getValue()));
    return texts;
  }

  /** That the owner has, or lacks, a text that a clause describes. */
  public static Sql condition(String table, String owner, String id, Clause clause) {
    boolean absent = clause.operator() == Operator.IS_NULL;
    Sql text =
        absent || clause.operator() == Operator.IS_NOT_NULL
            ? Sql.of("1 = 1")
            : Sql.compare("x.text", clause.operator(), clause.value());
    return Sql.of(
            (absent ? "NOT " : "")
                + "EXISTS (SELECT 1 FROM %s x WHERE x.%s = %s AND x.name = ? AND "
                    .formatted(table, owner, id),
            clause.key())
        .then(text)
        .then(")");
  }
}
