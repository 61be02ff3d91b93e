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
 * @param timeout its share of the caller's time
 */
public record Rung(Set<Trigger> on, Use use, Optional<String> value, Duration timeout) {
  /** What a rung answers with. */
  public enum Use {
    PREVIOUS_CHAMPION("previous_champion"),
    BASELINE("baseline"),
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

  public Rung {
    on = Set.copyOf(on);
    if (use == Use.DEFAULT_VALUE && value.isEmpty()) {
      throw EspalierException.invalid("A default_value rung needs its label.");
    }
  }
}
