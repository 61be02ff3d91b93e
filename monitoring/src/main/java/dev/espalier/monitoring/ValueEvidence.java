package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Observation.Interval;
import dev.espalier.canvas.Spec;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the champion's answers are worth: the declared cost of each kind of error, over the labelled
 * answers of the last 28 days, with what the best constant answer would have been worth. It is
 * judged where the canvas says what it must be worth at least; otherwise it only fails where the
 * matrix prices a label that no answer can have, and so says nothing about this product. The cost
 * of an answer is {@code actual->predicted}, else {@code correct} or {@code default_wrong}, else
 * nothing or one.
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
        : Optional.of(
            observation(
                canvas,
                champion.get(),
                matrix,
                values,
                constant(matrix, rows),
                strangers(matrix, rows),
                now));
  }

  /** Labels that the matrix prices and that neither an answer nor a truth can have. */
  private static Set<String> strangers(Map<String, String> matrix, List<PredictionView> rows) {
    Set<String> known =
        rows.stream()
            .flatMap(
                row -> Stream.concat(row.probabilities().keySet().stream(), row.actual().stream()))
            .collect(Collectors.toSet());
    Set<String> strangers = new TreeSet<>();
    for (String key : matrix.keySet()) {
      String[] labels = key.split("->", 2);
      if (labels.length == 2 && !known.isEmpty()) {
        Stream.of(labels)
            .map(String::strip)
            .filter(l -> !known.contains(l))
            .forEach(strangers::add);
      }
    }
    return strangers;
  }

  /** The best that one same answer to everything would have been worth, and which. */
  private record Constant(String answer, double mean) {}

  private static Constant constant(Map<String, String> matrix, List<PredictionView> rows) {
    Set<String> labels =
        rows.stream()
            .flatMap(row -> Stream.of(row.actual().orElseThrow(), row.label().orElseThrow()))
            .collect(Collectors.toCollection(TreeSet::new));
    return labels.stream()
        .map(label ->
            new Constant(
                label,
                -rows.stream()
                    .mapToDouble(row -> cost(matrix, row.actual().orElseThrow(), label))
                    .average()
                    .orElse(0)))
        .max(Comparator.comparingDouble(Constant::mean))
        .orElseThrow();
  }

  private static Observation observation(
      CanvasVersion canvas,
      String version,
      Map<String, String> matrix,
      double[] values,
      Constant constant,
      Set<String> strangers,
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
        Optional.of(strangers.isEmpty()),
        String.format(
                    Locale.ROOT,
                    "%.2f %s per 1,000 answers [%.2f, %.2f], from the cost of %d labelled ones; always '%s' would be %.2f",
                    1000 * mean,
                    currency,
                    1000 * (mean - Z * error),
                    1000 * (mean + Z * error),
                    values.length,
                    constant.answer(),
                    1000 * constant.mean())
                .replace("  ", " ")
            + (strangers.isEmpty()
                ? ""
                : "; the matrix prices what no answer can be: " + String.join(", ", strangers)),
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
    return cost(matrix, row.actual().orElseThrow(), row.label().orElseThrow());
  }

  private static double cost(Map<String, String> matrix, String actual, String given) {
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
