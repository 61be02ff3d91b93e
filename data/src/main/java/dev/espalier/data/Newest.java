package dev.espalier.data;

import java.time.Instant;

/**
 * The newest thing in a dataset, by event time.
 *
 * @param origin where it came from
 */
public record Newest(Instant at, Origin origin) {
  /** Whether a label came back from production, a file was added, or a snapshot holds it. */
  public enum Origin {
    LABEL,
    UPLOAD,
    SNAPSHOT
  }
}
