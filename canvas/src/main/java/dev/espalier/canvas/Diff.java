package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.Plan.Change;
import dev.espalier.canvas.Plan.Direction;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Role;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The semantic difference of two documents, field by field, and the version that follows. */
final class Diff {
  private static final Set<String> CONTRACT = Set.of("data.schema", "serving.mode.modes");
  private static final Set<String> LOSABLE = Set.of("objectives", "evaluation", "nfr");

  private Diff() {}

  static List<Change> between(Answers before, Answers after) {
    List<Change> changes = new ArrayList<>();
    for (Question<?> question : Question.all()) {
      Given<?> was = before.given(question.key());
      Given<?> is = after.given(question.key());
      if (was.canonical().isEmpty() != is.canonical().isEmpty()
          && !was.canonical().equals(is.canonical())) {
        Direction direction = was.canonical().isEmpty() ? Direction.ADDED : Direction.REMOVED;
        changes.add(
            new Change(
                question.key(),
                question.key(),
                direction,
                text(was.canonical()),
                text(is.canonical())));
        continue;
      }
      if (was.special().isPresent() != is.special().isPresent()) {
        Direction direction = is.special().isPresent() ? Direction.REMOVED : Direction.ADDED;
        changes.add(
            new Change(
                question.key(),
                question.key(),
                direction,
                text(was.canonical()),
                text(is.canonical())));
        continue;
      }
      record(question, question.type(), question.key(), was.canonical(), is.canonical(), changes);
      if (!was.why().equals(is.why())) {
        changes.add(
            new Change(
                question.key(),
                question.key() + ".why",
                Direction.TEXT,
                Optional.of(was.why()),
                Optional.of(is.why())));
      }
    }
    return List.copyOf(changes);
  }

