package dev.espalier.tracking.search;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One column of a total order.
 *
 * @param expression SQL over the searched tables
 */
public record SortKey(String expression, Order.Direction direction) {
  public static SortKey ascending(String expression) {
    return new SortKey(expression, Order.Direction.ASCENDING);
  }

  public static SortKey descending(String expression) {
    return new SortKey(expression, Order.Direction.DESCENDING);
  }

  /** The ORDER BY list. */
  public static String list(List<SortKey> keys) {
    return String.join(
        ", ",
        keys.stream()
            .map(key ->
                key.expression() + (key.direction() == Order.Direction.DESCENDING ? " DESC" : ""))
            .toList());
  }

  /** The rows that come after the row with these key values: {@code a > ? OR (a = ? AND …)}. */
  public static Sql after(List<SortKey> keys, List<@Nullable Object> values) {
    Sql condition = Sql.of("1 = 0");
    for (int i = keys.size() - 1; i >= 0; i--) {
      SortKey key = keys.get(i);
      String sign = key.direction() == Order.Direction.DESCENDING ? " < ?" : " > ?";
      List<@Nullable Object> value = new ArrayList<>();
      value.add(values.get(i));
      condition =
          new Sql("(" + key.expression() + sign, value)
              .then(new Sql(" OR (" + key.expression() + " IS NOT DISTINCT FROM ? AND ", value))
              .then(condition)
              .then("))");
    }
    return bounded(keys, values).then(condition);
  }

  /** Implied by the rest, but an index can seek to it. */
  private static Sql bounded(List<SortKey> keys, List<@Nullable Object> values) {
    Object first = values.isEmpty() ? null : values.getFirst();
    if (first == null) {
      return Sql.of("");
    }
    String sign = keys.getFirst().direction() == Order.Direction.DESCENDING ? " <= ?" : " >= ?";
    return Sql.of(keys.getFirst().expression() + sign + " AND ", first);
  }

  /** Compares two rows' key values as the database orders them. */
  public static int compare(
      List<SortKey> keys, List<@Nullable Object> left, List<@Nullable Object> right) {
    for (int i = 0; i < keys.size(); i++) {
      int sign = compare(left.get(i), right.get(i));
      if (sign != 0) {
        return keys.get(i).direction() == Order.Direction.DESCENDING ? -sign : sign;
      }
    }
    return 0;
  }

  private static int compare(@Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      return left == null ? (right == null ? 0 : -1) : 1;
    }
    if (left instanceof Number a && right instanceof Number b) {
      return a instanceof Long x && b instanceof Long y
          ? Long.compare(x, y)
          : Double.compare(a.doubleValue(), b.doubleValue());
    }
    byte[] a = left.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] b = right.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return java.util.Arrays.compareUnsigned(a, b);
  }
}
