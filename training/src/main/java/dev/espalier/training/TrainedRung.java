package dev.espalier.training;

import dev.espalier.platform.Digest;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One rung of the ladder after training: its bundle, or the reason why there is none.
 *
 * @param approach majority, linear, frozen_encoder, encoder or external
 * @param cpuSeconds processor time of the whole process while this rung trained
 * @param skipped why it could not be trained here, in words
 * @param facts parameter count, configuration digest, parity and the like
 */
public record TrainedRung(
    String id,
    String approach,
    Optional<Digest> bundle,
    double cpuSeconds,
    Optional<String> skipped,
    SortedMap<String, String> facts) {

  public TrainedRung {
    facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }
}
