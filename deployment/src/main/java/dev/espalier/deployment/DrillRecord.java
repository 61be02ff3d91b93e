package dev.espalier.deployment;

import dev.espalier.canvas.Observation;
import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * One drill as it went.
 *
 * @param version what was drilled; empty text when nothing was released
 * @param terms digest of the part of the canvas that the drill answers to: another one voids it
 * @param at product time
 * @param expiresAt product time from which it proves nothing any more
 * @param recordedAt machine time
 * @param millis machine time that it took
 * @param state {@code PASSED}, {@code FAILED}, {@code UNPROVED} (ended, and nothing was seen) or
 *     {@code ABORTED} (stopped by a person, by production's traffic or by an error)
 * @param passed true when {@code state} is PASSED
 * @param trigger {@code request}, {@code schedule} or {@code release}
 * @param by who asked; {@link Deployments#MACHINE} for the platform itself
 * @param detail one sentence for a person
 */
public record DrillRecord(
    String id,
    String product,
    String drill,
    String version,
    String canvasVersion,
    Digest terms,
    Instant at,
    Instant expiresAt,
    Instant recordedAt,
    long millis,
    String state,
    boolean passed,
    String trigger,
    String by,
    List<Observation> observations,
    String detail) {
  public static final String PASSED = "PASSED";
  public static final String FAILED = "FAILED";
  public static final String UNPROVED = "UNPROVED";
  public static final String ABORTED = "ABORTED";

  /** How long a drill proves something, in the product's time. */
  public static final Duration TTL = Duration.ofDays(30);

  public DrillRecord {
    observations = List.copyOf(observations);
  }

  /** True while it proves that {@code subject} passed under these terms. */
  boolean proves(String subject, Digest now, Instant when) {
    return passed && version.equals(subject) && terms.equals(now) && expiresAt.isAfter(when);
  }
}
