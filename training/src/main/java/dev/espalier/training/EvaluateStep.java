package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.evaluation.LadderVerdict;
import dev.espalier.evaluation.Predictions;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.RegisteredOnnx;
import dev.espalier.registry.Registry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;

/**
 * Scores every rung, and the champion, on the same test rows, and chooses the candidate: the
 * simplest rung that no other beats by the gain that the canvas asks for.
 */
public final class EvaluateStep implements StepLogic<Evaluated> {
  /**
   * @param external what rungs that were made elsewhere name, by the rung's id
   */
  record Params(
      List<Spec.Metric> metrics,
      double minGain,
      String baseline,
      long seed,
      SortedMap<String, String> external) {}

  private final Registry registry;
  private final ExternalRungs external;

  public EvaluateStep(Registry registry, RegisteredOnnx registered) {
    this.registry = registry;
    this.external = new ExternalRungs(registered);
  }

  @Override
  public String name() {
    return "evaluate";
  }

  @Override
  public Class<Evaluated> output() {
    return Evaluated.class;
  }

  @Override
  public SequencedMap<String, Class<?>> inputs() {
    SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
    inputs.put("train", TrainedLadder.class);
    inputs.put("prepare", Prepared.class);
    return inputs;
  }

  @Override
  public Set<String> measurements() {
    return Set.of("cpuSeconds", "p95Millis");
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    Spec.Ladder ladder = canvas.spec(Spec.Ladder.class);
    return Json.tree(
        new Params(
            canvas.specs(Spec.Metric.class),
            ladder.minGain(),
            ladder.baseline(),
            seed,
            ExternalRungs.references(canvas)));
  }

  /** Which bundle is champion, and which versions from elsewhere are scored beside the rungs. */
  @Override
  public String probe(CanvasVersion canvas) {
    String champion =
        registry
            .alias(canvas.product(), Registry.CHAMPION)
            .map(version -> version.version() + " " + version.bundle())
            .orElse("");
    return champion + external.probe(canvas);
  }

  @Override
  public Evaluated run(StepContext context) {
    Params params = Json.read(Json.write(context.params()), Params.class);
    TrainedLadder ladder = context.input("train", TrainedLadder.class);
    List<Row> rows =
        TrainingRows.thaw(context.artifacts(), context.input("prepare", Prepared.class).test());
    Spec.Metric primary =
        Scorer.primary(params.metrics())
            .orElseThrow(
                () -> EspalierException.invalid("The canvas names no metric to judge models by."));
    Scorer scorer = new Scorer(context.artifacts(), rows, params.metrics());
    List<RungScore> scores = new ArrayList<>();
    List<LadderVerdict.Candidate> candidates = new ArrayList<>();
    for (TrainedRung trained : ladder.rungs()) {
      TrainedRung rung = made(context, trained, params, rows);
      context.checkCancelled();
      context.progress(candidates.size(), ladder.rungs().size() + 1L, "models");
      Optional<RungScore> score =
          rung.bundle()
              .map(bundle -> scorer.score(rung.id(), rung.approach(), bundle, rung.cpuSeconds()));
      score.ifPresent(scores::add);
      candidates.add(
          new LadderVerdict.Candidate(
              rung.id(),
              rung.approach(),
              score.map(own -> predictions(context, own)),
              rung.cpuSeconds(),
              rung.skipped()));
    }
    Optional<ModelVersion> champion = registry.alias(context.product(), Registry.CHAMPION);
    LadderVerdict verdict =
        LadderVerdict.climb(primary, candidates, params.minGain(), params.seed());
    context.log(verdict.sentence());
    scores.forEach(score -> report(context, score));
    return new Evaluated(
        scores,
        champion.map(
            version -> scorer.score(RungScore.CHAMPION, version.rung(), version.bundle(), 0)),
        champion.map(ModelVersion::version),
        verdict,
        baseline(params, scores),
        rows.size());
  }

  /** The rung, with the bundle of a model that a client registered if that is what it names. */
  private TrainedRung made(StepContext context, TrainedRung rung, Params params, List<Row> rows) {
    Optional<String> reference = Optional.ofNullable(params.external().get(rung.id()));
    return reference
        .map(name ->
            external.rung(
                context, rung, name, context.input("prepare", Prepared.class).labels(), rows))
        .orElse(rung);
  }

  static Predictions predictions(StepContext context, RungScore score) {
    return Json.read(context.artifacts().read(score.predictions()), Predictions.class);
  }

  private static void report(StepContext context, RungScore score) {
    score.metrics().forEach((metric, value) -> context.metric(score.id() + "." + metric, value));
  }

  /** The rung that the canvas calls its baseline, by id or by approach; else the simplest. */
  private static Optional<String> baseline(Params params, List<RungScore> scores) {
    return scores.stream()
        .filter(score ->
            score.id().equals(params.baseline()) || score.approach().equals(params.baseline()))
        .map(RungScore::id)
        .findFirst()
        .or(() -> scores.stream().map(RungScore::id).findFirst());
  }
}
