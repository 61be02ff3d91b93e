package dev.espalier.training;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.data.CheckReport;
import dev.espalier.platform.Json;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the runs say about the data that the champion was trained on: the checks that it passed, as
 * they were recorded with the version.
 */
public final class TrainingEvidence implements EvidenceSource {
  private final Registry registry;

  public TrainingEvidence(Registry registry) {
    this.registry = registry;
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    return registry
        .alias(product, Registry.CHAMPION)
        .flatMap(champion -> leakage(product, champion, now))
        .stream()
        .toList();
  }

  private static Optional<Observation> leakage(String product, ModelVersion champion, Instant now) {
    return Optional.ofNullable(champion.meta().get(RegisterStep.CHECKS))
        .map(checks -> Json.read(checks, CheckReport.class))
        .map(report ->
            Observation.verdict(
                "data",
                "leakage",
                champion.version(),
                now,
                report.rows(),
                report.leakage() == 0,
                "%d of %d rows leak from training into the test; %d duplicates."
                    .formatted(report.leakage(), report.rows(), report.duplicates()),
                "/api/v1/models/%s/versions/%s".formatted(product, champion.version())));
  }

  /** The time of the newest row that a version was trained on, where it is recorded. */
  public static Optional<Instant> trainedThrough(ModelVersion version) {
    return Optional.ofNullable(version.meta().get(RegisterStep.TRAINED_THROUGH))
        .map(Instant::parse);
  }
}
