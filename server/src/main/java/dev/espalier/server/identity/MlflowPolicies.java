package dev.espalier.server.identity;

import static dev.espalier.tracking.wire.Rights.Level.EDIT;
import static dev.espalier.tracking.wire.Rights.Level.MANAGE;
import static dev.espalier.tracking.wire.Rights.Level.READ;

import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.Rights;
import dev.espalier.tracking.wire.Rights.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What each row of MLflow's table of routes asks of its caller. A row that is not here is for
 * administrators. A field that is missing is left to the route, which names it.
 */
final class MlflowPolicies {
  private static final Map<String, Policy> ALL = new HashMap<>();

  /** What one row asks. */
  @FunctionalInterface
  interface Policy {
    /** Throws DENIED when the caller may not. */
    void check(Rights rights, Fields fields);
  }

  private MlflowPolicies() {}

  static Optional<Policy> of(String method, String path) {
    return Optional.ofNullable(ALL.get(method + " " + path));
  }

  private static void row(Policy policy, String... rows) {
    for (String row : rows) {
      ALL.put(row.replaceFirst(" ", " /mlflow/"), policy);
    }
  }

  static {
    // Anybody who is known; what a search shows is bounded in the search.
    row(
        (_, _) -> {},
        "GET server-features",
        "POST experiments/create",
        "GET experiments/search",
        "POST experiments/search",
        "POST registered-models/create",
        "GET registered-models/search",
        "GET model-versions/search");
    // Who may ask and change is said by the routes of users themselves.
    row(
        (_, _) -> {},
        "POST users/create",
        "GET users/get",
        "GET users/list",
        "GET users/current",
        "PATCH users/update-password",
        "PATCH users/update-admin",
        "DELETE users/delete",
        "POST users/permissions/grant",
        "POST users/permissions/revoke",
        "GET users/permissions/get",
        "POST experiments/permissions/create",
        "GET experiments/permissions/get",
        "PATCH experiments/permissions/update",
        "DELETE experiments/permissions/delete",
        "POST registered-models/permissions/create",
        "GET registered-models/permissions/get",
        "PATCH registered-models/permissions/update",
        "DELETE registered-models/permissions/delete");
    experiments();
    runs();
    models();
    traces();
    registry();
  }

  private static void experiments() {
    row(experiment(READ), "GET experiments/get");
    row(
        (rights, fields) ->
            fields.text("experiment_name").ifPresent(name -> rights.mayNamed(name, READ)),
        "GET experiments/get-by-name");
    row(experiment(MANAGE), "POST experiments/delete", "POST experiments/restore");
    row(
        experiment(EDIT),
        "POST experiments/update",
        "POST experiments/set-experiment-tag",
        "POST experiments/delete-experiment-tag");
    row(experimentsNamed("experiment_ids"), "POST experiments/search-datasets");
  }

  private static void runs() {
    row(
        (rights, fields) ->
            rights.mayExperiment(
                Checks.experimentId(
                    fields.text("experiment_id").filter(id -> !id.isEmpty()).orElse("0")),
                EDIT),
        "POST runs/create");
    row(run(READ), "GET runs/get", "GET artifacts/list", "GET metrics/get-history");
    row(experimentsNamed("experiment_ids"), "POST runs/search");
    row(run(MANAGE), "POST runs/delete", "POST runs/restore");
    row(
        run(EDIT),
        "POST runs/update",
        "POST runs/log-parameter",
        "POST runs/set-tag",
        "POST runs/delete-tag",
        "POST runs/log-model");
    row(
        (rights, fields) -> {
          run(EDIT).check(rights, fields);
          each(fields, "models", (rs, id) -> rs.mayLoggedModel(id, READ), "model_id")
              .check(rights, fields);
        },
        "POST runs/log-inputs",
        "POST runs/outputs");
    row(
        (rights, fields) -> {
          run(EDIT).check(rights, fields);
          fields.text("model_id").ifPresent(id -> rights.mayLoggedModel(id, EDIT));
        },
        "POST runs/log-metric");
    row(
        (rights, fields) -> {
          run(EDIT).check(rights, fields);
          fields.objects("metrics").stream()
              .flatMap(metric -> metric.text("model_id").stream())
              .distinct()
              .forEach(id -> rights.mayLoggedModel(id, EDIT));
        },
        "POST runs/log-batch");
    row(
        (rights, fields) -> fields.texts("run_ids").forEach(id -> rights.mayRun(id, READ)),
        "GET metrics/get-history-bulk-interval");
    row(
        (rights, fields) -> {
          runIfNamed(rights, fields, "run_id", EDIT);
          fields.text("model_id").ifPresent(id -> rights.mayLoggedModel(id, EDIT));
        },
        "POST artifacts/presigned-upload-url");
    row(run(READ), "POST artifacts/presigned-download-url");
  }

  private static void models() {
    row(experiment(EDIT), "POST logged-models");
    row(experimentsNamed("experiment_ids"), "POST logged-models/search");
    String model = "logged-models/{model_id}";
    row(loggedModel(READ), "GET " + model, "GET " + model + "/artifacts/directories");
    row(
        loggedModel(EDIT),
        "PATCH " + model,
        "PATCH " + model + "/tags",
        "DELETE " + model + "/tags/{+tag_key}",
        "POST " + model + "/params");
    row(loggedModel(MANAGE), "DELETE " + model);
  }

