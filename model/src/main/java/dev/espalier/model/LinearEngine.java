package dev.espalier.model;

import dev.espalier.platform.EspalierException;
import java.util.List;

/** Bag of words and softmax regression, in pure Java; microseconds a text. */
final class LinearEngine implements Engine {
  private final Signature signature;
  private final LinearModel model;
  private final Temperature temperature;
  private final Gate gate = new Gate();

  LinearEngine(Signature signature, LinearModel model, Temperature temperature) {
    if (model.labels() != signature.labels().size() || model.dimension() != BagOfWords.DIMENSION) {
      throw EspalierException.invalid("The weights do not fit the signature and the recipe.");
    }
    this.signature = signature;
    this.model = model;
    this.temperature = temperature;
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public List<double[]> score(List<String> texts) {
    return gate.whileOpen(() ->
        texts.stream()
            .map(text -> model.logits(BagOfWords.buckets(signature.read(text))))
            .map(temperature::probabilities)
            .toList());
  }

  @Override
  public void close() {
    gate.close(() -> {});
  }
}
