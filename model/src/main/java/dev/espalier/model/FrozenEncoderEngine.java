package dev.espalier.model;

import java.util.List;

/** A frozen encoder's embedding under a softmax regression. */
final class FrozenEncoderEngine implements Engine {
  private final Signature signature;
  private final EncoderEmbedding embedding;
  private final LinearModel head;
  private final Temperature temperature;

  FrozenEncoderEngine(
      Signature signature, EncoderEmbedding embedding, LinearModel head, Temperature temperature) {
    this.signature = signature;
    this.embedding = embedding;
    this.head = head;
    this.temperature = temperature;
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public String device() {
    return embedding.device();
  }

  @Override
  public int tokens(String text) {
    return embedding.tokens(signature.read(text));
  }

  @Override
  public List<double[]> score(List<String> texts) {
    return texts.stream()
        .map(text -> head.logits(embedding.embed(signature.read(text))))
        .map(temperature::probabilities)
        .toList();
  }

  @Override
  public void close() {
    embedding.close();
  }
}
