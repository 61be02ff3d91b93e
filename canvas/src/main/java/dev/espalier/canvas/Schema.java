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
  private static final Set<Class<?>> SCALAR = Set.of(Share.class, Rate.class, Bytes.class);
  private static final Map<String, String> KEY_FIELDS = Map.of("authors", "user");

  /** A field's rules when the record says nothing. */
  record Plain(@F String nothing) {}

  /** One component with what is known about it, worked out once for each record type. */
  private record Part(RecordComponent component, String name, F rules, Optional<Node> fallback) {}

  private static final ClassValue<List<Part>> PARTS =
      new ClassValue<>() {
        @Override
        protected List<Part> computeValue(Class<?> type) {
          return Arrays.stream(type.getRecordComponents())
              .map(each -> {
                F rules = rules(each);
                Optional<Node> fallback =
                    rules.def().isEmpty() ? Optional.empty() : Optional.of(defaults(rules.def()));
                return new Part(each, name(each), rules, fallback);
              })
              .toList();
        }
      };

  private static final ClassValue<List<String>> NAMES =
      new ClassValue<>() {
        @Override
        protected List<String> computeValue(Class<?> type) {
          return PARTS.get(type).stream().map(Part::name).toList();
        }
      };

  private Schema() {}

  /** Which field a map in place of a list of {@code field} is keyed by. */
  static Optional<String> keyedBy(String field) {
    return Optional.ofNullable(KEY_FIELDS.get(field));
  }

  /** The fields of a record, as a document writes them. */
  static List<String> names(Class<?> type) {
    return NAMES.get(type);
  }

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
    List<Part> parts = PARTS.get(type);
    ObjectNode out = JSON.objectNode();
    Node.Fields fields = fields(type, node, path);
    for (String key : fields.entries().keySet()) {
      if (!key.equals("why") && !names(type).contains(key)) {
        throw unknown(key, names(type), path, line(fields, key));
      }
    }
    for (Part part : parts) {
      String name = part.name();
      RecordComponent component = part.component();
      Node given = fields.entries().get(name);
      if (given != null) {
        set.add(name);
        out.set(name, value(component.getGenericType(), part.rules(), given, join(path, name)));
      } else if (part.fallback().isPresent()) {
        out.set(
            name,
            value(
                component.getGenericType(), part.rules(), part.fallback().get(), join(path, name)));
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
    List<Part> parts = PARTS.get(type);
    if (node instanceof Node.Fields fields) {
      Optional<Node> wrapped = wrapped(fields);
      if (wrapped.isPresent() && !names(type).contains("value")) {
        return fields(type, wrapped.get(), path);
      }
      boolean keyed = KEY_FIELDS.containsKey(path.substring(path.lastIndexOf('.') + 1));
      boolean known =
          fields.entries().keySet().stream()
              .anyMatch(key -> key.equals("why") || names(type).contains(key));
      if (!keyed || known) {
        return fields;
      }
    }
    for (Part part : parts) {
      if (part.rules().main()) {
        return new Node.Fields(Map.of(part.name(), node), node.line());
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
    return structured ? yaml(text) : new Node.Scalar(text, 0);
  }

  /** A value as a document would write it. */
  static Node yaml(String text) {
    Node.Fields wrapped =
        DocumentReader.read(("x: " + text.replace('\n', ' ')).getBytes(StandardCharsets.UTF_8));
    return java.util.Objects.requireNonNull(wrapped.entries().get("x"));
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
    boolean plain = !raw.isRecord() || COMPACT.contains(raw) || SCALAR.contains(raw);
    if (plain && node instanceof Node.Fields fields && wrapped(fields).isPresent()) {
      return value(type, rules, wrapped(fields).get(), path);
    }
    if (COMPACT.contains(raw) && node instanceof Node.Scalar scalar) {
      return scalar(raw, rules, scalar, path);
    }
    if (raw.isRecord() && !SCALAR.contains(raw)) {
      return record(raw, node, path, new LinkedHashSet<>());
    }
    if (node instanceof Node.Scalar scalar) {
      return scalar(raw, rules, scalar, path);
    }
    throw problem(
        path, "scalar", node.line(), "needs one value, not a " + shape(node), "a single value");
  }

  /** The value of {@code {value: …, why: …}}, which stands for the value alone. */
  private static Optional<Node> wrapped(Node.Fields fields) {
    boolean only =
        fields.entries().keySet().stream()
            .allMatch(key -> key.equals("value") || key.equals("why"));
    return only ? Optional.ofNullable(fields.entries().get("value")) : Optional.empty();
  }

  private static String shape(Node node) {
    return node instanceof Node.Items ? "list" : "map";
  }

  private static JsonNode list(Class<?> raw, Type inner, F rules, Node node, String path) {
    ArrayNode out = JSON.arrayNode();
    List<Node> nodes = items(inner, node, path);
    TreeSet<String> seen = new TreeSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      JsonNode value = value(inner, rules, nodes.get(i), path + "[" + i + "]");
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
    if (node instanceof Node.Fields fields && wrapped(fields).isPresent()) {
      return items(inner, wrapped(fields).get(), path);
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
          word(type),
          scalar.line(),
          String.valueOf(refused.getMessage()),
          clamped(refused.nearest(), rules));
    }
  }

  /** The suggestion itself has to keep the bounds. */
  private static String clamped(String nearest, F rules) {
    if (!nearest.matches("\\d{1,40}(\\.\\d{1,40})?")) {
      return nearest;
    }
    double number = Double.parseDouble(nearest);
    return number < rules.min() || number > rules.max()
        ? Bound.number(number < rules.min() ? rules.min() : rules.max())
        : nearest;
  }

  private static String word(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "String" -> "text";
      case "boolean", "Boolean" -> "yes or no";
      case "int", "long", "Integer" -> "whole number";
      case "BigDecimal" -> "number";
      case "LocalDate" -> "date";
      case "Target" -> "bound";
      case "Hold" -> "step";
      default -> type.getSimpleName().toLowerCase(java.util.Locale.ROOT);
    };
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
    Class<?> type = component.getType();
    F rules = rules(component);
    if (rules.oneOf().length > 0) {
      return rules.oneOf()[0];
    } else if (type == Rate.class) {
      return "1000/day";
    } else if (type == LocalDate.class) {
      return "2027-03-31";
    } else if (type == Duration.class) {
      return "1d";
    }
    return type == Target.class ? ">= 0.9" : "some text";
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
