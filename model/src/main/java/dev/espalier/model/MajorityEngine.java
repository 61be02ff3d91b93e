package dev.espalier.model;

import dev.espalier.platform.EspalierException;
import java.util.List;

/** Says what was most frequent in training, whatever the text: the floor of every ladder. */
final class MajorityEngine implements Engine {
  private final Signature signature;
  private final double[] shares;
  private final Gate gate = new Gate();

  /**
   * @param shares of the labels in training, {@code [labels]}, sum 1
   */
  MajorityEngine(Signature signature, double[] shares) {
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    if (shares.length != signature.labels().size() || Math.abs(sum - 1) > 1e-6) {
      throw EspalierException.invalid("The label shares must be one per label and sum to 1.");
    }
    this.signature = signature;
    this.shares = shares.clone();
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public List<double[]> score(List<String> texts) {
    return gate.whileOpen(() -> texts.stream().map(_ -> shares.clone()).toList());
  }

  @Override
  public void close() {
    gate.close(() -> {});
  }
}
