package dev.espalier.deployment;

import java.time.Instant;

/**
 * What became of the requests that were routed to a version: the inference log joined with the
 * labels that have arrived. {@code monitoring} implements it; a rollout reads it at each tick.
 */
@FunctionalInterface
public interface OutcomeSource {
  /** The most outcomes that are looked at for one arm; newer ones win. */
  int MAX_OUTCOMES = 20_000;

  /**
   * The requests <em>routed to</em> {@code version} (whoever answered in the end: {@code
   * InferenceRecord.routedVersion}) whose event time is at or after {@code since}, in the order of
   * routing, with whatever labels are joined by now. Everything that the log has acknowledged is
   * included; nothing is not an error but an empty list.
   */
  ArmOutcomes outcomes(String product, String version, Instant since);
}
