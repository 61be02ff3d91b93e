package dev.espalier.training.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter 2019) by the engine's fused in-place update, with the gradient
 * clipped to a global norm of 1. β = (0.9, 0.999), ε = 1e-8, decay 0.01 on matrices only. A step
 * whose norm is not finite is skipped; three in a row fail. Moments live in the manager of the
 * parameters. Not thread-safe.
 */
final class AdamW {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;
  private static final float DECAY = 0.01f;
  private static final int MAX_SKIPPED = 3;

  private record Moments(NDArray mean, NDArray variance) {}

  private final Weights weights;
  private final Map<String, Moments> moments = new LinkedHashMap<>();
  private int steps;
  private int skippedInARow;

  AdamW(Weights weights) {
    this.weights = weights;
    weights
        .all()
        .forEach((name, tensor) ->
            moments.put(name, new Moments(tensor.zerosLike(), tensor.zerosLike())));
  }

  /** One update at {@code rate}; returns the global norm of the gradient before clipping. */
  double step(double rate, NDManager scratch) {
    Map<String, NDArray> gradients = new LinkedHashMap<>();
    double squares = 0;
    for (Map.Entry<String, NDArray> entry : weights.all().entrySet()) {
      NDArray gradient = Autograd.gradient(entry.getValue(), scratch);
      gradients.put(entry.getKey(), gradient);
      squares += gradient.square().sum().getFloat();
    }
    double norm = Math.sqrt(squares);
    if (!Double.isFinite(norm)) {
      skip();
      return norm;
    }
    skippedInARow = 0;
    steps++;
    float rescale = (float) Math.min(1, 1 / (norm + 1e-6));
    double correction = Math.sqrt(1 - Math.pow(BETA_2, steps)) / (1 - Math.pow(BETA_1, steps));
    gradients.forEach((name, gradient) ->
        update(name, gradient, (float) rate, (float) (rate * correction), rescale));
    return norm;
  }

  private void update(String name, NDArray gradient, float rate, float corrected, float rescale) {
    NDArray weight = weights.get(name);
    Moments moment = moments.get(name);
    if (moment == null) {
      throw new IllegalStateException("No moments of " + name);
    }
    float decay = weight.getShape().dimension() >= 2 ? DECAY : 0;
    weight
        .getNDArrayInternal()
        .adamUpdate(
            new NDList(weight, gradient, moment.mean(), moment.variance()),
            new NDList(weight),
            rate,
            corrected,
            decay,
            rescale,
            -1,
            BETA_1,
            BETA_2,
            EPSILON,
            false,
            true);
  }

  private void skip() {
    skippedInARow++;
    if (skippedInARow >= MAX_SKIPPED) {
      throw new EspalierException(
          ErrorCode.INTERNAL,
          "Training is unstable: the gradient was not finite %d times in a row."
              .formatted(skippedInARow));
    }
  }
}
