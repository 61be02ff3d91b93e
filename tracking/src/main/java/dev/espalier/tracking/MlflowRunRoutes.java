package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.tracking.Runs.LoggedMetric;
import dev.espalier.tracking.Runs.LoggedText;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.WireRoutes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Runs, metrics, params, tags and inputs over MLflow's REST. */
public final class MlflowRunRoutes extends WireRoutes {
  private static final List<String> STATUSES =
      List.of("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED");
  private static final List<String> VIEWS = List.of("ACTIVE_ONLY", "DELETED_ONLY", "ALL");
  private static final List<String> MODEL_FIELDS =
      List.of("artifact_path", "flavors", "utc_time_created", "run_id");
  private static final String MODEL_HISTORY = "mlflow.log-model.history";
  private final Tracking tracking;

  public MlflowRunRoutes(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        post("runs/create", this::create),
        post("runs/update", this::update),
        post("runs/delete", this::delete),
        post("runs/restore", this::restore),
        get("runs/get", this::get),
        post("runs/search", this::search),
        post("runs/log-metric", this::logMetric),
        post("runs/log-parameter", this::logParam),
        post("runs/log-batch", this::logBatch),
        post("runs/set-tag", this::setTag),
        post("runs/delete-tag", this::deleteTag),
        post("runs/log-inputs", this::logInputs),
        post("runs/outputs", this::logOutputs),
        post("runs/log-model", this::logModel));
  }

  private JsonNode create(Fields request) {
    String experiment = request.textOr("experiment_id", "");
    RunInfo.Full run =
        tracking
            .runs()
            .create(
                Checks.experimentId(experiment.isEmpty() ? "0" : experiment),
                request.textOr("user_id", ""),
                request.number("start_time").orElse(0),
                request.textOr("run_name", ""),
                WireJson.pairs(request, "tags"));
    return wrapped(run);
  }

  private static ObjectNode wrapped(RunInfo.Full run) {
    ObjectNode json = WireJson.object();
    json.set("run", WireJson.run(run));
    return json;
  }

  private JsonNode update(Fields request) {
    Optional<RunStatus> status = request.choice("status", 1, STATUSES).map(RunStatus::valueOf);
    RunInfo info =
        tracking
            .runs()
            .update(request.runId(), status, request.number("end_time"), request.text("run_name"));
    ObjectNode json = WireJson.object();
    json.set("run_info", WireJson.info(info));
    return json;
  }

  private JsonNode delete(Fields request) {
    tracking.runs().delete(request.runId());
    return WireJson.object();
  }

  private JsonNode restore(Fields request) {
    tracking.runs().restore(request.runId());
    return WireJson.object();
  }

  private JsonNode get(Fields request) {
    return wrapped(tracking.runs().get(request.runId()));
  }

  private JsonNode search(Fields request) {
    List<Long> experiments =
        request.texts("experiment_ids").stream().map(Checks::experimentId).toList();
    Optional<String> view = request.choice("run_view_type", 1, VIEWS);
    Found<RunInfo.Full> found =
        tracking
            .runs()
            .search(
                experiments,
                request.textOr("filter", ""),
                request.texts("order_by"),
                ViewType.valueOf(view.orElse("ACTIVE_ONLY")),
                request.text("page_token").filter(token -> !token.isEmpty()),
                Checks.page(request.number("max_results"), 1_000, Runs.MAX_PAGE));
    ObjectNode json = WireJson.object();
    if (!found.rows().isEmpty()) {
      ArrayNode runs = json.putArray("runs");
      found.rows().forEach(run -> runs.add(WireJson.run(run)));
    }
    found.token().ifPresent(token -> json.put("next_page_token", token));
    return json;
  }

  private static LoggedMetric metric(int index, Fields fields) {
    return new LoggedMetric(
        index,
        fields.required("key"),
        new MetricPoint(
            fields.requiredNumber("timestamp"),
            fields.number("step").orElse(0),
            fields.requiredReal("value")),
        fields.text("model_id").filter(id -> !id.isEmpty()),
        fields.text("dataset_name").filter(name -> !name.isEmpty()),
        fields.text("dataset_digest").filter(digest -> !digest.isEmpty()));
  }

  private static LoggedText text(String path, Fields fields) {
    return new LoggedText(path, fields.required("key"), fields.textOr("value", ""));
  }

  private JsonNode logMetric(Fields request) {
    String run = request.runId();
    tracking.runs().log(run, List.of(metric(-1, request)), List.of(), List.of());
    return WireJson.object();
  }

  private JsonNode logParam(Fields request) {
    String run = request.runId();
    tracking.runs().log(run, List.of(), List.of(text("", request)), List.of());
    return WireJson.object();
  }

  private JsonNode setTag(Fields request) {
    String run = request.runId();
    tracking.runs().log(run, List.of(), List.of(), List.of(text("", request)));
    return WireJson.object();
  }

  private JsonNode logBatch(Fields request) {
    List<LoggedMetric> metrics = new ArrayList<>();
    for (Fields metric : request.objects("metrics")) {
      metrics.add(metric(metrics.size(), metric));
    }
    tracking.runs().log(request.runId(), metrics, texts(request, "params"), texts(request, "tags"));
    return WireJson.object();
  }

  private static List<LoggedText> texts(Fields request, String name) {
    List<LoggedText> texts = new ArrayList<>();
    for (Fields text : request.objects(name)) {
      texts.add(text("%s[%d].".formatted(name, texts.size()), text));
    }
    return texts;
  }

  private JsonNode deleteTag(Fields request) {
    tracking.runs().deleteTag(request.runId(), request.required("key"));
    return WireJson.object();
  }

  private JsonNode logInputs(Fields request) {
    List<RunInfo.DatasetInput> datasets = new ArrayList<>();
    for (Fields input : request.objects("datasets")) {
      Fields dataset = input.object("dataset");
      datasets.add(
          new RunInfo.DatasetInput(
              new RunInfo.Dataset(
                  dataset.required("name"),
                  dataset.required("digest"),
                  dataset.required("source_type"),
                  dataset.required("source"),
                  dataset.text("schema"),
                  dataset.text("profile")),
              new TreeMap<>(WireJson.pairs(input, "tags"))));
    }
    tracking.runs().inputs(request.runId(), datasets, links(request));
    return WireJson.object();
  }

  private static List<RunInfo.ModelLink> links(Fields request) {
    List<RunInfo.ModelLink> links = new ArrayList<>();
    for (Fields model : request.objects("models")) {
      OptionalLong step = model.number("step");
      links.add(new RunInfo.ModelLink(model.required("model_id"), step.orElse(0)));
    }
    return links;
  }

  private JsonNode logOutputs(Fields request) {
    String run = request.runId();
    tracking.runs().outputs(run, links(request));
    return WireJson.object();
  }

  private JsonNode logModel(Fields request) {
    String run = request.runId();
    String text = request.required("model_json");
    JsonNode model;
    try {
      model = Json.tree(text);
    } catch (EspalierException malformed) {
      throw EspalierException.invalid("Malformed model info. %s".formatted(malformed.getMessage()));
    }
    List<String> missing = MODEL_FIELDS.stream().filter(field -> !model.has(field)).toList();
    if (!missing.isEmpty()) {
      throw EspalierException.invalid(
          "Model json is missing mandatory fields: %s".formatted(missing));
    }
    tracking
        .runs()
        .appendToTag(
            run,
            MODEL_HISTORY,
            tag -> {
              JsonNode before = Json.tree(tag.before().orElse("[]"));
              ArrayNode history =
                  before.isArray() ? (ArrayNode) before : WireJson.object().arrayNode();
              tag.set(Json.write(history.add(model)));
            });
    return WireJson.object();
  }
}
