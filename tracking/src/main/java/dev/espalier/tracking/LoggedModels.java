package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.tracking.LoggedModelStore.DatasetFilter;
import dev.espalier.tracking.LoggedModelStore.ModelOrder;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Filter;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.Vocabulary;
import dev.espalier.tracking.wire.Checks;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Models that clients logged. Thread-safe; every change is one transaction. All methods throw
 * INVALID for input that breaks a rule and NOT_FOUND for an unknown model.
 */
final class LoggedModels {
  private static final int MAX_TEXT = 8_000;
  private static final int MAX_PARAM = 6_000;
  private static final Pattern BAD_NAME = Pattern.compile("[/:.%\"']");
  private static final Vocabulary VOCABULARY =
      new Vocabulary.Builder()
          .attributePrefixes("attribute", "attributes", "attr", "model", "models")
          .attribute(Vocabulary.TEXT_OR_LIST, "name")
          .attribute(Vocabulary.TEXT_OR_LIST, "model_id")
          .attribute(Vocabulary.TEXT_OR_LIST, "model_type")
          .attribute(Vocabulary.TEXT_OR_LIST, "status")
          .attribute(Vocabulary.TEXT_OR_LIST, "source_run_id")
          .attribute(Vocabulary.NUMERIC, "creation_timestamp", "creation_time")
          .attribute(
              Vocabulary.NUMERIC, "last_updated_timestamp", "last_updated_time", "last_update_time")
          .entity(Clause.Entity.METRIC, Vocabulary.NUMERIC, "metric", "metrics")
          .entity(
              Clause.Entity.PARAM,
              Vocabulary.TEXT_OR_LIST,
              "param",
              "params",
              "parameter",
              "parameters")
          .entity(Clause.Entity.TAG, Vocabulary.TEXT_OR_LIST, "tag", "tags")
          .build();
  private final LoggedModelStore store;
  private final InstantSource machine;
  private final RandomGenerator random;

  LoggedModels(LoggedModelStore store, InstantSource machine, RandomGenerator random) {
    this.store = store;
    this.machine = machine;
    this.random = random;
  }

  /** What a client asks for. */
  record Draft(
      long experiment,
      String name,
      String modelType,
      String sourceRunId,
      Map<String, String> params,
      Map<String, String> tags) {}

  LoggedModel create(Draft draft) {
    if (BAD_NAME.matcher(draft.name()).find()) {
      throw EspalierException.invalid(
          ("Invalid model name (%s) provided. Model name must be a non-empty string and cannot"
                  + " contain the following characters: ('/', ':', '.', '%%', '\"', \"'\")")
              .formatted(Checks.cut(200, draft.name())));
    }
    Checks.length("name", 500, draft.name());
    Checks.length("model_type", 500, draft.modelType());
    Checks.length("source_run_id", 256, draft.sourceRunId());
    long now = machine.millis();
    LoggedModel model =
        new LoggedModel(
            "m-" + UUID.randomUUID().toString().replace("-", ""),
            draft.experiment(),
            draft.name().isEmpty() ? RunNames.next(random) : draft.name(),
            "",
            now,
            now,
            LoggedModel.Status.LOGGED_MODEL_PENDING,
            draft.modelType(),
            draft.sourceRunId(),
            LifecycleStage.ACTIVE,
            new TreeMap<>(),
            new TreeMap<>(),
            List.of());
    return store.create(
        model, checked(draft.params(), MAX_PARAM), checked(draft.tags(), MAX_TEXT), now);
  }

  private static Map<String, String> checked(Map<String, String> texts, int most) {
    Map<String, String> checked = new TreeMap<>();
    texts.forEach((key, text) -> checked.put(Checks.key("key", key), Checks.cut(most, text)));
    return checked;
  }

  LoggedModel get(String id) {
    return store.require(id);
  }

  Optional<LoggedModel> find(String id) {
    return store.find(id);
  }

  LoggedModel finish(String id, LoggedModel.Status status) {
    return store.finish(id, status, machine.millis());
  }

  void delete(String id) {
    store.delete(id, machine.millis());
  }

  LoggedModel tag(String id, Map<String, String> tags) {
    return store.tag(id, checked(tags, 100_000));
  }

  /** Adds to the JSON array in the tag that lists a model's registrations. */
  void noteRegistration(String id, String name, int version) {
    String tag = "mlflow.modelVersions";
    JsonNode before = Json.tree(get(id).tags().getOrDefault(tag, "[]"));
    ArrayNode all = before.isArray() ? (ArrayNode) before : JsonNodeFactory.instance.arrayNode();
    all.addObject().put("name", name).put("version", version);
    LoggedModel _ = store.tag(id, Map.of(tag, Json.write(all)));
  }

  void untag(String id, String name) {
    store.untag(id, name);
  }

  void params(String id, Map<String, String> params) {
    store.params(id, checked(params, MAX_PARAM));
  }

  /** A sort term as a client sends it. */
  record OrderBy(String field, Order.Direction direction, Optional<DatasetFilter> dataset) {}

  /** A page of models, and the token of the next. */
  Found<LoggedModel> search(
      List<Long> experiments,
      String filter,
      List<DatasetFilter> datasets,
      List<OrderBy> orderBy,
      Optional<String> token,
      int limit) {
    List<Clause> clauses = Filter.parse(filter, VOCABULARY);
    List<ModelOrder> orders = orderBy.stream().map(LoggedModels::order).toList();
    String query = "models|" + experiments + "|" + filter + "|" + datasets + "|" + orderBy;
    int keys = LoggedModelStore.sortKeys(orders).size();
    Optional<Cursor> cursor = token.map(text -> Cursor.parse(text, query, keys));
    return Found.of(store.search(experiments, clauses, datasets, orders, cursor, limit), query);
  }

  private static ModelOrder order(OrderBy term) {
    Order order = Order.parse(List.of(term.field()), VOCABULARY).getFirst();
    if (order.entity() != Clause.Entity.METRIC && order.entity() != Clause.Entity.ATTRIBUTE) {
      throw EspalierException.invalid(
          "Models are ordered by attributes and metrics, not by '%s'.".formatted(term.field()));
    }
    return new ModelOrder(order.entity(), order.key(), term.direction(), term.dataset());
  }
}
