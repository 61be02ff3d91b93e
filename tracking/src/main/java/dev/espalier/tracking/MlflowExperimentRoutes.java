package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.MlflowCode;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.http.HttpRules;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Experiments over MLflow's REST, and the calls about the server itself. */
public final class MlflowExperimentRoutes extends WireRoutes {
  /** The level of MLflow that clients may take this server for. */
  static final String LEVEL = "3.6.0";

  private static final List<String> VIEWS = List.of("ACTIVE_ONLY", "DELETED_ONLY", "ALL");
  private final Tracking tracking;

  public MlflowExperimentRoutes(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/health", (_, response) -> text(response, "OK"))
        .get("/version", (_, response) -> text(response, LEVEL));
    super.routing(rules);
  }

  private static void text(io.helidon.webserver.http.ServerResponse response, String text) {
    response
        .header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .send(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        post("experiments/create", this::create),
        post("experiments/search", this::search),
        get("experiments/search", this::search),
        get("experiments/get", this::get),
        get("experiments/get-by-name", this::byName),
        post("experiments/delete", this::delete),
        post("experiments/restore", this::restore),
        post("experiments/update", this::update),
        post("experiments/set-experiment-tag", this::setTag),
        post("experiments/delete-experiment-tag", this::deleteTag),
        post("experiments/search-datasets", this::datasets),
        get("server-features", _ -> WireJson.object().put("workspaces_enabled", false)),
        getThree("server-features", _ -> WireJson.object().put("workspaces_enabled", false)));
  }

  private static long id(Fields request) {
    return Checks.experimentId(request.required("experiment_id"));
  }

  private JsonNode create(Fields request) {
    long id =
        tracking
            .experiments()
            .create(
                request.required("name"),
                request.text("artifact_location").filter(location -> !location.isEmpty()),
                WireJson.pairs(request, "tags"));
    return WireJson.object().put("experiment_id", Long.toString(id));
  }

  private JsonNode get(Fields request) {
    return wrapped(tracking.experiments().get(id(request)));
  }

  private static ObjectNode wrapped(Experiment experiment) {
    ObjectNode json = WireJson.object();
    json.set("experiment", WireJson.experiment(experiment));
    return json;
  }

  private JsonNode byName(Fields request) {
    String name = request.required("experiment_name");
    return wrapped(
        tracking
            .experiments()
            .byName(name)
            .orElseThrow(() ->
                EspalierException.notFound(
                    "Could not find experiment with name '%s'".formatted(name))));
  }

  private JsonNode search(Fields request) {
    Optional<String> view = request.choice("view_type", 1, VIEWS);
    Found<Experiment> found =
        tracking
            .experiments()
            .search(
                request.textOr("filter", ""),
                request.texts("order_by"),
                ViewType.valueOf(view.orElse("ACTIVE_ONLY")),
                request.rights().experiments(),
                request.text("page_token").filter(token -> !token.isEmpty()),
                Checks.page(request.number("max_results"), 0, Experiments.MAX_PAGE));
    ObjectNode json = WireJson.object();
    if (!found.rows().isEmpty()) {
      ArrayNode experiments = json.putArray("experiments");
      found.rows().forEach(experiment -> experiments.add(WireJson.experiment(experiment)));
    }
    found.token().ifPresent(token -> json.put("next_page_token", token));
    return json;
  }

  private JsonNode delete(Fields request) {
    tracking.experiments().delete(id(request));
    return WireJson.object();
  }

  private JsonNode restore(Fields request) {
    tracking.experiments().restore(id(request));
    return WireJson.object();
  }

  private JsonNode update(Fields request) {
    tracking.experiments().rename(id(request), request.required("new_name"));
    return WireJson.object();
  }

  private JsonNode setTag(Fields request) {
    tracking
        .experiments()
        .setTag(id(request), request.required("key"), request.textOr("value", ""));
    return WireJson.object();
  }

  private JsonNode deleteTag(Fields request) {
    tracking.experiments().deleteTag(id(request), request.required("key"));
    return WireJson.object();
  }

  private JsonNode datasets(Fields request) {
    List<String> ids = request.texts("experiment_ids");
    if (ids.isEmpty()) {
      throw EspalierException.invalid(
          "SearchDatasets request must specify at least one experiment_id.");
    }
    if (ids.size() > 20) {
      throw EspalierException.invalid(
          ("SearchDatasets request cannot specify more than 20 experiment_ids. Received %d"
                  + " experiment_ids.")
              .formatted(ids.size()));
    }
    ObjectNode json = WireJson.object();
    List<InputStore.Summary> found =
        tracking.runs().datasets(ids.stream().map(Checks::experimentId).toList());
    if (!found.isEmpty()) {
      ArrayNode summaries = json.putArray("dataset_summaries");
      for (InputStore.Summary summary : found) {
        ObjectNode each =
            summaries
                .addObject()
                .put("experiment_id", Long.toString(summary.experiment()))
                .put("name", summary.name())
                .put("digest", summary.digest());
        summary.context().ifPresent(context -> each.put("context", context));
      }
    }
    return json;
  }

  /** Answers every call under MLflow's prefixes that nothing else answers; mounted last. */
  public static final class UnknownRoutes extends WireRoutes {
    @Override
    protected List<Operation> operations() {
      return List.of();
    }

    @Override
    public void routing(HttpRules rules) {
      for (String prefix : List.of("/api/2.0/*", "/api/3.0/*", "/ajax-api/*")) {
        rules.any(
            prefix,
            mlflow((request, _) -> {
              HttpPrologue call = request.prologue();
              throw MlflowCode.ENDPOINT_NOT_FOUND.because(
                  "No call %s %s.".formatted(call.method().text(), request.path().path()));
            }));
      }
    }
  }
}
