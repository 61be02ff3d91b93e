package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What whoever applies a plan says to it: why, and which warnings they accept. */
final class ApplyOptions {
  @Option(names = "--reason", description = "Why; needed when it loosens a promise.")
  String reason = "";

  @Option(
      names = "--confirm",
      paramLabel = "RULE",
      split = ",",
      description = "The rules whose warnings you accept, as the plan shows them: 4,12.")
  List<Integer> confirm = List.of();

  /** The body of an apply call. */
  Map<String, Object> body(JsonNode plan) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("planDigest", plan.path("planDigest").asText());
    if (!reason.isBlank()) {
      body.put("reason", reason);
    }
    if (!confirm.isEmpty()) {
      body.put("confirms", confirm);
    }
    return body;
  }

  /** The rules whose warnings the plan wants confirmed and nobody has. */
  List<Integer> open(JsonNode plan) {
    List<Integer> open = new ArrayList<>();
    for (JsonNode rule : plan.path("confirms")) {
      if (!confirm.contains(rule.asInt())) {
        open.add(rule.asInt());
      }
    }
    return open;
  }
}
