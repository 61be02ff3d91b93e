package dev.espalier.training.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Collection;

/**
 * The gradients of the engine, the only place that knows its internal calls. DJL's own collector is
 * a process-wide singleton and resets only arrays directly under the system manager; gradients
 * would silently add up in ours.
 */
final class Autograd {
  private Autograd() {}

  /** Whether operations of this thread record what a gradient needs. */
  enum Mode {
    RECORDING,
    OFF
  }

  static void mode(Mode mode) {
    JniUtils.setGradMode(mode == Mode.RECORDING);
  }

  static void threads(int threads) {
    JniUtils.setNumThreads(threads);
  }

  /** Fills the gradients of everything that {@code loss}, a scalar, depends on. */
  static void backward(NDArray loss) {
    try (NDArray one = loss.onesLike()) {
      JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
    }
  }

  /** The gradient of a parameter, owned by {@code step}. */
  static NDArray gradient(NDArray parameter, NDManager step) {
    NDArray gradient = parameter.getGradient();
    gradient.attach(step);
    return gradient;
  }

  static void zero(Collection<NDArray> parameters) {
    for (NDArray parameter : parameters) {
      JniUtils.zeroGrad((PtNDArray) parameter);
    }
  }
}
