package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What a step does: typed inputs from other steps, typed output, and the parameters that its result
 * depends on. An instance is shared by all runs and holds no state of any of them.
 *
 * <p>A {@link Isolation#FORKED} step is a public class with a public constructor without
 * parameters: the child makes its own.
 *
 * @param <O> the output: a small record that {@code Json} can write and read; big things are
 *     artifacts that it names by digest, in fields of type {@code Digest}
 */
public interface StepLogic<O> {
  /** The name in the canvas' workflow ({@code train}). */
  String name();

  Class<O> output();

  /** The steps whose outputs this one reads, with the types it expects. */
  default SequencedMap<String, Class<?>> inputs() {
    return new LinkedHashMap<>();
  }

  default Purity purity() {
    return Purity.PURE;
  }

  default Isolation isolation() {
    return Isolation.IN_PROCESS;
  }

  /**
   * Everything of the canvas that the result depends on, as a JSON object: each field is one leaf
   * of the cache key, and all that {@link StepContext#params} will show.
   */
  JsonNode params(CanvasVersion canvas, long seed);

  /** A fingerprint of what the step reads outside its inputs: part of the cache key. */
  default String probe(CanvasVersion canvas) {
    return "";
  }

  /**
   * Fields of the output, at any depth, that measure the attempt and not its result (processor
   * time, latency): two runs of the same inputs may differ in them.
   */
  default Set<String> measurements() {
    return Set.of();
  }

  /**
   * Computes the output. Any exception fails the attempt; {@link TransientFailure} says that trying
   * again is sensible.
   */
  O run(StepContext context) throws Exception;
}
