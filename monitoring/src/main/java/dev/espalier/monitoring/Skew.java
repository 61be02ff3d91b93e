package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.DecisionHistogram;
import dev.espalier.evaluation.Drift;
import dev.espalier.evaluation.Hypotheses;
import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether the texts that are served are like those that the champion was trained on, property by
 * property: twenty bins of equal mass of the training rows, frozen for the version, against the
 * newest window. The measure is the distance beyond chance of the property that is farthest away
 * among those that differ at all (Benjamini and Hochberg over all properties, 5 %).
 *
 * <p>As a drill it shortens every second text of a copy of the window and expects to see it.
 * Thread-safe: references are immutable and kept in a concurrent map.
 */
public final class Skew implements EvidenceSource, Drill {
  private static final int BINS = 20;
  private static final int TRAINED = 20_000;
  private static final int SERVED = 5_000;
  private static final double LEVEL = 0.05;
  private static final Duration KEPT = Duration.ofMinutes(10);
  private final Monitoring monitoring;
  private final TrainingTexts training;
  private final Map<String, List<Optional<DecisionHistogram>>> references =
      new ConcurrentHashMap<>();
  private final Map<String, Seen> answers = new ConcurrentHashMap<>();

  public Skew(Monitoring monitoring, TrainingTexts training) {
    this.monitoring = monitoring;
    this.training = training;
  }

  private record Seen(String mark, Instant at, List<Observation> observations) {}

  /** What one comparison found. */
  private record Found(double effect, String field, double raw, int n, int different) {}

  @Override
  public String name() {
    return "skew";
  }

  @Override
  public String description() {
    return "Shortens every second text in a copy of the newest window: the comparison with the"
        + " training rows must see it.";
  }

  /** The current champion's newest window; {@code mark} changes when another answer is due. */
  private record Window(String version, List<TextProperties> rows, Spec.Skew policy) {}

  private Optional<Window> window(CanvasVersion canvas, Instant now) {
    Optional<Spec.Skew> policy = canvas.specs(Spec.Skew.class).stream().findFirst();
    Optional<String> champion =
        policy.flatMap(_ -> monitoring.store().champion(canvas.product(), now.plusMillis(1)));
    return champion.map(version ->
        new Window(
            version,
            monitoring
                .store()
                .properties(
                    canvas.product(), version, now.minus(policy.orElseThrow().window()), SERVED),
            policy.orElseThrow()));
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    if (canvas.specs(Spec.Skew.class).isEmpty()) {
      return List.of();
    }
    String mark = canvas.digest().text() + monitoring.changes();
    Seen known = answers.get(product);
    if (known != null && known.mark().equals(mark) && now.isBefore(known.at().plus(KEPT))) {
      return known.observations();
    }
    monitoring.flush();
    List<Observation> seen =
        window(canvas, now)
            .filter(window -> !window.rows().isEmpty())
            .flatMap(window ->
                found(product, window, window.rows())
                    .map(found -> observation(product, window, found, now)))
            .stream()
            .toList();
    answers.put(product, new Seen(mark, now, seen));
    return seen;
  }

  private static Observation observation(String product, Window window, Found found, Instant now) {
    return Observation.measured(
        "monitoring.skew",
        "skew",
        window.version(),
        now,
        found.n(),
        found.effect(),
        Optional.empty(),
        found.different() == 0
            ? "None of %d properties of the newest %d texts differs from the training rows."
                .formatted(TextProperties.NAMES.size(), found.n())
            : "%d of %d properties differ from the training rows, %s most: %s %.3f, %.3f beyond chance."
                .formatted(
                    found.different(),
                    TextProperties.NAMES.size(),
                    found.field(),
                    window.policy().test().toUpperCase(java.util.Locale.ROOT),
                    found.raw(),
                    found.effect()),
        "/api/v1/monitors/" + product);
  }

  private Optional<Found> found(String product, Window window, List<TextProperties> rows) {
    List<Optional<DecisionHistogram>> reference = reference(product, window.version());
    List<Drift.Distance> distances = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int field = 0; field < reference.size(); field++) {
      Optional<DecisionHistogram> frozen = reference.get(field);
      if (frozen.isPresent()) {
        int place = field;
        double[] values = rows.stream().mapToDouble(row -> row.values()[place]).toArray();
        long[] before = frozen.get().counts();
        long[] now = frozen.get().count(values).counts();
        distances.add(
            window.policy().test().equals("psi")
                ? Drift.psi(before, now)
                : Drift.jensenShannon(before, now));
        names.add(TextProperties.NAMES.get(field));
      }
    }
    if (distances.isEmpty()) {
      return Optional.empty();
    }
    double[] q =
        Hypotheses.benjaminiHochberg(distances.stream().mapToDouble(Drift.Distance::p).toArray());
    List<Integer> different =
        IntStream.range(0, q.length).filter(i -> q[i] <= LEVEL).boxed().toList();
    return Optional.of(
        different.stream()
            .max(Comparator.comparingDouble(i -> distances.get(i).effect()))
            .map(i ->
                new Found(
                    distances.get(i).effect(),
                    names.get(i),
                    distances.get(i).value(),
                    rows.size(),
                    different.size()))
            .orElse(new Found(0, "", 0, rows.size(), 0)));
  }

  /** The training rows' histograms; none for a property that has one value only. */
  List<Optional<DecisionHistogram>> reference(String product, String version) {
    return references.computeIfAbsent(
        product + " " + version,
        _ -> {
          try (Stream<String> texts = training.of(product, version)) {
            List<TextProperties> rows = texts.limit(TRAINED).map(TextProperties::of).toList();
            return IntStream.range(0, TextProperties.NAMES.size())
                .mapToObj(field -> histogram(rows, field))
                .toList();
          }
        });
  }

  private static Optional<DecisionHistogram> histogram(List<TextProperties> rows, int field) {
    double[] values = rows.stream().mapToDouble(row -> row.values()[field]).toArray();
    try {
      return Optional.of(DecisionHistogram.reference(values, BINS));
    } catch (EspalierException sameEverywhere) {
      return Optional.empty(); // Nothing to compare: a property of one value, or no rows.
    }
  }

  @Override
  public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
    monitoring.flush();
    return window(canvas, now)
        .filter(window -> !window.rows().isEmpty())
        .flatMap(window -> rehearse(product, window, now))
        .stream()
        .toList();
  }

  private Optional<Observation> rehearse(String product, Window window, Instant now) {
    List<TextProperties> spoilt =
        IntStream.range(0, window.rows().size())
            .mapToObj(i -> i % 2 == 0 ? shortened(window.rows().get(i)) : window.rows().get(i))
            .toList();
    return found(product, window, spoilt)
        .map(found ->
            Observation.verdict(
                "monitoring.skew",
                "injected",
                window.version(),
                now,
                spoilt.size(),
                found.effect() > window.policy().alert(),
                "Every second of %d texts cut to a tenth in a copy: %s at %.3f beyond chance, the alert is at %.3f."
                    .formatted(
                        spoilt.size(),
                        found.different() == 0 ? "nothing seen" : found.field(),
                        found.effect(),
                        window.policy().alert()),
                "/api/v1/monitors/" + product));
  }

  private static TextProperties shortened(TextProperties row) {
    double[] values = row.values();
    values[0] = Math.max(1, Math.floor(values[0] / 10));
    values[1] = Math.max(1, Math.floor(values[1] / 10));
    return new TextProperties(values);
  }
}
