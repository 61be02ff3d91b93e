package dev.espalier.canvas;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A rollout step: {@code 10% for 30m}; without a time the last step, held for nothing. */
public record Hold(Share share, Duration hold) {
  private static final Pattern SHAPE = Pattern.compile("([^ ]+)(?:\\s+for\\s+([^ ]+))?");

  static Hold parse(String value) {
    Matcher parts = SHAPE.matcher(value.strip());
    if (!parts.matches()) {
      throw new Scalars.Refused(
          "'%s' is not a step such as 10%% for 30m".formatted(DocumentReader.brief(value)),
          "0.1 for 30m");
    }
    Duration time = parts.group(2) == null ? Duration.ZERO : Scalars.duration(parts.group(2));
    return new Hold(Scalars.share(parts.group(1)), time);
  }
}
