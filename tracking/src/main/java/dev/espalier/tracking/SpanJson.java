package dev.espalier.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A span's two forms in JSON: OTLP's, as it travels ({@code opentelemetry.proto.trace.v1.Span},
 * camelCase or proto names, ids in hexadecimal or base64), and that of MLflow's {@code
 * traces.json}, as it is stored and as {@code span.content} is searched: each attribute a text of
 * JSON, written with a space after colons and commas as Python's {@code json.dumps} does.
 */
final class SpanJson {
  private static final int MAX_TYPE = 500;
  private static final ObjectWriter SPACED =
      Json.mapper()
          .writer(
              new DefaultPrettyPrinter(
                      Separators.createDefaultInstance()
                          .withObjectFieldValueSpacing(Spacing.AFTER)
                          .withObjectEntrySpacing(Spacing.AFTER)
                          .withArrayValueSpacing(Spacing.AFTER)
                          .withObjectEmptySeparator("")
                          .withArrayEmptySeparator(""))
                  .withObjectIndenter(new DefaultPrettyPrinter.NopIndenter())
                  .withArrayIndenter(new DefaultPrettyPrinter.NopIndenter()));

  private SpanJson() {}

  /** A span cannot be understood: OTLP's callers get 422. */
  static final String UNCONVERTIBLE = "span";

  /** The spans of an OTLP request, in its order. */
  static List<Span> spans(JsonNode request) {
    List<Span> spans = new ArrayList<>();
    for (JsonNode resourceSpans : field(request, "resource_spans")) {
      SortedMap<String, String> resource = new TreeMap<>();
      attributes(field(resourceSpans, "resource"))
          .forEach((name, value) ->
              resource.put(name, value.isTextual() ? value.textValue() : spaced(value)));
      for (JsonNode scopeSpans : field(resourceSpans, "scope_spans")) {
        for (JsonNode span : field(scopeSpans, "spans")) {
          spans.add(span(span, resource));
        }
      }
    }
    return spans;
  }

