package dev.espalier.training;

import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One run of a product's checks.
 *
 * @param canvasVersion what was checked
 * @param canvas digest of that version's content: a version with equal answers is as green
 * @param snapshot the data that the sample was taken from
 * @param sample how many labelled rows were used
 * @param at the product's time
 * @param millis the machine's time that all checks took
 * @param green whether no check failed and at least one passed
 * @param trigger request or canvas_change; empty for runs of earlier builds
 */
public record CiRun(
    String id,
    String product,
    String canvasVersion,
    Digest canvas,
    Digest snapshot,
    int sample,
    Instant at,
    long millis,
    boolean green,
    List<Check> checks,
    Optional<String> trigger) {
  /** Somebody asked for the run. */
  public static final String REQUEST = "request";

  /** The canvas changed, and the run started by itself. */
  public static final String CANVAS_CHANGE = "canvas_change";

  public CiRun {
    checks = List.copyOf(checks);
  }

  /** How a check ended. A skipped one says why and what would let it run. */
  public enum Outcome {
    PASSED,
    FAILED,
    SKIPPED
  }

  /** One check: its name in the canvas, what it found, in one sentence. */
  public record Check(String name, Outcome outcome, String detail, long millis) {}

  /** Whether a list of checks is green. */
  static boolean green(List<Check> checks) {
    return checks.stream().noneMatch(each -> each.outcome() == Outcome.FAILED)
        && checks.stream().anyMatch(each -> each.outcome() == Outcome.PASSED);
  }
}
