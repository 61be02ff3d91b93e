package dev.espalier.training;

import dev.espalier.platform.Digest;
import java.util.List;

/**
 * The frozen rows of each part, as artifacts of one JSON row per line.
 *
 * @param labels all labels, sorted: the order of every model's probabilities
 */
public record Prepared(List<String> labels, Digest train, Digest valid, Digest test, long rows) {
  public Prepared {
    labels = List.copyOf(labels);
  }
}
