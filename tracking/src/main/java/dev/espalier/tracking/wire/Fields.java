package dev.espalier.tracking.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The fields of one request, read with the leniency of protobuf's JSON form: snake_case or
 * camelCase names, numbers as strings, {@code null} as unset, unknown fields ignored. Every getter
 * throws INVALID with MLflow's own words.
 */
public final class Fields {
  private static final String SEE_DOCS =
      " See the API docs for more information about request parameters.";
  private final JsonNode object;
  private final boolean query;
  private final String outer;
  private final int index;
  private final String caller;
  private final Rights rights;

  /**
   * @param outer where this object is, without its position
   * @param index its position in a list; -1 outside of one
   */
  private Fields(JsonNode object, boolean query, String outer, int index) {
    this(object, query, outer, index, "", Rights.ALL);
  }

  private Fields(
      JsonNode object, boolean query, String outer, int index, String caller, Rights rights) {
    this.object = object;
    this.query = query;
    this.outer = outer;
    this.index = index;
    this.caller = caller;
    this.rights = rights;
  }

  /** These fields, as asked by a user with rights. */
  Fields askedBy(String user, Rights of) {
    return new Fields(object, query, outer, index, user, of);
  }

  /** What whoever asks may see and do. */
  public Rights rights() {
    return rights;
  }

  /** Who asks. */
  public String caller() {
    return caller;
  }

  /** Put together only where a message needs it: a batch has a thousand objects. */
  private String prefix() {
    return index < 0 ? outer : "%s[%d].".formatted(outer, index);
  }

  /** Of a JSON body. */
  public static Fields of(JsonNode body) {
    if (!body.isObject()) {
      throw EspalierException.invalid(
          "The request body must be a JSON object, not %s.".formatted(type(body)));
    }
    return new Fields(body, false, "", -1);
  }

  /** Of a query string, whose values are all texts or lists of texts. */
  public static Fields ofQuery(ObjectNode query) {
    return new Fields(query, true, "", -1);
  }

  /** These fields with those of {@code path} set over them. */
  public Fields with(String name, String value) {
    ObjectNode copy = object.deepCopy();
    copy.put(name, value);
    return new Fields(copy, query, outer, index, caller, rights);
  }

  private JsonNode find(String name) {
    JsonNode value = object.get(name);
    if (value == null && name.indexOf('_') > 0) {
      value = object.get(camelCase(name));
    }
    return value == null || value.isNull() ? JsonNodeFactory.instance.missingNode() : value;
  }

