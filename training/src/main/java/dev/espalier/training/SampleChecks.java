package dev.espalier.training;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.CheckReport;
import dev.espalier.data.DataChecks;
import dev.espalier.data.Row;
import dev.espalier.data.Split;
import dev.espalier.data.Splits;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.model.ScanReport;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.training.CiRun.Outcome;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The product's own split, training and scoring on a sample of its rows: what a pipeline run would
 * do, in seconds. It trains the two rungs that need no process of their own; nothing is registered.
 * Used by one thread.
 */
final class SampleChecks {
  private static final int MIN_PER_LABEL = 3;
  private static final List<Spec.Rung> RUNGS =
      List.of(
          new Spec.Rung("floor", "majority", "the floor"),
          new Spec.Rung("smoke", "linear", "words carry some signal"));
  private final CanvasVersion canvas;
  private final ArtifactStore artifacts;
  private final Bundles bundles;
  private final Path scratch;
  private final long seed;
  private final List<Row> rows;
  private Optional<Trained> trained = Optional.empty();

  /** A finding: how the check ended and why. */
  record Finding(Outcome outcome, String detail) {
    static Finding of(boolean passed, String detail) {
      return new Finding(passed ? Outcome.PASSED : Outcome.FAILED, detail);
    }
  }

  private record Trained(List<Row> test, Digest smoke, RungScore floor, RungScore linear) {}

  /**
   * Prepares the checks.
   *
   * @param labelled the product's labelled rows
   * @param size how many of them to use at most: those with the smallest digests of their ids, so
   *     that the same data give the same sample in any order
   */
  SampleChecks(
      CanvasVersion canvas,
      List<Row> labelled,
      int size,
      ArtifactStore artifacts,
      Path scratch,
      long seed) {
    this.canvas = canvas;
    this.artifacts = artifacts;
    this.bundles = new Bundles(artifacts);
    this.scratch = scratch;
    this.seed = seed;
    this.rows =
        labelled.stream()
            .sorted(Comparator.comparing(row -> Digest.of(row.id()).hex()))
            .limit(size)
            .toList();
  }

  int size() {
    return rows.size();
  }

  /** Whether the sample is fit for training: labels, schema, leakage. */
  Finding dataContract() {
    CheckReport report = DataChecks.check(rows, split(), Set.of(), MIN_PER_LABEL);
    return Finding.of(
        report.passed(),
        report.passed()
            ? "%d rows: %d duplicates, %d leaks, %d schema violations."
                .formatted(
                    report.rows(), report.duplicates(), report.leakage(), report.schemaViolations())
            : String.join(" ", report.problems()));
  }

  /** Whether a model trains on the sample, learns something, and is the same when read back. */
  Finding trainSmoke() {
    Trained smoke = trained();
    double learned = primary(smoke.linear());
    double floor = primary(smoke.floor());
    return Finding.of(
        learned >= floor,
        "Trained on %d rows; %s %.3f on %d test rows, the majority's is %.3f."
            .formatted(
                rows.size() - smoke.test().size(),
                metric().id(),
                learned,
                smoke.test().size(),
                floor));
  }

  /** Whether changes that mean nothing change no answer. */
  Finding behavioural() {
    Trained smoke = trained();
    try (Engine engine = bundles.load(smoke.smoke())) {
      Invariance.Result result =
          Invariance.of(engine, smoke.test().stream().map(Row::text).toList());
      return Finding.of(
          result.share() >= Invariance.LEAST,
          "%.1f %% of %d altered texts keep their label (at least %.0f %%); worst: %s."
              .formatted(
                  result.share() * 100, result.altered(), Invariance.LEAST * 100, result.worst()));
    }
  }

  /** Whether training again on the same rows gives the same bytes. */
  Finding reproducible() {
    Digest first = trained().smoke();
    Digest again = train(split()).stream().reduce((_, last) -> last).orElseThrow();
    return Finding.of(
        first.equals(again),
        first.equals(again)
            ? "Trained twice, the same bundle: %s.".formatted(first.brief())
            : "Trained twice: %s, then %s.".formatted(first.brief(), again.brief()));
  }

  /** Whether the bundle holds nothing that could carry code. */
  Finding securityScan() {
    ScanReport scan = bundles.scan(trained().smoke());
    return Finding.of(
        scan.clean(),
        scan.clean()
            ? "%d files scanned, nothing found.".formatted(scan.files())
            : String.join("; ", scan.findings()));
  }

  /** Whether the stored bundle, loaded as serving does, answers its golden rows. */
  Finding integration() {
    Digest smoke = trained().smoke();
    try (Engine engine = bundles.load(smoke)) {
      List<Bundles.Golden> golden = bundles.golden(smoke);
      double difference = Bundles.goldenDifference(engine, golden);
      return Finding.of(
          difference <= Bundles.GOLDEN_TOLERANCE,
          "%d golden rows answered by the stored bundle, largest difference %.2g."
              .formatted(golden.size(), difference));
    }
  }

  private Split split() {
    return Splits.split(rows, canvas.spec(Spec.Split.class));
  }

  private Trained trained() {
    if (trained.isEmpty()) {
      Split split = split();
      List<Digest> made = train(split);
      Scorer scorer = new Scorer(artifacts, only(split.test()), canvas.specs(Spec.Metric.class));
      trained =
          Optional.of(
              new Trained(
                  only(split.test()),
                  made.getLast(),
                  scorer.score("floor", "majority", made.getFirst(), 0),
                  scorer.score("smoke", "linear", made.getLast(), 0)));
    }
    return trained.get();
  }

  private List<Digest> train(Split split) {
    List<String> labels =
        rows.stream().map(row -> row.label().orElseThrow()).distinct().sorted().toList();
    Spec.Ladder ladder = new Spec.Ladder(RUNGS, 0, "floor");
    return new LadderTrainer(
            LadderTask.of(ladder, Optional.empty(), seed),
            labels,
            only(split.train()),
            only(split.valid()),
            artifacts,
            scratch,
            QUIET)
        .train().stream().map(rung -> rung.bundle().orElseThrow()).toList();
  }

  private static final LadderTrainer.Listener QUIET =
      new LadderTrainer.Listener() {
        @Override
        public void progress(long done, long total) {}

        @Override
        public void log(String line) {}
      };

  private List<Row> only(List<String> ids) {
    Set<String> wanted = new HashSet<>(ids);
    return rows.stream().filter(row -> wanted.contains(row.id())).toList();
  }

  private Spec.Metric metric() {
    return Scorer.primary(canvas.specs(Spec.Metric.class))
        .orElseThrow(() -> EspalierException.invalid("The canvas names no metric to judge by."));
  }

  private double primary(RungScore score) {
    return Optional.ofNullable(score.metrics().get(metric().id())).orElse(Double.NaN);
  }
}
