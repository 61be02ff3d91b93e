package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a step's result depends on, as named leaves, and the digest of them. Leaves are kept because
 * they are what {@code explain} compares. Executor, host, time and run stay outside on purpose.
 */
record StepKey(SortedMap<String, String> leaves, Digest digest) {
  private static final String FORMAT = "espalier-step/1";

  StepKey {
    leaves = Collections.unmodifiableSortedMap(new TreeMap<>(leaves));
  }

  static StepKey of(
      PipelineGraph.Node node,
      CanvasVersion canvas,
      long seed,
      Digest code,
      Map<String, Digest> inputs) {
    TreeMap<String, String> leaves = new TreeMap<>();
    leaves.put("format", FORMAT);
    leaves.put("code", code.text());
    leaves.put("seed", Long.toString(seed));
    leaves.put("environment.java", Integer.toString(Runtime.version().feature()));
    leaves.put("output", node.logic().output().getName());
    inputs.forEach((name, digest) -> leaves.put("input." + name, digest.text()));
    JsonNode params = node.logic().params(canvas, seed);
    params
        .properties()
        .forEach(
            param -> leaves.put("params." + param.getKey(), CanonicalJson.write(param.getValue())));
    String probe = node.logic().probe(canvas);
    if (!probe.isEmpty()) {
      leaves.put("probe", probe);
    }
    return new StepKey(leaves, CanonicalJson.digest(leaves));
  }
}
