package dev.espalier.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads and writes the JSON tensors of the Open Inference Protocol. */
final class InferenceCodec {
  static final String TEXT = "text";
  static final String LABEL = "label";
  static final String PROBABILITIES = "probabilities";
  static final String PREDICTION_ID = "prediction_id";
  static final String SERVED_BY = "served_by";
  private static final List<String> OUTPUTS =
      List.of(LABEL, PROBABILITIES, PREDICTION_ID, SERVED_BY);

  /** Texts in one request; more is a job, not a request. */
  static final int MAX_BATCH = 64;

  /** A decoded request: the id to echo, the questions, the outputs wanted, in order. */
  record Inference(Optional<String> id, List<Ask> asks, List<String> outputs) {}

  private InferenceCodec() {}

  static Inference decode(JsonNode body) {
    if (!body.isObject()) {
      throw EspalierException.invalid("The body must be a JSON object with inputs.");
    }
    Optional<String> id = string(body, "id");
    JsonNode given = parameters(body);
    if (given.path("binary_data_output").asBoolean(false)) {
      throw binary();
    }
    // One sticky key for the whole batch: all rows of a request meet the same version.
    String unit = string(given, "unit").or(() -> id).orElseGet(() -> UUID.randomUUID().toString());
    List<Ask> asks = new ArrayList<>();
    for (String text : texts(body)) {
      asks.add(new Ask(text, Optional.of(unit), Optional.empty(), Optional.empty(), id));
    }
    return new Inference(id, asks, outputs(body.get("outputs")));
  }

  /** The binary tensor extension is not offered; nobody who asks for it gets something else. */
  static EspalierException binary() {
    return new EspalierException(
        ErrorCode.UNSUPPORTED,
        "The binary tensor extension is not offered (GET /v2 lists none): send and read JSON data.");
  }

  /** The parameters of a request, an input or an output; an empty object without any. */
  private static JsonNode parameters(JsonNode of) {
    JsonNode given = of.get("parameters");
    if (given == null) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (!given.isObject()) {
      throw EspalierException.invalid("parameters must be an object.");
    }
    return given;
  }

  private static List<String> texts(JsonNode body) {
    JsonNode inputs = body.path("inputs");
    if (!inputs.isArray() || inputs.size() != 1 || !inputs.get(0).isObject()) {
      throw EspalierException.invalid("inputs must be an array of exactly one tensor: text.");
    }
    JsonNode input = inputs.get(0);
    if (!string(input, "name").equals(Optional.of(TEXT))) {
      throw EspalierException.invalidField(
          "inputs[0].name", "known", "The input tensor is named 'text'.", Optional.of(TEXT));
    }
    if (!string(input, "datatype").equals(Optional.of("BYTES"))) {
      throw EspalierException.invalidField(
          "inputs[0].datatype", "BYTES", "The input 'text' has BYTES.", Optional.of("BYTES"));
    }
    if (parameters(input).has("binary_data_size")) {
      throw binary();
    }
    List<String> texts = new ArrayList<>();
    flatten(input.path("data"), texts);
    long elements = elements(input.path("shape"));
    if (elements != texts.size()) {
      throw EspalierException.invalid(
          "The shape says %d elements, the data have %d.".formatted(elements, texts.size()));
    }
    if (texts.isEmpty() || texts.size() > MAX_BATCH) {
      throw EspalierException.invalid(
          "A request has 1 to %d texts, not %d.".formatted(MAX_BATCH, texts.size()));
    }
    return texts;
  }

  private static void flatten(JsonNode data, List<String> into) {
    if (!data.isArray()) {
      throw EspalierException.invalid("data must be an array of strings, flat or nested.");
    }
    for (JsonNode element : data) {
      if (element.isArray()) {
        flatten(element, into);
      } else if (element.isTextual()) {
        into.add(element.textValue());
        if (into.size() > MAX_BATCH) {
          throw EspalierException.invalid("A request has 1 to %d texts.".formatted(MAX_BATCH));
        }
      } else {
        throw EspalierException.invalid("BYTES elements are strings.");
      }
    }
  }

  private static long elements(JsonNode shape) {
    if (!shape.isArray() || shape.isEmpty() || shape.size() > 8) {
      throw EspalierException.invalid("shape must be an array of 1 to 8 dimensions.");
    }
    long elements = 1;
    for (JsonNode dimension : shape) {
      if (!dimension.isIntegralNumber()
          || !dimension.canConvertToInt()
          || dimension.intValue() < 0) {
        throw EspalierException.invalid("A dimension is a whole number of at least 0.");
      }
      elements = Math.min(Integer.MAX_VALUE, elements * dimension.intValue());
    }
    return elements;
  }

  private static List<String> outputs(@org.jspecify.annotations.Nullable JsonNode outputs) {
    if (outputs == null) {
      return OUTPUTS;
    }
    if (!outputs.isArray()) {
      throw EspalierException.invalid("outputs must be an array.");
    }
    List<String> wanted = new ArrayList<>();
    for (JsonNode output : outputs) {
      JsonNode given = parameters(output);
      if (given.path("binary_data").asBoolean(false)) {
        throw binary();
      }
      if (given.has("classification")) {
        throw new EspalierException(
            ErrorCode.UNSUPPORTED,
            "The classification extension is not offered: ask for 'probabilities'.");
      }
      String name = string(output, "name").orElse("");
      if (!OUTPUTS.contains(name) || wanted.contains(name)) {
        throw EspalierException.invalid("outputs are, once each: " + String.join(", ", OUTPUTS));
      }
      wanted.add(name);
    }
    return wanted.isEmpty() ? OUTPUTS : wanted;
  }

  private static Optional<String> string(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw EspalierException.invalid(field + " must be a string.");
    }
    return Optional.of(value.textValue());
  }

  static ObjectNode encode(
      String model, Inference inference, List<Answer> answers, List<String> labels) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    Answer first = answers.getFirst();
    node.put("model_name", model).put("model_version", first.modelVersion());
    inference.id().ifPresent(id -> node.put("id", id));
    ObjectNode parameters = node.putObject("parameters");
    parameters.put(PREDICTION_ID, first.predictionId()).put(SERVED_BY, first.servedBy());
    first.fallbackReason().ifPresent(reason -> parameters.put("fallback_reason", reason));
    ArrayNode outputs = node.putArray("outputs");
    for (String name : inference.outputs()) {
      output(outputs.addObject().put("name", name), name, answers, labels);
    }
    return node;
  }

  private static void output(
      ObjectNode into, String name, List<Answer> answers, List<String> labels) {
    ArrayNode shape = into.putArray("shape").add(answers.size());
    into.put("datatype", name.equals(PROBABILITIES) ? "FP64" : "BYTES");
    ArrayNode data = into.putArray("data");
    if (name.equals(PROBABILITIES)) {
      shape.add(labels.size());
    }
    for (Answer answer : answers) {
      switch (name) {
        case LABEL -> data.add(answer.label());
        case PREDICTION_ID -> data.add(answer.predictionId());
        case SERVED_BY -> data.add(answer.servedBy());
        default -> labels.forEach(label -> data.add(probability(answer, label)));
      }
    }
  }

  /** A default value has no distribution: it is certain by decree. */
  private static double probability(Answer answer, String label) {
    return answer.probabilities().isEmpty()
        ? (label.equals(answer.label()) ? 1.0 : 0.0)
        : answer.probabilities().getOrDefault(label, 0.0);
  }
}
