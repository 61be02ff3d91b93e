package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A size in bytes. */
public record Bytes(@JsonValue long count) {
  @JsonCreator
  public Bytes {}
}
