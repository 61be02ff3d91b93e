package dev.espalier.canvas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All answers of one document, each read by its question's record. Immutable. */
final class Answers {
  static final String FORMAT = "espalier/1";
  private static final ObjectMapper SNAKE =
      Json.mapper().copy().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
  private static final Set<String> SPECIALS = Set.of("n/a", "deferred");
  private static final Map<String, Given<?>> UNANSWERED = new ConcurrentHashMap<>();
  private static final Map<Class<?>, Optional<Answer>> DEFAULTS = new ConcurrentHashMap<>();
  private final Map<String, Given<?>> given;
  private final Map<Class<?>, Answer> values = new HashMap<>();
  private final List<Waiver> waivers;

  private Answers(Map<String, Given<?>> given, List<Waiver> waivers) {
    this.given = given;
    given
        .values()
        .forEach(
            each -> each.value().ifPresent(value -> values.put(each.question().type(), value)));
    this.waivers = waivers;
  }

  static Answers read(byte[] document) {
    Node.Fields root = DocumentReader.read(document);
    Map<String, Node> flat = new LinkedHashMap<>();
    boolean format = false;
    Optional<Node> waivers = Optional.empty();
    for (Map.Entry<String, Node> entry : root.entries().entrySet()) {
      switch (entry.getKey()) {
        case "canvas" -> format = format(entry.getValue());
        case "waivers" -> waivers = Optional.of(entry.getValue());
        case "template" -> flat.put("canvas.template", entry.getValue());
        default -> flatten(entry.getKey(), entry.getValue(), flat);
      }
    }
    if (!format) {
      throw Schema.problem(
          "canvas", "format", 1, "names no format; start with 'canvas: espalier/1'", FORMAT);
    }
    return of(flat, waivers);
  }

  private static Answers of(Map<String, Node> flat, Optional<Node> waivers) {
    Map<String, Given<?>> given = new LinkedHashMap<>();
    for (Question<?> question : Question.all()) {
      given.put(question.key(), given(question, Optional.ofNullable(flat.get(question.key()))));
    }
    return new Answers(given, Waivers.read(waivers, new Answers(given, List.of())));
  }

  /** The first example of every question, as one document. */
  static Answers example() {
    Map<String, Node> flat = new LinkedHashMap<>();
    for (Question<?> question : Question.all()) {
      question.examples().stream()
          .findFirst()
          .ifPresent(yaml -> flat.put(question.key(), Schema.yaml(yaml)));
    }
    return of(flat, Optional.empty());
  }

  private static boolean format(Node node) {
    if (node instanceof Node.Scalar scalar && scalar.text().equals(FORMAT)) {
      return true;
    }
    throw Schema.problem("canvas", "format", node.line(), "is not a known format", FORMAT);
  }

  /**
   * Takes the questions out of a group; what is left are the fields of the group's own question.
   */
  private static void flatten(String name, Node node, Map<String, Node> flat) {
    boolean own = Question.byKey(name).isPresent();
    String prefix = name + ".";
    boolean group = Question.all().stream().anyMatch(q -> q.key().startsWith(prefix));
    if (!own && !group) {
      throw Schema.unknown(
          name,
          Question.all().stream().map(q -> q.key().split("\\.", 2)[0]).distinct().toList(),
          "",
          node.line());
    }
    if (!(node instanceof Node.Fields fields)) {
      if (own) {
        flat.put(name, node);
        return;
      }
      throw Schema.problem(name, "map", node.line(), "needs a map of questions", "{}");
    }
    Map<String, Node> rest = new LinkedHashMap<>();
    fields
        .entries()
        .forEach((key, value) -> {
          if (Question.byKey(name + "." + key).isPresent()) {
            flat.put(name + "." + key, value);
          } else {
            rest.put(key, value);
          }
        });
    if (own && !rest.isEmpty()) {
      flat.put(name, new Node.Fields(rest, fields.line()));
    } else if (!rest.isEmpty()) {
      String key = rest.keySet().iterator().next();
      List<String> known =
          Question.all().stream()
              .map(Question::key)
              .filter(k -> k.startsWith(name + "."))
              .map(k -> k.substring(name.length() + 1))
              .toList();
      throw Schema.unknown(
          key, known, name, java.util.Objects.requireNonNull(rest.get(key)).line());
    }
  }

  /** What a question is without an answer never changes. */
  private static Given<?> unanswered(Question<?> question) {
    return UNANSWERED.computeIfAbsent(question.key(), _ -> read(question, Optional.empty()));
  }

  private static Given<?> given(Question<?> question, Optional<Node> node) {
    return node.isEmpty() ? unanswered(question) : read(question, node);
  }

