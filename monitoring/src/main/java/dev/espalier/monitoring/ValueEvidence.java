package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Observation.Interval;
import dev.espalier.canvas.Spec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the champion's answers are worth: the declared cost of each kind of error, over the labelled
 * answers of the last 28 days. The cost of an answer is {@code actual->predicted}, else {@code
 * correct} or {@code default_wrong}, else nothing or one.
 */
final class ValueEvidence {
  private static final Duration RECENT = Duration.ofDays(28);
  private static final int NEWEST = 5_000;
  private static final double Z = 1.959963984540054;
  private static final Pattern AMOUNT = Pattern.compile("-?\\d+(\\.\\d+)?");
  private final Monitoring monitoring;

  ValueEvidence(Monitoring monitoring) {
    this.monitoring = monitoring;
  }

  Optional<Observation> observe(CanvasVersion canvas, Instant now) {
    Optional<Spec.Costs> costs = canvas.specs(Spec.Costs.class).stream().findFirst();
    Optional<String> champion =
        costs.flatMap(_ -> monitoring.store().champion(canvas.product(), now.plusMillis(1)));
    if (champion.isEmpty()) {
      return Optional.empty();
    }
    List<PredictionView> rows =
        monitoring
            .store()
            .labelled(canvas.product(), champion.get(), now.minus(RECENT), NEWEST)
            .stream()
            .filter(row -> row.label().isPresent())
            .toList();
    Map<String, String> matrix = costs.orElseThrow().matrix();
    double[] values = rows.stream().mapToDouble(row -> -cost(matrix, row)).toArray();
    return values.length < 2
        ? Optional.empty()
        : Optional.of(observation(canvas, champion.get(), matrix, values, now));
  }

  private static Observation observation(
      CanvasVersion canvas,
      String version,
      Map<String, String> matrix,
      double[] values,
      Instant now) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double error = Math.sqrt(squares / (values.length - 1) / values.length);
    String currency = matrix.getOrDefault("currency", "");
    return new Observation(
        "value",
        "value_per_1000",
        version,
        now,
        values.length,
        java.util.OptionalDouble.of(1000 * mean),
        Optional.of(new Interval(1000 * (mean - Z * error), 1000 * (mean + Z * error))),
        Optional.of(true),
        String.format(
                Locale.ROOT,
                "%.2f %s per 1,000 answers [%.2f, %.2f], from the cost of %d labelled ones",
                1000 * mean,
                currency,
                1000 * (mean - Z * error),
                1000 * (mean + Z * error),
                values.length)
            .replace("  ", " "),
        "/api/v1/monitors/" + canvas.product());
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  static double cost(Map<String, String> matrix, PredictionView row) {
    String actual = row.actual().orElseThrow();
    String given = row.label().orElseThrow();
    boolean right = actual.equals(given);
    String other = right ? "correct" : "default_wrong";
    return amount(matrix, actual + "->" + given)
        .or(() -> amount(matrix, other))
        .orElse(right ? 0.0 : 1.0);
  }

  private static Optional<Double> amount(Map<String, String> matrix, String key) {
    Matcher number = AMOUNT.matcher(matrix.getOrDefault(key, ""));
    return number.find() ? Optional.of(Double.valueOf(number.group())) : Optional.empty();
  }
}
