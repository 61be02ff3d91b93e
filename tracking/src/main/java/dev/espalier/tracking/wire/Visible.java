package dev.espalier.tracking.wire;

import dev.espalier.tracking.search.Sql;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;

/** Which rows of a search its caller may see; part of the query, so that pages stay whole. */
public sealed interface Visible {
  /** Every row. */
  record All() implements Visible {}

  /** These rows. */
  record Only(Set<String> keys) implements Visible {
    public Only {
      keys = Set.copyOf(keys);
    }
  }

  /** Every row but these. */
  record Except(Set<String> keys) implements Visible {
    public Except {
      keys = Set.copyOf(keys);
    }
  }

  /** The condition on rows whose key is {@code expression}, a text; empty for every row. */
  default Optional<Sql> condition(String expression) {
    return switch (this) {
      case All() -> Optional.empty();
      case Only(Set<String> keys) -> Optional.of(among(expression, "IN", "1 = 0", keys));
      case Except(Set<String> keys) -> Optional.of(among(expression, "NOT IN", "1 = 1", keys));
    };
  }

  private static Sql among(String expression, String operator, String none, Set<String> keys) {
    return keys.isEmpty()
        ? Sql.of(none)
        : new Sql(
            "%s %s (%s)"
                .formatted(
                    expression, operator, String.join(", ", Collections.nCopies(keys.size(), "?"))),
            new ArrayList<>(keys));
  }
}
