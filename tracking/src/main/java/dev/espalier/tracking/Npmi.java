package dev.espalier.tracking;

import dev.espalier.tracking.Spans.Together;

/**
 * Normalised pointwise mutual information of two events, in [-1, 1]: -1 when they never meet, 0
 * when they are independent, 1 when they always meet; NaN where one of them never happens. Source:
 * G. Bouma, Normalized (Pointwise) Mutual Information in Collocation Extraction, 2009, with
 * MLflow's conventions.
 */
final class Npmi {
  private static final double JEFFREYS = 0.5;

  private Npmi() {}

  /** Out of the counts as they are. */
  static double plain(Together counts) {
    if (undefined(counts)) {
      return Double.NaN;
    }
    return counts.both() == 0 ? -1 : npmi(counts, 0);
  }

  /** With half a count added to each cell. */
  static double smoothed(Together counts) {
    return undefined(counts) ? Double.NaN : npmi(counts, JEFFREYS);
  }

  private static boolean undefined(Together counts) {
    return counts.all() <= 0 || counts.first() == 0 || counts.second() == 0;
  }

  private static double npmi(Together counts, double added) {
    long onlyFirst = counts.first() - counts.both();
    long onlySecond = counts.second() - counts.both();
    long neither = counts.all() - counts.first() - counts.second() + counts.both();
    if (Math.min(Math.min(onlyFirst, onlySecond), neither) < 0) {
      return Double.NaN;
    }
    if (onlyFirst == 0 && onlySecond == 0 && neither == 0) {
      return 1;
    }
    double both = counts.both() + added;
    double all = counts.all() + 4 * added;
    double first = counts.first() + 2 * added;
    double second = counts.second() + 2 * added;
    double shared = Math.log(both) - Math.log(all);
    double chance = Math.log(first) + Math.log(second) - 2 * Math.log(all);
    return Math.clamp((shared - chance) / -shared, -1, 1);
  }
}
