package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The machine that runs steps, as it is described to it.
 *
 * @param labels what {@value #LABELS} says, comma-separated
 * @param zone where {@value #ZONE} says that it stands
 */
public record Runner(Set<String> labels, Optional<String> zone) {
  /** The environment variable with the labels of this machine. */
  public static final String LABELS = "ESPALIER_RUNNER_LABELS";

  /** The environment variable with the region of this machine. */
  public static final String ZONE = "ESPALIER_ZONE";

  public Runner {
    labels = Set.copyOf(labels);
  }

  /** This machine. */
  public static Runner here() {
    return new Runner(
        Arrays.stream(Optional.ofNullable(System.getenv(LABELS)).orElse("").split(","))
            .map(String::strip)
            .filter(label -> !label.isEmpty())
            .collect(Collectors.toSet()),
        Optional.ofNullable(System.getenv(ZONE)).filter(zone -> !zone.isBlank()));
  }

  /**
   * Refuses a canvas whose runs may not work here.
   *
   * @throws EspalierException CONFLICT when the machine lacks a label, or is known to stand outside
   *     the region
   */
  void admit(CanvasVersion canvas) {
    Set<String> missing = new TreeSet<>();
    canvas.specs(Spec.RunnerLabels.class).forEach(asked -> missing.addAll(asked.labels()));
    missing.removeAll(labels);
    if (!missing.isEmpty()) {
      throw EspalierException.conflict(
          "Runs of %s need a machine labelled %s (ct.where.labels); this one is labelled %s. Set %s where it may run."
              .formatted(canvas.product(), missing, labels.isEmpty() ? "nothing" : labels, LABELS));
    }
    Set<String> regions = new TreeSet<>();
    canvas.specs(Spec.Placement.class).forEach(asked -> regions.addAll(asked.residency()));
    boolean outside =
        zone.isPresent()
            && !regions.isEmpty()
            && regions.stream()
                .noneMatch(
                    region -> zone.get().equals(region) || zone.get().startsWith(region + "-"));
    if (outside) {
      throw EspalierException.conflict(
          "Runs of %s stay in %s (ct.where.residency); this machine stands in %s."
              .formatted(canvas.product(), regions, zone.get()));
    }
  }
}
