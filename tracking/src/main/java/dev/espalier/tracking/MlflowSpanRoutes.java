package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.tracking.Spans.Spanned;
import dev.espalier.tracking.Spans.Together;
import dev.espalier.tracking.Spans.Wanted;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.Rights.Level;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * Spans over HTTP: OTLP's {@code POST /v1/traces}, in protobuf and in JSON, and MLflow's reading of
 * traces with their spans. {@link MlflowTraceRoutes} mounts it.
 */
final class MlflowSpanRoutes extends WireRoutes {
  private static final HeaderName EXPERIMENT = HeaderNames.create("x-mlflow-experiment-id");
  private static final HeaderName RUN = HeaderNames.create("x-mlflow-run-id");
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";

  /** The bound of a request, packed and unpacked, in bytes. */
  private static final int MAX_SPANS = 40 << 20;

  private final Spans spans;

  MlflowSpanRoutes(Tracking tracking) {
    this.spans = tracking.spans();
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        getThree("traces/get", this::get),
        getThree("traces/batchGet", this::all),
        three(post("traces/batchGetInfos", this::infos)),
        getThree("traces/batchGetInfos", this::infos),
        three(post("traces/calculate-filter-correlation", this::together)));
  }

  @Override
  public void routing(HttpRules rules) {
    super.routing(rules);
    rules.post("/v1/traces", mlflow(this::export));
  }

  private JsonNode get(Fields request) {
    Wanted wanted = request.flag("allow_partial", false) ? Wanted.PARTIAL : Wanted.WHOLE;
    ObjectNode json = WireJson.object();
    json.set("trace", json(spans.get(request.required("trace_id"), wanted)));
    return json;
  }

  private static ObjectNode json(Spanned found) {
    ObjectNode json = WireJson.object();
    json.set("trace_info", MlflowTraceRoutes.json(found.trace()));
    if (!found.spans().isEmpty()) {
      ArrayNode all = json.putArray("spans");
      found.spans().forEach(span -> all.add(SpanJson.otlp(span)));
    }
    return json;
  }

  private JsonNode all(Fields request) {
    ObjectNode json = WireJson.object();
    List<Spanned> found = spans.all(request.texts("trace_ids"));
    if (!found.isEmpty()) {
      ArrayNode traces = json.putArray("traces");
      found.forEach(each -> traces.add(json(each)));
    }
    return json;
  }

  private JsonNode infos(Fields request) {
    ObjectNode json = WireJson.object();
    List<TraceInfo> found = spans.infos(request.texts("trace_ids"));
    if (!found.isEmpty()) {
      ArrayNode infos = json.putArray("trace_infos");
      found.forEach(each -> infos.add(MlflowTraceRoutes.json(each)));
    }
    return json;
  }

  /** Normalised pointwise mutual information, plain and with Jeffreys' prior, as MLflow has it. */
  private JsonNode together(Fields request) {
    List<Long> experiments =
        request.texts("experiment_ids").stream().map(Checks::experimentId).toList();
    Together counts =
        spans.together(
            experiments,
            request.required("filter_string1"),
            request.required("filter_string2"),
            request.textOr("base_filter", ""));
    ObjectNode json = WireJson.object();
    WireJson.real(json, "npmi", Npmi.plain(counts));
    WireJson.real(json, "npmi_smoothed", Npmi.smoothed(counts));
    return json.put("filter1_count", counts.first())
        .put("filter2_count", counts.second())
        .put("joint_count", counts.both())
        .put("total_count", counts.all());
  }

  private void export(ServerRequest request, ServerResponse response) {
    String type =
        request
            .headers()
            .first(HeaderNames.CONTENT_TYPE)
            .map(text -> text.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
            .orElse("");
    if (!type.equals(PROTOBUF) && !type.equals(JSON)) {
      throw EspalierException.invalidField(
          "Content-Type",
          "choice",
          "Invalid Content-Type: %s. Expected: %s or %s."
              .formatted(Checks.cut(100, type), PROTOBUF, JSON),
          Optional.of(PROTOBUF));
    }
    long experiment =
        Checks.experimentId(
            request
                .headers()
                .first(EXPERIMENT)
                .orElseThrow(() ->
                    EspalierException.invalidField(
                        "x-mlflow-experiment-id",
                        "required",
                        "The header x-mlflow-experiment-id says which experiment the spans belong"
                            + " to; it is missing.",
                        Optional.of("0"))));
    rights(request).mayExperiment(experiment, Level.EDIT);
    Optional<String> run = request.headers().first(RUN).filter(id -> !id.isBlank());
    run.ifPresent(id -> rights(request).mayRun(id, Level.EDIT));
    byte[] body = unpacked(request, bytes(request, MAX_SPANS));
    JsonNode tree =
        type.equals(PROTOBUF)
            ? OtlpProtobuf.request(body)
            : Json.tree(new String(body, StandardCharsets.UTF_8));
    List<Span> found;
    try {
      found = SpanJson.spans(tree);
    } catch (EspalierException failure) {
      if (failure.rule().filter(SpanJson.UNCONVERTIBLE::equals).isEmpty()) {
        throw failure;
      }
      response
          .status(Status.create(422))
          .header(HeaderNames.CONTENT_TYPE, JSON)
          .send(
              Json.bytes(
                  WireJson.object()
                      .put("error_code", "INVALID_PARAMETER_VALUE")
                      .put("message", failure.getMessage())));
      return;
    }
    if (found.isEmpty()) {
      throw EspalierException.invalid("Invalid OpenTelemetry format - no spans found");
    }
    for (Span span : found) {
      rights(request).mayTrace(span.trace(), Level.EDIT);
    }
    spans.log(experiment, found, run);
    // An ExportTraceServiceResponse with nothing in it is no bytes in protobuf.
    response
        .status(Status.OK_200)
        .header(HeaderNames.CONTENT_TYPE, type)
        .send(type.equals(JSON) ? "{}".getBytes(StandardCharsets.UTF_8) : new byte[0]);
  }

  private static byte[] unpacked(ServerRequest request, byte[] body) {
    String encoding =
        request
            .headers()
            .first(HeaderNames.CONTENT_ENCODING)
            .map(text -> text.strip().toLowerCase(Locale.ROOT))
            .orElse("identity");
    try (InputStream in =
        switch (encoding) {
          case "gzip" -> new GZIPInputStream(new ByteArrayInputStream(body));
          case "deflate" -> new InflaterInputStream(new ByteArrayInputStream(body));
          case "identity" -> new ByteArrayInputStream(body);
          default ->
              throw EspalierException.invalid(
                  "Unsupported Content-Encoding: %s. Expected: gzip or deflate."
                      .formatted(Checks.cut(100, encoding)));
        }) {
      byte[] plain = in.readNBytes(MAX_SPANS + 1);
      if (plain.length > MAX_SPANS) {
        throw EspalierException.limit(
            "The request body is longer than %d bytes when unpacked.".formatted(MAX_SPANS));
      }
      return plain;
    } catch (IOException malformed) {
      throw EspalierException.invalid("Failed to decompress %s payload.".formatted(encoding));
    }
  }
}
