package dev.espalier.model;

import java.util.List;

/** A frozen encoder's embedding under a softmax regression. */
final class FrozenEncoderEngine implements Engine {
  private final Signature signature;
  private final EncoderEmbedding embedding;
  private final LinearModel head;

  FrozenEncoderEngine(Signature signature, EncoderEmbedding embedding, LinearModel head) {
    this.signature = signature;
    this.embedding = embedding;
    this.head = head;
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
  public List<double[]> score(List<String> texts) {
    return texts.stream().map(text -> head.score(embedding.embed(signature.read(text)))).toList();
  }

  @Override
  public void close() {
    embedding.close();
  }
}
