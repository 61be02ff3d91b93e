package dev.espalier.deployment;

import java.time.Instant;
import java.util.Optional;

/**
 * Asks for a release.
 *
 * @param cause why, in words
 * @param by who asks; {@link Deployments#MACHINE} for the platform itself
 * @param changedAt product time at which the change that led here began (a new canvas' application,
 *     else the creation of the run that froze the data), where it is known: lead time counts from
 *     there
 * @param breakGlass past calendar, approvals and records, in an emergency
 */
public record ReleaseRequest(
    String product,
    String version,
    String cause,
    String by,
    Optional<Instant> changedAt,
    boolean breakGlass) {

  /** A release that keeps to the policy. */
  public ReleaseRequest(
      String product, String version, String cause, String by, Optional<Instant> changedAt) {
    this(product, version, cause, by, changedAt, false);
  }
}
