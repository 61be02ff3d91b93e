package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.Plan.Change;
import dev.espalier.canvas.Plan.Direction;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Role;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The semantic difference of two documents, field by field, and the version that follows. Where the
 * direction of a change cannot be known, it counts as loosened.
 */
final class Diff {
  private static final Set<String> CONTRACT =
      Set.of("data.schema", "serving.mode.modes", "serving.pattern.pattern");
  private final Question<?> question;
  private final List<Change> changes;

  private Diff(Question<?> question, List<Change> changes) {
    this.question = question;
    this.changes = changes;
  }

  static List<Change> between(Answers before, Answers after) {
    List<Change> changes = new ArrayList<>();
    for (Question<?> question : Question.all()) {
      if (!question.derived()) {
        new Diff(question, changes)
            .answer(before.given(question.key()), after.given(question.key()));
      }
    }
    waivers(before.waivers(), after.waivers(), changes);
    return List.copyOf(changes);
  }

  private void answer(Given<?> was, Given<?> is) {
    boolean aside = is.special().isPresent();
    if (was.special().isPresent() || aside) {
      if (!was.canonical().equals(is.canonical())) {
        boolean answered = was.value().isPresent();
        boolean never = aside && is.special().get().kind().equals("n/a");
        Direction direction =
            !aside ? Direction.ADDED : answered ? Direction.REMOVED : Direction.NEUTRAL;
        whole(direction, answered || never, was, is);
      }
      return;
    }
    if (was.value().isPresent() != is.value().isPresent()) {
      boolean answered = was.value().isPresent();
      whole(answered ? Direction.REMOVED : Direction.ADDED, answered, was, is);
      return;
    }
    record(question.type(), question.key(), was.canonical(), is.canonical());
    if (!was.why().equals(is.why())) {
      add(
          question.key() + ".why",
          Direction.TEXT,
          false,
          Optional.of(was.why()).filter(text -> !text.isEmpty()),
          Optional.of(is.why()).filter(text -> !text.isEmpty()));
    }
  }

  private void whole(Direction direction, boolean loosens, Given<?> was, Given<?> is) {
    add(question.key(), direction, loosens, text(was.canonical()), text(is.canonical()));
  }

  private void add(
      String path,
      Direction direction,
      boolean loosens,
      Optional<String> before,
      Optional<String> after) {
    changes.add(new Change(question.key(), path, direction, loosens, before, after));
  }

