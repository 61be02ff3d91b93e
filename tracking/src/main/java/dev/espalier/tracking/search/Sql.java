package dev.espalier.tracking.search;

import dev.espalier.platform.Dialect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of SQL with the values of its {@code ?}s, in order. Text that callers wrote enters as
 * values only. Where databases differ it holds the words of {@link Dialect}.
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
      case LIKE -> of(expression + " {like} ?", new Like(text));
      case ILIKE -> of(expression + " {ilike} ?", new ILike(text));
      case RLIKE -> of(expression + " {rlike} ?", text);
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

  /** A pattern that heeds case, for <code>{like}</code>. */
  public record Like(String pattern) {}

  /** A pattern that ignores the case of ASCII letters, for <code>{ilike}</code>. */
  public record ILike(String pattern) {}

  /** Numbers, for <code>{among}</code>. */
  public record Numbers(List<Long> all) {
    public Numbers {
      all = List.copyOf(all);
    }
  }

  /** That {@code expression} is one of the numbers. */
  public static Sql among(String expression, Collection<Long> numbers) {
    return of(expression + " {among}", new Numbers(List.copyOf(numbers)));
  }

  /** The text and the values as a database takes them. */
  public Sql in(Dialect dialect) {
    List<@Nullable Object> plain = new ArrayList<>();
    for (Object value : values) {
      plain.add(
          switch (value) {
            case Like(String pattern) -> dialect.likePattern(pattern);
            case ILike(String pattern) -> dialect.ilikePattern(pattern);
            case Numbers(List<Long> all) -> dialect.numbers(all);
            case null, default -> value;
          });
    }
    return new Sql(dialect.sql(text), plain);
  }
}
