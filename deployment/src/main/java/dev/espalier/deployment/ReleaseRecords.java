package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.model.Bundles;
import dev.espalier.model.ScanReport;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The records that a release policy may require: is there a green CI, a frozen model card, a clean
 * scan, a pass of every drill, for this version and this canvas? Each requirement has one source;
 * one without a source is never met, and its answer says which command makes the record. Immutable,
 * hence thread-safe.
 */
public final class ReleaseRecords {
  /** Looks one record up. */
  @FunctionalInterface
  public interface Source {
    /** Whether the record is there and good, in words; a missing one names the command. */
    PolicyCheck find(ModelVersion version, CanvasVersion canvas, Instant now);
  }

  private final Map<String, Source> sources;

  private final Standing standing;

  private ReleaseRecords(Map<String, Source> sources, Standing standing) {
    this.sources = Map.copyOf(sources);
    this.standing = standing;
  }

  /** The records that deployment itself can answer for: the scan and the drills. */
  public static ReleaseRecords of(Bundles bundles, DrillPlan drills) {
    return of(bundles, drills, Host.here());
  }

  /** The same, for a process that serves on {@code host}. */
  static ReleaseRecords of(Bundles bundles, DrillPlan drills, Host host) {
    return new ReleaseRecords(
        Map.of(
            "scan", (version, _, _) -> scan(bundles, version),
            "drills", (version, canvas, now) -> drills(drills, version, canvas, now)),
        new Standing(bundles, host));
  }

  /** What the canvas asks of a version and of the place it goes to, whatever is on record. */
  List<PolicyCheck> standing(ModelVersion version, CanvasVersion canvas) {
    return standing.checks(version, canvas);
  }

  /** The same, with another source for a requirement. */
  public ReleaseRecords with(String requirement, Source source) {
    Map<String, Source> more = new TreeMap<>(sources);
    more.put(requirement, source);
    return new ReleaseRecords(more, standing);
  }

  PolicyCheck find(String requirement, ModelVersion version, CanvasVersion canvas, Instant now) {
    return Optional.ofNullable(sources.get(requirement))
        .map(source -> source.find(version, canvas, now))
        .orElseGet(() -> new PolicyCheck(requirement, false, missing(requirement, version)));
  }

  private static String missing(String requirement, ModelVersion version) {
    return switch (requirement) {
      case "ci" ->
          "no green CI run of %s is on record; `espalier ci %s` makes one"
              .formatted(version.version(), version.product());
      case "card" ->
          "no frozen model card of %s is on record; `espalier docs %s` writes and freezes it"
              .formatted(version.version(), version.product());
      default -> "nothing keeps such a record; known are gates, ci, card, scan and drills";
    };
  }

  /** Reads the bundle's bytes now: what was clean when it was registered may be damaged since. */
  private static PolicyCheck scan(Bundles bundles, ModelVersion version) {
    try {
      ScanReport report = bundles.scan(version.bundle());
      return new PolicyCheck(
          "scan",
          report.clean(),
          report.clean()
              ? "%d files of the bundle scanned, nothing found".formatted(report.files())
              : String.join("; ", report.findings()));
    } catch (EspalierException unreadable) {
      return new PolicyCheck(
          "scan", false, "the bundle cannot be read: " + unreadable.getMessage());
    }
  }

  private static PolicyCheck drills(
      DrillPlan plan, ModelVersion version, CanvasVersion canvas, Instant now) {
    Optional<String> unproven = plan.unproven(version.product(), version.version(), canvas, now);
    if (unproven.isEmpty()) {
      return new PolicyCheck(
          "drills", true, String.join(", ", DrillPlan.asked(canvas)) + " passed and are fresh");
    }
    String drill = unproven.get();
    String last =
        plan.last(version.product(), drill, version.version())
            .map(record -> " (last: %s at %s)".formatted(record.state(), record.at()))
            .orElse("");
    return new PolicyCheck(
        "drills",
        false,
        "no valid pass of drill '%s' by %s is on record%s; `espalier drill %s %s --model-version %s` makes one"
            .formatted(
                drill, version.version(), last, version.product(), drill, version.version()));
  }
}
