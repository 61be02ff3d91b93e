package dev.espalier.evaluation;

import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Which rung of the ladder to promote: the simplest one that no more complex rung beats by {@code
 * minGain} outside its interval.
 */
public record LadderVerdict(String chosen, List<Row> rows, String sentence) {

  /** One rung as tried, simplest first; {@code predictions} empty when it was skipped. */
  public record Candidate(
      String id,
      String approach,
      Optional<Predictions> predictions,
      double cpuSeconds,
      Optional<String> skipped) {}

  /** One rung as judged; the difference is against the rung chosen below it. */
  public record Row(
      String id,
      String approach,
      OptionalDouble value,
      OptionalDouble low,
      OptionalDouble high,
      long n,
      double cpuSeconds,
      OptionalDouble gain,
      OptionalDouble gainLow,
      OptionalDouble gainHigh,
      String verdict) {}

  public LadderVerdict {
    rows = List.copyOf(rows);
  }

  /**
   * Climbs the ladder.
   *
   * @param minGain in the metric's unit; a more complex rung must gain at least this, with the
   *     whole interval above zero
   * @throws EspalierException INVALID when no rung was trained
   */
  public static LadderVerdict climb(
      Spec.Metric primary, List<Candidate> ladder, double minGain, long seed) {
    Optional<Candidate> chosen = Optional.empty();
    List<Row> rows = new ArrayList<>();
    for (Candidate candidate : ladder) {
      if (candidate.predictions().isEmpty()) {
        rows.add(skipped(candidate));
        continue;
      }
      Predictions own = candidate.predictions().get();
      Estimate estimate = Metrics.estimate(primary.withMinN(1), own, seed);
      if (chosen.isEmpty()) {
        chosen = Optional.of(candidate);
        rows.add(row(candidate, estimate, Optional.empty(), "first"));
        continue;
      }
      Difference gain =
          PairedBootstrap.difference(primary, own, chosen.get().predictions().orElseThrow(), seed);
      boolean earned = gain.verdict() == Difference.Verdict.BETTER && gain.value() >= minGain;
      rows.add(row(candidate, estimate, Optional.of(gain), words(gain, earned)));
      if (earned) {
        chosen = Optional.of(candidate);
      }
    }
    Candidate simplest =
        chosen.orElseThrow(() -> EspalierException.invalid("No rung of the ladder was trained."));
    return new LadderVerdict(simplest.id(), rows, sentence(primary, simplest, rows, minGain));
  }

  private static String words(Difference gain, boolean earned) {
    if (earned) {
      return "better";
    }
    return switch (gain.verdict()) {
      case BETTER -> "gain too small";
      case WORSE -> "worse";
      case CANNOT_TELL -> "cannot tell";
    };
  }

  private static Row skipped(Candidate candidate) {
    return new Row(
        candidate.id(),
        candidate.approach(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        0,
        candidate.cpuSeconds(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        "skipped: " + candidate.skipped().orElse("not trained"));
  }

  private static Row row(
      Candidate candidate, Estimate estimate, Optional<Difference> gain, String verdict) {
    boolean known = estimate.sufficient();
    return new Row(
        candidate.id(),
        candidate.approach(),
        known ? OptionalDouble.of(estimate.value()) : OptionalDouble.empty(),
        known ? OptionalDouble.of(estimate.low()) : OptionalDouble.empty(),
        known ? OptionalDouble.of(estimate.high()) : OptionalDouble.empty(),
        estimate.n(),
        candidate.cpuSeconds(),
        gain.map(value -> OptionalDouble.of(value.value())).orElseGet(OptionalDouble::empty),
        gain.map(value -> OptionalDouble.of(value.low())).orElseGet(OptionalDouble::empty),
        gain.map(value -> OptionalDouble.of(value.high())).orElseGet(OptionalDouble::empty),
        verdict);
  }

  private static String sentence(
      Spec.Metric primary, Candidate chosen, List<Row> rows, double minGain) {
    Row own = rows.stream().filter(row -> row.id().equals(chosen.id())).findFirst().orElseThrow();
    boolean last = rows.getLast().id().equals(chosen.id());
    String reach =
        own.value().isPresent()
            ? "%s reaches %s %.3f [%.3f, %.3f] in %.1f CPU-seconds"
                .formatted(
                    chosen.id(),
                    primary.id(),
                    own.value().getAsDouble(),
                    own.low().orElse(0),
                    own.high().orElse(0),
                    own.cpuSeconds())
            : "%s is the simplest rung that was trained".formatted(chosen.id());
    String rest =
        last
            ? "the simpler rungs are beaten by at least %.3f".formatted(minGain)
            : "no more complex rung is better by %.3f on these %d rows".formatted(minGain, own.n());
    return reach + "; " + rest + ".";
  }
}
