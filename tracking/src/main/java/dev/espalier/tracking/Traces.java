package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.tracking.TraceInfo.Assessment;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Filter;
import dev.espalier.tracking.search.Operator;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.Vocabulary;
import dev.espalier.tracking.wire.Checks;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Traces of applications and the judgements on them, as MLflow's clients see them. Thread-safe;
 * every change is whole and durable when the call returns. All methods throw INVALID for input that
 * breaks a rule and NOT_FOUND for what is not there.
 */
final class Traces {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][\\w\\-]{0,99}");
  private static final String PROMPTS = "mlflow.linkedPrompts";
  private static final int MAX_TAG = 8_000;
  private static final int MAX_PREVIEW = 10_000;
  private static final int MAX_ASSESSMENT = 64 << 10;
  private static final int MAX_ASSESSMENTS = 1_000;
  private static final int MAX_LINKS = 100;
  private static final int MAX_NAMED = 1_000;
  private static final Set<Operator> WORDS =
      EnumSet.of(
          Operator.EQUAL,
          Operator.NOT_EQUAL,
          Operator.IN,
          Operator.NOT_IN,
          Operator.LIKE,
          Operator.ILIKE,
          Operator.RLIKE);
  private static final Set<Operator> TAGS =
      EnumSet.of(
          Operator.EQUAL,
          Operator.NOT_EQUAL,
          Operator.LIKE,
          Operator.ILIKE,
          Operator.RLIKE,
          Operator.IS_NULL,
          Operator.IS_NOT_NULL);
  private static final Set<Operator> NAMES =
      EnumSet.complementOf(
          EnumSet.of(
              Operator.LESS, Operator.LESS_OR_EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL));
  private static final Set<Operator> CONTENT = EnumSet.of(Operator.LIKE, Operator.ILIKE);
  private static final Vocabulary VOCABULARY =
      new Vocabulary.Builder()
          .attributePrefixes("trace", "attribute", "attributes", "attr")
          .attribute(WORDS, "request_id", "trace_id")
          .attribute(WORDS, "client_request_id")
          .attribute(NAMES, "name")
          .attribute(WORDS, "run_id")
          .attribute(WORDS, "status", "state")
          .attribute(Vocabulary.NUMERIC, "timestamp_ms", "timestamp", "request_time")
          .attribute(Vocabulary.NUMERIC, "execution_time_ms", "execution_time")
          .attribute(Vocabulary.NUMERIC, "end_time_ms", "end_time")
          .attribute(CONTENT, "text")
          .entity(Clause.Entity.TAG, TAGS, "tag", "tags")
          .entity(Clause.Entity.PARAM, TAGS, "metadata", "request_metadata")
          .entity(Clause.Entity.METRIC, TAGS, "feedback", "expectation")
          .span(WORDS, "name", "type", "status", "attributes.")
          .span(CONTENT, "content")
          .build();
  private final TraceStore store;
  private final InstantSource machine;

  Traces(TraceStore store, InstantSource machine) {
    this.store = store;
    this.machine = machine;
  }

  /** Adds a trace, or what a later report says of it. */
  TraceInfo put(TraceInfo trace) {
    if (!ID.matcher(trace.id()).matches()) {
      throw Checks.invalid("trace_id", trace.id(), "");
    }
    Checks.length("client_request_id", 256, trace.clientId());
    trace.metadata().forEach(Traces::check);
    trace.tags().forEach(Traces::check);
    trace.requestPreview().ifPresent(text -> Checks.length("request_preview", MAX_PREVIEW, text));
    trace.responsePreview().ifPresent(text -> Checks.length("response_preview", MAX_PREVIEW, text));
    if (trace.assessments().size() > MAX_ASSESSMENTS) {
      throw EspalierException.limit(
          "A trace has at most %d assessments.".formatted(MAX_ASSESSMENTS));
    }
    return store.put(trace);
  }

  private static void check(String key, String text) {
    if (key.isEmpty()) {
      throw EspalierException.invalid("Missing value for required parameter 'key'.");
    }
    Checks.length("key", Checks.MAX_KEY, key);
    Checks.length("value", MAX_TAG, text);
  }

  TraceInfo get(String id) {
    return store.require(id);
  }

  void setTag(String id, String key, String text) {
    check(key, Checks.cut(MAX_TAG, text));
    store.setTag(id, key, Checks.cut(MAX_TAG, text));
  }

  void deleteTag(String id, String key) {
    store.deleteTag(id, key);
  }

  void link(List<String> ids, String run) {
    if (ids.isEmpty() || ids.size() > MAX_LINKS) {
      throw EspalierException.invalidField(
          "trace_ids",
          "batch",
          "1 to %d traces can be linked at once, not %d.".formatted(MAX_LINKS, ids.size()),
          Optional.empty());
    }
    store.link(ids, run);
  }

  /** A version of a prompt that a trace used. */
  record PromptVersion(String name, String version) {}

  /**
   * Adds prompts to those that a trace names in its tag; one that is named already is not again.
   */
  void linkPrompts(String id, List<PromptVersion> prompts) {
    if (prompts.isEmpty() || prompts.size() > MAX_LINKS) {
      throw EspalierException.invalidField(
          "prompt_versions",
          "batch",
          "1 to %d prompts can be linked at once, not %d.".formatted(MAX_LINKS, prompts.size()),
          Optional.empty());
    }
    store.changeTag(
        id,
        PROMPTS,
        before -> {
          Set<PromptVersion> all = new LinkedHashSet<>();
          for (JsonNode each : Json.tree(before.isEmpty() ? "[]" : before)) {
            all.add(new PromptVersion(each.path("name").asText(), each.path("version").asText()));
          }
          all.addAll(prompts);
          return Checks.length("prompt_versions", MAX_TAG, Json.write(all));
        });
  }

  /** Deletes the traces named, or those up to a time; returns their ids. */
  List<String> delete(long experiment, OptionalLong until, OptionalLong most, List<String> ids) {
    if (until.isPresent() != ids.isEmpty()) {
      throw EspalierException.invalid(
          "Either `max_timestamp_millis` or `trace_ids` must be specified, but not both.");
    }
    if (most.isPresent() && (!ids.isEmpty() || most.getAsLong() < 1)) {
      throw EspalierException.invalid(
          "`max_traces` goes with `max_timestamp_millis` only, and must be at least 1.");
    }
    if (ids.size() > MAX_NAMED) {
      throw EspalierException.limit("At most %d traces are named at once.".formatted(MAX_NAMED));
    }
    return store.delete(experiment, until, most.orElse(Long.MAX_VALUE), ids);
  }

  /**
   * Adds a judgement on a trace. One that overrides another makes that one invalid, as it stays
   * readable.
   */
  Assessment assess(String trace, ObjectNode content) {
    TraceInfo judged = store.require(trace);
    if (judged.assessments().size() >= MAX_ASSESSMENTS) {
      throw EspalierException.limit(
          "A trace has at most %d assessments.".formatted(MAX_ASSESSMENTS));
    }
    content.put("assessment_id", "a-" + UUID.randomUUID().toString().replace("-", ""));
    content.put("trace_id", trace);
    content.put("valid", true);
    Assessment made = checked(content, machine.millis());
    String overridden = content.path("overrides").asText("");
    if (overridden.isEmpty()) {
      store.assess(trace, List.of(made));
    } else {
      store.assess(trace, List.of(made, valid(store.assessment(trace, overridden), false)));
    }
    return made;
  }

  private static Assessment valid(Assessment assessment, boolean valid) {
    ObjectNode content = (ObjectNode) Json.tree(assessment.content());
    return checked(content.put("valid", valid), assessment.createdAt());
  }

  /** An assessment out of MLflow's JSON. */
  static Assessment checked(ObjectNode content, long at) {
    String name = content.path("assessment_name").asText("");
    if (name.isEmpty()) {
      throw EspalierException.invalidField(
          "assessment_name",
          "required",
          "Missing value for required parameter 'assessment_name'.",
          Optional.empty());
    }
    Checks.length("assessment_name", Checks.MAX_KEY, name);
    if (content.has("feedback") == content.has("expectation")) {
      throw EspalierException.invalidField(
          "assessment",
          "one of",
          "An assessment is either feedback or an expectation.",
          Optional.of("feedback"));
    }
    if (!content.at("/source/source_type").asText("").matches("HUMAN|LLM_JUDGE|CODE|AI_JUDGE")) {
      throw EspalierException.invalidField(
          "source.source_type",
          "choice",
          "An assessment's source is HUMAN, LLM_JUDGE or CODE.",
          Optional.of("HUMAN"));
    }
    String text = Json.write(content);
    Checks.length("assessment", MAX_ASSESSMENT, text);
    JsonNode value =
        content.has("feedback") ? content.at("/feedback/value") : content.at("/expectation/value");
    return new Assessment(
        content.path("assessment_id").asText(),
        name,
        value.isTextual() ? value.textValue() : value.isMissingNode() ? "" : Json.write(value),
        text,
        at);
  }

  Assessment assessment(String trace, String id) {
    return store.assessment(trace, id);
  }

  /** Changes the fields that the mask names. */
  Assessment change(String trace, String id, ObjectNode update, List<String> mask, String time) {
    Assessment before = store.assessment(trace, id);
    ObjectNode content = (ObjectNode) Json.tree(before.content());
    for (String field : mask) {
      switch (field) {
        case "assessment_name", "feedback", "expectation", "rationale", "metadata" -> {
          JsonNode value = update.path(field);
          if (value.isMissingNode()) {
            content.remove(field);
          } else {
            content.set(field, value);
          }
        }
        default ->
            throw EspalierException.invalidField(
                "update_mask",
                "choice",
                "'%s' of an assessment does not change.".formatted(Checks.cut(100, field)),
                Optional.of("feedback"));
      }
    }
    content.put("last_update_time", time);
    Assessment after = checked(content, before.createdAt());
    store.assess(trace, List.of(after));
    return after;
  }

  /** Deletes an assessment; one that it had overridden is valid again. */
  void unassess(String trace, String id) {
    TraceInfo judged = store.require(trace);
    judged.assessments().stream()
        .filter(each -> each.id().equals(id))
        .map(each -> Json.tree(each.content()).path("overrides").asText(""))
        .filter(overridden -> !overridden.isEmpty())
        .flatMap(overridden ->
            judged.assessments().stream().filter(each -> each.id().equals(overridden)))
        .forEach(overridden -> store.assess(trace, List.of(valid(overridden, true))));
    store.unassess(trace, id);
  }

  /** A filter as traces understand it. */
  static List<Clause> clauses(String filter) {
    return Filter.parse(filter, VOCABULARY);
  }

  Found<TraceInfo> search(
      List<Long> experiments,
      String filter,
      List<String> orderBy,
      Optional<String> token,
      int limit) {
    List<Clause> clauses = clauses(filter);
    List<Order> orders = Order.parse(orderBy, VOCABULARY);
    for (Order order : orders) {
      boolean listed =
          switch (order.entity()) {
            case ATTRIBUTE -> !order.key().equals("text") && !order.key().equals("run_id");
            case TAG, PARAM -> true;
            case METRIC, DATASET, SPAN -> false;
          };
      if (!listed) {
        throw EspalierException.invalidField(
            "order_by",
            "choice",
            "Traces are not ordered by '%s'.".formatted(order.key()),
            Optional.of("timestamp_ms DESC"));
      }
    }
    String query = "traces|" + experiments + "|" + filter + "|" + orderBy;
    int keys = TraceStore.keys(orders).size();
    Optional<Cursor> cursor = token.map(text -> Cursor.parse(text, query, keys));
    return Found.of(store.search(experiments, clauses, orders, cursor, limit), query);
  }
}
