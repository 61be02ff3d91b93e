package dev.espalier.server;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Answer;
import dev.espalier.serving.Ask;
import dev.espalier.serving.Serving;
import dev.espalier.serving.ShadowLane;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Prepares and scores the newest training rows by both paths: as evaluation in training does, text
 * by text on an engine of its own, and as production does, through a copy of the endpoint. A row
 * whose probabilities differ by more than 1e-5, or that another rung answered, is a difference.
 */
final class ParityDrill implements Drill {
  private static final int ROWS = 1_000;
  private final Datasets datasets;
  private final Registry registry;
  private final Bundles bundles;
  private final Serving serving;

  ParityDrill(Datasets datasets, Registry registry, Bundles bundles, Serving serving) {
    this.datasets = datasets;
    this.registry = registry;
    this.bundles = bundles;
    this.serving = serving;
  }

  @Override
  public String name() {
    return "parity";
  }

  @Override
  public String description() {
    return "Prepares 1,000 training rows as training does and as serving does: the answers must be"
        + " the same.";
  }

  @Override
  public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
    ModelVersion champion =
        registry
            .alias(product, Registry.CHAMPION)
            .orElseThrow(
                () -> EspalierException.conflict("%s has no champion.".formatted(product)));
    List<String> texts = texts(canvas);
    if (texts.isEmpty()) {
      throw EspalierException.conflict(
          "The training dataset of %s has no snapshot.".formatted(product));
    }
    try (Engine engine = bundles.load(champion.bundle());
        ShadowLane lane = serving.shadow(product)) {
      List<String> labels = engine.signature().labels();
      return List.of(
          compare(
              champion.version(),
              texts,
              text -> {
                double[] scores = engine.score(List.of(text)).getFirst();
                SortedMap<String, Double> answer = new TreeMap<>();
                for (int i = 0; i < scores.length; i++) {
                  answer.put(labels.get(i), scores[i]);
                }
                return answer;
              },
              text -> lane.predict(Ask.of(text)),
              now));
    }
  }

  /** The newest rows of the training dataset's newest snapshot. */
  private List<String> texts(CanvasVersion canvas) {
    return canvas.specs(Spec.Dataset.class).stream()
        .filter(dataset -> dataset.role().equals("training"))
        .findFirst()
        .flatMap(dataset -> datasets.latest(dataset.dataset()))
        .map(snapshot -> {
          try (Stream<Row> rows = datasets.stream(snapshot.digest())) {
            return rows.skip(Math.max(0, snapshot.rows() - ROWS)).map(Row::text).toList();
          }
        })
        .orElse(List.of());
  }

  static Observation compare(
      String version,
      List<String> texts,
      Function<String, ? extends SortedMap<String, Double>> trained,
      Function<String, Answer> served,
      Instant now) {
    List<String> different = new ArrayList<>();
    double worst = 0;
    for (String text : texts) {
      Answer answer = served.apply(text);
      SortedMap<String, Double> expected = trained.apply(text);
      double difference = difference(expected, answer);
      worst = Math.max(worst, difference);
      if (!answer.modelVersion().equals(version)) {
        different.add("answered by " + answer.servedBy());
      } else if (difference > Bundles.GOLDEN_TOLERANCE) {
        different.add("%.2g".formatted(difference));
      }
    }
    return Observation.measured(
        "features.compute",
        "parity",
        version,
        now,
        texts.size(),
        different.size(),
        Optional.empty(),
        "%d of %d rows differ between training and serving, the largest probability by %.2g%s"
            .formatted(
                different.size(),
                texts.size(),
                worst,
                different.isEmpty() ? "" : "; first: " + different.getFirst()),
        "/api/v1/datasets");
  }

  private static double difference(SortedMap<String, Double> expected, Answer answer) {
    if (!expected.keySet().equals(answer.probabilities().keySet())) {
      return 1;
    }
    double worst = 0;
    for (var entry : expected.entrySet()) {
      double other = answer.probabilities().getOrDefault(entry.getKey(), Double.NaN);
      double gap = Math.abs(entry.getValue() - other);
      worst = gap <= 1 ? Math.max(worst, gap) : 1; // NaN is a difference too.
    }
    return worst;
  }
}
