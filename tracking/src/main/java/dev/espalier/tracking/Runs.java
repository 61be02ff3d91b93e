package dev.espalier.tracking;

import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.RunInfo.DatasetInput;
import dev.espalier.tracking.RunInfo.ModelLink;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Filter;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.Vocabulary;
import dev.espalier.tracking.wire.Checks;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Runs as MLflow's clients see them. Thread-safe; every change is whole and durable when the call
 * returns. All methods throw INVALID for input that breaks a rule and NOT_FOUND for an unknown run.
 */
final class Runs {
  /** The most runs of one page. */
  static final int MAX_PAGE = 50_000;

  private static final int MAX_METRICS = 1_000;
  private static final int MAX_PARAMS_OR_TAGS = 100;
  private static final int MAX_PARAM = 6_000;
  private static final int MAX_TAG = 8_000;
  private static final Vocabulary VOCABULARY =
      new Vocabulary.Builder()
          .attributePrefixes("attribute", "attributes", "attr", "run")
          .attribute(Vocabulary.TEXT_OR_LIST, "run_id")
          .attribute(Vocabulary.TEXT, "run_name", "run name", "Run name", "Run Name")
          .attribute(Vocabulary.TEXT, "user_id", "User")
          .attribute(Vocabulary.TEXT, "status")
          .attribute(Vocabulary.TEXT, "artifact_uri")
          .attribute(Vocabulary.NUMERIC, "start_time", "created", "Created")
          .attribute(Vocabulary.NUMERIC, "end_time")
          .entity(Clause.Entity.METRIC, Vocabulary.NUMERIC, "metric", "metrics")
          .entity(
              Clause.Entity.PARAM,
              Vocabulary.TEXT_OR_NULL,
              "param",
              "params",
              "parameter",
              "parameters")
          .entity(Clause.Entity.TAG, Vocabulary.TEXT_OR_NULL, "tag", "tags")
          .dataset("name")
          .dataset("digest")
          .dataset("context")
          .build();
  private final RunStore store;
  private final RunReadStore reads;
  private final RunSearchStore searches;
  private final InputStore inputs;
  private final InstantSource machine;
  private final RandomGenerator random;

  /** The stores behind the runs. */
  record Stores(RunStore runs, RunReadStore reads, RunSearchStore searches, InputStore inputs) {}

  Runs(Stores stores, InstantSource machine, RandomGenerator random) {
    this.store = stores.runs();
    this.reads = stores.reads();
    this.searches = stores.searches();
    this.inputs = stores.inputs();
    this.machine = machine;
    this.random = random;
  }

  /** Opens a run; an unnamed one gets a readable name. */
  RunInfo.Full create(
      long experiment, String user, long startTime, String name, Map<String, String> tags) {
    Map<String, String> all = new LinkedHashMap<>();
    tags.forEach((key, text) -> all.put(tagKey("key", key), Checks.cut(MAX_TAG, text)));
    String tagged = all.getOrDefault(RunStore.NAME_TAG, "");
    if (!name.isEmpty() && !tagged.isEmpty() && !name.equals(tagged)) {
      throw EspalierException.invalid(
          ("Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different"
                  + " values (run_name='%s', mlflow.runName='%s').")
              .formatted(name, tagged));
    }
    String chosen = !name.isEmpty() ? name : !tagged.isEmpty() ? tagged : RunNames.next(random);
    String kept = Checks.cut(MAX_TAG, chosen);
    all.put(RunStore.NAME_TAG, kept);
    String id = UUID.randomUUID().toString().replace("-", "");
    String owner = Checks.length("user_id", 256, user);
    store.create(experiment, new RunStore.NewRun(id, kept, owner, startTime, all));
    return reads.full(id);
  }

  private static String tagKey(String path, String key) {
    return Checks.key(path, key);
  }

  RunInfo update(
      String id, Optional<RunStatus> status, OptionalLong endTime, Optional<String> name) {
    return store.update(
        id, status, endTime, name.filter(text -> !text.isEmpty()).map(t -> Checks.cut(MAX_TAG, t)));
  }

  void delete(String id) {
    store.move(id, LifecycleStage.DELETED, machine.millis());
  }

  void restore(String id) {
    store.move(id, LifecycleStage.ACTIVE, machine.millis());
  }

  RunInfo.Full get(String id) {
    return reads.full(Checks.runId(id));
  }

  RunInfo info(String id) {
    return reads.info(id).orElseThrow(() -> RunStore.missing(id));
  }

  /**
   * A metric as a client sends it.
   *
   * @param index its position in a batch; -1 when it came alone
   */
  record LoggedMetric(
      int index,
      String key,
      MetricPoint point,
      Optional<String> model,
      Optional<String> datasetName,
      Optional<String> datasetDigest) {}

  /** A param or a tag as a client sends it. */
  record LoggedText(String path, String key, String text) {}

