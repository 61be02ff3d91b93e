package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.Rights;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.webserver.http.HttpRules;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Histories of metrics over MLflow's REST: whole, by pages, for many runs, and sampled. */
public final class MlflowMetricRoutes extends WireRoutes {
  private static final int MAX_RUNS = 100;
  private static final int MAX_PAGE = 25_000;
  private static final int MAX_SAMPLE = 2_500;
  private final Tracking tracking;

  public MlflowMetricRoutes(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        get("metrics/get-history", this::history),
        get("metrics/get-history-bulk-interval", this::sampled));
  }

  @Override
  public void routing(HttpRules rules) {
    super.routing(rules);
    // Not part of the public API: only MLflow's own pages ask for it.
    rules.get(
        "/ajax-api/2.0/mlflow/metrics/get-history-bulk",
        mlflow((request, response) -> {
          Fields query = query(request);
          query.texts("run_id").forEach(run -> rights(request).mayRun(run, Rights.Level.READ));
          answer(response, bulk(query));
        }));
  }

  private JsonNode history(Fields request) {
    String run = request.runId();
    String key = request.required("metric_key");
    OptionalLong asked = request.number("max_results");
    int limit =
        asked.orElse(0) == 0 ? Integer.MAX_VALUE - 1 : Checks.page(asked, MAX_PAGE, MAX_PAGE);
    String query = "history|" + run + "|" + key;
    Optional<MetricPoint> after =
        request
            .text("page_token")
            .filter(token -> !token.isEmpty())
            .map(token -> point(Cursor.parse(token, query, 3)));
    List<MetricPoint> points = tracking.runs().history(run, key, after, limit);
    List<MetricPoint> page = points.size() > limit ? points.subList(0, limit) : points;
    ObjectNode json = WireJson.object();
    if (!page.isEmpty()) {
      ArrayNode metrics = json.putArray("metrics");
      page.forEach(point -> metrics.add(WireJson.point(key, point)));
    }
    if (points.size() > limit) {
      MetricPoint last = page.getLast();
      json.put(
          "next_page_token",
          new Cursor(Arrays.asList(last.at(), last.step(), last.value())).token(query));
    }
    return json;
  }

  private static MetricPoint point(Cursor cursor) {
    return new MetricPoint(
        number(cursor, 0).longValue(),
        number(cursor, 1).longValue(),
        number(cursor, 2).doubleValue());
  }

  private static Number number(Cursor cursor, int index) {
    if (cursor.keys().get(index) instanceof Number number) {
      return number;
    }
    throw EspalierException.invalid("Invalid page_token: it is malformed.");
  }

  private JsonNode bulk(Fields request) {
    List<String> runs = request.texts("run_id");
    if (runs.isEmpty()) {
      throw EspalierException.invalid(
          "GetMetricHistoryBulk request must specify at least one run_id.");
    }
    if (runs.size() > MAX_RUNS) {
      throw EspalierException.invalid(
          ("GetMetricHistoryBulk request cannot specify more than %d run_ids. Received %d"
                  + " run_ids.")
              .formatted(MAX_RUNS, runs.size()));
    }
    String key =
        request
            .text("metric_key")
            .orElseThrow(() ->
                EspalierException.invalid(
                    "GetMetricHistoryBulk request must specify a metric_key."));
    long left = Math.clamp(request.number("max_results").orElse(MAX_PAGE), 0, MAX_PAGE);
    ObjectNode json = WireJson.object();
    ArrayNode metrics = json.putArray("metrics");
    for (String run : runs.stream().sorted().toList()) {
      List<MetricPoint> points =
          tracking.runs().history(run, key, Optional.empty(), (int) Math.max(1, left));
      for (MetricPoint point : points.subList(0, (int) Math.min(left, points.size()))) {
        metrics.add(WireJson.point(key, point).put("run_id", run));
        left--;
      }
    }
    return json;
  }

  private JsonNode sampled(Fields request) {
    List<String> runs = request.texts("run_ids");
    if (runs.isEmpty()) {
      throw EspalierException.invalid(
          "Missing value for required parameter 'run_ids'. See the API docs for more information"
              + " about request parameters.");
    }
    if (runs.size() > MAX_RUNS) {
      throw EspalierException.invalid(
          ("GetMetricHistoryBulkInterval request must specify at most %d run_ids. Received %d"
                  + " run_ids.")
              .formatted(MAX_RUNS, runs.size()));
    }
    String key = request.required("metric_key");
    OptionalLong start = request.number("start_step");
    OptionalLong end = request.number("end_step");
    if (start.isPresent() != end.isPresent()) {
      throw EspalierException.invalid(
          "If either start step or end step are specified, both must be specified.");
    }
    if (start.orElse(0) > end.orElse(0)) {
      throw EspalierException.invalid(
          "end_step must be greater than start_step. Found start_step=%d and end_step=%d."
              .formatted(start.orElse(0), end.orElse(0)));
    }
    long limit = request.number("max_results").orElse(MAX_SAMPLE);
    if (limit < 1 || limit > MAX_SAMPLE) {
      throw EspalierException.invalid(
          "max_results must be between 1 and %d.".formatted(MAX_SAMPLE));
    }
    ObjectNode json = WireJson.object();
    ArrayNode metrics = json.objectNode().arrayNode();
    for (String run : runs) {
      List<MetricPoint> points =
          tracking.runs().history(run, key, Optional.empty(), Integer.MAX_VALUE - 1).stream()
              .filter(point -> start.isEmpty() || point.step() >= start.getAsLong())
              .filter(point -> end.isEmpty() || point.step() <= end.getAsLong())
              .sorted(MetricPoint.BY_STEP)
              .toList();
      for (MetricPoint point : Sampling.of(points, (int) limit)) {
        metrics.add(WireJson.point(key, point).put("run_id", run));
      }
    }
    if (!metrics.isEmpty()) {
      json.set("metrics", metrics);
    }
    return json;
  }
}