  private static <A extends Answer> Given<A> read(Question<A> question, Optional<Node> node) {
    if (question.derived() && node.isPresent()) {
      throw Schema.problem(
          question.key(),
          "derived",
          node.get().line(),
          "is set by the platform and never written",
          "leave it out");
    }
    int fields = Schema.names(question.type()).size();
    Optional<Given.Special> special = node.flatMap(each -> special(question.key(), each));
    // The reasons of registry.store are a field of its own; a text there is no remark.
    boolean remark = special.isPresent() || !Schema.names(question.type()).contains("why");
    String why = remark ? node.flatMap(Answers::why).orElse("") : "";
    if (special.isPresent()) {
      return new Given<>(
          question, Optional.empty(), Json.tree(special.get()), Set.of(), fields, special, why);
    }
    boolean confirms =
        node.filter(n -> n instanceof Node.Scalar s && s.text().equals("default")).isPresent();
    Set<String> set = new LinkedHashSet<>();
    try {
      Node read =
          confirms ? new Node.Fields(Map.of(), 0) : node.orElse(new Node.Fields(Map.of(), 0));
      ObjectNode canonical = Schema.record(question.type(), read, question.key(), set);
      if (confirms) {
        set.addAll(Schema.names(question.type()));
      }
      A value = record(canonical, question.type());
      boolean nothing =
          !question.view()
              && set.isEmpty()
              && !canonical.isEmpty()
              && canonical.properties().stream()
                  .allMatch(e -> e.getValue().isContainerNode() && e.getValue().isEmpty());
      return new Given<>(
          question,
          nothing ? Optional.empty() : Optional.of(value),
          canonical,
          set,
          fields,
          Optional.empty(),
          why);
    } catch (EspalierException missing) {
      if (node.isEmpty()) {
        return new Given<>(
            question,
            Optional.empty(),
            JsonNodeFactory.instance.objectNode(),
            Set.of(),
            fields,
            Optional.empty(),
            "");
      }
      throw missing;
    } catch (IllegalArgumentException refused) {
      Throwable cause = refused;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw Schema.problem(
          question.key(),
          "combination",
          node.map(Node::line).orElse(0),
          String.valueOf(cause.getMessage()).lines().findFirst().orElse(""),
          cause instanceof Scalars.Refused known ? known.nearest() : "see the default");
    }
  }

  /**
   * The record that canonical JSON stands for.
   *
   * @throws IllegalArgumentException for what the record itself refuses
   */
  private static <A> A record(ObjectNode canonical, Class<A> type) {
    try {
      return SNAKE.treeToValue(canonical, type);
    } catch (JsonProcessingException refused) {
      throw new IllegalArgumentException(refused.getOriginalMessage(), refused);
    }
  }

  private static Optional<String> why(Node node) {
    return node instanceof Node.Fields fields
            && fields.entries().get("why") instanceof Node.Scalar why
        ? Optional.of(why.text())
        : Optional.empty();
  }

  private static Optional<Given.Special> special(String key, Node node) {
    if (!(node instanceof Node.Fields fields)
        || fields.entries().keySet().stream().noneMatch(SPECIALS::contains)) {
      return Optional.empty();
    }
    List<String> known = List.of("n/a", "deferred", "why");
    fields.entries().keySet().stream()
        .filter(each -> !known.contains(each))
        .findFirst()
        .ifPresent(other -> {
          throw Schema.problem(
              key,
              "special answer",
              node.line(),
              "is set aside and has '%s' as well".formatted(DocumentReader.brief(other)),
              "only n/a or deferred");
        });
    if (fields.entries().get("n/a") instanceof Node.Scalar reason) {
      return Optional.of(
          new Given.Special(
              "n/a", Scalars.text(reason.text().isBlank() ? "no reason" : reason.text())));
    }
    if (fields.entries().get("deferred") instanceof Node.Fields deferred
        && deferred.entries().get("owner") instanceof Node.Scalar owner
        && deferred.entries().get("due") instanceof Node.Scalar due) {
      try {
        return Optional.of(
            new Given.Special(
                "deferred", "%s, due %s".formatted(owner.text(), Scalars.date(due.text()))));
      } catch (Scalars.Refused refused) {
        throw Schema.problem(
            key + ".deferred.due",
            "date",
            due.line(),
            String.valueOf(refused.getMessage()),
            refused.nearest());
      }
    }
    throw Schema.problem(
        key,
        "special answer",
        node.line(),
        "needs {n/a: reason} or {deferred: {owner, due}}",
        "{n/a: reason}");
  }

