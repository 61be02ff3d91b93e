package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the waivers of a document, and writes them with who gave them. */
final class Waivers {
  private static final int MOST = 100;

  private Waivers() {}

  /**
   * Reads {@code waivers: [{question, clause?, until, why}]}.
   *
   * @throws EspalierException INVALID for a question or clause that there is not, or one twice
   */
  static List<Waiver> read(Optional<Node> node, Answers answers) {
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof Node.Items items)) {
      throw Schema.problem("waivers", "list", node.get().line(), "needs a list of waivers", "[]");
    }
    if (items.nodes().size() > MOST) {
      throw EspalierException.limit("waivers: at most %d are read.".formatted(MOST));
    }
    List<Waiver> waivers = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < items.nodes().size(); i++) {
      Node each = items.nodes().get(i);
      String path = "waivers[%d]".formatted(i);
      ObjectNode read = Schema.record(Waiver.class, each, path, new LinkedHashSet<>());
      Waiver waiver =
          new Waiver(
              read.path("question").asText(),
              Optional.of(read.path("clause").asText()).filter(id -> !id.isEmpty()),
              LocalDate.parse(read.path("until").asText()),
              read.path("why").asText());
      known(waiver, answers, path, each.line());
      if (!seen.add(waiver.subject())) {
        throw Schema.problem(
            path, "unique", each.line(), "waives '%s' twice".formatted(waiver.subject()), "one");
      }
      waivers.add(waiver);
    }
    return List.copyOf(waivers);
  }

  private static void known(Waiver waiver, Answers answers, String path, int line) {
    if (Question.byKey(waiver.question()).isEmpty()) {
      List<String> keys = Question.all().stream().map(Question::key).toList();
      throw Schema.problem(
          path + ".question",
          "known question",
          line,
          "names no question: '%s'".formatted(DocumentReader.brief(waiver.question())),
          Nearest.of(waiver.question(), keys));
    }
    if (waiver.clause().isPresent()) {
      List<String> ids =
          Board.clauses(answers, answers.given(waiver.question())).stream()
              .map(Clause::id)
              .toList();
      if (!ids.contains(waiver.clause().get())) {
        throw Schema.problem(
            path + ".clause",
            "known clause",
            line,
            "names no clause of '%s': '%s'"
                .formatted(waiver.question(), DocumentReader.brief(waiver.clause().get())),
            Nearest.of(waiver.clause().get(), ids));
      }
    }
  }

  /** The canonical form; a waiver that {@code parent} has already keeps who gave it. */
  static ArrayNode canonical(List<Waiver> waivers, String by, Optional<JsonNode> parent) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    waivers.stream()
        .sorted(java.util.Comparator.comparing(Waiver::subject))
        .forEach(each -> {
          ObjectNode one = out.addObject();
          one.put("key", each.question())
              .put("until", each.until().toString())
              .put("why", each.why());
          each.clause().ifPresent(id -> one.put("path", id));
          one.put("by", parent.flatMap(old -> author(old, one)).orElse(by));
        });
    return out;
  }

  private static Optional<String> author(JsonNode parent, ObjectNode waiver) {
    for (JsonNode old : parent.path("waivers")) {
      ObjectNode bare = old.deepCopy();
      bare.remove("by");
      if (bare.equals(waiver)) {
        return Optional.of(old.path("by").asText());
      }
    }
    return Optional.empty();
  }

  /** A waiver and who gave it. */
  record Granted(Waiver waiver, String by) {}

  /** The waivers of a stored document. */
  static List<Granted> granted(List<Waiver> waivers, CanvasDocument document) {
    if (waivers.isEmpty()) {
      return List.of();
    }
    JsonNode stored = document.tree();
    return waivers.stream().map(each -> new Granted(each, by(stored, each))).toList();
  }

  /** The waiver that covers a clause now. */
  static Optional<Conformance.Waived> of(
      List<Granted> granted, String question, String clause, java.time.Instant now) {
    return granted.stream()
        .filter(each -> each.waiver().covers(question, clause) && each.waiver().holds(now))
        .max(java.util.Comparator.comparing(each -> each.waiver().until()))
        .map(each -> new Conformance.Waived(each.waiver().until(), each.by(), each.waiver().why()));
  }

  private static String by(JsonNode document, Waiver waiver) {
    for (JsonNode each : document.path("waivers")) {
      if (each.path("key").asText().equals(waiver.question())
          && each.path("path").asText("").equals(waiver.clause().orElse(""))) {
        return each.path("by").asText();
      }
    }
    return "";
  }
}
