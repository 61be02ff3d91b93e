package dev.espalier.evaluation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How far two annotators agree beyond chance. */
public final class Agreement {
  private Agreement() {}

  /** What two annotators called the same thing. */
  public record Pair(String one, String other) {}

  /**
   * Cohen's kappa (p₀ − pₑ)/(1 − pₑ), unweighted, as scikit-learn's {@code cohen_kappa_score};
   * empty without pairs, and where both always say the same one word, so that chance explains
   * everything.
   */
  public static OptionalDouble kappa(List<Pair> pairs) {
    if (pairs.isEmpty()) {
      return OptionalDouble.empty();
    }
    Map<String, Long> first = new HashMap<>();
    Map<String, Long> second = new HashMap<>();
    long same = 0;
    for (Pair pair : pairs) {
      first.merge(pair.one(), 1L, Long::sum);
      second.merge(pair.other(), 1L, Long::sum);
      same += pair.one().equals(pair.other()) ? 1 : 0;
    }
    double n = pairs.size();
    double chance = 0;
    for (Map.Entry<String, Long> each : first.entrySet()) {
      chance += each.getValue() / n * (second.getOrDefault(each.getKey(), 0L) / n);
    }
    return chance >= 1
        ? OptionalDouble.empty()
        : OptionalDouble.of((same / n - chance) / (1 - chance));
  }
}
