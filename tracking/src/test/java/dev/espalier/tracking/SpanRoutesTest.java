package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import dev.espalier.tracking.MlflowServer.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spans as OpenTelemetry's exporters and MLflow's clients send and read them. */
class SpanRoutesTest {
  private static final String TRACES = "/api/3.0/mlflow/traces";
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String ID = "tr-" + TRACE;
  private static final String ROOT = "b7ad6b7169203331";
  private static final String CHILD = "00f067aa0ba902b7";
  @TempDir Path folder;
  private MlflowServer server;

  @BeforeEach
  void open() {
    server = new MlflowServer(folder);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static String attribute(String key, String value) {
    return "{\"key\": \"%s\", \"value\": %s}".formatted(key, value);
  }

  private static String span(String id, String parent, String name, String more) {
    return """
    {"traceId": "%s", "spanId": "%s", "parentSpanId": "%s", "name": "%s",
     "startTimeUnixNano": "1000000000", "endTimeUnixNano": "3500000000"%s}
    """
        .formatted(TRACE, id, parent, name, more);
  }

  private static String request(String... spans) {
    return "{\"resourceSpans\": [{\"resource\": {\"attributes\": ["
        + attribute("service.name", "{\"stringValue\": \"mailer\"}")
        + ", "
        + attribute("telemetry.sdk.name", "{\"stringValue\": \"x\"}")
        + "]}, \"scopeSpans\": [{\"spans\": ["
        + String.join(", ", spans)
        + "]}]}]}";
  }

  private static String root() {
    return span(
        ROOT,
        "",
        "answer",
        ", \"status\": {\"code\": 2, \"message\": \"broken\"}, \"attributes\": ["
            + attribute("mlflow.spanInputs", "{\"stringValue\": \"what is 100% \\\"x\\\"?\"}")
            + ", "
            + attribute("mlflow.spanType", "{\"stringValue\": \"AGENT\"}")
            + ", "
            + attribute("mlflow.traceTag.team", "{\"stringValue\": \"mail\"}")
            + ", "
            + attribute("session.id", "{\"stringValue\": \"s-1\"}")
            + "]");
  }

  private static String child() {
    return span(
        CHILD,
        ROOT,
        "look up",
        ", \"attributes\": ["
            + attribute("depth", "{\"intValue\": \"9007199254740993\"}")
            + ", "
            + attribute("share", "{\"doubleValue\": 0.5}")
            + ", "
            + attribute("words", "{\"arrayValue\": {\"values\": [{\"stringValue\": \"漢字\"}, {}]}}")
            + ", "
            + attribute(
                "map",
                "{\"kvlistValue\": {\"values\": ["
                    + attribute("a", "{\"boolValue\": true}")
                    + "]}}")
            + "], \"events\": [{\"timeUnixNano\": \"1500000000\", \"name\": \"seen\", \"attributes\":"
            + " ["
            + attribute("n", "{\"intValue\": 3}")
            + "]}], \"links\": [{\"traceId\": \""
            + TRACE
            + "\", \"spanId\": \""
            + ROOT
            + "\"}]");
  }

  private Answer export(byte[] body, String... headers) {
    return server.send(
        server
            .request("/v1/traces")
            .headers(headers)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private Answer export(String json) {
    return export(
        json.getBytes(StandardCharsets.UTF_8),
        "Content-Type",
        "application/json",
        "x-mlflow-experiment-id",
        "0");
  }

  private JsonNode get() {
    Answer answer = server.call("GET", TRACES + "/get?trace_id=" + ID, "");
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    return answer.body().path("trace");
  }

  @Test
  void spans_alone_make_a_trace_whose_root_says_how_it_went() {
    assertThat(export(request(child())).status()).isEqualTo(200);
    assertThat(get().at("/trace_info/state").asText()).isEqualTo("IN_PROGRESS");
    Answer answer = export(request(root()));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).hasToString("{}");

    JsonNode info = get().path("trace_info");
    assertThat(info.path("state").asText()).isEqualTo("ERROR");
    assertThat(info.path("request_time").asText()).isEqualTo("1970-01-01T00:00:01Z");
    assertThat(info.path("execution_duration").asText()).isEqualTo("2.500s");
    assertThat(info.path("request_preview").asText()).isEqualTo("\"what is 100% \\\"x\\\"?\"");
    assertThat(info.at("/tags/service.name").asText()).isEqualTo("mailer");
    assertThat(info.at("/tags/team").asText()).isEqualTo("mail");
    assertThat(info.path("tags").has("telemetry.sdk.name")).isFalse();
    assertThat(info.at("/tags/mlflow.trace.spansLocation").asText()).isEqualTo("TRACKING_STORE");
    assertThat(info.path("trace_metadata").path("mlflow.trace.session").asText()).isEqualTo("s-1");
  }

  @Test
  void a_span_comes_back_as_it_came() {
    export(request(child(), root()));
    JsonNode spans = get().path("spans");

    assertThat(spans).hasSize(2);
    JsonNode root = spans.path(0);
    assertThat(root.path("name").asText()).isEqualTo("answer");
    assertThat(root.has("parent_span_id")).isFalse();
    assertThat(root.at("/status/code").asText()).isEqualTo("STATUS_CODE_ERROR");
    JsonNode child = spans.path(1);
    assertThat(base64(child.path("trace_id"))).isEqualTo(TRACE);
    assertThat(base64(child.path("span_id"))).isEqualTo(CHILD);
    assertThat(base64(child.path("parent_span_id"))).isEqualTo(ROOT);
    assertThat(child.path("start_time_unix_nano").asLong()).isEqualTo(1_000_000_000);
    assertThat(value(child, "depth").path("int_value").asLong()).isEqualTo(9007199254740993L);
    assertThat(value(child, "share").path("double_value").asDouble()).isEqualTo(0.5);
    assertThat(value(child, "words").at("/array_value/values/0/string_value").asText())
        .isEqualTo("漢字");
    assertThat(value(child, "map").at("/kvlist_value/values/0/value/bool_value").asBoolean())
        .isTrue();
    assertThat(child.at("/events/0/name").asText()).isEqualTo("seen");
    assertThat(child.at("/events/0/attributes/0/value/int_value").asLong()).isEqualTo(3);
    assertThat(base64(child.at("/links/0/span_id"))).isEqualTo(ROOT);
    JsonNode artifact =
        server.call("GET", "/ajax-api/2.0/mlflow/get-trace-artifact?request_id=" + ID, "").body();
    assertThat(artifact.at("/spans/1/attributes/words").asText()).isEqualTo("[\"漢字\", null]");
  }

  private static String base64(JsonNode text) {
    return HexFormat.of().formatHex(java.util.Base64.getDecoder().decode(text.asText()));
  }

  private static JsonNode value(JsonNode span, String name) {
    for (JsonNode each : span.path("attributes")) {
      if (each.path("key").asText().equals(name)) {
        return each.path("value");
      }
    }
    throw new AssertionError("no attribute " + name + " in " + span);
  }

  @Test
  void the_same_spans_twice_are_there_once_and_a_later_report_replaces_an_earlier() {
    export(request(root(), child()));
    export(request(root(), span(CHILD, ROOT, "look up again", "")));

    assertThat(get().path("spans")).hasSize(2);
    assertThat(found("span.name = 'look up again'")).containsExactly(ID);
    assertThat(found("span.name = 'look up'")).isEmpty();
  }

  private List<String> found(String filter) {
    Answer answer = search(filter);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    List<String> found = new ArrayList<>();
    answer.body().path("traces").forEach(trace -> found.add(trace.path("trace_id").asText()));
    return found;
  }

  private Answer search(String filter) {
    return server.call(
        "POST",
        TRACES + "/search",
        Json.write(
            Map.of(
                "locations",
                List.of(Map.of("mlflow_experiment", Map.of("experiment_id", "0"))),
                "filter",
                filter)));
  }

  @Test
  void finds_by_what_one_span_is() {
    export(request(child(), root()));

    for (String yes :
        List.of(
            "span.name = 'answer'",
            "span.name != 'answer'",
            "span.name LIKE 'look%'",
            "span.name ILIKE 'LOOK%'",
            "span.name IN ('x', 'look up')",
            "span.name NOT IN ('answer')",
            "span.name RLIKE '^look [a-z]+$'",
            "span.type = 'AGENT' AND span.status = 'ERROR'",
            "span.name = 'look up' AND span.type = 'UNKNOWN'",
            "span.content LIKE '%漢字%'",
            "trace.text ILIKE '%WHAT IS 100%'",
            "span.attributes.depth LIKE '%9007199254740993%'",
            "span.attributes.depth = '9007199254740993'",
            "span.attributes.`mlflow.spanInputs` = 'what is 100% \"x\"?'",
            "span.attributes.depth != '1'",
            "span.attributes.depth IN ('1', '9007199254740993')",
            "span.attributes.share RLIKE '^0\\.[0-9]$'",
            "tags.team RLIKE 'a.l'")) {
      assertThat(found(yes)).as(yes).containsExactly(ID);
    }
    for (String no :
        List.of(
            "span.name = 'answer' AND span.type = 'UNKNOWN'",
            "span.name LIKE 'LOOK%'",
            "span.name RLIKE '^look$'",
            "span.attributes.depth = '900719925474099'",
            "span.attributes.none != 'x'",
            "span.attributes.depth NOT IN ('9007199254740993')",
            "trace.text LIKE '%nowhere%'")) {
      assertThat(found(no)).as(no).isEmpty();
    }
    for (String bad :
        List.of(
            "span.colour = 'x'",
            "span.content = 'x'",
            "span.name > 'x'",
            "span.attributes. = 'x'",
            "span.name RLIKE '(['",
            "span.name RLIKE '" + "a".repeat(1_001) + "'",
            "trace.text = 'x'")) {
      assertThat(search(bad).code()).as(bad).isEqualTo("INVALID_PARAMETER_VALUE");
    }
  }

  @Test
  void a_pattern_made_to_run_for_ever_does_not() {
    export(request(span(ROOT, "", "a".repeat(5_000) + "!", "")));
    assertThat(found("span.name RLIKE '^(a+)+$'")).isEmpty();
  }

  /** Protobuf by hand: field number, wire type, content; opentelemetry-proto's numbers. */
  private static byte[] field(int number, byte[]... contents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] content : contents) {
      varint(out, number << 3 | 2);
      varint(out, content.length);
      out.writeBytes(content);
    }
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static byte[] fixed(int number, long value) {
    ByteBuffer buffer = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
    return buffer.put((byte) (number << 3 | 1)).putLong(value).array();
  }

  private static byte[] whole(int number, long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, (long) number << 3);
    varint(out, value);
    return out.toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] protobuf() {
    byte[] number = field(9, joined(field(1, text("n")), field(2, whole(3, -5))));
    byte[] span =
        joined(
            field(1, HexFormat.of().parseHex(TRACE)),
            field(2, HexFormat.of().parseHex(ROOT)),
            field(5, text("über")),
            fixed(7, 1_000_000_000L),
            fixed(8, 2_000_000_000L),
            number,
            // A field that later versions of the protocol may add.
            field(99, text("new")),
            field(15, whole(3, 1)));
    return field(1, field(2, field(2, span)));
  }

