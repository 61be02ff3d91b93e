package dev.espalier.monitoring;

/**
 * How settled a window is: OPEN while it runs, PROVISIONAL until its labels can have arrived, FINAL
 * when it was judged, REVISED when a label arrived after that.
 */
public enum WindowState {
  OPEN,
  PROVISIONAL,
  FINAL,
  REVISED
}
