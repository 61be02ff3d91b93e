package dev.espalier.canvas;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * A promise that may be broken for a while: one clause of a question, or all of them, through the
 * last day named.
 */
record Waiver(
    @F(main = true) String question, Optional<String> clause, LocalDate until, String why) {

  /** What is waived: {@code nfr}, {@code nfr#ct:fairness}. */
  String subject() {
    return question + clause.map(id -> "#" + id).orElse("");
  }

  boolean covers(String key, String id) {
    return question.equals(key) && clause.map(id::equals).orElse(true);
  }

  /** True through the whole of the last day, in UTC of the product's clock. */
  boolean holds(Instant now) {
    return now.isBefore(until.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  String words() {
    return "until %s: %s".formatted(until, why);
  }
}
