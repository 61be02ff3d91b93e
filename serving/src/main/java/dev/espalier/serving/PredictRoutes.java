package dev.espalier.serving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * {@code POST /predict/{product}}: {@code {text, unit?, at?, consumer?}} in, an {@link Answer} out.
 * An ill-formed request is a 400 and never reaches the ladder: fallback must not hide caller
 * errors.
 */
public final class PredictRoutes extends JsonRoutes {
  /** Whether a caller may say when its request happened. */
  public enum EventTime {
    /** {@code at} is refused: requests happen now. */
    NOW,
    /** {@code at} is honoured, for replays of history. */
    FROM_CALLER
  }

  private static final Set<String> FIELDS = Set.of("text", "unit", "at", "consumer");
  private final Predictor serving;
  private final EventTime eventTime;

  public PredictRoutes(Predictor serving, EventTime eventTime) {
    this.serving = serving;
    this.eventTime = eventTime;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/predict/{product}", safely(this::predict));
  }

  private void predict(ServerRequest request, ServerResponse response) {
    Ask ask = decode(bytes(request, MAX_BODY), request.context().get(Caller.class));
    try {
      send(response, serving.predict(path(request, "product"), ask, Optional.empty()));
    } catch (EspalierException failure) {
      retryAfter(response, failure);
      throw failure;
    }
  }

  /** Says when to come back, where coming back helps. */
  static void retryAfter(ServerResponse response, EspalierException failure) {
    if (failure.code() == ErrorCode.UNAVAILABLE || failure.code() == ErrorCode.OVERLOADED) {
      response.header(HeaderNames.RETRY_AFTER, "1");
    }
  }

  private Ask decode(byte[] body, Optional<Caller> caller) {
    JsonNode json = Json.tree(Utf8.decode(body));
    if (!json.isObject()) {
      throw EspalierException.invalid("The body must be a JSON object with a text.");
    }
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw EspalierException.invalidField(
            brief(name),
            "known",
            "Unknown field; expected text, unit, at, consumer",
            Optional.of("text"));
      }
    }
    String text =
        text(json, "text")
            .orElseThrow(() ->
                EspalierException.invalidField(
                    "text", "required", "text is missing", Optional.empty()));
    return new Ask(text, text(json, "unit"), at(json), consumer(json, caller), Optional.empty());
  }

  /** A token names its consumer; whoever sits at this machine may say for whom it asks. */
  private static Optional<String> consumer(JsonNode json, Optional<Caller> caller) {
    Optional<String> said = text(json, "consumer");
    Optional<String> known = caller.filter(Caller::isNamed).map(Caller::user);
    if (said.isPresent() && known.isPresent() && !said.equals(known)) {
      throw EspalierException.invalidField(
          "consumer", "caller", "consumer names somebody else than the caller's token does", known);
    }
    return known.or(() -> said);
  }

  private static String brief(String name) {
    return name.length() <= 80 ? name : name.substring(0, 80) + "…";
  }

  private static Optional<String> text(JsonNode json, String field) {
    JsonNode value = json.get(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw EspalierException.invalidField(
          field, "string", field + " must be a string", Optional.empty());
    }
    return Optional.of(value.textValue());
  }

  private Optional<Instant> at(JsonNode json) {
    Optional<String> text = text(json, "at");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (eventTime == EventTime.NOW) {
      throw EspalierException.invalidField(
          "at", "replay", "at is accepted only while a product replays history", Optional.empty());
    }
    try {
      return Optional.of(Instant.parse(text.get()));
    } catch (DateTimeException notAnInstant) {
      throw EspalierException.invalidField(
          "at", "instant", "at must be an ISO-8601 instant", Optional.of("2026-01-31T12:00:00Z"));
    }
  }

  /** Strict UTF-8: a wrongly encoded body is the caller's error, not a replacement character. */
  static final class Utf8 {
    private Utf8() {}

    static String decode(byte[] bytes) {
      try {
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(java.nio.ByteBuffer.wrap(bytes))
            .toString();
      } catch (java.nio.charset.CharacterCodingException wrong) {
        throw EspalierException.invalid("The body is not UTF-8.");
      }
    }
  }
}
