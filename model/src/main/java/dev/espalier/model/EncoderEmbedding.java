package dev.espalier.model;

/**
 * A text as one vector: the mean of a frozen encoder's last hidden states over its tokens, scaled
 * to length 1. Training and serving both come through here. Thread-safe.
 */
public final class EncoderEmbedding implements AutoCloseable {
  private final TextTokenizer tokenizer;
  private final OnnxSession session;
  private final Gate gate = new Gate();

  /**
   * @param graph ONNX bytes whose first output is {@code last_hidden_state [1, tokens, width]}
   * @param tokenizerFile the bytes of tokenizer.json
   */
  public EncoderEmbedding(byte[] graph, byte[] tokenizerFile, int maxTokens) {
    this.tokenizer = new TextTokenizer(tokenizerFile, maxTokens);
    this.session = new OnnxSession(graph);
  }

  /** The vector, {@code [width]}. */
  public float[] embed(String text) {
    return gate.whileOpen(() -> {
      TextTokenizer.Tokens tokens = tokenizer.encode(text);
      return mean(session.run(tokens), tokens.ids().length);
    });
  }

  /** As {@link Engine#tokens}. */
  int tokens(String text) {
    return gate.whileOpen(() -> tokenizer.count(text));
  }

  /** As {@link Engine#device}. */
  String device() {
    return session.device();
  }

  private static float[] mean(float[] states, int tokens) {
    int width = states.length / tokens;
    double[] sum = new double[width];
    for (int i = 0; i < states.length; i++) {
      sum[i % width] += states[i];
    }
    double square = 0;
    for (double value : sum) {
      square += value * value;
    }
    double norm = Math.max(Math.sqrt(square), 1e-12);
    float[] vector = new float[width];
    for (int i = 0; i < width; i++) {
      vector[i] = (float) (sum[i] / norm);
    }
    return vector;
  }

  @Override
  public void close() {
    gate.close(() -> {
      session.close();
      tokenizer.close();
    });
  }
}
