package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.data.Snapshot;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Freezes the training dataset: everything added and labelled so far. The first run of a product
 * uses all of it that may still be kept; a retraining uses the data window before the newest row.
 * What lies further before the newest row than the retention is never trained on.
 */
public final class IngestStep implements StepLogic<Ingested> {
  record Params(String dataset, Duration retention, Optional<Duration> dataWindow) {}

  private final Datasets datasets;

  public IngestStep(Datasets datasets) {
    this.datasets = datasets;
  }

  @Override
  public String name() {
    return "ingest";
  }

  @Override
  public Class<Ingested> output() {
    return Ingested.class;
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    return Json.tree(
        new Params(
            dataset(canvas),
            training(canvas).retention(),
            canvas.specs(Spec.Retrain.class).stream().map(Spec.Retrain::dataWindow).findFirst()));
  }

  /** The dataset's fingerprint: the digest of what a snapshot would hold now. */
  @Override
  public String probe(CanvasVersion canvas) {
    return datasets.snapshot(dataset(canvas)).digest().text();
  }

  static String dataset(CanvasVersion canvas) {
    return training(canvas).dataset();
  }

  private static Spec.Dataset training(CanvasVersion canvas) {
    return canvas.specs(Spec.Dataset.class).stream()
        .filter(dataset -> dataset.role().equals("training"))
        .findFirst()
        .orElseThrow(() ->
            EspalierException.invalidField(
                "data.sources",
                "a training dataset",
                "The canvas names no dataset with the role 'training'.",
                Optional.of("role: training")));
  }

  @Override
  public Ingested run(StepContext context) {
    Params params = Json.read(Json.write(context.params()), Params.class);
    Snapshot snapshot = datasets.snapshot(params.dataset());
    List<Row> rows = datasets.rows(snapshot.digest());
    boolean first = context.cause().trigger().equals("first");
    Optional<Duration> window = params.dataWindow().filter(_ -> !first);
    Duration reach =
        window.filter(asked -> asked.compareTo(params.retention()) < 0).orElse(params.retention());
    Optional<Instant> since =
        rows.isEmpty() ? Optional.empty() : Optional.of(rows.getLast().at().minus(reach));
    List<Row> used =
        rows.stream()
            .filter(row -> row.label().isPresent())
            .filter(row -> since.map(from -> !row.at().isBefore(from)).orElse(true))
            .toList();
    context.log(
        "%d rows of %s, %d labelled and in use"
            .formatted(rows.size(), params.dataset(), used.size()));
    return new Ingested(
        params.dataset(), snapshot.digest(), rows.size(), used.size(), since, Ingested.count(used));
  }
}
