package dev.espalier.training.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Proves that an exported graph is the trained model: the same rows through both, every logit
 * within 1e-5 + 1e-5·abs, and every attention row summing to 1 ± 1e-5.
 */
final class Parity {
  private static final double BOUND = 1e-5;

  private Parity() {}

  /** The largest difference and the largest deviation of an attention row, as facts. */
  static Map<String, String> prove(
      Weights weights, byte[] onnx, List<long[]> rows, NDManager manager) {
    double difference = 0;
    double attention = 0;
    Encoder encoder = new Encoder(weights, 0);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = options();
        OrtSession session = environment.createSession(onnx, options)) {
      for (long[] row : rows) {
        try (NDManager step = manager.newSubManager()) {
          Encoder.Output expected = encoder.forward(Encoder.Batch.of(step, List.of(row)));
          attention = Math.max(attention, deviation(expected.attention()));
          float[] actual = logits(environment, session, row);
          difference = Math.max(difference, compare(expected.logits().toFloatArray(), actual));
        }
      }
    } catch (OrtException failure) {
      throw new EspalierException(
          ErrorCode.INTERNAL, "ONNX Runtime refuses the exported model", failure);
    }
    if (attention > BOUND) {
      throw new EspalierException(
          ErrorCode.INTERNAL, "An attention row misses 1 by %.2g.".formatted(attention));
    }
    Map<String, String> facts = new TreeMap<>();
    facts.put("parity", "%.2e".formatted(difference));
    facts.put("parityRows", String.valueOf(rows.size()));
    facts.put("attentionRowDeviation", "%.2e".formatted(attention));
    return facts;
  }

  private static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    return options;
  }

  private static float[] logits(OrtEnvironment environment, OrtSession session, long[] row)
      throws OrtException {
    long[] mask = new long[row.length];
    Arrays.fill(mask, 1);
    long[] shape = {1, row.length};
    try (OnnxTensor ids = OnnxTensor.createTensor(environment, LongBuffer.wrap(row), shape);
        OnnxTensor ones = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
        OrtSession.Result result = session.run(Map.of("input_ids", ids, "attention_mask", ones))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  private static double compare(float[] expected, float[] actual) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      if (!(difference <= BOUND + BOUND * Math.abs(expected[i]))) {
        throw new EspalierException(
            ErrorCode.INTERNAL,
            "The exported model differs from the trained one: logit %d is %s, not %s."
                .formatted(i, actual[i], expected[i]));
      }
      largest = Math.max(largest, difference);
    }
    return largest;
  }

  /** How far the worst attention row is from summing to 1. */
  static double deviation(List<NDArray> attention) {
    double worst = 0;
    for (NDArray layer : attention) {
      worst = Math.max(worst, layer.sum(new int[] {-1}).sub(1).abs().max().getFloat());
    }
    return worst;
  }
}
