package dev.espalier.evaluation;

import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * One row with what was said about it and what it was.
 *
 * @param probabilities in the order of {@link Predictions#labels}, sum 1
 * @param attributes what slices are cut by
 */
@SuppressWarnings("ArrayRecordComponent") // Copied in and out; equality is by content.
public record Scored(
    String rowId,
    Instant at,
    String actual,
    double[] probabilities,
    String predicted,
    Map<String, String> attributes) {

  public Scored {
    probabilities = probabilities.clone();
    attributes = Map.copyOf(attributes);
  }

  @Override
  public double[] probabilities() {
    return probabilities.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Scored that
        && rowId.equals(that.rowId)
        && at.equals(that.at)
        && actual.equals(that.actual)
        && Arrays.equals(probabilities, that.probabilities)
        && predicted.equals(that.predicted)
        && attributes.equals(that.attributes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(rowId, at, actual, Arrays.hashCode(probabilities), predicted, attributes);
  }

  @Override
  public String toString() {
    return "%s: %s, said %s %s".formatted(rowId, actual, predicted, Arrays.toString(probabilities));
  }
}