  private static void record(
      Question<?> question,
      Class<?> type,
      String path,
      JsonNode was,
      JsonNode is,
      List<Change> out) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = Schema.name(component);
      JsonNode left = was.path(name);
      JsonNode right = is.path(name);
      String at = path + "." + name;
      if (left.equals(right)) {
        continue;
      }
      boolean nested =
          left.isObject()
              && right.isObject()
              && component.getType().isRecord()
              && component.getType() != Target.class;
      if (nested) {
        record(question, component.getType(), at, left, right, out);
      } else if (left.isArray() && right.isArray() && keyed(left, right)) {
        items(question, at, left, right, out);
      } else {
        out.add(
            new Change(
                question.key(),
                at,
                direction(Schema.rules(component), left, right),
                text(left),
                text(right)));
      }
    }
  }

  private static boolean keyed(JsonNode left, JsonNode right) {
    return (left.isEmpty() ? right : left).path(0).isObject()
        || (right.isEmpty() ? left : right).path(0).isObject();
  }

  private static void items(
      Question<?> question, String path, JsonNode left, JsonNode right, List<Change> out) {
    Set<String> keys = new HashSet<>();
    left.forEach(each -> keys.add(key(each)));
    right.forEach(each -> keys.add(key(each)));
    for (String key : keys.stream().sorted().toList()) {
      Optional<JsonNode> was = find(left, key);
      Optional<JsonNode> is = find(right, key);
      if (was.equals(is)) {
        continue;
      }
      Direction direction =
          was.isEmpty()
              ? Direction.ADDED
              : is.isEmpty() ? Direction.REMOVED : bounds(was.get(), is.get());
      if (question.key().equals("product.authors") && approves(was) != approves(is)) {
        direction = Direction.LOOSENED;
      }
      out.add(
          new Change(
              question.key(),
              path + "[" + key + "]",
              direction,
              was.flatMap(Diff::text),
              is.flatMap(Diff::text)));
    }
  }

  /** Whose eyes count: who gains or loses them changes what four eyes mean. */
  private static boolean approves(Optional<JsonNode> member) {
    return member
        .map(each -> Role.of(each.path("role").asText()).atLeast(Role.APPROVER))
        .orElse(false);
  }

  private static Optional<JsonNode> find(JsonNode list, String key) {
    for (JsonNode each : list) {
      if (key(each).equals(key)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  private static String key(JsonNode item) {
    for (String name :
        List.of(
            "id",
            "name",
            "on",
            "user",
            "dataset",
            "title",
            "metric",
            "attribute",
            "kind",
            "use",
            "share")) {
      JsonNode value = item.path(name);
      if (value.isTextual() || value.isNumber()) {
        return value.asText()
            + (item.path("suite").isTextual() ? "-" + item.path("suite").asText() : "");
      }
    }
    return CanonicalJson.write(item);
  }

  /**
   * Two items with the same key: compared by the bound they carry, where that is all that moved.
   */
  private static Direction bounds(JsonNode was, JsonNode is) {
    JsonNode left = was.has("target") ? was.path("target") : was;
    JsonNode right = is.has("target") ? is.path("target") : is;
    boolean comparable =
        left.path("value").isNumber()
            && right.path("value").isNumber()
            && left.path("op").equals(right.path("op"));
    if (!comparable || left.path("value").equals(right.path("value"))) {
      return Direction.NEUTRAL;
    }
    boolean grew =
        right.path("value").decimalValue().compareTo(left.path("value").decimalValue()) > 0;
    return grew == left.path("op").asText().startsWith(">")
        ? Direction.TIGHTENED
        : Direction.LOOSENED;
  }

  private static Direction direction(F rules, JsonNode was, JsonNode is) {
    if (was.isMissingNode()) {
      return Direction.ADDED;
    }
    if (is.isMissingNode()) {
      return Direction.REMOVED;
    }
    return switch (rules.tighter()) {
      case NONE -> Direction.NEUTRAL;
      case TEXT -> Direction.TEXT;
      case LOWER -> size(is) < size(was) ? Direction.TIGHTENED : Direction.LOOSENED;
      case HIGHER -> size(is) > size(was) ? Direction.TIGHTENED : Direction.LOOSENED;
      case SUPERSET -> words(is).containsAll(words(was)) ? Direction.TIGHTENED : Direction.LOOSENED;
      case SUBSET -> words(was).containsAll(words(is)) ? Direction.TIGHTENED : Direction.LOOSENED;
    };
  }

  private static double size(JsonNode value) {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    String text = value.asText();
    if (text.startsWith("P")) {
      return Scalars.duration(text).toMillis();
    }
    if (text.endsWith("pp")) {
      return Target.parse(">= " + text).value().doubleValue();
    }
    try {
      return Scalars.rate(text).perSecond();
    } catch (Scalars.Refused notARate) {
      return Scalars.share(text).share();
    }
  }

  private static Set<String> words(JsonNode list) {
    Set<String> words = new HashSet<>();
    list.forEach(each -> words.add(each.asText()));
    return words;
  }

  private static Optional<String> text(JsonNode value) {
    return value.isMissingNode() ? Optional.empty() : Optional.of(CanonicalJson.write(value));
  }

  /** True when the change takes a promise back. */
  static boolean loosens(Change change) {
    return change.direction() == Direction.LOOSENED
        || (change.direction() == Direction.REMOVED && LOSABLE.contains(change.question()));
  }

  /**
   * The next version: MAJOR for broken promises and contracts, PATCH for words, MINOR otherwise.
   */
  static String next(Optional<String> base, List<Change> changes) {
    if (base.isEmpty()) {
      return "1.0.0";
    }
    String[] parts = base.get().split("\\.", -1);
    int major = Integer.parseInt(parts[0]);
    int minor = Integer.parseInt(parts[1]);
    int patch = Integer.parseInt(parts[2]);
    if (changes.stream().anyMatch(change -> loosens(change) || CONTRACT.contains(change.path()))) {
      return (major + 1) + ".0.0";
    }
    boolean words = changes.stream().allMatch(change -> change.direction() == Direction.TEXT);
    return words
        ? "%d.%d.%d".formatted(major, minor, patch + 1)
        : "%d.%d.0".formatted(major, minor + 1);
  }
}
