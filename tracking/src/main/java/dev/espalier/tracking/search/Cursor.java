package dev.espalier.tracking.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ended: the sort keys of its last row, so that rows added meanwhile shift nothing.
 * The token carries a digest of the query; with another query it is refused.
 *
 * @param keys texts, {@code Long}s, {@code Double}s and nulls, in the order of the sort keys
 */
public record Cursor(List<@Nullable Object> keys) {
  private static final int MAX_TOKEN = 100_000;

  public Cursor {
    keys = java.util.Collections.unmodifiableList(new ArrayList<>(keys));
  }

  /** The opaque token, in URL-safe base64. */
  public String token(String query) {
    ArrayNode values = JsonNodeFactory.instance.arrayNode();
    values.add(Digest.of(query).brief());
    for (Object key : keys) {
      switch (key) {
        case null -> values.addNull();
        case Long number -> values.add(number);
        case Double number -> values.add(Double.toString(number));
        default -> values.add("s" + key);
      }
    }
    return Base64.getUrlEncoder().encodeToString(Json.bytes(values));
  }

  /**
   * Reads a token of this query.
   *
   * @param size how many sort keys the query has
   * @throws EspalierException INVALID when it is malformed or belongs to another query
   */
  public static Cursor parse(String token, String query, int size) {
    JsonNode values = values(token);
    if (!values.isArray() || values.size() != size + 1) {
      throw malformed();
    }
    if (!values.get(0).asText().equals(Digest.of(query).brief())) {
      throw EspalierException.invalidField(
          "page_token",
          "query",
          "Invalid page_token: it belongs to a search with another filter or order.",
          Optional.empty());
    }
    List<@Nullable Object> keys = new ArrayList<>();
    for (int i = 1; i <= size; i++) {
      keys.add(key(values.get(i)));
    }
    return new Cursor(keys);
  }

  private static JsonNode values(String token) {
    if (token.length() > MAX_TOKEN) {
      throw malformed();
    }
    try {
      return Json.tree(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | EspalierException notOurs) {
      throw malformed();
    }
  }

  private static @Nullable Object key(JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    if (value.isIntegralNumber()) {
      return value.longValue();
    }
    String text = value.asText();
    if (text.startsWith("s")) {
      return text.substring(1);
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException notOurs) {
      throw malformed();
    }
  }

  private static EspalierException malformed() {
    return EspalierException.invalidField(
        "page_token", "token", "Invalid page_token: it is malformed.", Optional.empty());
  }
}