  /** The promises that may be broken for a while. */
  List<Waiver> waivers() {
    return waivers;
  }

  List<Given<?>> all() {
    return new ArrayList<>(given.values());
  }

  Given<?> given(String key) {
    return java.util.Objects.requireNonNull(given.get(key), key);
  }

  /** The answer of one type, where it is answered. */
  <A extends Answer> Optional<A> find(Class<A> type) {
    return Optional.ofNullable(values.get(type)).map(type::cast);
  }

  /** An answer whose record has a default for everything, unless it is set aside. */
  <A extends Answer> A get(Class<A> type) {
    return find(type)
        .or(() -> defaults(type))
        .orElseThrow(
            () -> EspalierException.invalid("The canvas does not answer " + type.getSimpleName()));
  }

  /** The answer to work with: the given one, else the defaults, where there are enough of them. */
  <A extends Answer> Optional<A> effective(Given<A> answer) {
    return answer.value().or(() -> defaults(answer.question().type()));
  }

  /** What a record is when nothing is said; it never changes. */
  private static <A extends Answer> Optional<A> defaults(Class<A> type) {
    return DEFAULTS
        .computeIfAbsent(
            type,
            _ -> {
              try {
                Node nothing = new Node.Fields(Map.of(), 0);
                return Optional.of(
                    record(Schema.record(type, nothing, "", new LinkedHashSet<>()), type));
              } catch (EspalierException incomplete) {
                return Optional.empty();
              }
            })
        .map(type::cast);
  }

  int members() {
    return get(Page.Authors.class).authors().size();
  }

  String primary() {
    return find(Develop.Metrics.class).map(Develop.Metrics::primary).orElse("macro_f1");
  }

  private Optional<Develop.MetricAnswer> metric(String id) {
    return find(Develop.Metrics.class).stream()
        .flatMap(m -> m.metrics().stream())
        .filter(m -> m.id().equals(id))
        .findFirst();
  }

  int minN(String metric) {
    return metric(metric).map(Develop.MetricAnswer::minN).orElse(1);
  }

  boolean lowerIsBetter(String metric) {
    return metric(metric).map(m -> m.direction().equals("down")).orElse(false);
  }

  /** The window of a label-based monitor that states none: twice the label delay. */
  java.time.Duration labelWindow() {
    return find(Develop.Data.class)
        .map(d -> d.labeling().labelDelay())
        .orElse(java.time.Duration.ofDays(7))
        .multipliedBy(2);
  }

  /**
   * The product's name as paths and ids write it.
   *
   * @throws EspalierException INVALID where the document names no product
   */
  String slug() {
    return find(Page.Name.class)
        .map(Page.Name::slug)
        .filter(slug -> !slug.isEmpty())
        .orElseThrow(() ->
            EspalierException.invalidField(
                "product.name",
                "required",
                "product.name: the canvas names no product.",
                Optional.of("my-product")));
  }

  /** The owner of the product. */
  String owner() {
    return get(Page.Authors.class).owner();
  }

  /**
   * Each answer with its value, who gave it, when, which fields were stated, and why. An answer
   * that {@code parent} has already keeps who gave it and when.
   */
  ObjectNode canonical(String by, java.time.Instant at, Optional<JsonNode> parent) {
    ObjectNode answers = JsonNodeFactory.instance.objectNode();
    given.forEach((key, each) -> {
      ObjectNode one = answers.putObject(key);
      one.set("confirmed", Json.tree(each.set().stream().sorted().toList()));
      one.set("value", each.canonical());
      if (!each.why().isEmpty()) {
        one.put("why", each.why());
      }
      Optional<JsonNode> before =
          parent
              .map(document -> document.path("answers").path(key))
              .filter(old -> old.isObject() && same(old, one));
      one.put("by", before.map(old -> old.path("by").asText()).orElse(by));
      one.put("at", before.map(old -> old.path("at").asText()).orElse(at.toString()));
    });
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.set("answers", answers);
    if (!waivers.isEmpty()) {
      document.set("waivers", Waivers.canonical(waivers, by, parent));
    }
    return document;
  }

  private static boolean same(JsonNode old, ObjectNode now) {
    ObjectNode bare = old.deepCopy();
    bare.remove(List.of("by", "at"));
    return CanonicalJson.write(bare).equals(CanonicalJson.write(now));
  }

  Digest contentDigest() {
    ObjectNode values = JsonNodeFactory.instance.objectNode();
    given.forEach((key, each) -> values.set(key, each.canonical()));
    return Digest.of(CanonicalJson.bytes(values));
  }
}
