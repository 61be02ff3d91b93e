package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Applies patches to answers. What a document stated stays stated, and so does what a patch sets;
 * the defaults around it stay defaults.
 */
final class Patches {
  private static final Pattern STEP = Pattern.compile("\\.?([A-Za-z_][\\w/-]*)|\\[(\\d{1,4})\\]");

  private Patches() {}

  /**
   * The answers with the patches applied.
   *
   * @throws EspalierException INVALID for a path that leads nowhere, or a value that may not stand
   *     there
   */
  static Answers apply(Answers answers, List<Patch> patches) {
    ObjectNode document = document(answers);
    for (Patch patch : patches) {
      Question<?> question = patch.question();
      if (question.derived()) {
        throw nowhere(patch);
      }
      ObjectNode answer = stated(answers, document, question, patch);
      set(answer, steps(patch, question), patch);
      place(document, question.key(), answer);
    }
    return Answers.read(Json.bytes(document));
  }

  /** Everything that the document states, as one JSON document. */
  static ObjectNode document(Answers answers) {
    ObjectNode document = Json.mapper().createObjectNode();
    document.put("canvas", Answers.FORMAT);
    for (Given<?> given : answers.all()) {
      Optional<JsonNode> said = said(given);
      said.ifPresent(value -> place(document, given.question().key(), value));
    }
    if (!answers.waivers().isEmpty()) {
      ArrayNode waivers = document.putArray("waivers");
      for (Waiver each : answers.waivers()) {
        ObjectNode one = waivers.addObject().put("question", each.question());
        each.clause().ifPresent(id -> one.put("clause", id));
        one.put("until", each.until().toString()).put("why", each.why());
      }
    }
    return document;
  }

  private static Optional<JsonNode> said(Given<?> given) {
    if (given.special().isPresent()) {
      ObjectNode aside = special(given.special().get());
      return Optional.of(given.why().isEmpty() ? aside : aside.put("why", given.why()));
    }
    if (given.confirmsAll() && given.why().isEmpty()) {
      return Optional.of(Json.mapper().getNodeFactory().textNode("default"));
    }
    if (given.set().isEmpty() && given.why().isEmpty()) {
      return Optional.empty();
    }
    ObjectNode answer = Json.mapper().createObjectNode();
    given.set().stream()
        .filter(name -> given.canonical().has(name))
        .forEach(name -> answer.set(name, given.canonical().path(name)));
    if (!given.why().isEmpty()) {
      answer.put("why", given.why());
    }
    return Optional.of(answer);
  }

  private static ObjectNode special(Given.Special special) {
    ObjectNode node = Json.mapper().createObjectNode();
    if (special.kind().equals("n/a")) {
      return node.put("n/a", special.reason());
    }
    int due = special.reason().lastIndexOf(", due ");
    node.putObject("deferred")
        .put("owner", special.reason().substring(0, due))
        .put("due", special.reason().substring(due + 6));
    return node;
  }

  /** The stated answer, with the field that the patch enters filled in from its default. */
  private static ObjectNode stated(
      Answers answers, ObjectNode document, Question<?> question, Patch patch) {
    ObjectNode answer = Json.mapper().createObjectNode();
    if (find(document, question.key()) instanceof ObjectNode before && !before.has("n/a")) {
      for (var component : question.type().getRecordComponents()) {
        String name = Schema.name(component);
        if (before.has(name)) {
          answer.set(name, before.get(name));
        }
      }
      if (before.has("why") && !answer.has("why")) {
        answer.set("why", before.get("why"));
      }
    }
    if (find(document, question.key()).isTextual()) {
      answer.setAll((ObjectNode) answers.given(question.key()).canonical().deepCopy());
    }
    List<Object> steps = steps(patch, question);
    if (steps.size() > 1 && steps.getFirst() instanceof String name && !answer.has(name)) {
      JsonNode whole = answers.given(question.key()).canonical().path(name);
      if (whole.isContainerNode()) {
        answer.set(name, whole.deepCopy());
      }
    }
    return answer;
  }

  private static List<Object> steps(Patch patch, Question<?> question) {
    String rest = patch.path().substring(question.key().length());
    Matcher step = STEP.matcher(rest);
    List<Object> steps = new ArrayList<>();
    int at = 0;
    while (at < rest.length() && step.find(at) && step.start() == at) {
      steps.add(step.group(1) != null ? step.group(1) : Integer.valueOf(step.group(2)));
      at = step.end();
    }
    if (at < rest.length() || steps.isEmpty()) {
      throw nowhere(patch);
    }
    return steps;
  }

  private static void set(ObjectNode answer, List<Object> steps, Patch patch) {
    JsonNode at = answer;
    for (Object step : steps.subList(0, steps.size() - 1)) {
      JsonNode next = step instanceof Integer index ? at.path(index) : at.path((String) step);
      if (next.isMissingNode() && step instanceof String name && at instanceof ObjectNode here) {
        next = here.putObject(name);
      }
      at = next;
    }
    if (steps.getLast() instanceof String name && at instanceof ObjectNode here) {
      here.set(name, patch.value());
    } else if (steps.getLast() instanceof Integer index
        && at instanceof ArrayNode here
        && index < here.size()) {
      here.set(index, patch.value());
    } else {
      throw nowhere(patch);
    }
  }

  private static EspalierException nowhere(Patch patch) {
    return EspalierException.invalidField(
        "path",
        "known path",
        "path: '%s' leads to no field.".formatted(DocumentReader.brief(patch.path())),
        Optional.of(patch.path().split("[.\\[]", 2)[0]));
  }

  private static void place(ObjectNode document, String key, JsonNode value) {
    if (key.equals("canvas.template")) {
      document.set("template", value.has("template") ? value.get("template") : value);
      return;
    }
    String[] parts = key.split("\\.", 2);
    if (parts.length == 1) {
      if (document.get(key) instanceof ObjectNode group && value instanceof ObjectNode fields) {
        fields.properties().forEach(each -> group.set(each.getKey(), each.getValue()));
      } else {
        document.set(key, value);
      }
      return;
    }
    JsonNode group = document.path(parts[0]);
    ObjectNode into = group instanceof ObjectNode there ? there : document.putObject(parts[0]);
    into.set(parts[1], value);
  }

  private static JsonNode find(ObjectNode document, String key) {
    String[] parts = key.split("\\.", 2);
    return parts.length == 1 ? document.path(key) : document.path(parts[0]).path(parts[1]);
  }
}
