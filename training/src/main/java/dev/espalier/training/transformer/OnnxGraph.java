package dev.espalier.training.transformer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * An ONNX graph under construction: opset 17, IR 8, standard operators only. Each method adds a
 * node and returns the name of its output. Field numbers are those of {@code onnx.proto3} of the
 * ONNX specification. Not thread-safe.
 */
final class OnnxGraph {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  /** One attribute of a node. */
  sealed interface Attribute {
    String name();

    record Whole(String name, long value) implements Attribute {}

    record Real(String name, float value) implements Attribute {}

    record Wholes(String name, List<Long> values) implements Attribute {}
  }

  private final WireMessage graph = new WireMessage();
  private int nodes;

  /** Adds a node with one output, named uniquely: ONNX Runtime refuses equal names. */
  String node(String operator, List<String> inputs, Attribute... attributes) {
    String name = operator.toLowerCase(java.util.Locale.ROOT) + "_" + nodes++;
    return named(name, operator, inputs, attributes);
  }

  String named(String output, String operator, List<String> inputs, Attribute... attributes) {
    WireMessage node = new WireMessage();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, output).text(3, "node_" + output).text(4, operator);
    for (Attribute attribute : attributes) {
      node.message(5, encoded(attribute));
    }
    graph.message(1, node);
    return output;
  }

  private static WireMessage encoded(Attribute attribute) {
    WireMessage message = new WireMessage().text(1, attribute.name());
    return switch (attribute) {
      case Attribute.Real(_, float value) -> message.decimal(2, value).number(20, 1);
      case Attribute.Whole(_, long value) -> message.number(3, value).number(20, 2);
      case Attribute.Wholes(_, List<Long> values) -> {
        values.forEach(value -> message.number(8, value));
        yield message.number(20, 7);
      }
    };
  }

  /** A constant tensor of floats; row-major. */
  String floats(String name, float[] values, long... shape) {
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return initializer(name, FLOAT, raw.array(), shape);
  }

  /** A constant tensor of int64, one-dimensional. */
  String longs(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      raw.putLong(value);
    }
    return initializer(name, INT64, raw.array(), values.length);
  }

  private String initializer(String name, int type, byte[] raw, long... shape) {
    WireMessage tensor = new WireMessage();
    for (long dimension : shape) {
      tensor.number(1, dimension);
    }
    graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
    return name;
  }

  /** Declares an int64 input; dimensions are names. */
  void input(String name, String... dimensions) {
    graph.message(11, value(name, INT64, dimensions));
  }

  /** Declares a float output; a dimension is a name or a number. */
  void output(String name, String... dimensions) {
    graph.message(12, value(name, FLOAT, dimensions));
  }

  private static WireMessage value(String name, int type, String... dimensions) {
    WireMessage shape = new WireMessage();
    for (String dimension : dimensions) {
      WireMessage entry = new WireMessage();
      if (Character.isDigit(dimension.charAt(0))) {
        entry.number(1, Long.parseLong(dimension));
      } else {
        entry.text(2, dimension);
      }
      shape.message(1, entry);
    }
    WireMessage tensor = new WireMessage().number(1, type).message(2, shape);
    return new WireMessage().text(1, name).message(2, new WireMessage().message(1, tensor));
  }

  /** The finished model file. */
  byte[] model(String name, Map<String, String> metadata) {
    WireMessage model =
        new WireMessage().number(1, IR_VERSION).text(2, "espalier").message(7, graph.text(2, name));
    model.message(8, new WireMessage().text(1, "").number(2, OPSET));
    metadata.forEach(
        (key, value) -> model.message(14, new WireMessage().text(1, key).text(2, value)));
    return model.bytes();
  }
}
