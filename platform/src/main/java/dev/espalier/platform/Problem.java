package dev.espalier.platform;

import java.util.Optional;

/**
 * An error on the wire: RFC 9457 problem details with the field, the rule and the nearest value.
 */
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    Optional<String> field,
    Optional<String> rule,
    Optional<String> nearest) {

  public static final String MEDIA_TYPE = "application/problem+json";

  public static Problem of(EspalierException failure) {
    return new Problem(
        "urn:espalier:error:" + failure.code().name().toLowerCase(java.util.Locale.ROOT),
        failure.code().name(),
        failure.code().httpStatus(),
        String.valueOf(failure.getMessage()),
        failure.field(),
        failure.rule(),
        failure.nearest());
  }

  /** An unexpected failure: opaque to the caller, found in the log by {@code correlation}. */
  public static Problem internal(String correlation) {
    return new Problem(
        "urn:espalier:error:internal",
        "INTERNAL",
        500,
        "Unexpected failure; the server's log has it under " + correlation + ".",
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
