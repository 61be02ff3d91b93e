package dev.espalier.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Group fairness of answers, by the definitions of Fairlearn (Bird et al., 2020; {@code
 * demographic_parity_ratio} and {@code demographic_parity_difference}): the selection rate of a
 * label is the share of a group that is called so; the ratio is the smallest group's rate over the
 * largest, the difference the largest minus the smallest. Of several labels the worst counts.
 *
 * @param ratio disparate impact ratio, 0–1; 1 where no label is ever given
 * @param difference statistical parity difference, 0–1
 * @param n rows in the groups that were compared
 * @param groups how many groups were large enough
 */
public record Fairness(double ratio, double difference, long n, int groups) {

  /**
   * Compares the groups of an attribute that have at least {@code minN} rows.
   *
   * @param minN fewer rows than this make no rate; at least 1
   */
  public static Fairness of(Predictions predictions, String attribute, int minN) {
    SortedMap<String, List<Scored>> groups = new TreeMap<>();
    for (Scored row : predictions.rows()) {
      String group = row.attributes().get(attribute);
      if (group != null) {
        groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(row);
      }
    }
    groups.values().removeIf(rows -> rows.size() < Math.max(1, minN));
    long n = groups.values().stream().mapToLong(List::size).sum();
    double ratio = 1;
    double difference = 0;
    for (String label : predictions.labels()) {
      double low = 1;
      double high = 0;
      for (List<Scored> rows : groups.values()) {
        double rate =
            (double) rows.stream().filter(row -> row.predicted().equals(label)).count()
                / rows.size();
        low = Math.min(low, rate);
        high = Math.max(high, rate);
      }
      if (high > 0) {
        ratio = Math.min(ratio, low / high);
        difference = Math.max(difference, high - low);
      }
    }
    return new Fairness(ratio, difference, n, groups.size());
  }

  /** True when there are two groups to compare. */
  public boolean comparable() {
    return groups >= 2;
  }
}
