package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which drills a canvas asks for, and which of them are due. A drill is repeated every week of the
 * product's time, well before its record expires; one that was cut short is tried again after an
 * hour. Pure apart from reading the records; thread-safe.
 */
public final class DrillPlan {
  /** How often a drill is repeated. */
  public static final Duration EVERY = Duration.ofDays(7);

  private static final Duration AGAIN = Duration.ofHours(1);
  private final DrillStore records;

  public DrillPlan(DrillStore records) {
    this.records = records;
  }

  /** A drill that should run now, and against which version. */
  public record Due(String drill, String version) {}

  /** The drills of the serving plane that this canvas asks for, cheapest first. */
  public static List<String> asked(CanvasVersion canvas) {
    List<String> drills = new ArrayList<>();
    drills.add("reload");
    if (!canvas.resources(Spec.Rollout.class).isEmpty()) {
      drills.add("rollback");
    }
    if (!canvas.resources(Spec.Fallback.class).isEmpty()) {
      drills.add("fallback");
    }
    if (!canvas.resources(Spec.PreAssertion.class).isEmpty()) {
      drills.add("malformed");
    }
    if (canvas.specs(Spec.Volume.class).stream().anyMatch(one -> one.expectedPerSecond() > 0)) {
      drills.add("load");
    }
    return drills;
  }

  /**
   * What is repeated while a version answers: its own drills, and those of the whole product, the
   * restore last because it copies the home.
   */
  public static List<String> repeated(CanvasVersion canvas) {
    List<String> drills = new ArrayList<>(asked(canvas));
    if (!canvas.resources(Spec.Monitor.class).isEmpty()) {
      drills.add("drift");
    }
    if (!canvas.resources(Spec.Alert.class).isEmpty()) {
      drills.add("page");
    }
    drills.add("restore");
    return drills;
  }

  /** Digest of what the drills answer to; a canvas that changes it voids their records. */
  public static Digest terms(CanvasVersion canvas) {
    List<Spec> terms = new ArrayList<>();
    terms.addAll(canvas.specs(Spec.Endpoint.class));
    terms.addAll(canvas.specs(Spec.Fallback.class));
    terms.addAll(canvas.specs(Spec.PreAssertion.class));
    terms.addAll(canvas.specs(Spec.Volume.class));
    terms.addAll(canvas.specs(Spec.Accelerator.class));
    List<Duration> rollback =
        canvas.specs(Spec.Rollout.class).stream().map(Spec.Rollout::rollbackTime).toList();
    return CanonicalJson.digest(new Terms(terms, rollback));
  }

  private record Terms(List<Spec> specs, List<Duration> rollbackTime) {}

  /** The next drill that is due before a version may be released. */
  public Optional<Due> before(String product, String candidate, CanvasVersion canvas, Instant now) {
    return due(asked(canvas), product, candidate, canvas, now);
  }

  /**
   * The next drill that is to be repeated.
   *
   * @param champion what answers production now
   */
  public Optional<Due> again(String product, String champion, CanvasVersion canvas, Instant now) {
    return due(repeated(canvas), product, champion, canvas, now);
  }

  private Optional<Due> due(
      List<String> drills, String product, String version, CanvasVersion canvas, Instant now) {
    return drills.stream()
        .filter(drill -> due(product, drill, version, canvas, now))
        .map(drill -> new Due(drill, version))
        .findFirst();
  }

  private boolean due(
      String product, String drill, String version, CanvasVersion canvas, Instant now) {
    Optional<DrillRecord> last = records.newest(product, drill, version);
    if (last.isEmpty() || !last.get().terms().equals(terms(canvas))) {
      return true;
    }
    Duration wait = last.get().state().equals(DrillRecord.ABORTED) ? AGAIN : EVERY;
    return !last.get().at().plus(wait).isAfter(now);
  }

  /** The first drill without a valid pass of this version; empty when all that are asked passed. */
  public Optional<String> unproven(
      String product, String version, CanvasVersion canvas, Instant now) {
    Digest terms = terms(canvas);
    return asked(canvas).stream()
        .filter(drill ->
            records
                .newest(product, drill, version)
                .filter(last -> last.proves(version, terms, now))
                .isEmpty())
        .findFirst();
  }

  /** The newest run of a drill against a version. */
  public Optional<DrillRecord> last(String product, String drill, String version) {
    return records.newest(product, drill, version);
  }
}