  /** {@code field_name}, or {@code fieldName}. */
  private static JsonNode field(JsonNode json, String name) {
    JsonNode value = json.path(name);
    if (!value.isMissingNode()) {
      return value;
    }
    StringBuilder camel = new StringBuilder();
    for (String word : name.split("_")) {
      camel.append(
          camel.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return json.path(camel.toString());
  }

  private static EspalierException unconvertible(String why) {
    return EspalierException.invalidField(
        "spans",
        UNCONVERTIBLE,
        "Cannot convert OpenTelemetry span to MLflow span: " + why + ".",
        Optional.empty());
  }

  /** One span of OTLP. */
  static Span span(JsonNode otlp, SortedMap<String, String> resource) {
    byte[] trace = id(field(otlp, "trace_id"), 16, "trace_id");
    byte[] id = id(field(otlp, "span_id"), 8, "span_id");
    JsonNode above = field(otlp, "parent_span_id");
    Optional<byte[]> parent =
        above.asText("").isEmpty() ? Optional.empty() : Optional.of(id(above, 8, "parent_span_id"));
    String traceId = "tr-" + HexFormat.of().formatHex(trace);
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes(otlp).forEach((name, value) -> attributes.put(name, spaced(value)));
    attributes.put("mlflow.traceRequestId", Json.write(traceId));
    long start = nanos(field(otlp, "start_time_unix_nano"), "start_time_unix_nano");
    long ended = nanos(field(otlp, "end_time_unix_nano"), "end_time_unix_nano");
    OptionalLong end = ended == 0 ? OptionalLong.empty() : OptionalLong.of(ended);
    String status = status(field(field(otlp, "status"), "code"));
    String name = clean(field(otlp, "name").asText(""));

    ObjectNode content = WireJson.object();
    content.put("trace_id", base64(trace)).put("span_id", base64(id));
    content.put("parent_span_id", parent.map(SpanJson::base64).orElse(null));
    content.put("name", name).put("start_time_unix_nano", start);
    content.put("end_time_unix_nano", end.isPresent() ? (Long) end.getAsLong() : null);
    ArrayNode events = content.putArray("events");
    for (JsonNode event : field(otlp, "events")) {
      ObjectNode made = events.addObject().put("name", field(event, "name").asText(""));
      made.put("time_unix_nano", nanos(field(event, "time_unix_nano"), "time_unix_nano"));
      ObjectNode values = made.putObject("attributes");
      attributes(event).forEach(values::set);
    }
    ObjectNode state = content.putObject("status").put("code", "STATUS_CODE_" + status);
    state.put("message", field(field(otlp, "status"), "message").asText(""));
    ObjectNode texts = content.putObject("attributes");
    attributes.forEach(texts::put);
    ArrayNode links = content.putArray("links");
    for (JsonNode link : field(otlp, "links")) {
      ObjectNode made = links.addObject();
      made.put(
          "trace_id",
          "tr-" + HexFormat.of().formatHex(id(field(link, "trace_id"), 16, "links.trace_id")));
      made.put("span_id", HexFormat.of().formatHex(id(field(link, "span_id"), 8, "links.span_id")));
      ObjectNode values = made.putObject("attributes");
      attributes(link).forEach(values::set);
    }
    String type =
        Optional.ofNullable(attributes.get("mlflow.spanType"))
            .map(SpanJson::plain)
            .filter(text -> !text.isEmpty())
            .orElse("UNKNOWN");
    return new Span(
        traceId,
        HexFormat.of().formatHex(id),
        parent.map(HexFormat.of()::formatHex),
        name,
        clean(type.length() > MAX_TYPE ? type.substring(0, MAX_TYPE) : type),
        status,
        start,
        end,
        attributes,
        resource,
        spaced(content));
  }

  /** PostgreSQL keeps no NUL in a text. */
  private static String clean(String text) {
    return text.replace('\0', '\uFFFD');
  }

  /** The text within a text of JSON; any other JSON as it is written. */
  static String plain(String json) {
    try {
      JsonNode value = Json.tree(json);
      return value.isTextual() ? value.textValue() : json;
    } catch (EspalierException notJson) {
      return json;
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Hexadecimal digits, or base64: the two lengths never meet. */
  private static byte[] id(JsonNode text, int length, String name) {
    String id = text.asText("");
    try {
      byte[] bytes =
          id.length() == 2 * length ? HexFormat.of().parseHex(id) : Base64.getDecoder().decode(id);
      if (bytes.length == length) {
        return bytes;
      }
    } catch (IllegalArgumentException malformed) {
      // One message for each malformed id.
    }
    throw unconvertible("%s is not of %d bytes".formatted(name, length));
  }

  private static long nanos(JsonNode time, String name) {
    if (time.isMissingNode() || time.isNull()) {
      return 0;
    }
    try {
      long nanos = Long.parseLong(time.asText());
      if (nanos >= 0) {
        return nanos;
      }
    } catch (NumberFormatException malformed) {
      // One message for each malformed time.
    }
    throw unconvertible("%s is not a time in nanoseconds since 1970".formatted(name));
  }

  private static String status(JsonNode code) {
    return switch (code.asText("")) {
      case "1", "STATUS_CODE_OK" -> "OK";
      case "2", "STATUS_CODE_ERROR" -> "ERROR";
      default -> "UNSET";
    };
  }

  private static SortedMap<String, JsonNode> attributes(JsonNode owner) {
    SortedMap<String, JsonNode> attributes = new TreeMap<>();
    for (JsonNode each : field(owner, "attributes")) {
      attributes.put(each.path("key").asText(""), value(each.path("value")));
    }
    return attributes;
  }

  /** An OTLP {@code AnyValue} as plain JSON. */
  private static JsonNode value(JsonNode any) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    JsonNode found = field(any, "int_value");
    if (!found.isMissingNode()) {
      try {
        return json.numberNode(Long.parseLong(found.asText()));
      } catch (NumberFormatException malformed) {
        throw unconvertible("an int_value is no whole number of 64 bits");
      }
    }
    found = field(any, "double_value");
    if (!found.isMissingNode()) {
      return found.isNumber() ? json.numberNode(found.doubleValue()) : found;
    }
    found = field(any, "array_value");
    if (!found.isMissingNode()) {
      ArrayNode array = json.arrayNode();
      field(found, "values").forEach(each -> array.add(value(each)));
      return array;
    }
    found = field(any, "kvlist_value");
    if (!found.isMissingNode()) {
      ObjectNode object = json.objectNode();
      for (JsonNode each : field(found, "values")) {
        object.set(each.path("key").asText(""), value(each.path("value")));
      }
      return object;
    }
    for (String scalar : List.of("string_value", "bool_value", "bytes_value")) {
      found = field(any, scalar);
      if (!found.isMissingNode()) {
        return found;
      }
    }
    return json.nullNode();
  }

  private static String spaced(JsonNode json) {
    try {
      return SPACED.writeValueAsString(json);
    } catch (JsonProcessingException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot write a span.", failure);
    }
  }

  /** The stored form as OTLP's JSON with proto names, as clients read it. */
  static ObjectNode otlp(String content) {
    ObjectNode span = (ObjectNode) Json.tree(content);
    for (String absent : List.of("parent_span_id", "end_time_unix_nano")) {
      if (span.path(absent).isNull()) {
        span.remove(absent);
      }
    }
    if (span.path("status") instanceof ObjectNode status
        && status.path("message").asText("").isEmpty()) {
      status.remove("message");
    }
    ArrayNode attributes = span.arrayNode();
    for (Map.Entry<String, JsonNode> each : span.path("attributes").properties()) {
      ObjectNode made = attributes.addObject().put("key", each.getKey());
      made.set("value", any(Json.tree(each.getValue().asText("null"))));
    }
    span.set("attributes", attributes);
    for (String within : List.of("events", "links")) {
      for (JsonNode each : span.path(within)) {
        ObjectNode owner = (ObjectNode) each;
        ArrayNode values = owner.arrayNode();
        for (Map.Entry<String, JsonNode> value : owner.path("attributes").properties()) {
          values.addObject().put("key", value.getKey()).set("value", any(value.getValue()));
        }
        owner.set("attributes", values);
        if (within.equals("links")) {
          String trace = owner.path("trace_id").asText().substring("tr-".length());
          owner.put("trace_id", base64(HexFormat.of().parseHex(trace)));
          owner.put("span_id", base64(HexFormat.of().parseHex(owner.path("span_id").asText())));
        }
      }
    }
    return span;
  }

  /** Plain JSON as an OTLP {@code AnyValue}. */
  private static ObjectNode any(JsonNode value) {
    ObjectNode any = WireJson.object();
    switch (value.getNodeType()) {
      case STRING -> any.put("string_value", value.textValue());
      case BOOLEAN -> any.put("bool_value", value.booleanValue());
      case NUMBER -> number(any, value);
      case ARRAY -> {
        ArrayNode values = any.putObject("array_value").putArray("values");
        value.forEach(each -> values.add(any(each)));
      }
      case OBJECT -> {
        ArrayNode values = any.putObject("kvlist_value").putArray("values");
        for (Map.Entry<String, JsonNode> each : value.properties()) {
          values.addObject().put("key", each.getKey()).set("value", any(each.getValue()));
        }
      }
      case NULL, MISSING, BINARY, POJO -> {}
    }
    return any;
  }

  private static void number(ObjectNode any, JsonNode value) {
    if (value.canConvertToLong() && value.isIntegralNumber()) {
      any.put("int_value", value.longValue());
    } else if (value.isIntegralNumber()) {
      any.put("string_value", new BigInteger(value.asText()).toString());
    } else {
      any.put("double_value", value.doubleValue());
    }
  }
}