  private void record(Class<?> type, String path, JsonNode was, JsonNode is) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = Schema.name(component);
      field(component, path + "." + name, was.path(name), is.path(name));
    }
  }

  private void field(RecordComponent component, String path, JsonNode was, JsonNode is) {
    if (was.equals(is)) {
      return;
    }
    Type type = unwrapped(component.getGenericType());
    if (type instanceof Class<?> raw && raw == Target.class) {
      Direction direction =
          was.isMissingNode()
              ? Direction.ADDED
              : is.isMissingNode() ? Direction.REMOVED : bound(was, is);
      boolean loosens = direction == Direction.LOOSENED || direction == Direction.REMOVED;
      add(path, direction, loosens, text(was), text(is));
    } else if (type instanceof Class<?> raw && nested(raw) && was.isObject() && is.isObject()) {
      record(raw, path, was, is);
    } else if (type instanceof ParameterizedType list
        && list.getActualTypeArguments()[0] instanceof Class<?> item
        && (item == Target.class || nested(item))) {
      items(item, path, was, is);
    } else {
      Direction direction = direction(component, was, is);
      add(path, direction, direction == Direction.LOOSENED, text(was), text(is));
    }
  }

  private static Type unwrapped(Type type) {
    return type instanceof ParameterizedType generic && generic.getRawType() == Optional.class
        ? generic.getActualTypeArguments()[0]
        : type;
  }

  /** A record that the document writes as a map of fields. */
  private static boolean nested(Class<?> type) {
    return type.isRecord()
        && !Set.<Class<?>>of(
                Target.class, Share.class, Rate.class, Bytes.class, Money.class, Hold.class)
            .contains(type);
  }

  private void items(Class<?> type, String path, JsonNode left, JsonNode right) {
    Map<String, JsonNode> was = byKey(type, left);
    Map<String, JsonNode> is = byKey(type, right);
    Set<String> keys = new TreeSet<>(was.keySet());
    keys.addAll(is.keySet());
    for (String key : keys) {
      String at = path + "[" + key + "]";
      Optional<JsonNode> old = Optional.ofNullable(was.get(key));
      Optional<JsonNode> now = Optional.ofNullable(is.get(key));
      if (question.key().equals("product.authors") && approves(old) != approves(now)) {
        add(at, Direction.LOOSENED, true, old.flatMap(Diff::text), now.flatMap(Diff::text));
      } else if (old.isEmpty() || now.isEmpty()) {
        Direction direction = old.isEmpty() ? Direction.ADDED : Direction.REMOVED;
        boolean promised = now.isEmpty() && promises(type);
        add(at, direction, promised, old.flatMap(Diff::text), now.flatMap(Diff::text));
      } else if (!old.equals(now) && type == Target.class) {
        Direction direction = bound(old.get(), now.get());
        add(at, direction, direction == Direction.LOOSENED, text(old.get()), text(now.get()));
      } else if (!old.equals(now)) {
        record(type, at, old.get(), now.get());
      }
    }
  }

  /** Items by what names them; the second of a name gets a number. */
  private static Map<String, JsonNode> byKey(Class<?> type, JsonNode list) {
    Map<String, JsonNode> items = new HashMap<>();
    for (JsonNode each : list) {
      String key = type == Target.class ? metric(each) : key(each);
      String free = key;
      for (int i = 2; items.containsKey(free); i++) {
        free = key + "#" + i;
      }
      items.put(free, each);
    }
    return items;
  }

  private static String metric(JsonNode target) {
    String versus = target.path("versus").asText("absolute");
    return target.path("metric").asText("")
        + (target.path("op").asText().startsWith("<") ? " at most" : "")
        + (versus.equals("absolute") ? "" : " " + versus);
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
            "component",
            "kind",
            "use",
            "share")) {
      JsonNode value = item.path(name);
      if (value.isTextual() || value.isNumber()) {
        return value.asText()
            + (item.path("suite").isTextual() ? "-" + item.path("suite").asText() : "")
            + (item.path("slice").isTextual() ? "-" + item.path("slice").asText() : "");
      }
    }
    return CanonicalJson.write(item);
  }

  /** Whose eyes count: who gains or loses them changes what four eyes mean. */
  private static boolean approves(Optional<JsonNode> member) {
    return member
        .map(each -> Role.of(each.path("role").asText()).atLeast(Role.APPROVER))
        .orElse(false);
  }

  /** True when an item is a promise, so that taking it away takes a promise back. */
  private boolean promises(Class<?> item) {
    boolean promised = question.kind() == Kind.TARGET || question.kind() == Kind.POLICY;
    boolean members = question.key().equals("product.authors");
    boolean bounded =
        item == Target.class
            || Arrays.stream(item.getRecordComponents())
                .anyMatch(each -> unwrapped(each.getGenericType()) == Target.class);
    return (promised && !members) || bounded;
  }

  private static Direction bound(JsonNode was, JsonNode is) {
    Bound before = bound(was);
    Bound after = bound(is);
    boolean comparable =
        was.path("versus").equals(is.path("versus"))
            && was.path("metric").equals(is.path("metric"))
            && before.low().isPresent() == after.low().isPresent()
            && before.high().isPresent() == after.high().isPresent();
    if (!comparable) {
      return Direction.LOOSENED;
    }
    boolean inside =
        after.low().orElse(0) >= before.low().orElse(0)
            && after.high().orElse(0) <= before.high().orElse(0)
            && (after.exclusive() || !before.exclusive());
    return inside ? Direction.TIGHTENED : Direction.LOOSENED;
  }

  private static Bound bound(JsonNode target) {
    double value = target.path("value").doubleValue();
    if (target.path("high").isNumber()) {
      return Bound.between(value, target.path("high").doubleValue(), "");
    }
    Spec.Op op =
        switch (target.path("op").asText()) {
          case "<=" -> Spec.Op.AT_MOST;
          case "<" -> Spec.Op.BELOW;
          case ">" -> Spec.Op.ABOVE;
          default -> Spec.Op.AT_LEAST;
        };
    return Bound.of(op, value, "");
  }

  private Direction direction(RecordComponent component, JsonNode was, JsonNode is) {
    F rules = Schema.rules(component);
    Kind kind = rules.kind().length > 0 ? rules.kind()[0] : question.kind();
    boolean directed = rules.tighter() != F.Tighter.NONE && rules.tighter() != F.Tighter.TEXT;
    if (was.isMissingNode()) {
      return Direction.ADDED;
    }
    if (is.isMissingNode()) {
      return directed ? Direction.LOOSENED : Direction.REMOVED;
    }
    return switch (rules.tighter()) {
      case NONE -> kind == Kind.NARRATIVE ? Direction.TEXT : Direction.NEUTRAL;
      case TEXT -> Direction.TEXT;
      case LOWER -> tightened(sizes(rules, is, was));
      case HIGHER -> tightened(sizes(rules, was, is));
      case SUPERSET -> tightened(words(is).containsAll(words(was)));
      case SUBSET -> tightened(words(was).containsAll(words(is)));
    };
  }

  private static Direction tightened(boolean yes) {
    return yes ? Direction.TIGHTENED : Direction.LOOSENED;
  }

  /** True when both have a size and the first is the smaller one. */
  private static boolean sizes(F rules, JsonNode small, JsonNode large) {
    try {
      return size(rules, small) < size(rules, large);
    } catch (Scalars.Refused noSize) {
      return false;
    }
  }

  /** How much a value is: a word counts by its place among the allowed ones. */
  private static double size(F rules, JsonNode value) {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isBoolean()) {
      return value.booleanValue() ? 1 : 0;
    }
    String text = value.asText();
    int word = Arrays.asList(rules.oneOf()).indexOf(text);
    if (word >= 0) {
      return word;
    }
    if (text.startsWith("P")) {
      return Scalars.duration(text).toMillis();
    }
    if (text.matches("\\d{4}-\\d\\d-\\d\\d")) {
      return Scalars.date(text).toEpochDay();
    }
    if (text.matches("(?i)yes|no|on|off|true|false")) {
      return Scalars.bool(text) ? 1 : 0;
    }
    if (text.endsWith("pp")) {
      return Target.parse(">= " + text).value().doubleValue();
    }
    try {
      return Scalars.rate(text).perSecond();
    } catch (Scalars.Refused notARate) {
      return Scalars.share(text.replace(" rel", "")).share();
    }
  }

  private static Set<String> words(JsonNode list) {
    Set<String> words = new HashSet<>();
    list.forEach(each -> words.add(each.asText()));
    return words;
  }

  private static void waivers(List<Waiver> before, List<Waiver> after, List<Change> changes) {
    Map<String, Waiver> was = new HashMap<>();
    before.forEach(each -> was.put(each.subject(), each));
    Map<String, Waiver> is = new HashMap<>();
    after.forEach(each -> is.put(each.subject(), each));
    Set<String> subjects = new TreeSet<>(was.keySet());
    subjects.addAll(is.keySet());
    for (String subject : subjects) {
      Optional<Waiver> old = Optional.ofNullable(was.get(subject));
      Optional<Waiver> now = Optional.ofNullable(is.get(subject));
      if (old.equals(now)) {
        continue;
      }
      boolean longer =
          now.isPresent() && old.map(each -> each.until().isBefore(now.get().until())).orElse(true);
      boolean same = old.isPresent() && old.map(Waiver::until).equals(now.map(Waiver::until));
      changes.add(
          new Change(
              now.or(() -> old).orElseThrow().question(),
              "waivers[" + subject + "]",
              same ? Direction.TEXT : longer ? Direction.LOOSENED : Direction.TIGHTENED,
              longer,
              old.map(Waiver::words),
              now.map(Waiver::words)));
    }
  }

  private static Optional<String> text(JsonNode value) {
    return value.isMissingNode() ? Optional.empty() : Optional.of(CanonicalJson.write(value));
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
    if (changes.stream().anyMatch(change -> change.loosens() || contract(change.path()))) {
      return (major + 1) + ".0.0";
    }
    boolean words = changes.stream().allMatch(change -> change.direction() == Direction.TEXT);
    return words
        ? "%d.%d.%d".formatted(major, minor, patch + 1)
        : "%d.%d.0".formatted(major, minor + 1);
  }

  private static boolean contract(String path) {
    return CONTRACT.contains(path)
        || (path.startsWith("solution.integrations[") && path.endsWith("].contract"));
  }
}
