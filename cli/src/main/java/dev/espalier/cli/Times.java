package dev.espalier.cli;

import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/** Spans of time as people type them. */
final class Times {
  private Times() {}

  /**
   * {@code 12h}, {@code 30d} or {@code PT15M}.
   *
   * @throws EspalierException INVALID for anything else, naming {@code option}
   */
  static Duration duration(String option, String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    try {
      if (upper.startsWith("P")) {
        return Duration.parse(upper);
      }
      return Duration.parse(upper.endsWith("D") ? "P" + upper : "PT" + upper);
    } catch (DateTimeParseException unreadable) {
      throw EspalierException.invalidField(
          option,
          "duration",
          "'%s' is not a time such as 12h or 30d.".formatted(text),
          Optional.of("30d"));
    }
  }
}
