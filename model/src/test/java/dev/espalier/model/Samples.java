package dev.espalier.model;

import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small models that tests share. */
final class Samples {
  static final Signature SPAM =
      new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 1_500);

  private Samples() {}

  static LinearModel linear(long seed) {
    Random random = new Random(seed);
    float[][] weights = new float[2][BagOfWords.DIMENSION];
    for (float[] row : weights) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return new LinearModel(weights, new float[] {0.1f, -0.1f});
  }

  static Map<String, byte[]> linearFiles(long seed) {
    LinearModel model = linear(seed);
    Engine engine = new LinearEngine(SPAM, model, Temperature.NONE);
    return Map.of(
        Bundles.WEIGHTS,
        model.bytes(),
        Bundles.GOLDEN,
        Bundles.goldenFile(engine, List.of("free money", "see you at lunch")));
  }
}
