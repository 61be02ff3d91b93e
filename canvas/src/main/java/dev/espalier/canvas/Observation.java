package dev.espalier.canvas;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a stage saw, on its way to the evidence store.
 *
 * @param question the question's key ({@code serving.volume})
 * @param clause the evidence clause of that question
 * @param subject what was observed: a model version, deployment, dataset, run …
 * @param observedAt product time
 * @param n how many things the value rests on
 * @param value the measured number, in the unit of the clause, where there is one
 * @param interval 95 % interval of {@code value}
 * @param pass the source's own verdict for clauses without a numeric bound; empty when the clause
 *     compares {@code value} with the answer
 * @param detail one sentence for a person
 * @param source a link into the native API that shows the record behind it
 */
public record Observation(
    String question,
    String clause,
    String subject,
    Instant observedAt,
    long n,
    OptionalDouble value,
    Optional<Interval> interval,
    Optional<Boolean> pass,
    String detail,
    String source) {

  /** What is no finite number is no value, and there is one zero: as every database keeps it. */
  public Observation {
    value = value.stream().filter(Double::isFinite).map(each -> each + 0.0).findFirst();
    interval =
        interval
            .filter(each -> Double.isFinite(each.low()) && Double.isFinite(each.high()))
            .map(each -> new Interval(each.low() + 0.0, each.high() + 0.0));
  }

  /** A confidence interval. */
  public record Interval(double low, double high) {}

  /** A yes or no that the source decides. */
  public static Observation verdict(
      String question,
      String clause,
      String subject,
      Instant observedAt,
      long n,
      boolean pass,
      String detail,
      String source) {
    return new Observation(
        question,
        clause,
        subject,
        observedAt,
        n,
        OptionalDouble.empty(),
        Optional.empty(),
        Optional.of(pass),
        detail,
        source);
  }

  /** A number that the clause compares with the answer's bound. */
  public static Observation measured(
      String question,
      String clause,
      String subject,
      Instant observedAt,
      long n,
      double value,
      Optional<Interval> interval,
      String detail,
      String source) {
    return new Observation(
        question,
        clause,
        subject,
        observedAt,
        n,
        OptionalDouble.of(value),
        interval,
        Optional.empty(),
        detail,
        source);
  }
}
