package dev.espalier.tracking.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of SQL with the values of its {@code ?}s, in order. Text that callers wrote enters as
 * values only.
 */
public record Sql(String text, List<@Nullable Object> values) {
  public Sql {
    values = java.util.Collections.unmodifiableList(new ArrayList<>(values));
  }

  public static Sql of(String text, Object... values) {
    return new Sql(text, List.of(values));
  }

  /** This piece, then {@code next}. */
  public Sql then(Sql next) {
    List<@Nullable Object> all = new ArrayList<>(values);
    all.addAll(next.values);
    return new Sql(text + next.text, all);
  }

  public Sql then(String next, Object... more) {
    return then(of(next, more));
  }

  /** The pieces, with AND between them; {@code 1 = 1} for none. */
  public static Sql and(Collection<Sql> pieces) {
    Sql all = of("1 = 1");
    for (Sql piece : pieces) {
      all = all.then(" AND ").then(piece);
    }
    return all;
  }

  /** A comparison of {@code expression} with a clause's value. */
  public static Sql compare(String expression, Operator operator, Clause.Value value) {
    return switch (value) {
      case Clause.Value.None() -> of(expression + " " + operator.text());
      case Clause.Value.Quantity(double number) ->
          of(expression + " " + operator.text() + " ?", number);
      case Clause.Value.Texts(List<String> texts) ->
          new Sql(
              expression
                  + " "
                  + operator.text()
                  + " ("
                  + String.join(", ", java.util.Collections.nCopies(texts.size(), "?"))
                  + ")",
              new ArrayList<>(texts));
      case Clause.Value.Text(String text) -> compareText(expression, operator, text);
    };
  }

  private static Sql compareText(String expression, Operator operator, String text) {
    return switch (operator) {
      // LIKE of SQLite ignores the case of ASCII letters, which is ILIKE; GLOB heeds it.
      case LIKE -> of(expression + " GLOB ?", glob(text));
      case ILIKE -> of(expression + " LIKE ?", text);
      case EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          IN,
          NOT_IN,
          IS_NULL,
          IS_NOT_NULL ->
          of(expression + " " + operator.text() + " ?", text);
    };
  }

  /** A LIKE pattern as a GLOB pattern. */
  static String glob(String like) {
    StringBuilder glob = new StringBuilder();
    for (int i = 0; i < like.length(); i++) {
      char c = like.charAt(i);
      switch (c) {
        case '%' -> glob.append('*');
        case '_' -> glob.append('?');
        case '*', '?', '[' -> glob.append('[').append(c).append(']');
        default -> glob.append(c);
      }
    }
    return glob.toString();
  }
}
