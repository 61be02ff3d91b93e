package dev.espalier.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Why a step runs, ran, or was taken from the cache.
 *
 * @param decision RUN, CACHED, or {@code RUN?} where it depends on what an upstream step yields
 * @param reason one sentence
 * @param nearestRun the run whose earlier result of this step differs in the fewest leaves
 * @param differences what differs from it, by leaf of the cache key
 * @param leaves the named leaves that the key is the digest of
 */
public record Explanation(
    String step,
    String decision,
    String reason,
    Optional<String> nearestRun,
    List<Difference> differences,
    SortedMap<String, String> leaves) {

  /** One leaf that changed; a leaf that was or became absent is empty. */
  public record Difference(String leaf, Optional<String> before, Optional<String> after) {}

  public Explanation {
    differences = List.copyOf(differences);
  }
}
