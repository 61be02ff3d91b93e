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
 * uses all of it; a retraining uses the data window before the newest row.
 */
public final class IngestStep implements StepLogic<Ingested> {
  record Params(String dataset, Optional<Duration> dataWindow) {}

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
            canvas.specs(Spec.Retrain.class).stream().map(Spec.Retrain::dataWindow).findFirst()));
  }

  /** The dataset's fingerprint: the digest of what a snapshot would hold now. */
  @Override
  public String probe(CanvasVersion canvas) {
    return datasets.snapshot(dataset(canvas)).digest().text();
  }

  static String dataset(CanvasVersion canvas) {
    return canvas.specs(Spec.Dataset.class).stream()
        .filter(dataset -> dataset.role().equals("training"))
        .map(Spec.Dataset::dataset)
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
    Optional<Instant> since =
        context.cause().trigger().equals("first") || rows.isEmpty()
            ? Optional.empty()
            : params.dataWindow().map(window -> rows.getLast().at().minus(window));
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
