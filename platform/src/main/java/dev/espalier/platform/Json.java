package dev.espalier.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The one JSON mapper: camelCase records, ISO-8601 times, absent optionals left out, duplicate and
 * unknown keys refused, depth at most 64, no polymorphic typing. Thread-safe.
 */
public final class Json {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_STRING = 20_000_000;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_STRING)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
          .build();

  private Json() {}

  /** The mapper itself, for streaming and trees. Never reconfigure it. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException failure) {
      throw new EspalierException(
          ErrorCode.INTERNAL, "Cannot write JSON of " + value.getClass().getSimpleName(), failure);
    }
  }

  public static byte[] bytes(Object value) {
    return write(value).getBytes(StandardCharsets.UTF_8);
  }

  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  public static <T> T read(String json, Class<T> type) {
    return read(json.getBytes(StandardCharsets.UTF_8), type);
  }

  /**
   * Reads one value.
   *
   * @throws EspalierException INVALID, naming the field where Jackson knows it
   */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      return required(MAPPER.readValue(json, type));
    } catch (IOException failure) {
      throw invalid(failure);
    }
  }

  public static <T> T read(String json, TypeReference<T> type) {
    try {
      return required(MAPPER.readValue(json, type));
    } catch (IOException failure) {
      throw invalid(failure);
    }
  }

  public static JsonNode tree(String json) {
    try {
      return required(MAPPER.readTree(json));
    } catch (IOException failure) {
      throw invalid(failure);
    }
  }

  private static <T> T required(T value) {
    if (value == null) {
      throw EspalierException.invalid("The JSON body is empty or null.");
    }
    return value;
  }

  private static EspalierException invalid(IOException failure) {
    if (failure instanceof com.fasterxml.jackson.databind.JsonMappingException mapping
        && !mapping.getPath().isEmpty()) {
      String field = String.valueOf(mapping.getPath().getLast().getFieldName());
      return EspalierException.invalidField(
          field, "json", brief(mapping.getOriginalMessage()), Optional.empty());
    }
    String message =
        failure instanceof JsonProcessingException json
            ? json.getOriginalMessage() + where(json)
            : failure.getMessage();
    return EspalierException.invalid("Not readable as JSON: " + brief(String.valueOf(message)));
  }

  private static String where(JsonProcessingException failure) {
    return failure.getLocation() == null
        ? ""
        : " (line %d, column %d)"
            .formatted(failure.getLocation().getLineNr(), failure.getLocation().getColumnNr());
  }

  private static String brief(String message) {
    String line = message.lines().findFirst().orElse("").replaceAll("\\(class [^)]*\\)", "");
    line = line.replaceAll("`?(?:dev\\.espalier|java)\\.[\\w.$]+`?", "value");
    return line.length() <= 300 ? line : line.substring(0, 300) + "…";
  }
}
