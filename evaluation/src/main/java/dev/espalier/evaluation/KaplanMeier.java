package dev.espalier.evaluation;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Waiting times of which some are not over yet. Leaving those out would call every delay short that
 * has only just begun; they count as "at least so long" instead (Kaplan and Meier 1958; as {@code
 * scipy.stats.ecdf} of {@code CensoredData}).
 */
public final class KaplanMeier {
  private KaplanMeier() {}

  /**
   * One wait.
   *
   * @param time how long it took, or has taken so far
   * @param end whether it is over
   */
  public record Wait(double time, End end) {}

  /** Whether a wait is over. */
  public enum End {
    OVER,
    PENDING
  }

  /**
   * The shortest time by which at least the share {@code q} is over; empty when the waits do not
   * reach it yet. Ends at the same time come before pending ones.
   */
  public static OptionalDouble quantile(List<Wait> waits, double q) {
    List<Wait> sorted =
        waits.stream()
            .sorted(Comparator.comparingDouble(Wait::time).thenComparing(Wait::end))
            .toList();
    double left = 1;
    int i = 0;
    while (i < sorted.size()) {
      double time = sorted.get(i).time();
      int atRisk = sorted.size() - i;
      int over = 0;
      while (i < sorted.size() && sorted.get(i).time() == time) {
        over += sorted.get(i).end() == End.OVER ? 1 : 0;
        i++;
      }
      left *= 1 - (double) over / atRisk;
      if (over > 0 && 1 - left >= q - 1e-12) {
        return OptionalDouble.of(time);
      }
    }
    return OptionalDouble.empty();
  }
}
