package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.model.Signature;
import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One registered version of a product's model; never changes.
 *
 * @param version SemVer, computed from the difference to the version before
 * @param number 1, 2, 3 … in the order of registration
 * @param bytes length of the bundle
 * @param bumpReason one sentence: why this is a major, minor or patch step
 * @param registeredAt product time
 */
public record ModelVersion(
    String product,
    String version,
    int number,
    Digest bundle,
    long bytes,
    String rung,
    String bumpReason,
    Instant registeredAt,
    String runId,
    Digest snapshot,
    String canvasVersion,
    Digest canvasDigest,
    Signature signature,
    JsonNode gates,
    JsonNode ladder,
    SortedMap<String, Double> metrics,
    SortedMap<String, String> meta) {

  public ModelVersion {
    gates = gates.deepCopy();
    ladder = ladder.deepCopy();
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
  }
}
