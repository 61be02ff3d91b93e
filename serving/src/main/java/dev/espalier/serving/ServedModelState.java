package dev.espalier.serving;

/** The life of a version in memory. */
public enum ServedModelState {
  ABSENT,
  LOADING,
  WARMING,
  READY,
  DRAINING,
  FAILED
}
