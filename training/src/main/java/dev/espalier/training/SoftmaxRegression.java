package dev.espalier.training;

import dev.espalier.model.LinearModel;
import dev.espalier.platform.EspalierException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Trains a softmax regression by stochastic gradient descent: a rate that falls as η/(1 + 0.05·t),
 * L2 on the weights (not the biases), classes weighted as {@code n / (classes · n_class)}, the
 * order of rows shuffled per epoch. With two classes this is logistic regression, scikit-learn's
 * {@code LogisticRegression(class_weight="balanced")} up to the optimiser. Pure Java; the inner
 * loop allocates nothing. The same seed gives the same bits. Not thread-safe.
 */
final class SoftmaxRegression {
  private static final double RATE_DECAY = 0.05;

  /** How to train: {@code rate} is η, {@code l2} the decay of a weight per update. */
  record Setting(int epochs, double rate, double l2, long seed) {
    /** For bags of words: few sparse features a row, each of weight 1/√n. */
    static Setting bags(long seed) {
      return new Setting(10, 0.5, 1e-6, seed);
    }

    /** For embeddings of length 1. */
    static Setting embeddings(long seed) {
      return new Setting(30, 3, 1e-4, seed);
    }
  }

  private final SparseRows features;
  private final int[] labels;
  private final double[] classWeights;
  private final float[][] weights;
  private final float[] bias;
  private final double[] logits;

  private SoftmaxRegression(SparseRows features, int[] labels, int classes) {
    this.features = features;
    this.labels = labels;
    this.classWeights = balanced(labels, classes);
    this.weights = new float[classes][features.dimension];
    this.bias = new float[classes];
    this.logits = new double[classes];
  }

  /**
   * Fits a model.
   *
   * @param labels class per row, 0 … classes − 1
   * @throws EspalierException INVALID when a class has no row: nothing could be learned of it
   */
  static LinearModel train(SparseRows features, int[] labels, int classes, Setting setting) {
    SoftmaxRegression regression = new SoftmaxRegression(features, labels, classes);
    SplittableRandom random = new SplittableRandom(setting.seed());
    int[] order = new int[features.rows()];
    Arrays.setAll(order, row -> row);
    for (int epoch = 0; epoch < setting.epochs(); epoch++) {
      shuffle(order, random);
      double rate = setting.rate() / (1 + RATE_DECAY * epoch);
      for (int row : order) {
        regression.update(row, rate, setting.l2());
      }
    }
    return new LinearModel(regression.weights, regression.bias);
  }

  private void update(int row, double rate, double l2) {
    int from = features.offsets[row];
    int to = features.offsets[row + 1];
    probabilities(from, to);
    double scale = rate * classWeights[labels[row]];
    for (int label = 0; label < bias.length; label++) {
      double error = logits[label] - (label == labels[row] ? 1 : 0);
      float[] own = weights[label];
      float step = (float) (scale * error);
      float decay = (float) (rate * l2);
      for (int i = from; i < to; i++) {
        int index = features.indices[i];
        own[index] -= step * features.values[i] + decay * own[index];
      }
      bias[label] -= step;
    }
  }

  /** Leaves the softmax of the row's logits in {@link #logits}. */
  private void probabilities(int from, int to) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int label = 0; label < bias.length; label++) {
      float[] own = weights[label];
      double sum = bias[label];
      for (int i = from; i < to; i++) {
        sum += own[features.indices[i]] * features.values[i];
      }
      logits[label] = sum;
      largest = Math.max(largest, sum);
    }
    double total = 0;
    for (int label = 0; label < logits.length; label++) {
      logits[label] = Math.exp(logits[label] - largest);
      total += logits[label];
    }
    for (int label = 0; label < logits.length; label++) {
      logits[label] /= total;
    }
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }

  private static double[] balanced(int[] labels, int classes) {
    double[] counts = new double[classes];
    for (int label : labels) {
      counts[label]++;
    }
    double[] balanced = new double[classes];
    for (int label = 0; label < classes; label++) {
      if (counts[label] == 0) {
        throw EspalierException.invalid(
            "Class %d of %d has no training row: nothing can be learned of it."
                .formatted(label, classes));
      }
      balanced[label] = labels.length / (classes * counts[label]);
    }
    return balanced;
  }
}
