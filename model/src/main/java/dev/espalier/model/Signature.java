package dev.espalier.model;

import dev.espalier.platform.EspalierException;
import java.util.HashSet;
import java.util.List;

/**
 * The contract of a model: what it decides, between which labels, and how much text it reads.
 *
 * @param task {@code text-classification}
 * @param labels at least two, in the order of the probabilities
 * @param maxCharacters longer texts are cut here before anything else; 1 … 1,000,000
 */
public record Signature(String task, List<String> labels, int maxCharacters) {
  public static final String TEXT_CLASSIFICATION = "text-classification";

  public Signature {
    labels = List.copyOf(labels);
    if (labels.size() < 2 || new HashSet<>(labels).size() != labels.size()) {
      throw EspalierException.invalid("A signature needs at least two different labels: " + labels);
    }
    if (maxCharacters < 1 || maxCharacters > 1_000_000) {
      throw EspalierException.invalid("maxCharacters must be 1 … 1,000,000.");
    }
  }

  /** The part of a text that the model reads; never cuts a surrogate pair. */
  public String read(String text) {
    if (text.length() <= maxCharacters) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(maxCharacters - 1)) ? 1 : 0;
    return text.substring(0, maxCharacters - end);
  }
}
