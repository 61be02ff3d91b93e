package dev.espalier.serving;

import java.util.Locale;

/** What sends a request down the fallback ladder. */
public enum Trigger {
  TIMEOUT,
  ERROR,
  OVERLOAD,
  LOW_CONFIDENCE,
  PRE_FAIL,
  POST_FAIL;

  /** The name in canvases, answers and metrics ({@code low_confidence}). */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
