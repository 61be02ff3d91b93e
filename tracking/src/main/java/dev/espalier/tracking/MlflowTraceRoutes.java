package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.tracking.TraceInfo.Assessment;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.Rights;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Traces and assessments over MLflow's REST; their spans are {@link MlflowSpanRoutes}'s. Clients of
 * before 3.4 send and read the spans as one artifact, {@code traces.json}.
 */
public final class MlflowTraceRoutes extends WireRoutes {
  private static final List<String> STATES =
      List.of("STATE_UNSPECIFIED", "OK", "ERROR", "IN_PROGRESS");
  private final Tracking tracking;
  private final ArtifactTree tree;
  private final InstantSource machine;

  public MlflowTraceRoutes(Tracking tracking, ArtifactTree tree, InstantSource machine) {
    this.tracking = tracking;
    this.tree = tree;
    this.machine = machine;
  }

  @Override
  protected List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    operations.add(three(post("traces", this::put)));
    operations.add(three(post("traces/search", this::search)));
    operations.add(three(get("traces/{trace_id}", this::get)));
    operations.add(get("traces/{trace_id}/info", this::get));
    operations.add(post("traces/link-to-run", this::link));
    operations.add(three(post("traces/link-prompts", this::linkPrompts)));
    String assessments = "traces/{trace_id}/assessments";
    operations.add(three(post(assessments, this::assess)));
    operations.add(three(get(assessments + "/{assessment_id}", this::assessment)));
    operations.add(three(patch(assessments + "/{assessment_id}", this::change)));
    operations.add(three(delete(assessments + "/{assessment_id}", this::unassess)));
    for (Operation each :
        List.of(
            post("traces/delete-traces", this::delete),
            patch("traces/{trace_id}/tags", this::tag),
            delete("traces/{trace_id}/tags", this::untag))) {
      operations.add(each);
      operations.add(three(each));
    }
    return operations;
  }

  @Override
  public void routing(HttpRules rules) {
    // Before traces/{trace_id}, which would take their paths.
    new MlflowSpanRoutes(tracking).routing(rules);
    super.routing(rules);
    rules.get(
        "/ajax-api/2.0/mlflow/get-trace-artifact",
        mlflow((request, response) -> {
          String id = query(request).required("request_id");
          rights(request).mayTrace(id, Rights.Level.READ);
          TraceInfo trace = tracking.traces().get(id);
          Optional<String> spans = tracking.spans().artifact(trace);
          if (spans.isPresent()) {
            response
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .header(HeaderNames.CONTENT_DISPOSITION, "attachment; filename=traces.json")
                .header("X-Content-Type-Options", "nosniff")
                .send(spans.get().getBytes(StandardCharsets.UTF_8));
          } else {
            MlflowArtifactRoutes.send(
                response, tree, folder(trace).resolve(new ArtifactPath("traces.json")));
          }
        }));
  }

  private static ArtifactPath folder(TraceInfo trace) {
    return MlflowArtifactRoutes.root(trace.tags().getOrDefault(TraceInfo.LOCATION, ""));
  }

  private JsonNode put(Fields request) {
    Fields info = request.object("trace").object("trace_info");
    long experiment =
        Checks.experimentId(
            info.object("trace_location").object("mlflow_experiment").required("experiment_id"));
    return wrapped(tracking.traces().put(info(info, experiment, machine.millis())));
  }

  /** What a client says of a trace, for an experiment of this server. */
  static TraceInfo info(Fields info, long experiment, long now) {
    List<Assessment> assessments = new ArrayList<>();
    for (Fields each : info.objects("assessments")) {
      ObjectNode content = each.copy();
      if (content.path("assessment_id").asText("").isEmpty()) {
        throw EspalierException.invalid("An assessment inside a trace needs its assessment_id.");
      }
      assessments.add(Traces.checked(content, now));
    }
    return new TraceInfo(
        info.required("trace_id"),
        experiment,
        info.textOr("client_request_id", ""),
        info.text("request_time").map(MlflowTraceRoutes::millis).orElse(now),
        info.text("execution_duration")
            .map(MlflowTraceRoutes::duration)
            .orElse(OptionalLong.empty()),
        info.choice("state", 0, STATES).orElse("STATE_UNSPECIFIED"),
        info.text("request_preview"),
        info.text("response_preview"),
        texts(info, "trace_metadata"),
        texts(info, "tags"),
        assessments);
  }

  private static long millis(String time) {
    try {
      return Instant.parse(time).toEpochMilli();
    } catch (DateTimeException malformed) {
      throw Checks.invalid("request_time", time, "RFC 3339 is expected.");
    }
  }

  private static OptionalLong duration(String text) {
    try {
      return OptionalLong.of(
          new BigDecimal(text.endsWith("s") ? text.substring(0, text.length() - 1) : text)
              .movePointRight(3)
              .longValue());
    } catch (NumberFormatException malformed) {
      throw Checks.invalid("execution_duration", text, "Seconds are expected, as 1.5s.");
    }
  }

  /** As Protobuf's JSON writes a duration: with no fraction, or with three digits of one. */
  private static String seconds(long millis) {
    return (millis % 1000 == 0 ? Long.toString(millis / 1000) : BigDecimal.valueOf(millis, 3))
        + "s";
  }

  private static SortedMap<String, String> texts(Fields fields, String name) {
    SortedMap<String, String> texts = new TreeMap<>();
    if (fields.has(name)) {
      for (Map.Entry<String, JsonNode> entry : fields.object(name).copy().properties()) {
        texts.put(entry.getKey(), entry.getValue().asText());
      }
    }
    return texts;
  }

  private static ObjectNode wrapped(TraceInfo trace) {
    ObjectNode json = WireJson.object();
    json.putObject("trace").set("trace_info", json(trace));
    return json;
  }

  static ObjectNode json(TraceInfo trace) {
    ObjectNode json = WireJson.object().put("trace_id", trace.id());
    if (!trace.clientId().isEmpty()) {
      json.put("client_request_id", trace.clientId());
    }
    ObjectNode location = json.putObject("trace_location").put("type", "MLFLOW_EXPERIMENT");
    location.putObject("mlflow_experiment").put("experiment_id", Long.toString(trace.experiment()));
    trace.requestPreview().ifPresent(text -> json.put("request_preview", text));
    trace.responsePreview().ifPresent(text -> json.put("response_preview", text));
    json.put("request_time", Instant.ofEpochMilli(trace.requestTime()).toString());
    trace.duration().ifPresent(millis -> json.put("execution_duration", seconds(millis)));
    json.put("state", trace.state());
    ObjectNode metadata = json.putObject("trace_metadata");
    trace.metadata().forEach(metadata::put);
    ObjectNode tags = json.putObject("tags");
    trace.tags().forEach(tags::put);
    if (!trace.assessments().isEmpty()) {
      ArrayNode assessments = json.putArray("assessments");
      trace.assessments().forEach(each -> assessments.add(Json.tree(each.content())));
    }
    return json;
  }

  private JsonNode get(Fields request) {
    return wrapped(tracking.traces().get(request.required("trace_id")));
  }

  private JsonNode search(Fields request) {
    List<Long> experiments = new ArrayList<>();
    for (Fields location : request.objects("locations")) {
      experiments.add(
          Checks.experimentId(location.object("mlflow_experiment").required("experiment_id")));
    }
    Found<TraceInfo> found =
        tracking
            .traces()
            .search(
                experiments,
                request.textOr("filter", ""),
                request.texts("order_by"),
                request.text("page_token").filter(token -> !token.isEmpty()),
                Checks.page(request.number("max_results"), 100, 500));
    ObjectNode json = WireJson.object();
    if (!found.rows().isEmpty()) {
      ArrayNode traces = json.putArray("traces");
      found.rows().forEach(trace -> traces.add(json(trace)));
    }
    found.token().ifPresent(token -> json.put("next_page_token", token));
    return json;
  }

  private JsonNode tag(Fields request) {
    tracking
        .traces()
        .setTag(request.required("trace_id"), request.required("key"), request.textOr("value", ""));
    return WireJson.object();
  }

  private JsonNode untag(Fields request) {
    tracking.traces().deleteTag(request.required("trace_id"), request.required("key"));
    return WireJson.object();
  }

  private JsonNode link(Fields request) {
    tracking.traces().link(request.texts("trace_ids"), request.runId());
    return WireJson.object();
  }

  private JsonNode linkPrompts(Fields request) {
    tracking
        .traces()
        .linkPrompts(
            request.required("trace_id"),
            request.objects("prompt_versions").stream()
                .map(each ->
                    new Traces.PromptVersion(each.required("name"), each.required("version")))
                .toList());
    return WireJson.object();
  }

  private JsonNode delete(Fields request) {
    long experiment = Checks.experimentId(request.required("experiment_id"));
    List<String> ids =
        tracking
            .traces()
            .delete(
                experiment,
                request.number("max_timestamp_millis"),
                request.number("max_traces"),
                request.texts("request_ids"));
    String root = tracking.experiments().get(experiment).artifactLocation();
    if (root.startsWith(MlflowArtifactRoutes.SCHEME)) {
      ArtifactPath traces = MlflowArtifactRoutes.root(root).resolve(new ArtifactPath("traces"));
      for (String id : ids) {
        int _ = tree.delete(traces.resolve(new ArtifactPath(id)));
      }
    }
    return WireJson.object().put("traces_deleted", ids.size());
  }

  private JsonNode assess(Fields request) {
    ObjectNode content = request.object("assessment").copy();
    String now = machine.instant().toString();
    for (String time : List.of("create_time", "last_update_time")) {
      if (!content.has(time)) {
        content.put(time, now);
      }
    }
    return wrapped(tracking.traces().assess(request.required("trace_id"), content));
  }

  private static ObjectNode wrapped(Assessment assessment) {
    ObjectNode json = WireJson.object();
    json.set("assessment", Json.tree(assessment.content()));
    return json;
  }

  private JsonNode assessment(Fields request) {
    return wrapped(
        tracking
            .traces()
            .assessment(request.required("trace_id"), request.required("assessment_id")));
  }

  /** A field mask is a text of camelCase names with commas between. */
  private static List<String> mask(Fields request) {
    return Arrays.stream(request.required("update_mask").split(","))
        .map(name -> name.strip().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT))
        .toList();
  }

  private JsonNode change(Fields request) {
    return wrapped(
        tracking
            .traces()
            .change(
                request.required("trace_id"),
                request.required("assessment_id"),
                request.object("assessment").copy(),
                mask(request),
                machine.instant().toString()));
  }

  private JsonNode unassess(Fields request) {
    tracking.traces().unassess(request.required("trace_id"), request.required("assessment_id"));
    return WireJson.object();
  }
}
