package dev.espalier.evaluation;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/** How well probabilities order and price the rows. */
public final class Ranking {
  private static final double SMALLEST = Math.ulp(1.0);

  private Ranking() {}

  /**
   * The area under the ROC curve of one label against the rest: the probability that a row of the
   * label scores higher than one that is not, equal scores counting one half. Empty when one side
   * has no rows.
   */
  public static OptionalDouble rocAuc(Predictions predictions, String label) {
    int column = predictions.labels().indexOf(label);
    if (column < 0) {
      return OptionalDouble.empty();
    }
    List<Scored> rows =
        predictions.rows().stream()
            .sorted(Comparator.comparingDouble(row -> row.probabilities()[column]))
            .toList();
    double ranks = 0;
    long positives = 0;
    for (int from = 0; from < rows.size(); ) {
      double score = rows.get(from).probabilities()[column];
      int to = from;
      long here = 0;
      while (to < rows.size() && rows.get(to).probabilities()[column] == score) {
        here += rows.get(to).actual().equals(label) ? 1 : 0;
        to++;
      }
      ranks += here * (from + 1 + to) / 2.0; // The mean of ranks from+1 … to.
      positives += here;
      from = to;
    }
    long negatives = rows.size() - positives;
    return positives == 0 || negatives == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            (ranks - positives * (positives + 1) / 2.0) / ((double) positives * negatives));
  }

  /**
   * The mean negative log of the probability given to what happened, in nats; probabilities are
   * clipped to [ε, 1 − ε] with ε = 2⁻⁵². Empty without rows.
   */
  public static OptionalDouble logLoss(Predictions predictions) {
    return predictions.rows().stream()
        .mapToDouble(row -> {
          int column = predictions.labels().indexOf(row.actual());
          double given = column < 0 ? 0 : row.probabilities()[column];
          return -Math.log(Math.clamp(given, SMALLEST, 1 - SMALLEST));
        })
        .average();
  }
}
