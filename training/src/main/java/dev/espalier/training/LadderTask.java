package dev.espalier.training;

import dev.espalier.canvas.Spec;
import java.util.List;
import java.util.Optional;

/**
 * What the train step is asked to do: everything of the canvas that its result depends on, and so
 * part of its cache key.
 *
 * @param architecture the shape of the transformer rung, where the canvas declares one
 * @param maxCharacters how much of a text every rung reads
 * @param transformerSteps optimiser steps of the transformer rung, 1–100
 */
record LadderTask(
    List<Spec.Rung> rungs,
    Optional<Spec.Architecture> architecture,
    int maxCharacters,
    int encoderTokens,
    int transformerSteps,
    int transformerBatch,
    long seed) {
  /** Enough for the first screens of a mail; longer texts add cost, hardly evidence. */
  static final int MAX_CHARACTERS = 4_000;

  static final int ENCODER_TOKENS = 64;
  static final int TRANSFORMER_STEPS = 60;
  static final int TRANSFORMER_BATCH = 32;

  LadderTask {
    rungs = List.copyOf(rungs);
  }

  static LadderTask of(Spec.Ladder ladder, Optional<Spec.Architecture> architecture, long seed) {
    return new LadderTask(
        ladder.rungs(),
        architecture,
        MAX_CHARACTERS,
        ENCODER_TOKENS,
        TRANSFORMER_STEPS,
        TRANSFORMER_BATCH,
        seed);
  }
}
