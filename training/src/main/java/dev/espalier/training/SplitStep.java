package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.data.Split;
import dev.espalier.data.Splits;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Divides the rows as the canvas says. Where a champion exists, no test row may be one that it was
 * trained on: such rows go to training, so that champion and challenger meet on rows new to both.
 */
public final class SplitStep implements StepLogic<SplitParts> {
  /** The registration's metadata that names the split artifact of a version. */
  static final String META = "split";

  private static final int MIN_TEST = 10;

  record Params(Spec.Split split) {}

  private final Datasets datasets;
  private final Registry registry;

  public SplitStep(Datasets datasets, Registry registry) {
    this.datasets = datasets;
    this.registry = registry;
  }

  @Override
  public String name() {
    return "split";
  }

  @Override
  public Class<SplitParts> output() {
    return SplitParts.class;
  }

  @Override
  public SequencedMap<String, Class<?>> inputs() {
    SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
    inputs.put("validate", Validated.class);
    inputs.put("ingest", Ingested.class);
    return inputs;
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    return Json.tree(new Params(canvas.spec(Spec.Split.class)));
  }

  /** Which rows the champion has seen. */
  @Override
  public String probe(CanvasVersion canvas) {
    return championSplit(canvas.product()).map(Digest::text).orElse("");
  }

  private Optional<Digest> championSplit(String product) {
    return registry
        .alias(product, Registry.CHAMPION)
        .map(ModelVersion::meta)
        .flatMap(meta -> Optional.ofNullable(meta.get(META)))
        .map(Digest::new);
  }

  @Override
  public SplitParts run(StepContext context) {
    Spec.Split asked = Json.read(Json.write(context.params()), Params.class).split();
    List<Row> rows = TrainingRows.labelled(datasets, context.input("ingest", Ingested.class));
    Split split = Splits.split(rows, asked);
    Set<String> seen = seenByChampion(context);
    List<String> moved = split.test().stream().filter(seen::contains).toList();
    Split parts = withoutSeen(split, moved);
    if (parts.test().size() < MIN_TEST) {
      throw EspalierException.invalid(
          "Only %d test rows are new to the champion; at least %d are needed. Add labelled rows."
              .formatted(parts.test().size(), MIN_TEST));
    }
    Set<String> test = new HashSet<>(parts.test());
    context.log(
        "train %d, valid %d, test %d; %d rows moved to training because the champion knows them"
            .formatted(
                parts.train().size(), parts.valid().size(), parts.test().size(), moved.size()));
    return new SplitParts(
        context.artifacts().put(Json.bytes(parts)),
        parts.train().size(),
        parts.valid().size(),
        parts.test().size(),
        moved.size(),
        rows.stream()
            .filter(row -> !test.contains(row.id()))
            .map(Row::at)
            .max(Comparator.naturalOrder()),
        rows.stream()
            .filter(row -> test.contains(row.id()))
            .map(Row::at)
            .min(Comparator.<Instant>naturalOrder()));
  }

  private Set<String> seenByChampion(StepContext context) {
    return championSplit(context.product())
        .map(digest -> Json.read(context.artifacts().read(digest), Split.class))
        .map(split ->
            (Set<String>)
                new HashSet<>(
                    Stream.concat(split.train().stream(), split.valid().stream()).toList()))
        .orElseGet(Set::of);
  }

  private static Split withoutSeen(Split split, List<String> moved) {
    if (moved.isEmpty()) {
      return split;
    }
    Set<String> gone = new HashSet<>(moved);
    List<String> train = new ArrayList<>(split.train());
    train.addAll(moved);
    return new Split(
        train, split.valid(), split.test().stream().filter(id -> !gone.contains(id)).toList());
  }
}
