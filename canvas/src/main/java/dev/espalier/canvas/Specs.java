package dev.espalier.canvas;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Specifications as JSON and back, and the values in them by path. */
final class Specs {
  private static final Map<String, Class<?>> KINDS =
      Arrays.stream(Spec.class.getPermittedSubclasses())
          .collect(
              Collectors.toMap(
                  each -> each.getSimpleName().toLowerCase(Locale.ROOT), each -> each));

  /** Writes sets in order, so that equal sets are equal JSON. */
  private static final ObjectMapper ORDERED = ordered();

  private Specs() {}

  private static ObjectMapper ordered() {
    SimpleModule module = new SimpleModule();
    module.addSerializer(new Sorted());
    return Json.mapper().copy().registerModule(module);
  }

  private static final class Sorted extends StdSerializer<Set<?>> {
    private static final long serialVersionUID = 1;

    Sorted() {
      super(TypeFactory.defaultInstance().constructCollectionType(Set.class, Object.class));
    }

    @Override
    public void serialize(Set<?> words, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartArray();
      for (String word : words.stream().map(String::valueOf).sorted().toList()) {
        out.writeString(word);
      }
      out.writeEndArray();
    }
  }

  /** A specification as JSON. */
  static JsonNode tree(Spec spec) {
    return ORDERED.valueToTree(spec);
  }

  /** The specification of a kind; empty when the text is none. */
  static Optional<Spec> read(String kind, String json) {
    Class<?> type = KINDS.get(kind);
    if (type == null) {
      return Optional.empty();
    }
    try {
      return Optional.of((Spec) Json.read(json, type));
    } catch (EspalierException unreadable) {
      return Optional.empty();
    }
  }

  /** Every single value by its path: {@code steps[0].share}. An empty list is a value. */
  static Map<String, JsonNode> values(JsonNode spec) {
    Map<String, JsonNode> values = new TreeMap<>();
    collect("", spec, values);
    return values;
  }

  private static void collect(String path, JsonNode node, Map<String, JsonNode> values) {
    if (node.isObject() && !node.isEmpty()) {
      node.properties()
          .forEach(each ->
              collect(
                  path.isEmpty() ? each.getKey() : path + "." + each.getKey(),
                  each.getValue(),
                  values));
    } else if (node.isArray() && !node.isEmpty()) {
      for (int i = 0; i < node.size(); i++) {
        collect(path + "[" + i + "]", node.get(i), values);
      }
    } else {
      values.put(path, node);
    }
  }
}
