package dev.espalier.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.ModelImportStore.ForeignVersion;
import dev.espalier.tracking.LoggedModel;
import dev.espalier.tracking.RunImportStore.ForeignDataset;
import dev.espalier.tracking.RunImportStore.ForeignExperiment;
import dev.espalier.tracking.RunImportStore.ForeignLink;
import dev.espalier.tracking.RunImportStore.ForeignModel;
import dev.espalier.tracking.RunImportStore.ForeignPoint;
import dev.espalier.tracking.RunImportStore.ForeignRun;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * An MLflow server that runs, asked page by page over its REST API. Only the address that the
 * operator gave is ever connected to, whatever the answers say.
 */
final class MlflowRest implements MlflowSource {
  private static final String API = "/api/2.0/mlflow/";
  private static final String PROMPTS = "tags.`mlflow.prompt.is_prompt` = 'true'";
  private static final String TRACE_API = "/api/3.0/mlflow/traces";
  private static final int PAGE = 1_000;
  private static final int TRACES = 100;
  private static final int HISTORY_PAGE = 25_000;
  private static final int MAX_FILES = 100_000;
  private final MlflowHttp http;

  /** The runs of the experiment that is being read, with their latest values. */
  private final Map<String, JsonNode> runs = new LinkedHashMap<>();

  /** Locations that the server does not list. */
  private final Set<String> closed = new HashSet<>();

  private final Map<String, JsonNode> models = new LinkedHashMap<>();
  private final Map<String, List<JsonNode>> versions = new TreeMap<>();

  /**
   * Asks once whether an MLflow server is there.
   *
   * @throws EspalierException INVALID when the address is none or no MLflow server answers it;
   *     DENIED when it wants another login; UNAVAILABLE when nothing answers
   */
  MlflowRest(String address, Optional<MlflowLogin> login) {
    http = new MlflowHttp(address, login);
    try {
      var _ = http.get(API + "experiments/get?experiment_id=0");
    } catch (EspalierException refused) {
      http.close();
      throw refused;
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Every page of a search by POST. */
  private void pages(String path, ObjectNode query, String rows, Consumer<JsonNode> each) {
    String token = "";
    do {
      if (!token.isEmpty()) {
        query.put("page_token", token);
      }
      JsonNode page = http.post(path, query);
      page.path(rows).forEach(each);
      token = next(token, page);
    } while (!token.isEmpty());
  }

  /** Every page of a search by GET. */
  private void pages(String path, String rows, Consumer<JsonNode> each) {
    String token = "";
    do {
      JsonNode page =
          http.get(token.isEmpty() ? path : path + "&page_token=" + MlflowHttp.encoded(token));
      page.path(rows).forEach(each);
      token = next(token, page);
    } while (!token.isEmpty());
  }

  private static String next(String before, JsonNode page) {
    String token = page.path("next_page_token").asText("");
    if (!token.isEmpty() && token.equals(before)) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "The server names the same page again and again.");
    }
    return token;
  }

  private static Map<String, String> texts(JsonNode pairs) {
    Map<String, String> texts = new TreeMap<>();
    pairs.forEach(pair -> texts.put(pair.path("key").asText(), pair.path("value").asText("")));
    return texts;
  }

  @Override
  public List<Experiment> experiments() {
    List<Experiment> experiments = new ArrayList<>();
    pages(
        API + "experiments/search",
        object().put("max_results", PAGE).put("view_type", "ALL"),
        "experiments",
        row ->
            experiments.add(
                new Experiment(
                    row.path("experiment_id").asLong(),
                    row.path("artifact_location").asText(),
                    new ForeignExperiment(
                        row.path("name").asText(),
                        row.path("lifecycle_stage").asText(),
                        row.path("creation_time").asLong(),
                        row.path("last_update_time").asLong(),
                        texts(row.path("tags"))))));
    experiments.sort(Comparator.comparingLong(Experiment::id));
    return experiments;
  }

  private static ObjectNode of(long experiment) {
    ObjectNode query = object().put("max_results", PAGE);
    query.putArray("experiment_ids").add(Long.toString(experiment));
    return query;
  }

  @Override
  public List<Place> runs(long experiment) {
    runs.clear();
    ObjectNode query = of(experiment).put("run_view_type", "ALL");
    ArrayNode order = query.putArray("order_by");
    order.add("attributes.start_time ASC");
    pages(
        API + "runs/search", query, "runs", run -> runs.put(run.at("/info/run_id").asText(), run));
    return runs.entrySet().stream()
        .map(run ->
            new Place(Owner.RUN, run.getKey(), run.getValue().at("/info/artifact_uri").asText()))
        .toList();
  }

