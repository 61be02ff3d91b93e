package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * One field of an answer, as form, schema and documents show it. Derived from the record component.
 *
 * @param type text, enum, bool, integer, number, share, bytes, duration, rate, money, date, target,
 *     hold, map or record
 * @param unit what a bare number counts
 * @param defaultValue the default as a document writes it
 * @param tighter the direction of change that makes the promise stricter
 * @param list several values; {@code set} where their order means nothing
 * @param required there is no default, and the answer cannot do without it
 * @param main a bare value in place of the map fills this field
 * @param fields the fields of each value of a record
 */
public record Field(
    String name,
    String type,
    Kind kind,
    Optional<String> unit,
    @JsonProperty("default") Optional<String> defaultValue,
    OptionalDouble min,
    OptionalDouble max,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> oneOf,
    Optional<String> tighter,
    boolean list,
    boolean set,
    boolean required,
    boolean main,
    Optional<String> help,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Field> fields) {

  static List<Field> of(Question<?> question) {
    return of(question.type(), question.kind());
  }

  /** The fields of a record; {@code kind} is what they do unless they say otherwise. */
  static List<Field> of(Class<?> type, Kind kind) {
    return Arrays.stream(type.getRecordComponents()).map(each -> of(each, kind)).toList();
  }

  /** The fields with what is refused of each added to its help. */
  static List<Field> limited(List<Field> fields, String path, List<Unbuilt> limits) {
    return fields.stream().map(each -> each.limited(path + each.name(), limits)).toList();
  }

  private Field limited(String path, List<Unbuilt> limits) {
    Optional<String> words =
        limits.stream()
            .filter(each -> each.field().equals(path))
            .map(each -> "Not in this build: %s. %s.".formatted(each.values(), each.reason()))
            .reduce((one, other) -> one + " " + other);
    return new Field(
        name,
        type,
        kind,
        unit,
        defaultValue,
        min,
        max,
        oneOf,
        tighter,
        list,
        set,
        required,
        main,
        words.map(more -> help.map(text -> text + ". " + more).orElse(more)).or(() -> help),
        limited(fields, path + ".", limits));
  }

  private static Field of(RecordComponent component, Kind inherited) {
    F rules = Schema.rules(component);
    Type type = component.getGenericType();
    boolean optional = component.getType() == Optional.class;
    if (optional) {
      type = argument(type);
    }
    boolean set = raw(type) == Set.class;
    boolean list = set || raw(type) == List.class;
    boolean map = raw(type) == Map.class;
    Class<?> inner = raw(list || map ? argument(type) : type);
    Kind kind = rules.kind().length > 0 ? rules.kind()[0] : inherited;
    String word = map ? "map" : word(inner, rules);
    boolean number = List.of("integer", "number", "share").contains(word);
    return new Field(
        Schema.name(component),
        word,
        kind,
        text(rules.unit()),
        text(rules.def()),
        number ? OptionalDouble.of(rules.min()) : OptionalDouble.empty(),
        number && rules.max() < Double.MAX_VALUE
            ? OptionalDouble.of(rules.max())
            : OptionalDouble.empty(),
        List.of(rules.oneOf()),
        rules.tighter() == F.Tighter.NONE ? Optional.empty() : Optional.of(rules.tighter().name()),
        list,
        set,
        !optional && !list && !map && rules.def().isEmpty(),
        rules.main(),
        text(rules.help()),
        word.equals("record") ? of(inner, kind) : new ArrayList<>());
  }

  private static Type argument(Type type) {
    Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
    return arguments[arguments.length - 1];
  }

  private static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
  }

  private static Optional<String> text(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static String word(Class<?> type, F rules) {
    if (type == String.class) {
      return rules.oneOf().length > 0 ? "enum" : "text";
    } else if (type == boolean.class || type == Boolean.class) {
      return "bool";
    } else if (type == int.class || type == long.class || type == Integer.class) {
      return "integer";
    } else if (type == BigDecimal.class) {
      return "number";
    } else if (type == Duration.class) {
      return "duration";
    } else if (type == Bytes.class) {
      return "bytes";
    } else if (type == LocalDate.class) {
      return "date";
    } else if (type == Share.class) {
      return "share";
    } else if (type == Rate.class) {
      return "rate";
    } else if (type == Money.class) {
      return "money";
    } else if (type == Hold.class) {
      return "hold";
    }
    return type == Target.class ? "target" : "record";
  }
}
