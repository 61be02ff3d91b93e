package dev.espalier.model;

import dev.espalier.platform.EspalierException;
import java.util.List;

/** A text encoder with a classification head inside the graph: logits out, {@code [1, labels]}. */
final class OnnxTextEngine implements Engine {
  private final Signature signature;
  private final TextTokenizer tokenizer;
  private final OnnxSession session;
  private final Temperature temperature;
  private final Gate gate = new Gate();

  OnnxTextEngine(
      Signature signature,
      byte[] graph,
      byte[] tokenizerFile,
      int maxTokens,
      Temperature temperature) {
    this.signature = signature;
    this.tokenizer = new TextTokenizer(tokenizerFile, maxTokens);
    this.session = new OnnxSession(graph);
    this.temperature = temperature;
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public String device() {
    return session.device();
  }

  @Override
  public int tokens(String text) {
    return gate.whileOpen(() -> tokenizer.count(signature.read(text)));
  }

  @Override
  public List<double[]> score(List<String> texts) {
    return gate.whileOpen(() -> texts.stream().map(this::one).toList());
  }

  private double[] one(String text) {
    float[] logits = session.run(tokenizer.encode(signature.read(text)));
    if (logits.length != signature.labels().size()) {
      throw EspalierException.invalid("The graph answers with another number of labels.");
    }
    double[] wide = new double[logits.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = logits[i];
    }
    return temperature.probabilities(wide);
  }

  @Override
  public void close() {
    gate.close(() -> {
      session.close();
      tokenizer.close();
    });
  }
}
