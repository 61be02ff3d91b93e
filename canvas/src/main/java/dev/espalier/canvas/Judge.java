package dev.espalier.canvas;

import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The state of one clause, by the table of states; the first condition that holds wins. Pure.
 *
 * <p>A clause with a bound judges the stored raw value against the bound of the current answer, so
 * a tightened answer is violated without new evidence. A clause without a bound rests on the
 * source's verdict, which says nothing about another answer: such evidence is void once the answer
 * changed.
 */
final class Judge {
  static final Duration HORIZON = Duration.ofDays(7);
  private static final int TREND = 3;

  private Judge() {}

  /**
   * A state and the sentence that explains it.
   *
   * @param lack what evidence is short of, where there is none that counts
   */
  record Judged(State state, String reason, Optional<Evidence> evidence, Optional<Lack> lack) {
    Judged(State state, String reason, Optional<Evidence> evidence) {
      this(
          state,
          reason,
          evidence,
          state == State.NO_EVIDENCE ? Optional.of(Lack.HAPPENING) : Optional.empty());
    }
  }

  /** Judges a clause by what is known of it now. */
  static Judged clause(Clause clause, Optional<Head> head, Digest answer, Instant now) {
    if (clause.irrelevant().isPresent()) {
      return new Judged(State.N_A, clause.irrelevant().get(), Optional.empty());
    }
    Optional<Evidence> last = head.map(Head::last);
    if (last.isEmpty()) {
      return new Judged(
          State.NO_EVIDENCE, missing(clause), Optional.empty(), Optional.of(clause.lack()));
    }
    Evidence row = last.get();
    Observation seen = row.seen();
    if (seen.n() < clause.minN()) {
      String few = "%d of %d".formatted(seen.n(), clause.minN());
      return new Judged(State.NO_EVIDENCE, few + " needed. " + seen.detail(), last);
    }
    if (clause.bound().isEmpty() && !row.answerDigest().equals(answer)) {
      String old = "The evidence is about an earlier answer; nothing has been seen since.";
      return new Judged(State.NO_EVIDENCE, old, Optional.empty());
    }
    Optional<Bound.Verdict> verdict = verdict(clause, seen);
    if (verdict.isEmpty()) {
      return new Judged(State.NO_EVIDENCE, "No value was measured. " + seen.detail(), last);
    }
    if (verdict.get() == Bound.Verdict.OUTSIDE) {
      return new Judged(State.VIOLATED, outside(clause, seen), last);
    }
    Duration age = Duration.between(seen.observedAt(), now);
    if (age.compareTo(clause.ttl()) > 0) {
      String stale =
          "Last seen %d days ago; fresh for %d.".formatted(age.toDays(), clause.ttl().toDays());
      return new Judged(State.STALE, stale, last);
    }
    if (verdict.get() == Bound.Verdict.NEAR) {
      return new Judged(State.AT_RISK, "Passes within a tenth of its room. " + seen.detail(), last);
    }
    if (clause.bound().isPresent() && crosses(clause.bound().get(), head.get().trend())) {
      return new Judged(
          State.AT_RISK, "The trend crosses the bound within 7 days. " + seen.detail(), last);
    }
    return new Judged(State.CONFORMS, seen.detail(), last);
  }

  private static String missing(Clause clause) {
    if (!clause.missing().isEmpty()) {
      return switch (clause.lack()) {
        case HAPPENING -> "Waits: %s.".formatted(clause.missing());
        case MACHINERY -> "Not built: %s.".formatted(clause.missing());
      };
    }
    return switch (clause.kind()) {
      case ATTEST -> "No person has attested that " + clause.text() + ".";
      case DRILL -> "The drill has not run: " + clause.text() + ".";
      case LIVE -> "Nothing has been measured yet: " + clause.text() + ".";
      case RECORD -> "There is no record yet: " + clause.text() + ".";
    };
  }

  private static Optional<Bound.Verdict> verdict(Clause clause, Observation seen) {
    if (clause.bound().isPresent()) {
      return seen.value().isPresent()
          ? Optional.of(clause.bound().get().judge(seen.value().getAsDouble()))
          : Optional.empty();
    }
    return seen.pass().map(pass -> pass ? Bound.Verdict.INSIDE : Bound.Verdict.OUTSIDE);
  }

  private static String outside(Clause clause, Observation seen) {
    String numbers =
        clause.bound().isEmpty()
            ? ""
            : "%s is not %s %s %s. "
                .formatted(
                    Bound.number(seen.value().orElse(Double.NaN)),
                    clause.bound().get().op(),
                    clause.bound().get().target(),
                    clause.bound().get().unit());
    return numbers + seen.detail();
  }

  /** True when the least-squares line through the stored values leaves the bound in the horizon. */
  private static boolean crosses(Bound bound, Trend trend) {
    OptionalDouble slope = slope(trend.points());
    if (slope.isEmpty()) {
      return false;
    }
    double ahead = trend.points().getLast().value() + slope.getAsDouble() * HORIZON.toSeconds();
    return bound.judge(ahead) == Bound.Verdict.OUTSIDE;
  }

  private static OptionalDouble slope(List<Trend.Point> points) {
    if (points.size() < TREND) {
      return OptionalDouble.empty();
    }
    Instant first = points.getFirst().at();
    // A line through less than a horizon of history says nothing about the next one.
    if (Duration.between(first, points.getLast().at()).compareTo(HORIZON) < 0) {
      return OptionalDouble.empty();
    }
    double n = points.size();
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (Trend.Point point : points) {
      double t = Duration.between(first, point.at()).toSeconds();
      double v = point.value();
      x += t;
      y += v;
      xx += t * t;
      xy += t * v;
    }
    double spread = n * xx - x * x;
    return spread == 0 ? OptionalDouble.empty() : OptionalDouble.of((n * xy - x * y) / spread);
  }
}
