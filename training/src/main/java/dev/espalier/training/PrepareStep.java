package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.data.Split;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Freezes the rows of each part, so that training reads artifacts and nothing else. */
public final class PrepareStep implements StepLogic<Prepared> {
  private final Datasets datasets;

  public PrepareStep(Datasets datasets) {
    this.datasets = datasets;
  }

  @Override
  public String name() {
    return "prepare";
  }

  @Override
  public Class<Prepared> output() {
    return Prepared.class;
  }

  @Override
  public SequencedMap<String, Class<?>> inputs() {
    SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
    inputs.put("ingest", Ingested.class);
    inputs.put("split", SplitParts.class);
    return inputs;
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    return Json.mapper().createObjectNode();
  }

  @Override
  public Prepared run(StepContext context) {
    List<Row> rows = TrainingRows.labelled(datasets, context.input("ingest", Ingested.class));
    Digest parts = context.input("split", SplitParts.class).split();
    Split split = Json.read(context.artifacts().read(parts), Split.class);
    return new Prepared(
        rows.stream().map(row -> row.label().orElseThrow()).distinct().sorted().toList(),
        freeze(context, rows, split.train()),
        freeze(context, rows, split.valid()),
        freeze(context, rows, split.test()),
        rows.size());
  }

  private static Digest freeze(StepContext context, List<Row> rows, List<String> ids) {
    Set<String> wanted = new HashSet<>(ids);
    return TrainingRows.freeze(
        context.artifacts(), rows.stream().filter(row -> wanted.contains(row.id())).toList());
  }
}
