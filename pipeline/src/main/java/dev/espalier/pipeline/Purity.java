package dev.espalier.pipeline;

/** Whether a step only computes, and may be cached, or changes the world outside its output. */
public enum Purity {
  PURE,
  EFFECT
}
