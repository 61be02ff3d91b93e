package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.evaluation.GateInput;
import dev.espalier.evaluation.GateReport;
import dev.espalier.evaluation.Gates;
import dev.espalier.evaluation.Predictions;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Judges the candidate by the canvas' gates. A gate that fails is an answer, not a failed step. */
public final class GateStep implements StepLogic<GateReport> {
  /** What a calibration gate means where the canvas defines no metric of that name. */
  private static final Spec.Metric CALIBRATION =
      new Spec.Metric("ece", "quality", "ece", "down", false, List.of(), 1, 0.95);

  record Params(
      List<Spec.Gate> gates, List<Spec.Metric> metrics, List<Spec.Suite> suites, long seed) {}

  @Override
  public String name() {
    return "gate";
  }

  @Override
  public Class<GateReport> output() {
    return GateReport.class;
  }

  @Override
  public SequencedMap<String, Class<?>> inputs() {
    SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
    inputs.put("evaluate", Evaluated.class);
    inputs.put("prepare", Prepared.class);
    return inputs;
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    return Json.tree(
        new Params(
            canvas.specs(Spec.Gate.class),
            canvas.specs(Spec.Metric.class),
            canvas.specs(Spec.Suite.class),
            seed));
  }

  @Override
  public GateReport run(StepContext context) {
    Params params = Json.read(Json.write(context.params()), Params.class);
    Evaluated evaluated = context.input("evaluate", Evaluated.class);
    RungScore candidate = evaluated.candidate();
    Map<String, Spec.Metric> metrics = new HashMap<>();
    metrics.put(CALIBRATION.id(), CALIBRATION);
    params.metrics().forEach(metric -> metrics.put(metric.id(), metric));
    Predictions predictions = EvaluateStep.predictions(context, candidate);
    GateReport report =
        Gates.judge(
            new GateInput(
                params.gates(),
                metrics,
                predictions,
                evaluated.champion().map(score -> EvaluateStep.predictions(context, score)),
                baseline(context, evaluated),
                facts(context, params, candidate, predictions),
                params.seed()));
    report.results().forEach(result -> context.log(result.detail()));
    context.log(report.summary());
    return report;
  }

  private static Optional<Predictions> baseline(StepContext context, Evaluated evaluated) {
    return evaluated
        .baseline()
        .flatMap(id -> RungScore.find(evaluated.rungs(), id))
        .map(score -> EvaluateStep.predictions(context, score));
  }

  /**
   * What is measured of a model besides its predictions: p95 in ms, size in bytes, and the numbers
   * of the suites that the canvas asks for.
   */
  private static Map<String, GateInput.Fact> facts(
      StepContext context, Params params, RungScore candidate, Predictions predictions) {
    long n = predictions.rows().size();
    Map<String, GateInput.Fact> facts = new HashMap<>();
    facts.put("p95", new GateInput.Fact(candidate.p95Millis(), n));
    facts.put("size", new GateInput.Fact(candidate.bytes(), 1));
    Suites suites = new Suites(params.suites(), params.metrics(), params.seed());
    facts.putAll(suites.of(predictions));
    if (suites.asksTheModel()) {
      List<Row> rows =
          TrainingRows.thaw(context.artifacts(), context.input("prepare", Prepared.class).test());
      try (Engine engine = new Bundles(context.artifacts()).load(candidate.bundle())) {
        facts.putAll(suites.of(engine, rows, predictions));
      }
    }
    return facts;
  }
}
