package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import java.util.Optional;
import java.util.Set;

/**
 * An answer as a document gives it.
 *
 * @param value the answer with defaults merged; empty when unanswered or special
 * @param canonical the same in canonical JSON
 * @param set the fields that the document states; the others are unconfirmed defaults
 * @param special {@code n/a} or {@code deferred} with its reason, instead of a value
 */
record Given<A extends Answer>(
    Question<A> question,
    Optional<A> value,
    JsonNode canonical,
    Set<String> set,
    int fields,
    Optional<Special> special,
    String why) {

  /** A question that is set aside. */
  record Special(String kind, String reason) {}

  Given {
    set = Set.copyOf(set);
  }

  /** Answered by the word {@code default}: fields without a value are confirmed as well. */
  boolean confirmsAll() {
    return special.isEmpty() && set.stream().anyMatch(name -> !canonical.has(name));
  }

  /** What evidence refers to: changes when, and only when, the value does. */
  Digest digest() {
    return CanonicalJson.digest(canonical);
  }
}