  /** Adds a batch: everything is checked first, then all of it is stored, or nothing. */
  void log(String id, List<LoggedMetric> metrics, List<LoggedText> params, List<LoggedText> tags) {
    Checks.runId(id);
    Checks.batch("metrics", MAX_METRICS, metrics.size());
    Checks.batch("params", MAX_PARAMS_OR_TAGS, params.size());
    Checks.batch("tags", MAX_PARAMS_OR_TAGS, tags.size());
    Checks.batch(
        "metrics, params, and tags", MAX_METRICS, metrics.size() + params.size() + tags.size());
    Map<String, List<MetricPoint>> points = new LinkedHashMap<>();
    List<RunInfo.ModelMetric> modelMetrics = new ArrayList<>();
    for (LoggedMetric metric : metrics) {
      check(metric);
      points.computeIfAbsent(metric.key(), key -> series(metric, key)).add(metric.point());
      metric
          .model()
          .ifPresent(model ->
              modelMetrics.add(
                  new RunInfo.ModelMetric(
                      model,
                      metric.key(),
                      metric.point(),
                      metric.datasetName().orElse(""),
                      metric.datasetDigest().orElse(""))));
    }
    store.log(id, new RunInfo.Batch(points, params(params), tags(tags), modelMetrics));
  }

  private static void check(LoggedMetric metric) {
    if (metric.point().at() < 0) {
      throw Checks.invalid(
          path(metric) + "timestamp",
          Long.toString(metric.point().at()),
          "metric '%s' (value=%s). Timestamp must be a nonnegative long (64-bit integer) "
              .formatted(metric.key(), metric.point().value()));
    }
  }

  /** A key is checked where it is seen first. */
  private static List<MetricPoint> series(LoggedMetric metric, String key) {
    Checks.key(path(metric) + "name", key);
    return new ArrayList<>();
  }

  private static String path(LoggedMetric metric) {
    return metric.index() < 0 ? "" : "metrics[%d].".formatted(metric.index());
  }

  private static Map<String, String> params(List<LoggedText> params) {
    Map<String, String> texts = new LinkedHashMap<>();
    List<String> twice = new ArrayList<>();
    for (LoggedText param : params) {
      String text = Checks.cut(MAX_PARAM, param.text());
      if (texts.put(Checks.key(param.path() + "key", param.key()), text) != null) {
        twice.add("'" + param.key() + "'");
      }
    }
    if (!twice.isEmpty()) {
      throw EspalierException.invalid(
          ("Duplicate parameter keys have been submitted: %s. Please ensure the request contains"
                  + " only one param value per param key.")
              .formatted(twice));
    }
    return texts;
  }

  private static Map<String, String> tags(List<LoggedText> tags) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (LoggedText tag : tags) {
      texts.put(Checks.key(tag.path() + "key", tag.key()), Checks.cut(MAX_TAG, tag.text()));
    }
    return texts;
  }

  /** Appends a JSON object to the array in a tag. */
  void appendToTag(String id, String name, java.util.function.Consumer<RunStore.TagEdit> edit) {
    store.appendToTag(id, name, edit);
  }

  void deleteTag(String id, String key) {
    store.deleteTag(Checks.runId(id), key);
  }

  void inputs(String id, List<DatasetInput> datasets, List<ModelLink> models) {
    datasets.forEach(Runs::check);
    inputs.inputs(Checks.runId(id), datasets, models);
  }

  private static void check(DatasetInput input) {
    RunInfo.Dataset dataset = input.dataset();
    Checks.length("Dataset name", 500, dataset.name());
    Checks.length("Dataset digest", 36, dataset.digest());
    Checks.length("Dataset source", 65_535, dataset.source());
    dataset.schema().ifPresent(text -> Checks.length("Dataset schema", 1_048_575, text));
    dataset.profile().ifPresent(text -> Checks.length("Dataset profile", 16_777_215, text));
    SortedMap<String, String> tags = input.tags();
    tags.forEach((key, text) -> {
      Checks.length("Dataset input tag key", 255, key);
      Checks.length("Dataset input tag value", 500, text);
    });
  }

  void outputs(String id, List<ModelLink> models) {
    inputs.outputs(Checks.runId(id), models);
  }

  /** The datasets that runs of these experiments read. */
  List<InputStore.Summary> datasets(List<Long> experiments) {
    return experiments.stream().flatMap(id -> inputs.summaries(id).stream()).toList();
  }

  /** A metric's points in order of time. */
  List<MetricPoint> history(String id, String key, Optional<MetricPoint> after, int limit) {
    return reads.history(id, key, after, limit);
  }

  /** What a filter says of runs. */
  static List<Clause> clauses(String filter) {
    return Filter.parse(filter, VOCABULARY);
  }

  /** A page of runs, and the token of the next. */
  Found<RunInfo.Full> search(
      List<Long> experiments,
      String filter,
      List<String> orderBy,
      ViewType view,
      Optional<String> token,
      int limit) {
    List<Order> orders = Order.parse(orderBy, VOCABULARY);
    if (orders.stream().anyMatch(order -> order.entity() == Clause.Entity.DATASET)) {
      throw EspalierException.invalidField(
          "order_by",
          "choice",
          "Runs are ordered by attributes, metrics, params and tags, not by their datasets.",
          Optional.of("attributes.start_time DESC"));
    }
    RunSearchStore.Query query =
        new RunSearchStore.Query(experiments, Filter.parse(filter, VOCABULARY), orders, view);
    String text = "runs|" + experiments + "|" + filter + "|" + orderBy + "|" + view;
    Optional<Cursor> cursor =
        token.map(t -> Cursor.parse(t, text, RunSearchStore.cursorSize(orders)));
    return Found.of(searches.search(query, cursor, limit), text);
  }
}
