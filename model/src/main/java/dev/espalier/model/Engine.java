package dev.espalier.model;

import java.util.List;

/**
 * A loaded model: texts in, probabilities out. {@code EngineContract} is the definition that every
 * implementation passes. Thread-safe; {@link #close} waits for running calls, and a call after it
 * fails with UNAVAILABLE.
 */
public interface Engine extends AutoCloseable {
  Signature signature();

  /**
   * Scores texts, each by itself: neighbours never change an answer.
   *
   * @return one row per text, {@code [texts, labels]}, in the signature's order; rows sum to 1
   */
  List<double[]> score(List<String> texts);

  /** How many tokens the engine reads of a text; one that has no tokenizer counts its words. */
  default int tokens(String text) {
    int tokens = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      boolean letter = !Character.isWhitespace(text.charAt(i));
      tokens += letter && !inWord ? 1 : 0;
      inWord = letter;
    }
    return tokens;
  }

  /**
   * What computes: {@code cpu (Java)}, or the execution provider that ONNX Runtime was given, as
   * {@code cpu (ONNX Runtime CPUExecutionProvider)}. The first word is the kind of device.
   */
  default String device() {
    return "cpu (Java)";
  }

  @Override
  void close();
}