  @Override
  public ForeignRun run(String id) {
    JsonNode run = runs.getOrDefault(id, object());
    JsonNode info = run.path("info");
    List<ForeignPoint> points = new ArrayList<>();
    for (JsonNode metric : run.at("/data/metrics")) {
      String key = metric.path("key").asText();
      pages(
          API
              + "metrics/get-history?run_id=%s&metric_key=%s&max_results=%d"
                  .formatted(MlflowHttp.encoded(id), MlflowHttp.encoded(key), HISTORY_PAGE),
          "metrics",
          point ->
              points.add(
                  new ForeignPoint(
                      key,
                      point.path("timestamp").asLong(),
                      point.path("step").asLong(),
                      number(point.path("value")))));
    }
    return new ForeignRun(
        id,
        info.path("run_name").asText(),
        info.path("user_id").asText(),
        info.path("status").asText(),
        info.path("lifecycle_stage").asText(),
        info.path("start_time").asLong(),
        info.hasNonNull("end_time")
            ? OptionalLong.of(info.path("end_time").asLong())
            : OptionalLong.empty(),
        texts(run.at("/data/tags")),
        texts(run.at("/data/params")),
        points,
        run.at("/inputs/dataset_inputs").valueStream().map(MlflowRest::dataset).toList(),
        Stream.concat(
                links("input", run.at("/inputs/model_inputs")),
                links("output", run.at("/outputs/model_outputs")))
            .toList());
  }

  private static Stream<ForeignLink> links(String role, JsonNode models) {
    return models
        .valueStream()
        .map(model ->
            new ForeignLink(role, model.path("model_id").asText(), model.path("step").asLong()));
  }

  private static double number(JsonNode value) {
    return value.isTextual() ? Double.parseDouble(value.textValue()) : value.asDouble();
  }

  private static ForeignDataset dataset(JsonNode input) {
    JsonNode dataset = input.path("dataset");
    return new ForeignDataset(
        dataset.path("name").asText(),
        dataset.path("digest").asText(),
        dataset.path("source_type").asText(),
        dataset.path("source").asText(),
        Optional.of(dataset.path("schema")).filter(JsonNode::isTextual).map(JsonNode::textValue),
        Optional.of(dataset.path("profile")).filter(JsonNode::isTextual).map(JsonNode::textValue),
        texts(input.path("tags")));
  }

  @Override
  public List<Place> models(long experiment) {
    models.clear();
    pages(
        API + "logged-models/search",
        of(experiment).put("max_results", 50),
        "models",
        model -> models.put(model.at("/info/model_id").asText(), model));
    return models.entrySet().stream()
        .map(model ->
            new Place(
                Owner.MODEL, model.getKey(), model.getValue().at("/info/artifact_uri").asText()))
        .toList();
  }

  @Override
  public ForeignModel model(String id) {
    JsonNode model = models.getOrDefault(id, object());
    JsonNode info = model.path("info");
    return new ForeignModel(
        id,
        info.path("name").asText(),
        info.path("model_type").asText(),
        info.path("source_run_id").asText(),
        Arrays.stream(LoggedModel.Status.values())
            .filter(status -> status.name().equals(info.path("status").asText()))
            .findFirst()
            .orElse(LoggedModel.Status.LOGGED_MODEL_PENDING),
        info.path("creation_timestamp_ms").asLong(),
        info.path("last_updated_timestamp_ms").asLong(),
        texts(info.path("tags")),
        texts(model.at("/data/params")));
  }

  @Override
  public List<Registered> registered() {
    List<Registered> registered = new ArrayList<>();
    versions.clear();
    for (String filter : List.of("", PROMPTS)) {
      String asked =
          "?max_results=%d".formatted(PAGE)
              + (filter.isEmpty() ? "" : "&filter=" + MlflowHttp.encoded(filter));
      pages(
          API + "registered-models/search" + asked,
          "registered_models",
          row -> registered.add(registered(row)));
      pages(
          API + "model-versions/search" + asked,
          "model_versions",
          row ->
              versions.computeIfAbsent(row.path("name").asText(), _ -> new ArrayList<>()).add(row));
    }
    registered.sort(Comparator.comparing(Registered::name));
    return registered;
  }

  private static Registered registered(JsonNode row) {
    Map<String, Integer> aliases = new TreeMap<>();
    row.path("aliases")
        .forEach(alias -> aliases.put(alias.path("alias").asText(), alias.path("version").asInt()));
    return new Registered(
        row.path("name").asText(),
        row.path("description").asText(),
        row.path("creation_timestamp").asLong(),
        row.path("last_updated_timestamp").asLong(),
        texts(row.path("tags")),
        aliases);
  }

