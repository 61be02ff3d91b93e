package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A change of one value that a program can make: set what stands at {@code path}.
 *
 * @param path the question's key and the field below it: {@code serving.mode.online.timeout}, with
 *     {@code [i]} for an item of a list
 * @param value in canonical JSON
 */
public record Patch(String path, JsonNode value) {

  /** The question whose answer it changes. */
  Question<?> question() {
    return question(path);
  }

  /** The question that a path begins with, the longest where several do. */
  static Question<?> question(String path) {
    return Question.all().stream()
        .filter(each ->
            path.equals(each.key())
                || path.startsWith(each.key() + ".")
                || path.startsWith(each.key() + "["))
        .max(java.util.Comparator.comparingInt(each -> each.key().length()))
        .orElseThrow(() ->
            dev.espalier.platform.EspalierException.invalidField(
                "path",
                "known question",
                "path: '%s' begins with no question's key.".formatted(DocumentReader.brief(path)),
                java.util.Optional.of("serving.volume.expected")));
  }
}
