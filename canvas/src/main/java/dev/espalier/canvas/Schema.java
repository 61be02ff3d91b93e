package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads nodes as the record types that describe them, into canonical JSON with defaults merged. The
 * record's components are the schema: their types, and what {@link F} adds.
 */
final class Schema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Set<Class<?>> COMPACT = Set.of(Target.class, Hold.class, Money.class);
  private static final Map<String, String> KEY_FIELDS = Map.of("authors", "user");

  /** A field's rules when the record says nothing. */
  record Plain(@F String nothing) {}

  private Schema() {}

  static String name(RecordComponent component) {
    JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
    if (renamed != null) {
      return renamed.value();
    }
    return component
        .getName()
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .toLowerCase(java.util.Locale.ROOT);
  }

  static F rules(RecordComponent component) {
    F rules = component.getAnnotation(F.class);
    return rules != null ? rules : plain();
  }

  private static F plain() {
    return java.util.Objects.requireNonNull(
        Plain.class.getRecordComponents()[0].getAnnotation(F.class));
  }

  /** One record from a map, or from a bare scalar or list that fills its main field. */
  static ObjectNode record(Class<?> type, Node node, String path, Set<String> set) {
    RecordComponent[] components = type.getRecordComponents();
    ObjectNode out = JSON.objectNode();
    Node.Fields fields = fields(type, node, path);
    for (String key : fields.entries().keySet()) {
      if (!key.equals("why") && Arrays.stream(components).noneMatch(c -> name(c).equals(key))) {
        throw unknown(
            key, Arrays.stream(components).map(Schema::name).toList(), path, line(fields, key));
      }
    }
    for (RecordComponent component : components) {
      String name = name(component);
      Node given = fields.entries().get(name);
      if (given != null) {
        set.add(name);
        out.set(name, value(component, given, join(path, name)));
      } else if (!rules(component).def().isEmpty()) {
        out.set(name, value(component, defaults(rules(component).def()), join(path, name)));
      } else if (collection(component)) {
        out.set(name, empty(component));
      } else if (component.getType() != Optional.class) {
        throw problem(
            join(path, name), "required", fields.line(), "is missing", example(component));
      }
    }
    return out;
  }

  private static int line(Node.Fields fields, String key) {
    Node node = fields.entries().get(key);
    return node == null ? fields.line() : node.line();
  }

  private static Node.Fields fields(Class<?> type, Node node, String path) {
    Set<String> known = new LinkedHashSet<>(Set.of("why"));
    Arrays.stream(type.getRecordComponents()).map(Schema::name).forEach(known::add);
    if (node instanceof Node.Fields fields) {
      Node wrapped = fields.entries().get("value");
      if (wrapped != null && !known.contains("value")) {
        return fields(type, wrapped, path);
      }
      boolean keyed = KEY_FIELDS.containsKey(path.substring(path.lastIndexOf('.') + 1));
      if (!keyed || fields.entries().keySet().stream().anyMatch(known::contains)) {
        return fields;
      }
    }
    for (RecordComponent component : type.getRecordComponents()) {
      if (rules(component).main()) {
        return new Node.Fields(Map.of(name(component), node), node.line());
      }
    }
    throw problem(path, "map", node.line(), "needs a map of fields", "{}");
  }

  private static boolean collection(RecordComponent component) {
    return List.class == component.getType()
        || Set.class == component.getType()
        || Map.class == component.getType();
  }

  private static JsonNode empty(RecordComponent component) {
    return component.getType() == Map.class ? JSON.objectNode() : JSON.arrayNode();
  }

  private static Node defaults(String text) {
    boolean structured = text.startsWith("[") || text.startsWith("{");
    if (!structured) {
      return new Node.Scalar(text, 0);
    }
    Node.Fields wrapped = DocumentReader.read(("x: " + text).getBytes(StandardCharsets.UTF_8));
    return java.util.Objects.requireNonNull(wrapped.entries().get("x"));
  }

  private static JsonNode value(RecordComponent component, Node node, String path) {
    return value(component.getGenericType(), rules(component), node, path);
  }

  private static JsonNode value(Type type, F rules, Node node, String path) {
    if (type instanceof ParameterizedType generic) {
      Type inner = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      Class<?> raw = (Class<?>) generic.getRawType();
      if (raw == Optional.class) {
        return value(inner, rules, node, path);
      }
      return raw == Map.class ? map(inner, rules, node, path) : list(raw, inner, rules, node, path);
    }
    Class<?> raw = (Class<?>) type;
    if (node instanceof Node.Fields fields
        && fields.entries().containsKey("value")
        && !raw.isRecord()) {
      return value(
          type, rules, java.util.Objects.requireNonNull(fields.entries().get("value")), path);
    }
    if (COMPACT.contains(raw) && node instanceof Node.Scalar scalar) {
      return scalar(raw, rules, scalar, path);
    }
    if (raw.isRecord() && raw != Share.class && raw != Rate.class && raw != Bytes.class) {
      return record(raw, node, path, new LinkedHashSet<>());
    }
    if (node instanceof Node.Scalar scalar) {
      return scalar(raw, rules, scalar, path);
    }
    throw problem(
        path, "scalar", node.line(), "needs one value, not a " + shape(node), "a single value");
  }

  private static String shape(Node node) {
    return node instanceof Node.Items ? "list" : "map";
  }

  private static JsonNode list(Class<?> raw, Type inner, F rules, Node node, String path) {
    ArrayNode out = JSON.arrayNode();
    List<Node> nodes = items(inner, node, path);
    TreeSet<String> seen = new TreeSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      JsonNode value = value(inner, rules, nodes.get(i), "%s[%d]".formatted(path, i));
      if (raw == List.class) {
        out.add(value);
      } else {
        seen.add(value.asText());
      }
    }
    seen.forEach(out::add);
    return out;
  }

  /** The items of a list; {@code {ana: owner}} is short for {@code [{user: ana, role: owner}]}. */
  private static List<Node> items(Type inner, Node node, String path) {
    if (node instanceof Node.Items items) {
      return items.nodes();
    }
    String last = path.substring(path.lastIndexOf('.') + 1);
    if (node instanceof Node.Fields fields
        && inner instanceof Class<?> type
        && type.isRecord()
        && KEY_FIELDS.containsKey(last)) {
      String key = java.util.Objects.requireNonNull(KEY_FIELDS.get(last));
      return fields.entries().entrySet().stream().map(entry -> keyed(type, key, entry)).toList();
    }
    if (node instanceof Node.Scalar) {
      return List.of(node);
    }
    throw problem(path, "list", node.line(), "needs a list", "[]");
  }

  private static Node keyed(Class<?> type, String key, Map.Entry<String, Node> entry) {
    Map<String, Node> merged =
        new java.util.LinkedHashMap<>(fields(type, entry.getValue(), key).entries());
    merged.put(key, new Node.Scalar(entry.getKey(), entry.getValue().line()));
    return new Node.Fields(merged, entry.getValue().line());
  }

  private static JsonNode map(Type inner, F rules, Node node, String path) {
    if (!(node instanceof Node.Fields fields)) {
      throw problem(path, "map", node.line(), "needs a map", "{}");
    }
    ObjectNode out = JSON.objectNode();
    fields
        .entries()
        .forEach((key, each) -> {
          if (!key.equals("why")) {
            out.set(key, value(inner, rules, each, join(path, key)));
          }
        });
    return out;
  }

  private static JsonNode scalar(Class<?> type, F rules, Node.Scalar scalar, String path) {
    try {
      return bounded(canonical(type, scalar.text()), rules, scalar, path);
    } catch (Scalars.Refused refused) {
      throw problem(
          path,
          type.getSimpleName().toLowerCase(java.util.Locale.ROOT),
          scalar.line(),
          String.valueOf(refused.getMessage()),
          refused.nearest());
    }
  }

  private static JsonNode canonical(Class<?> type, String text) {
    if (type == String.class) {
      return JSON.textNode(Scalars.text(text));
    } else if (type == boolean.class || type == Boolean.class) {
      return JSON.booleanNode(Scalars.bool(text));
    } else if (type == int.class || type == long.class || type == Integer.class) {
      return JSON.numberNode(Scalars.integer(text));
    } else if (type == BigDecimal.class) {
      return JSON.numberNode(Scalars.decimal(text).stripTrailingZeros());
    } else if (type == Duration.class) {
      return JSON.textNode(Scalars.write(Scalars.duration(text)));
    } else if (type == Bytes.class) {
      return JSON.numberNode(Scalars.bytes(text));
    } else if (type == LocalDate.class) {
      return JSON.textNode(Scalars.date(text).toString());
    } else if (type == Share.class) {
      return Json.tree(Scalars.share(text));
    } else if (type == Rate.class) {
      return Json.tree(Scalars.rate(text));
    } else if (type == Money.class) {
      return Json.tree(Scalars.money(text));
    } else if (type == Hold.class) {
      Hold step = Hold.parse(text);
      return JSON.objectNode()
          .<ObjectNode>set("share", Json.tree(step.share()))
          .put("hold", Scalars.write(step.hold()));
    }
    return Json.tree(Target.parse(text));
  }

  private static JsonNode bounded(JsonNode value, F rules, Node.Scalar scalar, String path) {
    if (rules.oneOf().length > 0
        && Arrays.stream(rules.oneOf()).noneMatch(value.asText()::equals)) {
      List<String> words = List.of(rules.oneOf());
      throw problem(
          path,
          "one of " + String.join(", ", words),
          scalar.line(),
          "'%s' is not one of %s"
              .formatted(DocumentReader.brief(scalar.text()), String.join(", ", words)),
          Nearest.of(value.asText(), words));
    }
    if (value.isNumber()) {
      double number = value.doubleValue();
      double top = rules.max();
      if (number < rules.min() || number > top) {
        throw problem(
            path,
            "from %s to %s"
                .formatted(
                    Bound.number(rules.min()), top == Double.MAX_VALUE ? "any" : Bound.number(top)),
            scalar.line(),
            "%s is out of range".formatted(DocumentReader.brief(scalar.text())),
            Bound.number(number < rules.min() ? rules.min() : top));
      }
    }
    return value;
  }

  private static String example(RecordComponent component) {
    return component.getType() == Rate.class
        ? "1000/day"
        : "a " + component.getType().getSimpleName().toLowerCase(java.util.Locale.ROOT);
  }

  static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  static EspalierException unknown(String key, List<String> known, String path, int line) {
    String nearest = Nearest.of(key, known);
    return problem(
        join(path, DocumentReader.brief(key)),
        "known key",
        line,
        "is not a known key; the nearest is '%s'".formatted(nearest),
        nearest);
  }

  static EspalierException problem(
      String field, String rule, int line, String what, String nearest) {
    return EspalierException.invalidField(
        field,
        rule,
        "line %d: %s %s. Nearest valid value: %s.".formatted(line, field, what, nearest),
        Optional.of(nearest));
  }
}
