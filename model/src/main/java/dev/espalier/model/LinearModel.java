package dev.espalier.model;

import dev.espalier.platform.EspalierException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A softmax regression: {@code logits = W·x + b}, {@code W [labels, dimension]}, {@code b
 * [labels]}, fp32. Immutable.
 *
 * <p>File form, little-endian: the bytes {@code ESPLIN01}, labels and dimension as 32-bit integers,
 * W row by row, b.
 */
public final class LinearModel {
  private static final byte[] MAGIC = {'E', 'S', 'P', 'L', 'I', 'N', '0', '1'};
  private static final int HEADER = MAGIC.length + 8;
  private static final int MAX_LABELS = 10_000;
  private final int dimension;
  private final float[][] weights;
  private final float[] bias;

  /**
   * @param weights {@code [labels, dimension]}
   * @param bias {@code [labels]}
   */
  public LinearModel(float[][] weights, float[] bias) {
    if (weights.length != bias.length || weights.length < 2) {
      throw EspalierException.invalid("A linear model needs one weight row and bias per label.");
    }
    this.dimension = weights[0].length;
    this.weights = Arrays.stream(weights).map(float[]::clone).toArray(float[][]::new);
    this.bias = bias.clone();
    for (float[] row : this.weights) {
      if (row.length != dimension) {
        throw EspalierException.invalid("The weight rows differ in length.");
      }
    }
  }

  public int labels() {
    return bias.length;
  }

  public int dimension() {
    return dimension;
  }

  /** Probabilities of a text's buckets, {@code [labels]}, not calibrated. */
  public double[] score(int[] buckets) {
    return Softmax.of(logits(buckets));
  }

  /** Logits of a text's buckets, {@code [labels]}. */
  double[] logits(int[] buckets) {
    double value = BagOfWords.weight(buckets.length);
    double[] logits = new double[bias.length];
    for (int label = 0; label < logits.length; label++) {
      float[] row = weights[label];
      double sum = 0;
      for (int bucket : buckets) {
        sum += row[bucket];
      }
      logits[label] = sum * value + bias[label];
    }
    return logits;
  }

  /** Probabilities of a dense vector of {@link #dimension} numbers, not calibrated. */
  public double[] score(float[] vector) {
    return Softmax.of(logits(vector));
  }

  /** Logits of a dense vector of {@link #dimension} numbers, {@code [labels]}. */
  double[] logits(float[] vector) {
    if (vector.length != dimension) {
      throw EspalierException.invalid(
          "A vector of %d numbers was expected, not %d.".formatted(dimension, vector.length));
    }
    double[] logits = new double[bias.length];
    for (int label = 0; label < logits.length; label++) {
      double sum = bias[label];
      for (int i = 0; i < dimension; i++) {
        sum += (double) weights[label][i] * vector[i];
      }
      logits[label] = sum;
    }
    return logits;
  }

  public byte[] bytes() {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + 4 * bias.length * (dimension + 1))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(bias.length).putInt(dimension);
    for (float[] row : weights) {
      for (float weight : row) {
        out.putFloat(weight);
      }
    }
    for (float value : bias) {
      out.putFloat(value);
    }
    return out.array();
  }

  /**
   * Reads the file form.
   *
   * @throws EspalierException INVALID when magic, length or a number is wrong
   */
  public static LinearModel read(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < HEADER || !Arrays.equals(Arrays.copyOf(file, MAGIC.length), MAGIC)) {
      throw EspalierException.invalid("Not a linear model: the file does not begin with ESPLIN01.");
    }
    in.position(MAGIC.length);
    int labels = in.getInt();
    int dimension = in.getInt();
    boolean sane = labels >= 2 && labels <= MAX_LABELS && dimension >= 1 && dimension <= 1 << 24;
    if (!sane || file.length != HEADER + 4L * labels * (dimension + 1L)) {
      throw EspalierException.invalid(
          "A linear model of %d labels and %d weights cannot be %d bytes long."
              .formatted(labels, dimension, file.length));
    }
    float[][] weights = new float[labels][dimension];
    for (float[] row : weights) {
      in.asFloatBuffer().get(row);
      in.position(in.position() + 4 * dimension);
      finite(row);
    }
    float[] bias = new float[labels];
    in.asFloatBuffer().get(bias);
    finite(bias);
    return new LinearModel(weights, bias);
  }

  private static void finite(float[] numbers) {
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        throw EspalierException.invalid("A weight of the linear model is not a finite number.");
      }
    }
  }
}
