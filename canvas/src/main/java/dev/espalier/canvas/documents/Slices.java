package dev.espalier.canvas.documents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.documents.Sheet.Part;
import java.util.List;

/** Groups of requests for which the canvas asks separately, and whether they fare alike. */
final class Slices {
  private Slices() {}

  /** Which slices the metrics and requirements are told apart by. */
  static void describe(Part part) {
    for (JsonNode metric : part.items("metrics", "metrics")) {
      if (!metric.path("slices").isEmpty()) {
        part.say(
            "%s is told apart by %s."
                .formatted(metric.path("id").asText(), Sheet.words(metric.path("slices"))),
            part.answered("metrics"));
      }
    }
    for (JsonNode requirement : part.items("nfr", "requirements")) {
      if (requirement.hasNonNull("slice")) {
        part.say(
            "%s is asked by %s."
                .formatted(
                    Sheet.capital(requirement.path("attribute").asText()),
                    requirement.path("slice").asText()),
            part.answered("nfr"));
      }
    }
  }

  /** What is asked and seen of fairness. */
  static void fairness(Part part) {
    for (JsonNode requirement : part.items("nfr", "requirements")) {
      if (List.of("fairness", "privacy").contains(requirement.path("attribute").asText())) {
        part.say("Required: " + Sheet.words(requirement), part.answered("nfr"));
      }
    }
    List<String> clauses =
        part.items("nfr", "requirements").stream()
            .filter(each -> each.path("attribute").asText().equals("fairness"))
            .flatMap(each -> clauses(each).stream())
            .toList();
    if (!clauses.isEmpty()) {
      part.evidence("nfr", clauses.toArray(String[]::new));
    }
  }

  /** The evidence clauses of a requirement: one for each time at which it is to hold. */
  static List<String> clauses(JsonNode requirement) {
    String metric =
        requirement.path("target").path("metric").asText(requirement.path("attribute").asText());
    return requirement
        .path("when")
        .valueStream()
        .map(when -> when.asText() + ":" + metric)
        .toList();
  }
}
