package dev.espalier.training.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * The named parameters of an encoder, linear weights as {@code [out, in]}. Weights start as N(0,
 * 0.02), the two projections that write to the residual stream as N(0, 0.02/√(2L)), layer norms as
 * 1, biases as 0. Drawn in Java, so that a seed gives the same start on every engine.
 */
final class Weights {
  private static final double SPREAD = 0.02;
  private final EncoderShape shape;
  private final SequencedMap<String, NDArray> tensors = new LinkedHashMap<>();

  private Weights(EncoderShape shape) {
    this.shape = shape;
  }

  static Weights initial(EncoderShape shape, NDManager manager, RandomGenerator random) {
    Weights weights = new Weights(shape);
    Draw draw = new Draw(weights, manager, random);
    int d = shape.width();
    draw.normal("embeddings.tokens", SPREAD, shape.vocabulary(), d);
    draw.normal("embeddings.positions", SPREAD, shape.maxLength(), d);
    double residual = SPREAD / Math.sqrt(2.0 * shape.layers());
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "encoder.layer." + layer + ".";
      draw.norm(block + "attention.norm", d);
      draw.linear(block + "attention.query", SPREAD, d, d);
      draw.linear(block + "attention.key", SPREAD, d, d);
      draw.linear(block + "attention.value", SPREAD, d, d);
      draw.linear(block + "attention.output", residual, d, d);
      draw.norm(block + "feed_forward.norm", d);
      draw.linear(block + "feed_forward.inner", SPREAD, shape.feedForward(), d);
      draw.linear(block + "feed_forward.outer", residual, d, shape.feedForward());
    }
    draw.norm("encoder.norm", d);
    draw.linear("head", SPREAD, shape.classes(), d);
    return weights;
  }

  EncoderShape shape() {
    return shape;
  }

  NDArray get(String name) {
    NDArray tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("No parameter " + name);
    }
    return tensor;
  }

  SequencedMap<String, NDArray> all() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  long count() {
    return tensors.values().stream().mapToLong(NDArray::size).sum();
  }

  /** Draws the parameters in a fixed order. */
  private record Draw(Weights weights, NDManager manager, RandomGenerator random) {
    private void normal(String name, double spread, long... dimensions) {
      float[] values = new float[(int) new Shape(dimensions).size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() * spread);
      }
      add(name, values, dimensions);
    }

    private void linear(String name, double spread, int out, int in) {
      normal(name + ".weight", spread, out, in);
      add(name + ".bias", new float[out], out);
    }

    private void norm(String name, int width) {
      float[] ones = new float[width];
      java.util.Arrays.fill(ones, 1);
      add(name + ".weight", ones, width);
      add(name + ".bias", new float[width], width);
    }

    private void add(String name, float[] values, long... dimensions) {
      NDArray tensor = manager.create(values, new Shape(dimensions));
      tensor.setRequiresGradient(true);
      weights.tensors.put(name, tensor);
    }
  }
}
