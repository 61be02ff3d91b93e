package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.GateReport;
import dev.espalier.model.Bundles;
import dev.espalier.pipeline.Purity;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.Program;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registration;
import dev.espalier.registry.Registry;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Registers a candidate that passed its gates, with everything it comes from, and calls it
 * challenger. Doing it again changes nothing.
 */
public final class RegisterStep implements StepLogic<Registered> {
  /** Metadata: the check report of the data, as JSON. */
  static final String CHECKS = "checks";

  /** The commit of the code that made a version. */
  static final String COMMIT = "commit";

  /** Metadata: the time of the newest row that was trained on. */
  static final String TRAINED_THROUGH = "trained_through";

  record Params(Set<String> requiredMeta) {}

  private final Registry registry;

  public RegisterStep(Registry registry) {
    this.registry = registry;
  }

  @Override
  public String name() {
    return "register";
  }

  @Override
  public Class<Registered> output() {
    return Registered.class;
  }

  @Override
  public Purity purity() {
    return Purity.EFFECT;
  }

  @Override
  public SequencedMap<String, Class<?>> inputs() {
    SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
    inputs.put("ingest", Ingested.class);
    inputs.put("validate", Validated.class);
    inputs.put("split", SplitParts.class);
    inputs.put("train", TrainedLadder.class);
    inputs.put("evaluate", Evaluated.class);
    inputs.put("gate", GateReport.class);
    return inputs;
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    return Json.tree(
        new Params(
            canvas.specs(Spec.RegistryPolicy.class).stream()
                .findFirst()
                .map(Spec.RegistryPolicy::requiredMeta)
                .orElse(Set.of())));
  }

  @Override
  public Registered run(StepContext context) {
    GateReport gates = context.input("gate", GateReport.class);
    RungScore candidate = context.input("evaluate", Evaluated.class).candidate();
    if (!gates.passed()) {
      context.log("Not registered: " + gates.summary());
      return new Registered(Optional.empty(), candidate.approach(), gates.summary());
    }
    Set<String> required = Json.read(Json.write(context.params()), Params.class).requiredMeta();
    ModelVersion version =
        registry.register(registration(context, candidate), context.idempotencyKey(), required);
    challenge(context, version);
    context.log("Version %s registered: %s".formatted(version.version(), version.bumpReason()));
    return new Registered(Optional.of(version.version()), candidate.id(), version.bumpReason());
  }

  private void challenge(StepContext context, ModelVersion version) {
    Optional<String> before =
        registry.alias(context.product(), Registry.CHALLENGER).map(ModelVersion::version);
    if (!before.equals(Optional.of(version.version()))) {
      registry.moveAlias(
          context.product(),
          Registry.CHALLENGER,
          before,
          version.version(),
          "pipeline",
          "Run " + context.runId() + " passed its gates");
    }
  }

  private static Registration registration(StepContext context, RungScore candidate) {
    CanvasVersion canvas = context.canvas();
    return new Registration(
        context.product(),
        candidate.bundle(),
        context.runId(),
        context.input("ingest", Ingested.class).snapshot(),
        canvas.version(),
        canvas.digest(),
        candidate.approach(),
        new Bundles(context.artifacts()).manifest(candidate.bundle()).signature(),
        Json.tree(context.input("gate", GateReport.class)),
        Json.tree(context.input("evaluate", Evaluated.class).verdict()),
        candidate.metrics(),
        meta(context, candidate));
  }

  private static SortedMap<String, String> meta(StepContext context, RungScore candidate) {
    Ingested ingested = context.input("ingest", Ingested.class);
    SplitParts split = context.input("split", SplitParts.class);
    TrainedRung rung =
        context.input("train", TrainedLadder.class).rungs().stream()
            .filter(trained -> trained.id().equals(candidate.id()))
            .findFirst()
            .orElseThrow(() -> EspalierException.invalid("No rung " + candidate.id()));
    SortedMap<String, String> meta = new TreeMap<>();
    SortedMap<String, String> facts =
        new Bundles(context.artifacts()).manifest(candidate.bundle()).facts();
    facts.forEach((name, value) -> meta.put("model." + name, value));
    meta.put("approach", candidate.approach());
    meta.put("params", Json.write(facts));
    meta.put("seed", String.valueOf(context.seed()));
    meta.put("run", context.runId());
    meta.put("cause", context.cause().trigger() + ": " + context.cause().reason());
    meta.put("data_snapshot", ingested.snapshot().text());
    meta.put("dataset", ingested.dataset());
    meta.put("rows", String.valueOf(ingested.used()));
    meta.put("labels", Json.write(ingested.labels()));
    meta.put(SplitStep.META, split.split().text());
    split.trainedThrough().ifPresent(at -> meta.put(TRAINED_THROUGH, at.toString()));
    split.testFrom().ifPresent(at -> meta.put("test_from", at.toString()));
    meta.put("test_rows", String.valueOf(split.test()));
    meta.put(CHECKS, Json.write(context.input("validate", Validated.class).report()));
    meta.put("p95_ms", "%.3f".formatted(candidate.p95Millis()));
    meta.put("train_cpu_seconds", "%.1f".formatted(rung.cpuSeconds()));
    attention(context).ifPresent(worst -> meta.put("attention_rows", worst));
    meta.put("environment", "Java " + Runtime.version() + " " + System.getProperty("os.arch", ""));
    meta.put("code", code());
    Program.running().commit().ifPresent(commit -> meta.put(COMMIT, commit));
    return meta;
  }

  /** How far the worst attention row of the run's transformer is from summing to 1. */
  private static Optional<String> attention(StepContext context) {
    return context.input("train", TrainedLadder.class).rungs().stream()
        .flatMap(rung -> Optional.ofNullable(rung.facts().get("attentionRowDeviation")).stream())
        .findFirst();
  }

  /** What built this program: the version of its jar, or a build from sources. */
  private static String code() {
    return Optional.ofNullable(RegisterStep.class.getPackage().getImplementationVersion())
        .map(version -> "espalier " + version)
        .orElse("espalier built from sources");
  }
}
