package dev.espalier.training.transformer;

import ai.djl.ndarray.NDArray;
import dev.espalier.training.transformer.OnnxGraph.Attribute;
import java.util.List;
import java.util.Map;

/**
 * Writes an encoder as an ONNX file: {@code input_ids}, {@code attention_mask} int64 {@code [batch,
 * seq]} in, {@code logits [batch, C]} out. It repeats {@link Encoder#forward} line by line, with
 * exact GELU {@code 0.5·x·(1+erf(x/√2))} and linear weights transposed to {@code [in, out]}.
 */
final class OnnxExport {
  /** What a graph answers beside the logits. */
  enum Outputs {
    LOGITS,
    /** Also {@code attention_i [batch, h, seq, seq]} per layer: for the viewer and for tests. */
    LOGITS_AND_ATTENTION
  }

  private final Weights weights;
  private final EncoderShape shape;
  private final OnnxGraph graph = new OnnxGraph();

  private OnnxExport(Weights weights) {
    this.weights = weights;
    this.shape = weights.shape();
  }

  static byte[] write(Weights weights, Outputs outputs, Map<String, String> metadata) {
    OnnxExport export = new OnnxExport(weights);
    export.encoder(outputs);
    return export.graph.model("espalier_encoder", metadata);
  }

  private void encoder(Outputs outputs) {
    graph.input("input_ids", "batch", "seq");
    graph.input("attention_mask", "batch", "seq");
    graph.output("logits", "batch", String.valueOf(shape.classes()));
    constants();
    String mask = graph.node("Cast", List.of("attention_mask"), new Attribute.Whole("to", 1));
    String x = embedded();
    String additive = graph.node("Unsqueeze", List.of(mask, "axes_1_2"));
    additive = graph.node("Sub", List.of(additive, "one"));
    additive = graph.node("Mul", List.of(additive, "minus_masked"));
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "encoder.layer." + layer + ".";
      String attended = attend(layer, norm(x, block + "attention.norm"), additive, outputs);
      x = graph.node("Add", List.of(x, attended));
      String inner = linear(norm(x, block + "feed_forward.norm"), block + "feed_forward.inner");
      x = graph.node("Add", List.of(x, linear(gelu(inner), block + "feed_forward.outer")));
    }
    pooledHead(norm(x, "encoder.norm"), mask);
  }

  private void constants() {
    graph.floats("one", new float[] {1});
    graph.floats("half", new float[] {0.5f});
    graph.floats("inverse_root_two", new float[] {(float) (1 / Math.sqrt(2))});
    graph.floats("minus_masked", new float[] {-Encoder.MASKED});
    graph.floats("scale", new float[] {(float) (1 / Math.sqrt(shape.headWidth()))});
    graph.longs("axes_1_2", 1, 2);
    graph.longs("axis_1", 1);
    graph.longs("axis_2", 2);
    graph.longs("zero", 0);
    graph.longs("split_shape", 0, 0, shape.heads(), shape.headWidth());
    graph.longs("merged_shape", 0, 0, shape.width());
  }

  private String embedded() {
    String tokens = parameter("embeddings.tokens");
    String positions = parameter("embeddings.positions");
    String x = graph.node("Gather", List.of(tokens, "input_ids"));
    String dimensions = graph.node("Shape", List.of("input_ids"));
    String length = graph.node("Slice", List.of(dimensions, "axis_1", "axis_2", "zero"));
    return graph.node(
        "Add", List.of(x, graph.node("Slice", List.of(positions, "zero", length, "zero"))));
  }

  private String attend(int layer, String x, String additive, Outputs outputs) {
    String block = "encoder.layer." + layer + ".attention.";
    String query = split(linear(x, block + "query"), 0, 2, 1, 3);
    String key = split(linear(x, block + "key"), 0, 2, 3, 1);
    String value = split(linear(x, block + "value"), 0, 2, 1, 3);
    String scores = graph.node("MatMul", List.of(query, key));
    scores = graph.node("Add", List.of(graph.node("Mul", List.of(scores, "scale")), additive));
    String rows = "attention_" + layer;
    graph.named(rows, "Softmax", List.of(scores), new Attribute.Whole("axis", -1));
    if (outputs == Outputs.LOGITS_AND_ATTENTION) {
      graph.output(rows, "batch", String.valueOf(shape.heads()), "seq", "seq");
    }
    String merged = graph.node("MatMul", List.of(rows, value));
    merged = graph.node("Transpose", List.of(merged), permutation(0, 2, 1, 3));
    return linear(graph.node("Reshape", List.of(merged, "merged_shape")), block + "output");
  }

  private String split(String x, long... order) {
    String heads = graph.node("Reshape", List.of(x, "split_shape"));
    return graph.node("Transpose", List.of(heads), permutation(order));
  }

  private static Attribute permutation(long... order) {
    return new Attribute.Wholes("perm", java.util.Arrays.stream(order).boxed().toList());
  }

  private void pooledHead(String x, String mask) {
    String column = graph.node("Unsqueeze", List.of(mask, "axis_2"));
    Attribute flat = new Attribute.Whole("keepdims", 0);
    String sum = graph.node("Mul", List.of(x, column));
    sum = graph.node("ReduceSum", List.of(sum, "axis_1"), flat);
    String count = graph.node("ReduceSum", List.of(column, "axis_1"), flat);
    String pooled = graph.node("Div", List.of(sum, count));
    String product = graph.node("MatMul", List.of(pooled, transposed("head.weight")));
    graph.named("logits", "Add", List.of(product, parameter("head.bias")));
  }

  private String gelu(String x) {
    String error = graph.node("Erf", List.of(graph.node("Mul", List.of(x, "inverse_root_two"))));
    String gate = graph.node("Mul", List.of(graph.node("Add", List.of(error, "one")), "half"));
    return graph.node("Mul", List.of(x, gate));
  }

  private String linear(String x, String name) {
    String product = graph.node("MatMul", List.of(x, transposed(name + ".weight")));
    return graph.node("Add", List.of(product, parameter(name + ".bias")));
  }

  private String norm(String x, String name) {
    return graph.node(
        "LayerNormalization",
        List.of(x, parameter(name + ".weight"), parameter(name + ".bias")),
        new Attribute.Whole("axis", -1),
        new Attribute.Real("epsilon", Encoder.EPSILON));
  }

  private String parameter(String name) {
    NDArray tensor = weights.get(name);
    return graph.floats(name, tensor.toFloatArray(), tensor.getShape().getShape());
  }

  private String transposed(String name) {
    NDArray tensor = weights.get(name);
    int out = (int) tensor.getShape().get(0);
    int in = (int) tensor.getShape().get(1);
    float[] stored = tensor.toFloatArray();
    float[] turned = new float[stored.length];
    for (int row = 0; row < out; row++) {
      for (int column = 0; column < in; column++) {
        turned[column * out + row] = stored[row * in + column];
      }
    }
    return graph.floats(name, turned, in, out);
  }
}