  private static void traces() {
    row(
        (rights, fields) -> {
          Fields info = fields.object("trace").object("trace_info");
          rights.mayExperiment(
              Checks.experimentId(
                  info.object("trace_location")
                      .object("mlflow_experiment")
                      .required("experiment_id")),
              EDIT);
          info.text("trace_id").ifPresent(id -> rights.mayTrace(id, EDIT));
        },
        "POST traces");
    row(
        (rights, fields) -> {
          List<Fields> locations = fields.objects("locations");
          named("locations", locations);
          for (Fields location : locations) {
            rights.mayExperiment(
                Checks.experimentId(location.object("mlflow_experiment").required("experiment_id")),
                READ);
          }
        },
        "POST traces/search");
    String trace = "traces/{trace_id}";
    row(trace(READ), "GET " + trace, "GET " + trace + "/info", "GET traces/get");
    row(
        (rights, fields) -> fields.texts("trace_ids").forEach(id -> rights.mayTrace(id, READ)),
        "GET traces/batchGet",
        "GET traces/batchGetInfos",
        "POST traces/batchGetInfos");
    row(experimentsNamed("experiment_ids"), "POST traces/calculate-filter-correlation");
    row(
        (rights, fields) -> {
          fields.texts("trace_ids").forEach(id -> rights.mayTrace(id, EDIT));
          run(EDIT).check(rights, fields);
        },
        "POST traces/link-to-run");
    String assessments = trace + "/assessments";
    row(
        trace(EDIT),
        "PATCH " + trace + "/tags",
        "DELETE " + trace + "/tags",
        "POST " + assessments,
        "PATCH " + assessments + "/{assessment_id}",
        "DELETE " + assessments + "/{assessment_id}");
    row(trace(READ), "GET " + assessments + "/{assessment_id}");
    row(
        (rights, fields) -> {
          trace(EDIT).check(rights, fields);
          each(fields, "prompt_versions", (rs, name) -> rs.mayRegistered(name, READ), "name")
              .check(rights, fields);
        },
        "POST traces/link-prompts");
    row(experiment(MANAGE), "POST traces/delete-traces");
  }

  private static void registry() {
    row(
        registered(READ),
        "GET registered-models/get",
        "GET registered-models/get-latest-versions",
        "POST registered-models/get-latest-versions",
        "GET registered-models/alias",
        "GET model-versions/get",
        "GET model-versions/get-download-uri");
    row(
        registered(EDIT),
        "PATCH registered-models/update",
        "POST registered-models/set-tag",
        "DELETE registered-models/delete-tag",
        "POST registered-models/alias",
        "PATCH model-versions/update",
        "POST model-versions/transition-stage",
        "POST model-versions/set-tag");
    row(
        registered(MANAGE),
        "POST registered-models/rename",
        "DELETE registered-models/delete",
        "DELETE registered-models/alias",
        "DELETE model-versions/delete",
        "DELETE model-versions/delete-tag");
    row(MlflowPolicies::register, "POST model-versions/create");
  }

  /** A version shows the files of its source: whoever names one must be allowed to read it. */
  private static void register(Rights rights, Fields fields) {
    registered(EDIT).check(rights, fields);
    runIfNamed(rights, fields, "run_id", READ);
    fields.text("model_id").ifPresent(id -> rights.mayLoggedModel(id, READ));
    String source = fields.textOr("source", "");
    List<String> parts = List.of(source.replaceFirst("^[a-z-]+:/+", "").split("[/@]", -1));
    if (source.startsWith("models:/") && parts.size() == 1) {
      rights.mayLoggedModel(parts.getFirst(), READ);
    } else if (source.startsWith("models:/")) {
      rights.mayRegistered(parts.getFirst(), READ);
    } else if (source.startsWith("runs:/")) {
      rights.mayRun(parts.getFirst(), READ);
    } else if (source.startsWith("mlflow-artifacts:/")) {
      rights.mayArtifacts(ArtifactPath.of(source.replaceFirst("^[a-z-]+:/+", "")), READ);
    }
  }

  private static Policy experiment(Level level) {
    return (rights, fields) ->
        fields
            .text("experiment_id")
            .filter(id -> !id.isEmpty())
            .ifPresent(id -> rights.mayExperiment(Checks.experimentId(id), level));
  }

  private static Policy experimentsNamed(String field) {
    return (rights, fields) -> {
      List<String> ids = fields.texts(field);
      named(field, ids);
      ids.forEach(id -> rights.mayExperiment(Checks.experimentId(id), READ));
    };
  }

  private static void named(String field, List<?> values) {
    if (values.isEmpty()) {
      throw new EspalierException(
          ErrorCode.DENIED, "Permission denied: name the experiments in %s.".formatted(field));
    }
  }

  private static Policy run(Level level) {
    return (rights, fields) -> {
      runIfNamed(rights, fields, "run_id", level);
      runIfNamed(rights, fields, "run_uuid", level);
    };
  }

  private static void runIfNamed(Rights rights, Fields fields, String field, Level level) {
    fields.text(field).filter(id -> !id.isEmpty()).ifPresent(id -> rights.mayRun(id, level));
  }

  private static Policy loggedModel(Level level) {
    return (rights, fields) ->
        fields.text("model_id").ifPresent(id -> rights.mayLoggedModel(id, level));
  }

  private static Policy trace(Level level) {
    return (rights, fields) -> fields.text("trace_id").ifPresent(id -> rights.mayTrace(id, level));
  }

  private static Policy registered(Level level) {
    return (rights, fields) ->
        fields
            .text("name")
            .filter(name -> !name.isEmpty())
            .ifPresent(name -> rights.mayRegistered(name, level));
  }

  private static Policy each(
      Fields fields, String list, BiConsumer<Rights, String> check, String name) {
    return (rights, _) ->
        fields.objects(list).stream()
            .flatMap(each -> each.text(name).stream())
            .forEach(id -> check.accept(rights, id));
  }
}
