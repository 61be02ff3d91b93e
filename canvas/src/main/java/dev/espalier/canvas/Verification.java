package dev.espalier.canvas;

import java.util.List;

/**
 * Whether the stored versions of a canvas are the ones that were signed.
 *
 * @param problems one sentence each, naming the version; empty when intact
 */
public record Verification(
    String product, boolean intact, int versions, String keyId, List<String> problems) {
  public Verification {
    problems = List.copyOf(problems);
  }
}