  @Test
  void takes_protobuf_packed_or_not() throws IOException {
    Answer plain =
        export(protobuf(), "Content-Type", "application/x-protobuf", "x-mlflow-experiment-id", "0");
    assertThat(plain.status()).as("%s", plain.body()).isEqualTo(200);
    assertThat(plain.raw().body()).isEmpty();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(protobuf());
    }
    Answer gzip =
        export(
            packed.toByteArray(),
            "Content-Type",
            "application/x-protobuf",
            "Content-Encoding",
            "gzip",
            "x-mlflow-experiment-id",
            "0");
    assertThat(gzip.status()).as("%s", gzip.body()).isEqualTo(200);

    JsonNode span = get().path("spans").path(0);
    assertThat(span.path("name").asText()).isEqualTo("über");
    assertThat(value(span, "n").path("int_value").asLong()).isEqualTo(-5);
    assertThat(get().at("/trace_info/state").asText()).isEqualTo("OK");
  }

  @Test
  void every_cut_of_a_protobuf_is_refused_or_understood_and_nothing_breaks() {
    byte[] whole = protobuf();
    for (int length = 0; length < whole.length; length++) {
      Answer answer =
          export(
              java.util.Arrays.copyOf(whole, length),
              "Content-Type",
              "application/x-protobuf",
              "x-mlflow-experiment-id",
              "0");
      assertThat(answer.status()).as("cut at %d: %s", length, answer.body()).isEqualTo(400);
    }
    assertThat(found("")).isEmpty();
  }

  @Test
  void malformed_spans_are_refused_whole_and_named() throws IOException {
    String bad = child().replace(CHILD, "12");
    assertThat(export(request(root(), bad)).status()).isEqualTo(422);
    assertThat(export(request(root(), bad)).message()).contains("span_id is not of 8 bytes");
    assertThat(export(request(child().replace("\"1000000000\"", "\"soon\""))).status())
        .isEqualTo(422);
    assertThat(found("")).isEmpty();

    assertThat(export("{}").message()).contains("no spans found");
    assertThat(export("{").status()).isEqualTo(400);
    assertThat(export("x".getBytes(StandardCharsets.UTF_8), "Content-Type", "text/plain").status())
        .isEqualTo(400);
    assertThat(export(protobuf(), "Content-Type", "application/x-protobuf").message())
        .contains("x-mlflow-experiment-id");
    assertThat(
            export(
                    protobuf(),
                    "Content-Type",
                    "application/x-protobuf",
                    "x-mlflow-experiment-id",
                    "99")
                .status())
        .isEqualTo(404);
    assertThat(
            export(
                    protobuf(),
                    "Content-Type",
                    "application/x-protobuf",
                    "x-mlflow-experiment-id",
                    "0",
                    "Content-Encoding",
                    "gzip")
                .message())
        .contains("decompress gzip");
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      for (int i = 0; i < 50; i++) {
        gzip.write(new byte[1 << 20]);
      }
    }
    assertThat(
            export(
                    bomb.toByteArray(),
                    "Content-Type",
                    "application/x-protobuf",
                    "x-mlflow-experiment-id",
                    "0",
                    "Content-Encoding",
                    "gzip")
                .message())
        .contains("longer than");
  }

  @Test
  void a_trace_is_whole_when_all_the_spans_that_its_client_counted_are_there() {
    export(request(root()));
    server.call(
        "POST",
        TRACES,
        ("{\"trace\": {\"trace_info\": {\"trace_id\": \"%s\", \"trace_location\": {"
                + "\"mlflow_experiment\": {\"experiment_id\": \"0\"}}, \"state\": \"OK\","
                + " \"request_time\": \"2026-01-01T00:00:00Z\", \"trace_metadata\": {"
                + "\"mlflow.trace.sizeStats\": \"{\\\"num_spans\\\": 2}\"}}}}")
            .formatted(ID));

    String get = TRACES + "/get?trace_id=" + ID;
    assertThat(server.call("GET", get, "").message()).contains("not fully exported");
    assertThat(server.call("GET", get + "&allow_partial=true", "").body().at("/trace/spans"))
        .hasSize(1);
    String batch = TRACES + "/batchGet?trace_ids=" + ID + "&trace_ids=tr-none";
    assertThat(server.call("GET", batch, "").body().has("traces")).isFalse();
    export(request(child()));
    assertThat(server.call("GET", batch, "").body().at("/traces/0/spans")).hasSize(2);
    assertThat(get().at("/trace_info/request_time").asText())
        .as("spans change no times that the client has said")
        .isEqualTo("2026-01-01T00:00:00Z");
    assertThat(
            server
                .call("POST", TRACES + "/batchGetInfos", "{\"trace_ids\": [\"%s\"]}".formatted(ID))
                .body()
                .path("trace_infos"))
        .hasSize(1);
    server.call(
        "POST",
        TRACES + "/delete-traces",
        "{\"experiment_id\": \"0\", \"request_ids\": [\"" + ID + "\"]}");
    assertThat(server.call("GET", get, "").code()).isEqualTo("RESOURCE_DOES_NOT_EXIST");
  }

  @Test
  void a_run_in_the_header_gets_the_traces() {
    String run = server.run();
    Answer answer =
        export(
            request(root()).getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/json",
            "x-mlflow-experiment-id",
            "0",
            "x-mlflow-run-id",
            run);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(found("trace.run_id = '" + run + "'")).containsExactly(ID);
  }

  /** Values of MLflow 3.17's calculate_npmi_from_counts for the same counts. */
  @Test
  void says_how_often_two_filters_meet() {
    for (int i = 0; i < 10; i++) {
      String trace = "%032x".formatted(i + 1);
      String span =
          span(ROOT, "", i < 4 ? "a" : "b", i % 2 == 0 ? ", \"status\": {\"code\": 2}" : "");
      export(request(span.replace(TRACE, trace)));
    }
    JsonNode together =
        server
            .call(
                "POST",
                TRACES + "/calculate-filter-correlation",
                "{\"experiment_ids\": [\"0\"], \"filter_string1\": \"span.name = 'a'\","
                    + " \"filter_string2\": \"trace.status = 'ERROR'\"}")
            .body();
    assertThat(together.path("filter1_count").asInt()).isEqualTo(4);
    assertThat(together.path("filter2_count").asInt()).isEqualTo(5);
    assertThat(together.path("joint_count").asInt()).isEqualTo(2);
    assertThat(together.path("total_count").asInt()).isEqualTo(10);
    assertThat(together.path("npmi").asDouble()).isEqualTo(0, offset(1e-12));
    assertThat(Npmi.plain(new Spans.Together(100, 20, 15, 10)))
        .isEqualTo(0.5228787452803378, offset(1e-12));
    assertThat(Npmi.smoothed(new Spans.Together(100, 20, 15, 10)))
        .isEqualTo(0.5098689991831412, offset(1e-12));
    assertThat(Npmi.plain(new Spans.Together(10, 3, 3, 0))).isEqualTo(-1);
    assertThat(Npmi.plain(new Spans.Together(10, 0, 3, 0))).isNaN();
    assertThat(Npmi.plain(new Spans.Together(5, 5, 5, 5))).isEqualTo(1);
  }
}
