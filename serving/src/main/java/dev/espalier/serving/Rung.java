package dev.espalier.serving;

import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * One alternative answerer.
 *
 * @param on the triggers it answers
 * @param value the label of a {@link Use#DEFAULT_VALUE}
 * @param rules what a {@link Use#RULE} decides by
 * @param timeout its share of the caller's time
 */
public record Rung(
    Set<Trigger> on, Use use, Optional<String> value, Optional<WordRules> rules, Duration timeout) {
  /** What a rung answers with. */
  public enum Use {
    PREVIOUS_CHAMPION("previous_champion"),
    BASELINE("baseline"),
    RULE("rule"),
    DEFAULT_VALUE("default_value"),
    REJECT("reject");

    private final String text;

    Use(String text) {
      this.text = text;
    }

    /** The name in canvases and in {@code servedBy}. */
    public String text() {
      return text;
    }
  }

  /** A rung that decides by no words. */
  public Rung(Set<Trigger> on, Use use, Optional<String> value, Duration timeout) {
    this(on, use, value, Optional.empty(), timeout);
  }

  /** A rung that decides by words. */
  public Rung(Set<Trigger> on, WordRules rules, Duration timeout) {
    this(on, Use.RULE, Optional.empty(), Optional.of(rules), timeout);
  }

  public Rung {
    on = Set.copyOf(on);
    if (use == Use.DEFAULT_VALUE && value.isEmpty()) {
      throw EspalierException.invalid("A default_value rung needs its label.");
    }
    if (use == Use.RULE && rules.isEmpty()) {
      throw EspalierException.invalid("A rule rung needs its cases.");
    }
  }
}
