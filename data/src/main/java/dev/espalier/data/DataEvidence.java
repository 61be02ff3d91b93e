package dev.espalier.data;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the training dataset's newest snapshot says about the questions on data. */
public final class DataEvidence implements EvidenceSource {
  private final Datasets datasets;

  public DataEvidence(Datasets datasets) {
    this.datasets = datasets;
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    List<Observation> seen = new ArrayList<>();
    canvas.specs(Spec.Dataset.class).stream()
        .filter(dataset -> dataset.role().equals("training"))
        .findFirst()
        .flatMap(dataset -> datasets.latest(dataset.dataset()))
        .ifPresent(snapshot -> describe(snapshot, now, seen));
    return seen;
  }

  private static void describe(Snapshot snapshot, Instant now, List<Observation> seen) {
    String source = "/api/v1/datasets/" + snapshot.dataset();
    String subject = snapshot.dataset() + "@" + snapshot.digest().brief();
    snapshot
        .to()
        .ifPresent(newest -> {
          double age = Math.max(0, Duration.between(newest, now).toSeconds());
          seen.add(
              measured(
                  "data", "age", subject, now, 1, age, "The newest row is of " + newest, source));
        });
    seen.add(
        measured(
            "data",
            "schema",
            subject,
            snapshot.createdAt(),
            snapshot.rows(),
            0,
            "Every accepted row was checked against the row's rules; %d were kept aside."
                .formatted(snapshot.rejected()),
            source));
    seen.add(
        measured(
            "feasibility",
            "min_rows",
            subject,
            snapshot.createdAt(),
            snapshot.rows(),
            (double) snapshot.rows(),
            "%d rows in the newest snapshot".formatted(snapshot.rows()),
            source));
    snapshot.labels().values().stream()
        .min(Long::compare)
        .ifPresent(least ->
            seen.add(
                measured(
                    "feasibility",
                    "min_per_class",
                    subject,
                    snapshot.createdAt(),
                    snapshot.rows(),
                    (double) least,
                    "Rows per label: " + snapshot.labels(),
                    source)));
  }

  private static Observation measured(
      String question,
      String clause,
      String subject,
      Instant at,
      long n,
      double value,
      String detail,
      String source) {
    return Observation.measured(
        question, clause, subject, at, n, value, Optional.empty(), detail, source);
  }
}
