package dev.espalier.tracking.search;

import java.util.List;

/**
 * One condition of a filter, checked against its {@link Vocabulary}.
 *
 * @param key the name of the metric, param or tag; the canonical name of an attribute
 */
public record Clause(Entity entity, String key, Operator operator, Value value) {
  /** What a condition is about. */
  public enum Entity {
    ATTRIBUTE,
    METRIC,
    PARAM,
    TAG,
    DATASET,
    SPAN
  }

  /** The right-hand side. */
  public sealed interface Value {
    /** A quoted text. */
    record Text(String text) implements Value {}

    /** A bare number. */
    record Quantity(double number) implements Value {}

    /** A list for IN; never empty. */
    record Texts(List<String> texts) implements Value {
      public Texts {
        texts = List.copyOf(texts);
      }
    }

    /** Nothing: IS NULL and IS NOT NULL. */
    record None() implements Value {}
  }
}
