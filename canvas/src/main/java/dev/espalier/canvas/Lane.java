package dev.espalier.canvas;

/** The three lanes of the board. */
public enum Lane {
  DESIGN,
  DEVELOP,
  MAINTAIN
}
