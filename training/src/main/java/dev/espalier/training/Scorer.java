package dev.espalier.training;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.evaluation.MetricFormula;
import dev.espalier.evaluation.Metrics;
import dev.espalier.evaluation.Predictions;
import dev.espalier.evaluation.Scored;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Scores bundles on one set of rows, text by text as serving does, and times each text. */
final class Scorer {
  private static final int WARM_UP = 20;

  private final Bundles bundles;
  private final ArtifactStore artifacts;
  private final List<Row> rows;
  private final List<Spec.Metric> metrics;

  Scorer(ArtifactStore artifacts, List<Row> rows, List<Spec.Metric> metrics) {
    this.bundles = new Bundles(artifacts);
    this.artifacts = artifacts;
    this.rows = rows;
    this.metrics = metrics;
  }

  /** What the primary metric is: the one that the canvas calls so, else its first. */
  static Optional<Spec.Metric> primary(List<Spec.Metric> metrics) {
    return metrics.stream()
        .filter(Spec.Metric::primary)
        .findFirst()
        .or(() -> metrics.stream().findFirst());
  }

  RungScore score(String id, String approach, Digest bundle, double cpuSeconds) {
    try (Engine engine = bundles.load(bundle)) {
      warmUp(engine);
      List<String> labels = engine.signature().labels();
      long[] nanos = new long[rows.size()];
      List<Scored> scored = new ArrayList<>(rows.size());
      for (int i = 0; i < nanos.length; i++) {
        Row row = rows.get(i);
        long start = System.nanoTime();
        double[] probabilities = engine.score(List.of(row.text())).getFirst();
        nanos[i] = System.nanoTime() - start;
        scored.add(
            new Scored(
                row.id(),
                row.at(),
                row.label().orElseThrow(),
                probabilities,
                labels.get(largest(probabilities)),
                row.attributes()));
      }
      Predictions predictions = new Predictions(labels, scored);
      return new RungScore(
          id,
          approach,
          bundle,
          artifacts.put(Json.bytes(predictions)),
          values(predictions),
          slices(predictions),
          percentile95(nanos) / 1e6,
          bundles.bytes(bundle),
          cpuSeconds);
    }
  }

  private void warmUp(Engine engine) {
    for (Row row : rows.subList(0, Math.min(WARM_UP, rows.size()))) {
      engine.score(List.of(row.text()));
    }
  }

  static int largest(double[] probabilities) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      if (probabilities[i] > probabilities[best]) {
        best = i;
      }
    }
    return best;
  }

  /** The nearest-rank 95th percentile. */
  static double percentile95(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(0.95 * sorted.length) - 1];
  }

  private SortedMap<String, Double> values(Predictions predictions) {
    SortedMap<String, Double> values = new TreeMap<>();
    for (Spec.Metric metric : metrics) {
      values.put(metric.id(), Metrics.value(MetricFormula.parse(metric.formula()), predictions));
    }
    return values;
  }

  private SortedMap<String, Double> slices(Predictions predictions) {
    SortedMap<String, Double> values = new TreeMap<>();
    Optional<Spec.Metric> primary = primary(metrics);
    if (primary.isEmpty()) {
      return values;
    }
    MetricFormula formula = MetricFormula.parse(primary.get().formula());
    for (String attribute : primary.get().slices()) {
      TreeSet<String> groups = new TreeSet<>(Comparator.naturalOrder());
      predictions
          .rows()
          .forEach(
              row -> Optional.ofNullable(row.attributes().get(attribute)).ifPresent(groups::add));
      for (String group : groups) {
        Predictions slice = predictions.where(row -> group.equals(row.attributes().get(attribute)));
        values.put(attribute + "=" + group, Metrics.value(formula, slice));
      }
    }
    return values;
  }
}
