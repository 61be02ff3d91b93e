package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.CheckReport;
import dev.espalier.data.DataChecks;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.data.Splits;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Checks the data before anything is trained on them: enough rows of at least two labels, schema,
 * duplicates, leakage between the parts. Data that fail stop the run with every problem named.
 */
public final class ValidateStep implements StepLogic<Validated> {
  private static final int MIN_PER_LABEL = 10;

  record Params(Spec.Split split) {}

  private final Datasets datasets;

  public ValidateStep(Datasets datasets) {
    this.datasets = datasets;
  }

  @Override
  public String name() {
    return "validate";
  }

  @Override
  public Class<Validated> output() {
    return Validated.class;
  }

  @Override
  public SequencedMap<String, Class<?>> inputs() {
    SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
    inputs.put("ingest", Ingested.class);
    return inputs;
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    return Json.tree(new Params(canvas.spec(Spec.Split.class)));
  }

  @Override
  public Validated run(StepContext context) {
    Ingested ingested = context.input("ingest", Ingested.class);
    requireLabels(ingested);
    Spec.Split split = Json.read(Json.write(context.params()), Params.class).split();
    List<Row> rows = TrainingRows.labelled(datasets, ingested);
    CheckReport report = DataChecks.check(rows, Splits.split(rows, split), Set.of(), MIN_PER_LABEL);
    if (!report.problems().isEmpty()) {
      throw EspalierException.invalid(
          "The data of '%s' are not fit for training: %s"
              .formatted(ingested.dataset(), String.join("; ", report.problems())));
    }
    context.log(
        "%d rows checked: %d duplicates, %d leaks, %d schema violations"
            .formatted(
                report.rows(), report.duplicates(), report.leakage(), report.schemaViolations()));
    return new Validated(report);
  }

  private static void requireLabels(Ingested ingested) {
    long enough = ingested.labels().values().stream().filter(n -> n >= MIN_PER_LABEL).count();
    if (ingested.labels().size() < 2 || enough < ingested.labels().size()) {
      throw EspalierException.invalid(
          "Dataset '%s' has the labelled rows %s: at least two labels with %d rows each are needed."
              .formatted(ingested.dataset(), ingested.labels(), MIN_PER_LABEL));
    }
  }
}