  @Override
  public List<ForeignVersion> versions(String model) {
    return versions.getOrDefault(model, List.of()).stream()
        .map(row ->
            new ForeignVersion(
                row.path("version").asInt(),
                row.path("source").asText(),
                location(model, row),
                row.path("run_id").asText(),
                "",
                row.path("description").asText(),
                row.path("user_id").asText(),
                row.path("current_stage").asText("None"),
                row.path("creation_timestamp").asLong(),
                row.path("last_updated_timestamp").asLong(),
                texts(row.path("tags"))))
        .sorted(Comparator.comparingInt(ForeignVersion::number))
        .toList();
  }

  private String location(String model, JsonNode row) {
    if (row.path("source").asText().equals(MlflowImport.NO_FILES)) {
      return MlflowImport.NO_FILES;
    }
    return http.get(
            API
                + "model-versions/get-download-uri?name=%s&version=%s"
                    .formatted(MlflowHttp.encoded(model), row.path("version").asText()))
        .path("artifact_uri")
        .asText();
  }

  @Override
  public List<String> traces(Experiment experiment, KeepTrace keep) {
    ObjectNode query = object().put("max_results", TRACES);
    query.putArray("order_by").add("timestamp_ms ASC");
    query
        .putArray("locations")
        .addObject()
        .put("type", "MLFLOW_EXPERIMENT")
        .putObject("mlflow_experiment")
        .put("experiment_id", Long.toString(experiment.id()));
    List<String> missing = new ArrayList<>();
    pages(TRACE_API + "/search", query, "traces", info -> trace(info, keep, missing));
    return missing;
  }

  /** One by one: a trace may have as many spans as an answer holds. */
  private void trace(JsonNode info, KeepTrace keep, List<String> missing) {
    String id = info.path("trace_id").asText();
    ObjectNode trace = object();
    if (info.at("/tags/mlflow.trace.spansLocation").asText().equals("TRACKING_STORE")) {
      String path = TRACE_API + "/get?allow_partial=true&trace_id=" + MlflowHttp.encoded(id);
      trace.set("spans", http.get(path).at("/trace/spans"));
    } else {
      missing.add("trace %s: its spans are a file and stay there".formatted(id));
    }
    trace.set("trace_info", info);
    keep.trace(id, trace);
  }

  @Override
  public boolean within(String location) {
    return !closed.contains(location);
  }

  @Override
  public List<String> files(Place place, Keep keep) throws IOException {
    List<JsonNode> files = new ArrayList<>();
    try {
      list(place, files);
    } catch (EspalierException refused) {
      if (!withheld(refused)) {
        throw refused;
      }
      closed.add(place.location());
      return List.of("%s: files at %s were not fetched".formatted(place, place.location()));
    }
    List<String> missing = new ArrayList<>();
    for (JsonNode file : files) {
      String path = file.path("path").asText();
      try {
        keep.file(path, file.path("file_size").asLong(), () -> content(place, path));
      } catch (EspalierException refused) {
        if (!withheld(refused)) {
          throw refused;
        }
        missing.add("%s: the server does not give '%s'".formatted(place, path));
      }
    }
    return missing;
  }

  /** Whether the server is there and does not give this. */
  private static boolean withheld(EspalierException refused) {
    return refused.code() == ErrorCode.NOT_FOUND || refused.code() == ErrorCode.INTERNAL;
  }

  private void list(Place place, List<JsonNode> files) {
    List<String> folders = new ArrayList<>(List.of(""));
    for (int i = 0; i < folders.size(); i++) {
      for (JsonNode entry : listed(place, folders.get(i))) {
        if (entry.path("is_dir").asBoolean()) {
          folders.add(entry.path("path").asText());
        } else {
          files.add(entry);
        }
        if (files.size() + folders.size() > MAX_FILES) {
          throw EspalierException.limit(
              "%s has more than %d files: import its file instead.".formatted(place, MAX_FILES));
        }
      }
    }
  }

  private List<JsonNode> listed(Place place, String folder) {
    List<JsonNode> entries = new ArrayList<>();
    String id = MlflowHttp.encoded(place.id());
    String below = MlflowHttp.encoded(folder);
    pages(
        switch (place.owner()) {
          case RUN ->
              API
                  + "artifacts/list?run_id=%s".formatted(id)
                  + (folder.isEmpty() ? "" : "&path=" + below);
          case MODEL ->
              API
                  + "logged-models/%s/artifacts/directories?artifact_directory_path=%s"
                      .formatted(id, below);
        },
        "files",
        entries::add);
    return entries;
  }

  private InputStream content(Place place, String path) throws IOException {
    String id = MlflowHttp.encoded(place.id());
    String file = MlflowHttp.encoded(path);
    return http.open(
        switch (place.owner()) {
          case RUN -> "/get-artifact?run_id=%s&path=%s".formatted(id, file);
          case MODEL ->
              "/ajax-api/2.0/mlflow/logged-models/%s/artifacts/files?artifact_file_path=%s"
                  .formatted(id, file);
        });
  }

  @Override
  public void close() {
    http.close();
  }
}
