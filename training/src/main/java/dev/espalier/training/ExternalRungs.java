package dev.espalier.training;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.model.Signature;
import dev.espalier.pipeline.StepContext;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.RegisteredOnnx;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Rungs whose model was made elsewhere and registered by a client: an iteration of approach {@code
 * external} names it in its params, as {@code model: models:/spam@champion}. It becomes a bundle
 * like any other, and is scored, gated and released like any other.
 */
final class ExternalRungs {
  /** The param of an iteration that names a registered version. */
  static final String MODEL = "model";

  private static final int GOLDEN_ROWS = 20;
  private final RegisteredOnnx registered;

  ExternalRungs(RegisteredOnnx registered) {
    this.registered = registered;
  }

  /** What the external rungs of a canvas name, by the rung's id. */
  static SortedMap<String, String> references(CanvasVersion canvas) {
    SortedMap<String, String> references = new TreeMap<>();
    for (Spec.Rung rung : canvas.spec(Spec.Ladder.class).rungs()) {
      if (rung.approach().equals(Bundles.EXTERNAL)) {
        references.put(
            rung.id(),
            canvas.specs(Spec.Iteration.class).stream()
                .filter(iteration -> iteration.id().equals(rung.id()))
                .findFirst()
                .flatMap(iteration -> Optional.ofNullable(iteration.params().get(MODEL)))
                .orElse(""));
      }
    }
    return references;
  }

  /** Which versions the rungs name now: a moved alias is another result. */
  String probe(CanvasVersion canvas) {
    StringBuilder named = new StringBuilder();
    for (String reference : references(canvas).values()) {
      try {
        named.append(' ').append(registered.resolve(reference));
      } catch (EspalierException unknown) {
        named.append(" -");
      }
    }
    return named.toString();
  }

  /** The rung with its bundle, or with the reason why there is none. */
  TrainedRung rung(
      StepContext context,
      TrainedRung rung,
      String reference,
      List<String> labels,
      List<Row> rows) {
    try {
      if (reference.isEmpty()) {
        throw EspalierException.invalidField(
            MODEL,
            "required",
            "Iteration '%s' is external and names no model.".formatted(rung.id()),
            Optional.of("params: {model: models:/spam@champion}"));
      }
      RegisteredOnnx.Graph graph = registered.graph(reference);
      SortedMap<String, String> facts = new TreeMap<>();
      facts.put("source", graph.reference());
      facts.put("sourceVersion", graph.version());
      facts.put("config", Digest.of(graph.reference()).text());
      Digest bundle = bundle(context, graph, labels, rows, facts);
      context.log("%s is %s".formatted(rung.id(), graph.reference()));
      return new TrainedRung(
          rung.id(), rung.approach(), Optional.of(bundle), 0, Optional.empty(), facts);
    } catch (EspalierException refused) {
      String why = String.valueOf(refused.getMessage());
      context.log("%s is left out: %s".formatted(rung.id(), why));
      return new TrainedRung(
          rung.id(), rung.approach(), Optional.empty(), 0, Optional.of(why), new TreeMap<>());
    }
  }

  private static Digest bundle(
      StepContext context,
      RegisteredOnnx.Graph graph,
      List<String> labels,
      List<Row> rows,
      Map<String, String> facts) {
    Signature signature =
        new Signature(Signature.TEXT_CLASSIFICATION, labels, LadderTask.MAX_CHARACTERS);
    List<String> texts = rows.stream().limit(GOLDEN_ROWS).map(Row::text).toList();
    Map<String, byte[]> files = new TreeMap<>(Map.of(Bundles.GRAPH, graph.bytes()));
    Bundles bundles = new Bundles(context.artifacts());
    // Stored first, because that is where it is scanned: nothing unseen is loaded.
    Digest _ = bundles.write(Bundles.EXTERNAL, signature, files, facts);
    try (Engine engine = Bundles.engine(Bundles.EXTERNAL, signature, files, facts)) {
      files.put(Bundles.GOLDEN, Bundles.goldenFile(engine, texts));
    }
    return bundles.write(Bundles.EXTERNAL, signature, files, facts);
  }
}
