package dev.espalier.canvas.documents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.documents.Sheet.Part;
import java.util.List;
import java.util.stream.Stream;

/** Groups of requests for which the canvas asks separately, and whether they fare alike. */
final class Slices {
  /** What is measured of every slice where nobody answered {@code nfr}. */
  private static final List<String> UNASKED = List.of("pre_deploy:DIR", "pre_deploy:SPD");

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
        Stream.concat(
                part.items("nfr", "requirements").stream()
                    .filter(each -> each.path("attribute").asText().equals("fairness"))
                    .flatMap(each -> clauses(each).stream()),
                UNASKED.stream())
            .distinct()
            .toList();
    part.evidence("nfr", clauses.toArray(String[]::new));
  }

  /**
   * Whether a clause is about groups being treated alike: a ratio or a difference of their rates.
   */
  static boolean fair(String clause) {
    return clause.matches("[a-z_]+:(DIR|SPD)(@.*)?");
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
