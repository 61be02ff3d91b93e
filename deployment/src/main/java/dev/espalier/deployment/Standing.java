package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.model.Bundles;
import dev.espalier.model.ScanReport;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a canvas asks of every release besides records: its size and content, the place it goes to,
 * and that somebody watches there. Each rule reads its own resource and is silent without one.
 * Immutable, hence thread-safe.
 */
final class Standing {
  /** What a registered version is stored and shipped as. */
  private static final String FORMAT = "espalier_bundle";

  private final Bundles bundles;
  private final Host host;

  Standing(Bundles bundles, Host host) {
    this.bundles = bundles;
    this.host = host;
  }

  /** Every rule that applies, cheapest first. */
  List<PolicyCheck> checks(ModelVersion version, CanvasVersion canvas) {
    List<PolicyCheck> checks = new ArrayList<>();
    watched(canvas).ifPresent(checks::add);
    canvas.specs(Spec.Location.class).forEach(place -> checks.add(place(place)));
    try {
      long bytes = bundles.bytes(version.bundle());
      canvas.specs(Spec.Environment.class).forEach(target -> checks.add(fits(target, bytes)));
      canvas.specs(Spec.BundlePolicy.class).forEach(policy -> checks.add(bundle(policy, version)));
    } catch (EspalierException unreadable) {
      checks.add(
          new PolicyCheck(
              "format", false, "the bundle cannot be read: " + unreadable.getMessage()));
    }
    return checks;
  }

  private PolicyCheck bundle(Spec.BundlePolicy policy, ModelVersion version) {
    if (!policy.formats().contains(FORMAT)) {
      return new PolicyCheck(
          "format",
          false,
          "%s is shipped as %s, and deploy.format allows %s only"
              .formatted(version.version(), FORMAT, policy.formats()));
    }
    long bytes = bundles.bytes(version.bundle());
    if (bytes > policy.maxBytes()) {
      return new PolicyCheck(
          "format",
          false,
          "the bundle has %,d bytes, deploy.format allows %,d".formatted(bytes, policy.maxBytes()));
    }
    ScanReport scan = bundles.scan(version.bundle());
    boolean forbidden = !policy.forbidden().isEmpty() && !scan.clean();
    return new PolicyCheck(
        "format",
        !forbidden,
        forbidden
            ? "forbidden content: " + String.join("; ", scan.findings())
            : "%s of %,d bytes".formatted(FORMAT, bytes));
  }

  private static PolicyCheck fits(Spec.Environment target, long bytes) {
    boolean fits = bytes <= target.memoryBytes();
    return new PolicyCheck(
        "target " + target.name(),
        fits,
        "a bundle of %,d bytes for %,d bytes of memory".formatted(bytes, target.memoryBytes()));
  }

  private PolicyCheck place(Spec.Location place) {
    String rule = "place " + place.name();
    if (place.accelerator().filter(kind -> !host.devices().contains(kind)).isPresent()) {
      return new PolicyCheck(
          rule,
          false,
          "it declares %s and this machine shows %s"
              .formatted(
                  place.accelerator().get(), host.devices().isEmpty() ? "none" : host.devices()));
    }
    Optional<String> required = place.residency().or(place::zone);
    if (required.isEmpty() || host.zone().isEmpty()) {
      return new PolicyCheck(
          rule, true, required.isEmpty() ? "anywhere" : "where this machine stands is not said");
    }
    boolean inside =
        place.residency().filter(region -> !Host.within(host.zone().get(), region)).isEmpty()
            && place.zone().filter(zone -> !Host.within(host.zone().get(), zone)).isEmpty();
    return new PolicyCheck(
        rule,
        inside,
        "it must stay in %s; this machine stands in %s"
            .formatted(required.get(), host.zone().get()));
  }

  /** Where monitoring is mandatory nothing is released that nobody would watch. */
  private static Optional<PolicyCheck> watched(CanvasVersion canvas) {
    Optional<Spec.MonitoringPolicy> policy =
        canvas.specs(Spec.MonitoringPolicy.class).stream().findFirst();
    Set<String> stages =
        canvas.specs(Spec.Environment.class).stream()
            .map(Spec.Environment::stage)
            .collect(Collectors.toSet());
    return policy
        .filter(one -> mandatory(one, stages))
        .map(one ->
            unwatched(canvas, one.purpose())
                .map(why -> new PolicyCheck("monitoring", false, why))
                .orElseGet(() -> new PolicyCheck("monitoring", true, "watched as required")));
  }

  private static boolean mandatory(Spec.MonitoringPolicy policy, Set<String> stages) {
    boolean production = stages.isEmpty() || stages.contains("prod");
    return (production && policy.prod().equals("mandatory"))
        || (stages.contains("staging") && policy.staging().equals("mandatory"));
  }

  private static Optional<String> unwatched(CanvasVersion canvas, Set<String> purpose) {
    boolean logged =
        canvas.specs(Spec.InferenceLog.class).stream().anyMatch(log -> log.sample() > 0);
    if (!logged) {
      return Optional.of("no prediction would be logged (monitoring.required.sample is 0)");
    }
    if (purpose.contains("effectiveness") && canvas.specs(Spec.LiveMetric.class).isEmpty()) {
      return Optional.of("no metric is computed while it serves (monitoring.ml is empty)");
    }
    boolean monitors = !canvas.specs(Spec.Monitor.class).isEmpty();
    Set<String> heard =
        canvas.specs(Spec.Alert.class).stream().map(Spec.Alert::on).collect(Collectors.toSet());
    boolean heeded =
        canvas.resources(Spec.Monitor.class).stream()
            .anyMatch(monitor -> heard.contains(monitor.name()));
    if (purpose.contains("degradation") && !(monitors && heeded)) {
      return Optional.of("no alert rests on a monitor (monitoring.decay, monitoring.alerts)");
    }
    return Optional.empty();
  }
}
