package dev.espalier.deployment;

import dev.espalier.canvas.Observation;
import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

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

  /** Drills that need a second version, or a rung that a version or a value stands behind. */
  private static final Set<String> NEED_ANOTHER = Set.of("rollback", "fallback");

  /** How long a drill proves something, in the product's time. */
  public static final Duration TTL = Duration.ofDays(30);

  public DrillRecord {
    observations = List.copyOf(observations);
  }

  /**
   * True while it lets {@code subject} be released under these terms: it passed, or there is
   * nothing that it could be tried on, as with the rollback of a product's first version.
   */
  boolean proves(String subject, Digest now, Instant when) {
    boolean nothing = state.equals(UNPROVED) && NEED_ANOTHER.contains(drill);
    return (passed || nothing)
        && version.equals(subject)
        && terms.equals(now)
        && expiresAt.isAfter(when);
  }
}
