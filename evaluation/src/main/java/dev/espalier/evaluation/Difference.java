package dev.espalier.evaluation;

import java.util.OptionalLong;

/**
 * Challenger minus champion on the same rows, signed so that positive is better.
 *
 * @param needRows how many rows would decide, when these cannot tell
 */
public record Difference(
    double value, double low, double high, long n, Verdict verdict, OptionalLong needRows) {
  /** Whether the interval of the difference lies above, below or across zero. */
  public enum Verdict {
    BETTER,
    WORSE,
    CANNOT_TELL
  }
}
