package dev.espalier.platform;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The canonical bytes of a JSON tree in the shape of RFC 8785: keys sorted by UTF-16 units, no
 * white space, shortest number form, strings in Unicode NFC. Equal trees give equal bytes whatever
 * their order or spelling.
 *
 * <p>Numbers go through {@link BigDecimal}, not through IEEE doubles, so decimals keep their value;
 * {@code 1.10}, {@code 1.1} and {@code 11e-1} are the same number and give the same bytes.
 */
public final class CanonicalJson {
  private CanonicalJson() {}

  public static String write(JsonNode node) {
    StringBuilder out = new StringBuilder();
    append(out, node);
    return out.toString();
  }

  public static byte[] bytes(JsonNode node) {
    return write(node).getBytes(StandardCharsets.UTF_8);
  }

  /** The digest of the canonical bytes of any value that {@link Json} can write. */
  public static Digest digest(Object value) {
    return Digest.of(bytes(Json.tree(value)));
  }

  private static void append(StringBuilder out, JsonNode node) {
    switch (node.getNodeType()) {
      case OBJECT -> appendObject(out, node);
      case ARRAY -> {
        out.append('[');
        for (int i = 0; i < node.size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          append(out, node.get(i));
        }
        out.append(']');
      }
      case NUMBER -> out.append(number(node.decimalValue()));
      case STRING ->
          out.append(Json.write(Normalizer.normalize(node.textValue(), Normalizer.Form.NFC)));
      case BOOLEAN, NULL -> out.append(node.asText());
      case BINARY, MISSING, POJO ->
          throw new EspalierException(
              ErrorCode.INTERNAL, "No canonical form for a " + node.getNodeType() + " node");
    }
  }

  private static void appendObject(StringBuilder out, JsonNode node) {
    Map<String, JsonNode> sorted = new TreeMap<>();
    node.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    out.append('{');
    String separator = "";
    for (Map.Entry<String, JsonNode> entry : sorted.entrySet()) {
      out.append(separator).append(Json.write(entry.getKey())).append(':');
      append(out, entry.getValue());
      separator = ",";
    }
    out.append('}');
  }

  private static String number(BigDecimal value) {
    if (value.signum() == 0) {
      return "0";
    }
    BigDecimal plain = value.stripTrailingZeros();
    int digitsBeforePoint = plain.precision() - plain.scale();
    return digitsBeforePoint > -6 && digitsBeforePoint <= 21
        ? plain.toPlainString()
        : plain.toString().replace("E", "e");
  }
}
