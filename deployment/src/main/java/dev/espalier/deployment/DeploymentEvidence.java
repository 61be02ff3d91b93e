package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.serving.EndpointView;
import dev.espalier.serving.LoadCount;
import dev.espalier.serving.ServedModelState;
import dev.espalier.serving.Serving;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** What deployment and serving can say about their questions, from their own records only. */
public final class DeploymentEvidence implements EvidenceSource {
  private final Deployments deployments;
  private final Serving serving;
  private final Registry registry;

  public DeploymentEvidence(Deployments deployments, Serving serving, Registry registry) {
    this.deployments = deployments;
    this.serving = serving;
    this.registry = registry;
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    Evidence report = Evidence.of(product, now);
    List<Rollout> rollouts = deployments.rollouts(product);
    serving
        .view(product)
        .ifPresent(view -> {
          live(report, view, canvas);
          warm(report, rollouts);
        });
    new ReleaseEvidence(
            report, rollouts, version -> registry.version(product, version).registeredAt())
        .observe(canvas);
    return report.observations();
  }

  /** While a canary's new version bakes, and after, the old one stays loaded. */
  private void warm(Evidence report, List<Rollout> rollouts) {
    rollouts.stream()
        .filter(one -> one.kind().equals(Rollout.CANARY) && one.began())
        .reduce((_, latest) -> latest)
        .flatMap(Rollout::from)
        .ifPresent(old -> {
          ServedModelState state =
              serving.models(report.product()).getOrDefault(old, ServedModelState.ABSENT);
          report.verdict(
              "deploy.strategy",
              "warm",
              old,
              1,
              state == ServedModelState.READY,
              "%s is %s".formatted(old, state));
        });
  }

  private void live(Evidence report, EndpointView view, CanvasVersion canvas) {
    Set<String> registered =
        registry.versions(report.product()).stream()
            .map(ModelVersion::version)
            .collect(Collectors.toSet());
    Set<String> loaded =
        view.models().entrySet().stream()
            .filter(one -> one.getValue() == ServedModelState.READY)
            .map(one -> one.getKey())
            .collect(Collectors.toSet());
    long known = loaded.stream().filter(registered::contains).count();
    String subject = view.route().champion().version();
    int n = loaded.size();
    if (n > 0 && inScope(canvas)) {
      String detail = "%d of %d loaded versions are registered".formatted(known, n);
      report.measured("registry.required", "registered", subject, n, (double) known / n, detail);
      report.measured("registry.required", "orphans", subject, n, (double) (n - known), detail);
    }
    process(report, subject, canvas);
    Optional<String> champion =
        registry.alias(report.product(), Registry.CHAMPION).map(ModelVersion::version);
    boolean same = champion.equals(Optional.of(subject)) && view.ready();
    report.verdict("deploy.targets", "digest", subject, 1, same, "Serving %s".formatted(subject));
  }

  /** True when the registry is asked for in a stage that this process serves. */
  private static boolean inScope(CanvasVersion canvas) {
    Set<String> stages =
        canvas.specs(Spec.Environment.class).stream()
            .map(Spec.Environment::stage)
            .collect(Collectors.toSet());
    return canvas.specs(Spec.RegistryScope.class).stream()
        .allMatch(one -> stages.isEmpty() || one.scope().stream().anyMatch(stages::contains));
  }

  /** What this process itself can be seen doing. */
  private void process(Evidence report, String subject, CanvasVersion canvas) {
    LoadCount loads = serving.loads(report.product());
    if (loads.loads() > 0) {
      report.verdict(
          "deploy.format",
          "signature",
          subject,
          loads.loads(),
          loads.verified() >= loads.loads(),
          "%d of %d loads verified every digest of the manifest"
              .formatted(loads.verified(), loads.loads()));
    }
    // Other environments than this process report to nobody yet: they have no evidence.
    if (canvas.specs(Spec.Environment.class).size() <= 1) {
      serving
          .sinceBeat(report.product())
          .ifPresent(since ->
              report.measured(
                  "deploy.targets",
                  "heartbeat",
                  subject,
                  1,
                  since.toMillis() / 1e3,
                  "%.1f s since the champion last answered its self-check"
                      .formatted(since.toMillis() / 1e3)));
    }
    SortedMap<String, String> devices = serving.devices(report.product());
    if (!devices.isEmpty()) {
      String declared =
          canvas.specs(Spec.Accelerator.class).stream()
              .map(Spec.Accelerator::kind)
              .filter(kind -> !kind.equals("none"))
              .findFirst()
              .orElse("cpu");
      report.verdict(
          "serving.accelerator",
          "device",
          subject,
          devices.size(),
          devices.values().stream().allMatch(device -> device.split(" ")[0].equals(declared)),
          "Declared %s; %s".formatted(declared, devices));
    }
  }
}
