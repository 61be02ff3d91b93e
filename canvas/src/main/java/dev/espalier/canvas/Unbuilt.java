package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Values of one field that a document may write and that no component of this build can run. Such
 * an answer is refused when it is planned, checked or applied, with the reason and the nearest
 * value that works. A version that was applied by an earlier build stays readable; on its board the
 * question says why it has no evidence.
 *
 * @param field the path within the answer, {@code stages.kind}; lists are entered
 * @param values the values, in words, as forms and documents show them
 * @param reason what is missing here
 * @param nearest what to write instead
 * @param refused whether one canonical value is meant
 */
record Unbuilt(
    String field, String values, String reason, String nearest, Predicate<JsonNode> refused) {
  /** The rule that a refusal names. */
  static final String RULE = "built";

  /** One value that is refused, at its place: {@code stages[1].kind}. */
  record Found(String path, String value, Unbuilt limit) {
    String words() {
      return "%s: %s. %s. Nearest valid value: %s."
          .formatted(path, value, limit.reason(), limit.nearest());
    }

    EspalierException problem() {
      return EspalierException.invalidField(path, RULE, words(), Optional.of(limit.nearest()));
    }
  }

  /** Some words of a field. */
  static Unbuilt words(String field, List<String> values, String reason, String nearest) {
    return new Unbuilt(
        field,
        String.join(", ", values),
        reason,
        nearest,
        value -> values.contains(value.asText()));
  }

  /** Whatever is said in a field that may stay empty. */
  static Unbuilt anything(String field, String reason, String nearest) {
    return new Unbuilt(
        field,
        "any value",
        reason,
        nearest,
        value -> !(value.isContainerNode() && value.isEmpty()));
  }

  /**
   * Whatever is not the one value that works.
   *
   * @param canonical that value as canonical JSON writes it
   * @param nearest the same as a document writes it
   */
  static Unbuilt other(String field, String canonical, String nearest, String reason) {
    return new Unbuilt(
        field,
        "anything but " + nearest,
        reason,
        nearest,
        value -> !value.asText().equals(canonical));
  }

  /** Every value of the document's answers that this build cannot run. */
  static List<Found> in(Answers answers) {
    return answers.all().stream().flatMap(given -> in(given).stream()).toList();
  }

  /** The same for one answer; an answer set aside asks for nothing. */
  static List<Found> in(Given<?> given) {
    if (given.question().unbuilt().isEmpty() || given.value().isEmpty()) {
      return List.of();
    }
    List<Found> found = new ArrayList<>();
    for (Unbuilt each : given.question().unbuilt()) {
      each.search(
          given.canonical(), given.question().key(), List.of(each.field.split("\\.")), found);
    }
    return found;
  }

  /**
   * Refuses a document that asks for what this build cannot run.
   *
   * @throws EspalierException INVALID with the first such field
   */
  static void refuse(Answers answers) {
    in(answers).stream()
        .findFirst()
        .ifPresent(first -> {
          throw first.problem();
        });
  }

  private void search(JsonNode node, String path, List<String> rest, List<Found> found) {
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        search(node.get(i), path + "[" + i + "]", rest, found);
      }
    } else if (!rest.isEmpty()) {
      JsonNode inner = node.path(rest.getFirst());
      if (!inner.isMissingNode() && !inner.isNull()) {
        search(inner, path + "." + rest.getFirst(), rest.subList(1, rest.size()), found);
      }
    } else if (refused.test(node)) {
      found.add(
          new Found(
              path,
              node.isValueNode() ? "'%s' cannot run here".formatted(node.asText()) : "cannot run",
              this));
    }
  }
}
