package dev.espalier.tracking.search;

/** A comparison of the search language. */
public enum Operator {
  EQUAL("="),
  NOT_EQUAL("!="),
  LESS("<"),
  LESS_OR_EQUAL("<="),
  GREATER(">"),
  GREATER_OR_EQUAL(">="),
  LIKE("LIKE"),
  ILIKE("ILIKE"),
  /** A regular expression, found anywhere in the text. */
  RLIKE("RLIKE"),
  IN("IN"),
  NOT_IN("NOT IN"),
  IS_NULL("IS NULL"),
  IS_NOT_NULL("IS NOT NULL");

  private final String text;

  Operator(String text) {
    this.text = text;
  }

  /** As a filter writes it. */
  public String text() {
    return text;
  }
}