  private static String camelCase(String name) {
    StringBuilder camel = new StringBuilder(name.length());
    boolean upper = false;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '_') {
        upper = true;
      } else {
        camel.append(upper ? Character.toUpperCase(c) : c);
        upper = false;
      }
    }
    return camel.toString();
  }

  public boolean has(String name) {
    return !find(name).isMissingNode();
  }

  /** A text; empty when unset. */
  public Optional<String> text(String name) {
    JsonNode value = find(name);
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw wrongType(name, value);
    }
    return Optional.of(value.textValue());
  }

  /** A text; {@code ""} when unset, as protobuf has it. */
  public String textOr(String name, String absent) {
    return text(name).orElse(absent);
  }

  /** A text that must be there and not empty. */
  public String required(String name) {
    return text(name).filter(text -> !text.isEmpty()).orElseThrow(() -> missing(name));
  }

  /** The run that {@code run_id}, or its older name {@code run_uuid}, names. */
  public String runId() {
    return text("run_id")
        .filter(id -> !id.isEmpty())
        .or(() -> text("run_uuid").filter(id -> !id.isEmpty()))
        .orElseThrow(() -> missing("run_id"));
  }

  /** A 64-bit whole number. */
  public OptionalLong number(String name) {
    JsonNode value = find(name);
    if (value.isMissingNode()) {
      return OptionalLong.empty();
    }
    try {
      if (value.isIntegralNumber() && value.canConvertToLong()) {
        return OptionalLong.of(value.longValue());
      }
      if (value.isFloatingPointNumber() && value.doubleValue() == Math.rint(value.doubleValue())) {
        return OptionalLong.of(value.decimalValue().longValueExact());
      }
      if (value.isTextual()) {
        return OptionalLong.of(Long.parseLong(value.textValue().strip()));
      }
    } catch (NumberFormatException notANumber) {
      throw wrongType(name, value);
    } catch (ArithmeticException tooLarge) {
      throw wrongType(name, value);
    }
    throw wrongType(name, value);
  }

  public long requiredNumber(String name) {
    return number(name).orElseThrow(() -> missing(name));
  }

  /** A double: a number, a numeric text, or NaN, Infinity, -Infinity; never a boolean. */
  public OptionalDouble real(String name) {
    JsonNode value = find(name);
    if (value.isMissingNode()) {
      return OptionalDouble.empty();
    }
    if (value.isNumber()) {
      return OptionalDouble.of(value.doubleValue());
    }
    if (value.isTextual()) {
      return OptionalDouble.of(real(name, value));
    }
    throw wrongType(name, value);
  }

  private double real(String name, JsonNode value) {
    return switch (value.textValue()) {
      case "NaN", "nan" -> Double.NaN;
      case "Infinity", "inf" -> Double.POSITIVE_INFINITY;
      case "-Infinity", "-inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          yield Double.parseDouble(value.textValue());
        } catch (NumberFormatException notANumber) {
          throw wrongType(name, value);
        }
      }
    };
  }

  public double requiredReal(String name) {
    return real(name).orElseThrow(() -> missing(name));
  }

  /** A boolean; unset is {@code absent}. */
  public boolean flag(String name, boolean absent) {
    JsonNode value = find(name);
    if (value.isMissingNode()) {
      return absent;
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    String text = value.asText().toLowerCase(Locale.ROOT);
    if (query && (text.equals("true") || text.equals("false"))) {
      return text.equals("true");
    }
    if (query) {
      throw EspalierException.invalid(
          "Invalid boolean value: %s, must be 'true' or 'false'.".formatted(value.asText()));
    }
    throw wrongType(name, value);
  }

  /**
   * An enum by name, or by number: the position among {@code values} counted from {@code first}.
   */
  public Optional<String> choice(String name, int first, List<String> values) {
    JsonNode value = find(name);
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    String text = value.asText();
    if (values.contains(text)) {
      return Optional.of(text);
    }
    if (text.matches("\\d{1,3}")) {
      int position = Integer.parseInt(text) - first;
      if (position >= 0 && position < values.size()) {
        return Optional.of(values.get(position));
      }
    }
    throw EspalierException.invalidField(
        name,
        "choice",
        "Invalid value %s for parameter '%s' supplied: one of %s is expected.%s"
            .formatted(value, prefix() + name, values, SEE_DOCS),
        Optional.of(values.getFirst()));
  }

  /** A list of texts; empty when unset. */
  public List<String> texts(String name) {
    JsonNode value = find(name);
    if (value.isMissingNode()) {
      return List.of();
    }
    if (query && value.isTextual()) {
      return List.of(value.textValue());
    }
    if (!value.isArray()) {
      throw wrongType(name, value);
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : value) {
      if (!element.isTextual()) {
        throw wrongType(name, value);
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  /** A list of objects; empty when unset. Their messages name the position. */
  public List<Fields> objects(String name) {
    JsonNode value = find(name);
    if (value.isMissingNode()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrongType(name, value);
    }
    List<Fields> objects = new ArrayList<>(value.size());
    String place = prefix() + name;
    for (int i = 0; i < value.size(); i++) {
      if (!value.get(i).isObject()) {
        throw wrongType(name, value);
      }
      objects.add(new Fields(value.get(i), query, place, i));
    }
    return objects;
  }

  /** The object itself, to change as one likes; its names are as they were sent. */
  public ObjectNode copy() {
    return object.deepCopy();
  }

  /** An object inside this one. */
  public Fields object(String name) {
    JsonNode value = find(name);
    if (value.isMissingNode()) {
      throw missing(name);
    }
    if (!value.isObject()) {
      throw wrongType(name, value);
    }
    return new Fields(value, query, prefix() + name + ".", -1);
  }

  private EspalierException missing(String name) {
    return EspalierException.invalidField(
        name,
        "required",
        "Missing value for required parameter '%s'.%s".formatted(prefix() + name, SEE_DOCS),
        Optional.empty());
  }

  private EspalierException wrongType(String name, JsonNode value) {
    String shown = value.toString();
    return EspalierException.invalidField(
        name,
        "type",
        "Invalid value %s for parameter '%s' supplied:  Hint: Value was of type '%s'.%s"
            .formatted(
                shown.length() <= 200 ? shown : shown.substring(0, 200) + "…",
                prefix() + name,
                type(value),
                SEE_DOCS),
        Optional.empty());
  }

  private static String type(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT, POJO -> "dict";
      case ARRAY -> "list";
      case STRING, BINARY -> "str";
      case BOOLEAN -> "bool";
      case NUMBER -> value.isIntegralNumber() ? "int" : "float";
      case NULL, MISSING -> "NoneType";
    };
  }

  /** For a query string: collects repeated names into lists. */
  static ObjectNode collect(java.util.Map<String, List<String>> parameters) {
    ObjectNode query = JsonNodeFactory.instance.objectNode();
    parameters.forEach((name, values) -> {
      if (values.size() == 1) {
        query.put(name, values.getFirst());
      } else {
        ArrayNode list = query.putArray(name);
        values.forEach(list::add);
      }
    });
    return query;
  }
}
