package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.model.Signature;
import dev.espalier.platform.Digest;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a run asks to be registered.
 *
 * @param gates the gate report of the run, as JSON
 * @param ladder the ladder verdict of the run, as JSON
 * @param meta further facts by name ({@code commit}, {@code params}, {@code card} …)
 */
public record Registration(
    String product,
    Digest bundle,
    String runId,
    Digest snapshot,
    String canvasVersion,
    Digest canvasDigest,
    String rung,
    Signature signature,
    JsonNode gates,
    JsonNode ladder,
    SortedMap<String, Double> metrics,
    SortedMap<String, String> meta) {

  public Registration {
    gates = gates.deepCopy();
    ladder = ladder.deepCopy();
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
  }
}
