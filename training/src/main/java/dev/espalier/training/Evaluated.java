package dev.espalier.training;

import dev.espalier.evaluation.LadderVerdict;
import dev.espalier.platform.EspalierException;
import java.util.List;
import java.util.Optional;

/**
 * Every rung, and the champion, on the same test rows.
 *
 * @param verdict which rung is the candidate, and why
 * @param baseline the rung that gates compare with
 * @param championVersion the champion that was scored beside them
 */
public record Evaluated(
    List<RungScore> rungs,
    Optional<RungScore> champion,
    Optional<String> championVersion,
    LadderVerdict verdict,
    Optional<String> baseline,
    long rows) {

  public Evaluated {
    rungs = List.copyOf(rungs);
  }

  /** The rung that goes on to the gates. */
  RungScore candidate() {
    return RungScore.find(rungs, verdict.chosen())
        .orElseThrow(() -> EspalierException.invalid("No rung " + verdict.chosen()));
  }
}
