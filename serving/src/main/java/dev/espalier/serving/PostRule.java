package dev.espalier.serving;

/**
 * What an endpoint may ask of an answer besides that it can be read at all, which is always asked:
 * one finite number for each label.
 */
public enum PostRule {
  /** The numbers are a distribution: each between 0 and 1, together 1. */
  SUM("sum(prob) = 1"),
  /** Whoever answers instead knows the champion's labels and no others. */
  LABEL_SET("label set");

  private final String text;

  PostRule(String text) {
    this.text = text;
  }

  /** The rule as canvases write it. */
  public String text() {
    return text;
  }
}
