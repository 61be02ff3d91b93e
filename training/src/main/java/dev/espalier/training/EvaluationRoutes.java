package dev.espalier.training;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.data.Row;
import dev.espalier.evaluation.ErrorAnalysis;
import dev.espalier.evaluation.Predictions;
import dev.espalier.evaluation.Scored;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** What a run's models said about its test rows, over HTTP: read from what the run stored. */
public final class EvaluationRoutes extends JsonRoutes {
  private static final int WORST = 20;
  private static final int SHOWN = 400;
  private final Pipelines pipelines;
  private final ArtifactStore artifacts;

  public EvaluationRoutes(Pipelines pipelines, ArtifactStore artifacts) {
    this.pipelines = pipelines;
    this.artifacts = artifacts;
  }

  /**
   * One model of a run on the run's test rows.
   *
   * @param rungs every model that the run scored; the first is the one that went on to the gates
   * @param slices value of the primary metric by {@code attribute=value}
   * @param worst the wrong rows, first those whose actual label was given the least
   * @param surest of each label the right row that was given it most
   */
  record Analysis(
      String rung,
      List<String> rungs,
      ErrorAnalysis errors,
      SortedMap<String, Double> slices,
      List<TestRow> worst,
      List<TestRow> surest) {}

  /**
   * A row that the model was tested on.
   *
   * @param given the probability that its actual label got
   * @param text its first characters; empty where the rows are no longer stored
   */
  record TestRow(
      String rowId, Instant at, String actual, String predicted, double given, String text) {}

  @Override
  public void routing(HttpRules rules) {
    rules.get("/pipelines/{product}/runs/{id}/evaluation", safely(this::evaluation));
  }

  private void evaluation(ServerRequest request, ServerResponse response) {
    String id = path(request, "id");
    String product = path(request, "product");
    if (!pipelines.run(id).product().equals(product)) {
      throw EspalierException.notFound("No run %s of '%s'.".formatted(id, product));
    }
    Evaluated evaluated =
        pipelines
            .output(id, "evaluate", Evaluated.class)
            .orElseThrow(
                () -> EspalierException.notFound("Run %s has evaluated nothing.".formatted(id)));
    List<String> rungs = rungs(evaluated);
    String asked = query(request, "rung").orElseGet(rungs::getFirst);
    RungScore score =
        (asked.equals(RungScore.CHAMPION)
                ? evaluated.champion()
                : RungScore.find(evaluated.rungs(), asked))
            .orElseThrow(() ->
                EspalierException.invalidField(
                    "rung",
                    "scored by the run",
                    "rung: the run has scored %s.".formatted(String.join(", ", rungs)),
                    rungs.stream().findFirst()));
    Predictions predictions = Json.read(artifacts.read(score.predictions()), Predictions.class);
    Map<String, String> texts = texts(id);
    send(
        response,
        new Analysis(
            asked,
            rungs,
            ErrorAnalysis.of(predictions),
            score.slices(),
            rows(predictions, ErrorAnalysis.worst(predictions, WORST), texts),
            rows(predictions, ErrorAnalysis.surest(predictions), texts)));
  }

  private static List<String> rungs(Evaluated evaluated) {
    String candidate = evaluated.verdict().chosen();
    List<String> names =
        evaluated.rungs().stream()
            .map(RungScore::id)
            .filter(id -> !id.equals(candidate))
            .collect(Collectors.toList());
    names.addFirst(candidate);
    evaluated.champion().ifPresent(_ -> names.add(RungScore.CHAMPION));
    return names;
  }

  private static List<TestRow> rows(
      Predictions predictions, List<Scored> rows, Map<String, String> texts) {
    return rows.stream()
        .map(row ->
            new TestRow(
                row.rowId(),
                row.at(),
                row.actual(),
                row.predicted(),
                ErrorAnalysis.given(predictions, row).orElse(0),
                texts.getOrDefault(row.rowId(), "")))
        .toList();
  }

  /** The test rows' first characters; none where retention has removed the rows. */
  private Map<String, String> texts(String run) {
    Optional<Prepared> prepared = pipelines.output(run, "prepare", Prepared.class);
    Map<String, String> texts = new HashMap<>();
    prepared
        .filter(parts -> artifacts.exists(parts.test()))
        .ifPresent(parts -> {
          for (Row row : TrainingRows.thaw(artifacts, parts.test())) {
            texts.put(row.id(), row.text().substring(0, Math.min(SHOWN, row.text().length())));
          }
        });
    return texts;
  }
}
