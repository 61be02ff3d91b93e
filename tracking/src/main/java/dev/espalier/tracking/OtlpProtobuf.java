package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

/**
 * Turns the protobuf of OTLP ({@code ExportTraceServiceRequest}) into the JSON that OTLP defines
 * for the same message, with proto field names: one reader then serves both encodings. Unknown
 * fields are skipped, as protobuf has it. Source: opentelemetry-proto, trace/v1 and common/v1; the
 * wire format is protobuf.dev/programming-guides/encoding.
 */
final class OtlpProtobuf {
  private static final int MAX_DEPTH = 60;

  /** What a field holds: a scalar, or a message of its own. */
  private enum Type {
    TEXT,
    ID,
    BYTES,
    FIXED,
    WHOLE,
    FLAG,
    REAL,
    EXPORT,
    RESOURCE_SPANS,
    RESOURCE,
    SCOPE_SPANS,
    SPAN,
    EVENT,
    LINK,
    STATUS,
    ATTRIBUTE,
    VALUE,
    LIST,
    MAP
  }

  private record Field(String name, Type type, Times times) {}

  private enum Times {
    ONCE,
    MANY
  }

  private static final Field ATTRIBUTES = many("attributes", Type.ATTRIBUTE);
  private static final Field TRACE_ID = once("trace_id", Type.ID);
  private static final Field SPAN_ID = once("span_id", Type.ID);
  private static final Field NAME = once("name", Type.TEXT);

  private static final Map<Type, Map<Integer, Field>> MESSAGES =
      Map.ofEntries(
          Map.entry(Type.EXPORT, Map.of(1, many("resource_spans", Type.RESOURCE_SPANS))),
          Map.entry(
              Type.RESOURCE_SPANS,
              Map.of(1, once("resource", Type.RESOURCE), 2, many("scope_spans", Type.SCOPE_SPANS))),
          Map.entry(Type.RESOURCE, Map.of(1, ATTRIBUTES)),
          Map.entry(Type.SCOPE_SPANS, Map.of(2, many("spans", Type.SPAN))),
          Map.entry(
              Type.SPAN,
              Map.of(
                  1, TRACE_ID,
                  2, SPAN_ID,
                  4, once("parent_span_id", Type.ID),
                  5, NAME,
                  7, once("start_time_unix_nano", Type.FIXED),
                  8, once("end_time_unix_nano", Type.FIXED),
                  9, ATTRIBUTES,
                  11, many("events", Type.EVENT),
                  13, many("links", Type.LINK),
                  15, once("status", Type.STATUS))),
          Map.entry(
              Type.EVENT, Map.of(1, once("time_unix_nano", Type.FIXED), 2, NAME, 3, ATTRIBUTES)),
          Map.entry(Type.LINK, Map.of(1, TRACE_ID, 2, SPAN_ID, 4, ATTRIBUTES)),
          Map.entry(
              Type.STATUS, Map.of(2, once("message", Type.TEXT), 3, once("code", Type.WHOLE))),
          Map.entry(
              Type.ATTRIBUTE, Map.of(1, once("key", Type.TEXT), 2, once("value", Type.VALUE))),
          Map.entry(
              Type.VALUE,
              Map.of(
                  1, once("string_value", Type.TEXT),
                  2, once("bool_value", Type.FLAG),
                  3, once("int_value", Type.WHOLE),
                  4, once("double_value", Type.REAL),
                  5, once("array_value", Type.LIST),
                  6, once("kvlist_value", Type.MAP),
                  7, once("bytes_value", Type.BYTES))),
          Map.entry(Type.LIST, Map.of(1, many("values", Type.VALUE))),
          Map.entry(Type.MAP, Map.of(1, many("values", Type.ATTRIBUTE))));

  private static Field once(String name, Type type) {
    return new Field(name, type, Times.ONCE);
  }

  private static Field many(String name, Type type) {
    return new Field(name, type, Times.MANY);
  }

  private OtlpProtobuf() {}

  /**
   * The request as JSON.
   *
   * @throws EspalierException INVALID for bytes that are not this message
   */
  static ObjectNode request(byte[] bytes) {
    try {
      return message(Type.EXPORT, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), 0);
    } catch (BufferUnderflowException | IllegalArgumentException malformed) {
      throw invalid("it ends within a field");
    }
  }

  private static EspalierException invalid(String why) {
    return EspalierException.invalid("Invalid OpenTelemetry format: " + why + ".");
  }

  private static ObjectNode message(Type type, ByteBuffer in, int depth) {
    if (depth > MAX_DEPTH) {
      throw invalid("values are nested more than %d deep".formatted(MAX_DEPTH));
    }
    Map<Integer, Field> fields = MESSAGES.getOrDefault(type, Map.of());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    while (in.hasRemaining()) {
      long tag = varint(in);
      Field field = fields.get((int) (tag >>> 3));
      int wire = (int) (tag & 7);
      if (tag >>> 3 == 0 || tag >>> 3 > 0x1fffffff) {
        throw invalid("a field has the number %d".formatted(tag >>> 3));
      }
      if (field == null) {
        skip(in, wire);
      } else if (field.times() == Times.MANY) {
        json.withArray("/" + field.name()).add(value(field, wire, in, depth));
      } else {
        json.set(field.name(), value(field, wire, in, depth));
      }
    }
    return json;
  }

  private static JsonNode value(Field field, int wire, ByteBuffer in, int depth) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (field.type()) {
      case WHOLE -> json.numberNode(varint(expect(field, 0, wire, in)));
      case FLAG -> json.booleanNode(varint(expect(field, 0, wire, in)) != 0);
      case FIXED -> json.textNode(Long.toUnsignedString(expect(field, 1, wire, in).getLong()));
      case REAL -> json.numberNode(expect(field, 1, wire, in).getDouble());
      case TEXT ->
          json.textNode(new String(bytes(expect(field, 2, wire, in)), StandardCharsets.UTF_8));
      case ID -> json.textNode(HexFormat.of().formatHex(bytes(expect(field, 2, wire, in))));
      case BYTES ->
          json.textNode(Base64.getEncoder().encodeToString(bytes(expect(field, 2, wire, in))));
      case EXPORT,
          RESOURCE_SPANS,
          RESOURCE,
          SCOPE_SPANS,
          SPAN,
          EVENT,
          LINK,
          STATUS,
          ATTRIBUTE,
          VALUE,
          LIST,
          MAP ->
          message(field.type(), part(expect(field, 2, wire, in)), depth + 1);
    };
  }

  private static ByteBuffer expect(Field field, int wanted, int wire, ByteBuffer in) {
    if (wire != wanted) {
      throw invalid("%s has the wire type %d, not %d".formatted(field.name(), wire, wanted));
    }
    return in;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw invalid("a number is longer than ten bytes");
  }

  private static ByteBuffer part(ByteBuffer in) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw invalid("it ends within a field");
    }
    ByteBuffer part = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + (int) length);
    return part;
  }

  private static byte[] bytes(ByteBuffer in) {
    ByteBuffer part = part(in);
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    return bytes;
  }

  private static void skip(ByteBuffer in, int wire) {
    switch (wire) {
      case 0 -> {
        long _ = varint(in);
      }
      case 1 -> {
        long _ = in.getLong();
      }
      case 2 -> {
        ByteBuffer _ = part(in);
      }
      case 5 -> {
        int _ = in.getInt();
      }
      default -> throw invalid("the wire type %d is unknown".formatted(wire));
    }
  }
}
