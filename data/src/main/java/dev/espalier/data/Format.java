package dev.espalier.data;

/** How a dataset arrives; both are UTF-8 text, one row after the other. */
public enum Format {
  /** RFC 4180 with a header line. */
  CSV,
  /** One JSON object a line. */
  JSONL
}
