package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every field of the complete example is changed once: a resource must change, or what evidence is
 * measured against, or the value is refused with the reason. Text and plans are for people.
 */
class FlipTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Fields that compile to nothing, and why. Text is not listed: it changes documents only. */
  private static final Map<String, String> INERT =
      Map.ofEntries(
          Map.entry(
              "product.name.name", "is the name of the product itself; every resource carries it"),
          Map.entry("product.authors.authors.hours", "rule 14 compares them with the windows"),
          Map.entry("model.arch.causal", "rule 11 refuses a decoder that is not"),
          Map.entry("foundations.vcs.system", "git is the only word"),
          Map.entry("metrics.metrics.primary", "exactly one is; moving it is tested by itself"));

  /** Spellings for texts that have a grammar of their own. */
  private static final Map<String, String> OTHER =
      Map.ofEntries(
          Map.entry("target", "<= 51ms"),
          Map.entry("cadence", "0 4 * * 2 UTC"),
          Map.entry("ratio", "60/20/20"),
          Map.entry("min_gain", "2pp"),
          Map.entry("alert", "0.3"),
          Map.entry("warn", "0.05"),
          Map.entry("replicas", "1..3"),
          Map.entry("four_eyes", "no"),
          Map.entry("cache", "no"));

  /**
   * @param base the answer before: the example's, with the record around the field where it has
   *     none
   */
  record Flip(
      Question<?> question, String path, Kind kind, ObjectNode base, List<ObjectNode> changed) {
    /** Whether the field stands in a record that is refused as a whole. */
    boolean within(String refused) {
      return path.startsWith(refused.replaceAll("\\[\\d+\\]", "") + ".");
    }

    @Override
    public String toString() {
      return path;
    }
  }

  static List<Flip> flips() {
    List<Flip> flips = new ArrayList<>();
    Answers example = Answers.example();
    for (Question<?> question : Question.all()) {
      if (!question.derived()) {
        ObjectNode value = example.given(question.key()).canonical().deepCopy();
        collect(question, value, value, Field.of(question), question.key(), flips);
      }
    }
    return flips;
  }

  private static void collect(
      Question<?> question,
      ObjectNode root,
      ObjectNode at,
      List<Field> fields,
      String path,
      List<Flip> out) {
    for (Field field : fields) {
      String here = path + "." + field.name();
      JsonNode was = at.path(field.name());
      JsonNode inner = field.list() ? was.path(0) : was;
      if (field.type().equals("record") && inner.isObject()) {
        collect(question, root, (ObjectNode) inner, field.fields(), here, out);
        continue;
      }
      List<ObjectNode> changed = new ArrayList<>();
      for (JsonNode other : others(field, was)) {
        at.set(field.name(), other);
        changed.add(root.deepCopy());
      }
      if (was.isMissingNode()) {
        at.remove(field.name());
      } else {
        at.set(field.name(), was);
      }
      out.add(new Flip(question, here, field.kind(), root.deepCopy(), changed));
      if (field.type().equals("record")) {
        inside(question, root, at, field, here, out);
      }
    }
  }

  /** The fields of a record that the example does not have, flipped in a small one of its own. */
  private static void inside(
      Question<?> question,
      ObjectNode root,
      ObjectNode at,
      Field field,
      String here,
      List<Flip> out) {
    JsonNode was = at.path(field.name());
    ObjectNode record = (ObjectNode) records(field).getFirst();
    at.set(field.name(), field.list() ? JSON.arrayNode().add(record) : record);
    collect(question, root, record, field.fields(), here, out);
    if (was.isMissingNode()) {
      at.remove(field.name());
    } else {
      at.set(field.name(), was);
    }
  }

  /** Other values of a field, from which the first that the document accepts is taken. */
  private static List<JsonNode> others(Field field, JsonNode was) {
    List<JsonNode> values = new ArrayList<>();
    JsonNode old = field.list() ? was.path(0) : was;
    for (JsonNode each : singles(field, old)) {
      values.add(field.list() ? JSON.arrayNode().add(each) : each);
    }
    if (field.list()) {
      values.add(JSON.arrayNode());
    }
    return values.stream().filter(each -> !each.equals(was)).toList();
  }

  private static List<JsonNode> singles(Field field, JsonNode old) {
    return switch (field.type()) {
      case "enum" -> field.oneOf().stream().<JsonNode>map(JSON::textNode).toList();
      case "bool" -> List.of(JSON.booleanNode(true), JSON.booleanNode(false));
      case "integer" ->
          List.of(number(old.asLong(0) + 1), number(old.asLong(2) - 1), number(2 * old.asLong(1)));
      case "number", "share" -> List.of(decimal("0.6"), decimal("0.4"), decimal("2"));
      case "duration" -> List.of(JSON.textNode("PT26H"), JSON.textNode("PT1M"));
      case "bytes" -> List.of(number(old.asLong(0) + 1024));
      case "rate" -> List.of(JSON.textNode("7/s"));
      case "money" -> List.of(JSON.textNode("7 CHF/month"));
      case "date" ->
          List.of(JSON.textNode(LocalDate.parse(old.asText("2027-01-01")).plusDays(1).toString()));
      case "target" -> List.of(JSON.textNode("macro_f1 >= 51%"), JSON.textNode("p95 <= 51ms"));
      case "hold" -> List.of(JSON.textNode("2% for 7m"));
      case "map" -> List.of(JSON.objectNode().put("currency", "CHF"));
      case "record" -> records(field);
      default ->
          List.of(
              JSON.textNode(OTHER.getOrDefault(field.name(), "other")),
              JSON.textNode("manual"),
              JSON.textNode("70 core-h/month"));
    };
  }

  /** A record where there was none: its required fields, or none of them. */
  private static List<JsonNode> records(Field field) {
    ObjectNode record = JSON.objectNode();
    for (Field each : field.fields()) {
      if (each.required()) {
        record.set(each.name(), singles(each, JSON.missingNode()).getFirst());
      }
    }
    return List.of(record);
  }

  private static JsonNode number(long value) {
    return JSON.numberNode(value);
  }

  private static JsonNode decimal(String value) {
    return JSON.numberNode(new BigDecimal(value));
  }

  /** The example as one JSON document, one answer replaced. */
  static Answers read(String key, ObjectNode answer) {
    Answers example = Answers.example();
    ObjectNode document = JSON.objectNode().put("canvas", Answers.FORMAT);
    for (Question<?> question : Question.all()) {
      if (question.derived()) {
        continue;
      }
      JsonNode value =
          question.key().equals(key) ? answer : example.given(question.key()).canonical();
      String[] path = question.key().split("\\.", 2);
      if (question.key().equals("canvas.template")) {
        document.set("template", value);
      } else if (path.length == 1) {
        value
            .properties()
            .forEach(
                each -> document.withObjectProperty(path[0]).set(each.getKey(), each.getValue()));
      } else {
        document.withObjectProperty(path[0]).set(path[1], value);
      }
    }
    return Canvas.read(Json.write(document));
  }

  private static Set<String> digests(Answers answers) {
    return Compiler.compile(answers, "p", "1.0.0").stream()
        .map(each -> each.id() + " " + each.digest())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What evidence is measured against. */
  private static List<Clause> clauses(Answers answers, Question<?> question) {
    return Board.clauses(answers, answers.given(question.key()));
  }

  @ParameterizedTest
  @MethodSource("flips")
  void a_changed_field_changes_a_resource_or_says_why_not(Flip flip) {
    Answers before = read(flip.question().key(), flip.base());
    Set<String> base = digests(before);
    boolean read = false;
    boolean moved = false;
    for (ObjectNode each : flip.changed()) {
      try {
        Answers answers = read(flip.question().key(), each);
        read = true;
        moved =
            !digests(answers).equals(base)
                || Unbuilt.in(answers).size() > Unbuilt.in(before).size()
                || Unbuilt.in(answers).stream().anyMatch(found -> flip.within(found.path()))
                || !clauses(answers, flip.question()).equals(clauses(before, flip.question()));
      } catch (EspalierException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
      if (moved) {
        break;
      }
    }
    boolean inert =
        flip.kind() == Kind.NARRATIVE || flip.kind() == Kind.PLAN || INERT.containsKey(flip.path());
    assertThat(read || inert).as("no other value of %s was accepted", flip).isTrue();
    assertThat(moved || inert).as("nothing compiled changes with %s", flip).isTrue();
  }

  @Test
  void no_field_escapes_whatever_it_is_nested_in() {
    Set<String> all = new TreeSet<>();
    Question.all().stream()
        .filter(each -> !each.derived())
        .forEach(each -> leaves(Field.of(each), each.key(), all));
    assertThat(all).hasSizeGreaterThan(250);
    assertThat(flips().stream().map(Flip::path)).containsAll(all);
  }

  private static void leaves(List<Field> fields, String path, Set<String> into) {
    for (Field field : fields) {
      String here = path + "." + field.name();
      if (field.fields().isEmpty()) {
        into.add(here);
      } else {
        leaves(field.fields(), here, into);
      }
    }
  }

  @Test
  void another_primary_metric_changes_the_gates_that_compare_it() {
    String gates = "evaluation: {offline: {test: none}}\n";
    Answers one = Canvas.read(Canvas.HEAD + gates + "metrics: [{id: a, primary: yes}, {id: b}]");
    Answers two = Canvas.read(Canvas.HEAD + gates + "metrics: [{id: a}, {id: b, primary: yes}]");
    assertThat(digests(one)).noneMatch(each -> each.startsWith("gate/b-champion"));
    assertThat(digests(two)).anyMatch(each -> each.startsWith("gate/b-champion"));
  }

  @Test
  void the_example_answers_everything_and_nothing_that_promises_goes_unread() {
    Answers example = Answers.example();
    assertThat(example.all()).allMatch(each -> each.value().isPresent());
    Set<String> origins =
        Compiler.compile(example, "p", "1.0.0").stream()
            .map(each -> each.compiledFrom().substring(each.compiledFrom().indexOf('#') + 1))
            .collect(Collectors.toSet());
    List<String> silent =
        Question.all().stream()
            .filter(each -> each.kind() == Kind.CONFIG || each.kind() == Kind.TARGET)
            .filter(each -> !each.derived() && !origins.contains(each.key()))
            .filter(each -> each.unbuilt().isEmpty())
            .filter(
                each -> clauses(example, each).stream().allMatch(c -> c.irrelevant().isPresent()))
            .map(Question::key)
            .toList();
    assertThat(silent).as("questions that compile to nothing and that nothing measures").isEmpty();
  }

  @Test
  void order_and_spelling_of_a_document_change_no_byte_of_its_canonical_form() {
    Answers answers = Canvas.read(Canvas.complete());
    List<String> blocks =
        new ArrayList<>(
            List.of(Canvas.complete().replaceAll("(?m)^\\s*#.*$", "").split("\n(?=[a-z])")));
    java.util.Collections.reverse(blocks);
    Answers reversed = Canvas.read(String.join("\n", blocks));
    assertThat(reversed.contentDigest()).isEqualTo(answers.contentDigest());
    assertThat(
            Canvas.read(Canvas.complete().replace("refresh: 7d", "refresh: PT168H"))
                .contentDigest())
        .isEqualTo(answers.contentDigest());
    ArrayNode once = JSON.arrayNode();
    answers.all().forEach(each -> once.add(each.canonical()));
    ArrayNode twice = JSON.arrayNode();
    Canvas.read(Export.text(answers)).all().forEach(each -> twice.add(each.canonical()));
    assertThat(twice).isEqualTo(once);
  }
}
