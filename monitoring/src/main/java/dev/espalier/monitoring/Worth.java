package dev.espalier.monitoring;

import dev.espalier.platform.EspalierException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A person's judgement of an incident: whether it was worth the interruption. */
public enum Worth {
  ACTIONABLE,
  NOISE,
  EXPECTED,
  DRILL;

  /**
   * Reads the word in any case.
   *
   * @throws EspalierException INVALID naming the valid words
   */
  static Worth of(String word) {
    List<String> words =
        Arrays.stream(values()).map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
    int place = words.indexOf(word.strip().toLowerCase(Locale.ROOT));
    if (place < 0) {
      throw EspalierException.invalidField(
          "verdict",
          "known verdict",
          "A verdict is %s, not '%s'."
              .formatted(String.join(", ", words), word.substring(0, Math.min(40, word.length()))),
          words.stream().findFirst());
    }
    return values()[place];
  }

  /** Whether it counts towards the precision of alerts: a rehearsal says nothing about them. */
  boolean counts() {
    return this != DRILL;
  }
}
