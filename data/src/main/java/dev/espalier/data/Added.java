package dev.espalier.data;

import dev.espalier.platform.Digest;
import java.util.List;
import java.util.Optional;

/**
 * What one addition did.
 *
 * @param source digest of what was sent; sending the same again adds nothing
 * @param rows accepted rows
 * @param rejected refused rows; they are not in the dataset
 * @param reasons why, for the first {@value #MAX_REASONS} of them, with their lines
 * @param aside artifact that keeps these reasons
 */
public record Added(
    String dataset,
    Digest source,
    long rows,
    long rejected,
    List<String> reasons,
    Optional<Digest> aside) {
  /** How many reasons are kept. */
  public static final int MAX_REASONS = 20;

  public Added {
    reasons = List.copyOf(reasons);
  }
}
