package dev.espalier.canvas;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON Schema (2020-12) of {@code canvas.yaml}, derived from the records: an editor completes
 * and checks a document with it. It knows structure, words and bounds; combinations of answers are
 * the platform's to judge. Shorthand and special answers are part of it.
 */
final class CanvasSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String NUMBER = "-?[0-9][0-9_.]*([eE][+-]?[0-9]+)?";

  /** Spellings of scalars that are not numbers to JSON. */
  private static final Map<String, String> PATTERNS =
      Map.of(
          "bool", "^([Yy]es|[Nn]o|[Oo]n|[Oo]ff|[Tt]rue|[Ff]alse)$",
          "integer", "^" + NUMBER + "[kM]?$",
          "number", "^" + NUMBER + "$",
          "share", "^-?[0-9.eE+-]+ *%?( *(/|per) *(hour|day|week|month|[0-9]{1,4}d))?$",
          "bytes", "^[0-9]+(\\.[0-9]+)? *([kKMGT]i?)?[bB]?$",
          "duration",
              "^(P([0-9]+D)?(T[0-9HMS.]+)?|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$",
          "rate", "^[0-9]+(\\.[0-9]+)? *[kMG]? */ *(s|min|hour|h|day|d|week|month)$",
          "money", "^[0-9]+(\\.[0-9]+)? *[A-Z]{3}( *(/|per) *(month|week|day|hour|1000))?$",
          "date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
          "hold", "^[^ ]+( +for +[^ ]+)?$");

  /** What is referred to by name: scalars by their type, the rest by question and path. */
  private final ObjectNode named = JSON.objectNode();

  private CanvasSchema() {}

  static ObjectNode write() {
    return new CanvasSchema().root();
  }

  private ObjectNode root() {
    ObjectNode root = JSON.objectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("$id", "urn:espalier:canvas:1");
    root.put("title", "Espalier canvas");
    root.put("type", "object");
    root.putArray("required").add("canvas").add("product");
    root.put("additionalProperties", false);
    ObjectNode properties = root.putObject("properties");
    properties.putObject("canvas").put("const", Answers.FORMAT);
    List<String> heads =
        Question.all().stream().map(each -> each.key().split("\\.", 2)[0]).distinct().toList();
    for (String head : heads) {
      if (!head.equals("canvas") && !Question.byKey(head).map(Question::derived).orElse(false)) {
        properties.set(head, group(head));
      }
    }
    properties.set("waivers", waivers());
    Question.byKey("canvas.template")
        .ifPresent(template -> properties.set("template", answer(template)));
    root.set("$defs", named);
    return root;
  }

  private static ObjectNode waivers() {
    ObjectNode waiver = JSON.objectNode();
    var keys = waiver.putObject("question").putArray("enum");
    Question.all().forEach(each -> keys.add(each.key()));
    waiver.set("clause", text());
    waiver.set("until", pattern("date"));
    waiver.set("why", text());
    ObjectNode list = JSON.objectNode().put("type", "array");
    list.set("items", map(waiver, List.of("question", "until", "why")));
    return list.put("description", "Promises that may be broken for a while.");
  }

  /** A top-level key: its own question, its other questions, or both in one map. */
  private ObjectNode group(String head) {
    ObjectNode children = JSON.objectNode();
    Question.all().stream()
        .filter(each -> each.key().startsWith(head + ".") && !each.derived())
        .forEach(each -> children.set(each.key().substring(head.length() + 1), answer(each)));
    Optional<Question<?>> own = Question.byKey(head);
    if (own.isEmpty()) {
      return map(children, List.of());
    }
    return answer(own.get(), children);
  }

  private ObjectNode answer(Question<?> question) {
    return answer(question, JSON.objectNode());
  }

  private ObjectNode answer(Question<?> question, ObjectNode children) {
    List<Field> fields = Field.of(question);
    List<ObjectNode> forms = new ArrayList<>(record(fields, children, question.key()));
    if (!children.isEmpty()) {
      // The group may speak of its other questions only.
      forms.add(map(children.deepCopy(), List.of()));
    }
    ObjectNode special = children.deepCopy();
    special.set("n/a", text());
    ObjectNode deferred = JSON.objectNode();
    deferred.set("owner", text());
    deferred.set("due", pattern("date"));
    special.set("deferred", map(deferred, List.of("owner", "due")));
    ObjectNode either = map(special, List.of());
    either.putArray("oneOf").add(requires("n/a")).add(requires("deferred"));
    forms.add(either);
    forms.add(JSON.objectNode().put("const", "default"));
    ObjectNode schema = anyOf(forms);
    return schema.put("title", question.text()).put("description", question.help());
  }

  private static ObjectNode requires(String key) {
    ObjectNode schema = JSON.objectNode();
    schema.putArray("required").add(key);
    return schema;
  }

  /** The ways to write a record: its map, or a bare value for its main field. */
  private List<ObjectNode> record(List<Field> fields, ObjectNode more, String path) {
    ObjectNode properties = more.deepCopy();
    List<String> required = new ArrayList<>();
    for (Field field : fields) {
      properties.set(field.name(), field(field, path));
      if (field.required()) {
        required.add(field.name());
      }
    }
    List<ObjectNode> forms = new ArrayList<>();
    forms.add(map(properties, required));
    boolean onlyMain = fields.stream().allMatch(each -> each.main() || !each.required());
    fields.stream()
        .filter(each -> each.main() && onlyMain)
        .forEach(main -> forms.add(field(main, path)));
    return forms;
  }

  private ObjectNode field(Field field, String path) {
    String here = path + "." + field.name();
    ObjectNode plain = field.list() ? name(here + "[]", list(field, here)) : single(field, here);
    ObjectNode schema = wrapped(plain);
    field.help().ifPresent(help -> schema.put("description", help));
    field.defaultValue().ifPresent(text -> schema.put("default", text));
    return schema;
  }

  /** Any value may be written with its reason: {@code {value: 1d, why: …}}. */
  private static ObjectNode wrapped(ObjectNode schema) {
    ObjectNode value = JSON.objectNode();
    value.set("value", schema);
    return anyOf(List.of(schema, map(value, List.of("value"))));
  }

  private ObjectNode list(Field field, String path) {
    ObjectNode items = JSON.objectNode().put("type", "array");
    items.set("items", single(field, path));
    List<ObjectNode> forms = new ArrayList<>(List.of(items, single(field, path)));
    if (Schema.keyedBy(field.name()).isPresent()) {
      ObjectNode keyed = JSON.objectNode().put("type", "object");
      String key = Schema.keyedBy(field.name()).get();
      List<Field> rest = field.fields().stream().filter(f -> !f.name().equals(key)).toList();
      keyed.set("additionalProperties", anyOf(record(rest, JSON.objectNode(), path + "{}")));
      forms.add(keyed);
    }
    return anyOf(forms);
  }

  private ObjectNode single(Field field, String path) {
    return switch (field.type()) {
      case "record" -> name(path, anyOf(record(field.fields(), JSON.objectNode(), path)));
      case "map" -> {
        ObjectNode map = JSON.objectNode().put("type", "object");
        map.set("additionalProperties", text());
        yield map;
      }
      case "enum" -> {
        ObjectNode word = JSON.objectNode();
        ArrayNode words = word.putArray("enum");
        field.oneOf().forEach(words::add);
        yield name(path, word);
      }
      case "text" -> name("text", text());
      case "bool" -> name("bool", either(JSON.objectNode().put("type", "boolean"), field));
      case "integer" -> name(path, either(bounded(field, "integer"), field));
      case "number", "share" -> name(path, either(bounded(field, "number"), field));
      case "bytes" ->
          name("bytes", either(JSON.objectNode().put("type", "integer").put("minimum", 0), field));
      case "target", "money" -> name(field.type(), anyOf(List.of(compact(field), object())));
      case "hold" ->
          name(
              "hold",
              anyOf(List.of(compact(field), object(), JSON.objectNode().put("type", "number"))));
      default -> name(field.type(), pattern(field.type()));
    };
  }

  /** Keeps a schema under a name and refers to it. */
  private ObjectNode name(String name, ObjectNode schema) {
    String key = name.replaceAll("[^A-Za-z0-9._-]", "_");
    named.set(key, schema);
    return JSON.objectNode().put("$ref", "#/$defs/" + key);
  }

  private static ObjectNode compact(Field field) {
    return PATTERNS.containsKey(field.type())
        ? pattern(field.type())
        : JSON.objectNode().put("type", "string").put("pattern", "<|>|\\bin\\b");
  }

  private static ObjectNode object() {
    return JSON.objectNode().put("type", "object");
  }

  private static ObjectNode either(ObjectNode plain, Field field) {
    return anyOf(List.of(plain, pattern(field.type())));
  }

  private static ObjectNode bounded(Field field, String type) {
    ObjectNode number = JSON.objectNode().put("type", type);
    field.min().ifPresent(min -> number.put("minimum", min));
    field.max().ifPresent(max -> number.put("maximum", max));
    return number;
  }

  private static ObjectNode pattern(String type) {
    return JSON.objectNode().put("type", "string").put("pattern", PATTERNS.get(type));
  }

  /** Text as YAML may type it: {@code version: 1.10} is text to the field. */
  private static ObjectNode text() {
    ObjectNode text = JSON.objectNode();
    text.putArray("type").add("string").add("number").add("boolean");
    return text.put("minLength", 1).put("maxLength", 4000);
  }

  private static ObjectNode map(ObjectNode properties, List<String> required) {
    ObjectNode map = object();
    if (!properties.has("why")) {
      properties.set("why", text());
    }
    map.set("properties", properties);
    if (!required.isEmpty()) {
      ArrayNode names = map.putArray("required");
      required.forEach(names::add);
    }
    return map.put("additionalProperties", false);
  }

  private static ObjectNode anyOf(List<ObjectNode> forms) {
    if (forms.size() == 1) {
      return forms.getFirst();
    }
    ObjectNode any = JSON.objectNode();
    ArrayNode list = any.putArray("anyOf");
    forms.forEach(list::add);
    return any;
  }
}
