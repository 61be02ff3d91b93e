package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Interval;
import dev.espalier.evaluation.Wilson;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.serving.EndpointView;
import dev.espalier.serving.LoadCount;
import dev.espalier.serving.ServedModelState;
import dev.espalier.serving.Serving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** What deployment and serving can say about their questions, from their own records only. */
public final class DeploymentEvidence implements EvidenceSource {
  private static final double BINOMIAL = 0.99;
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
    Report report = new Report(product, now, new ArrayList<>());
    serving.view(product).ifPresent(view -> live(report, view, canvas));
    List<Rollout> rollouts = deployments.rollouts(product);
    List<Rollout> releases =
        rollouts.stream()
            .filter(one -> !one.kind().equals(Rollout.ROLLBACK) && one.ended())
            .toList();
    if (!releases.isEmpty()) {
      releases(report, releases, canvas);
    }
    releases.stream()
        .filter(one -> one.kind().equals(Rollout.CANARY))
        .reduce((_, latest) -> latest)
        .ifPresent(canary -> canary(report, canary));
    return report.observations;
  }

  private record Report(String product, Instant now, List<Observation> observations) {
    void verdict(String question, String clause, String subject, long n, boolean ok, String why) {
      observations.add(Observation.verdict(question, clause, subject, now, n, ok, why, source()));
    }

    void measured(
        String question, String clause, String subject, long n, double value, String why) {
      observations.add(
          Observation.measured(
              question, clause, subject, now, n, value, Optional.empty(), why, source()));
    }

    private String source() {
      return "/api/v1/deployments/" + product;
    }
  }

  private void live(Report report, EndpointView view, CanvasVersion canvas) {
    Set<String> registered =
        registry.versions(report.product).stream()
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
    if (n > 0) {
      String detail = "%d of %d loaded versions are registered".formatted(known, n);
      report.measured("registry.required", "registered", subject, n, (double) known / n, detail);
      report.measured("registry.required", "orphans", subject, n, (double) (n - known), detail);
    }
    process(report, subject, canvas);
    Optional<String> champion =
        registry.alias(report.product, Registry.CHAMPION).map(ModelVersion::version);
    boolean same = champion.equals(Optional.of(subject)) && view.ready();
    report.verdict("deploy.targets", "digest", subject, 1, same, "Serving %s".formatted(subject));
  }

  /** What this process itself can be seen doing. */
  private void process(Report report, String subject, CanvasVersion canvas) {
    LoadCount loads = serving.loads(report.product);
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
          .sinceBeat(report.product)
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
    SortedMap<String, String> devices = serving.devices(report.product);
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

  private void releases(Report report, List<Rollout> releases, CanvasVersion canvas) {
    int n = releases.size();
    String subject = releases.getLast().to();
    Spec.ReleasePolicy policy = canvas.spec(Spec.ReleasePolicy.class);
    long approved =
        releases.stream().filter(one -> one.approvals().size() >= policy.approvals()).count();
    report.measured(
        "deploy.release_policy",
        "satisfied",
        subject,
        n,
        (double) approved / n,
        "%d of %d releases had their %d approvals".formatted(approved, n, policy.approvals()));
    long failed = releases.stream().filter(one -> one.state().equals(Rollout.ROLLED_BACK)).count();
    report.measured(
        "deploy.lead_time",
        "change_fail_rate",
        subject,
        n,
        (double) failed / n,
        "%d of %d releases went back".formatted(failed, n));
    double[] seconds =
        releases.stream()
            .filter(one -> one.state().equals(Rollout.PROMOTED))
            .mapToDouble(one -> lead(report.product, one))
            .sorted()
            .toArray();
    if (seconds.length > 0) {
      double median = seconds[(seconds.length - 1) / 2];
      report.measured(
          "deploy.lead_time",
          "lead_time",
          subject,
          seconds.length,
          median,
          "Registered → 100 %%: median %s of %s"
              .formatted(Duration.ofSeconds((long) median), Arrays.toString(seconds)));
    }
  }

  private double lead(String product, Rollout rollout) {
    Instant registered = registry.version(product, rollout.to()).registeredAt();
    Instant end = rollout.finishedAt().orElse(rollout.startedAt());
    return Duration.between(registered, end).toSeconds();
  }

  private void canary(Report report, Rollout canary) {
    List<RolloutStepRun> steps =
        canary.steps().stream()
            .filter(step -> step.share() < 1 && step.startedAt().isPresent())
            .filter(step -> step.candidateRequests() + step.championRequests() > 0)
            .toList();
    if (steps.isEmpty()) {
      return;
    }
    long requests = 0;
    boolean split = true;
    boolean arms = true;
    StringBuilder detail = new StringBuilder();
    for (RolloutStepRun step : steps) {
      long n = step.candidateRequests() + step.championRequests();
      Interval interval = Wilson.interval(step.candidateRequests(), n, BINOMIAL);
      split &= interval.low() <= step.share() && step.share() <= interval.high();
      arms &= step.candidateRequests() > 0 && step.championRequests() > 0;
      requests += n;
      detail.append(
          "%d of %d at %.0f %%; ".formatted(step.candidateRequests(), n, step.share() * 100));
    }
    String why = detail.toString();
    report.verdict("deploy.strategy", "split", canary.to(), requests, split, why);
    report.verdict("deploy.strategy", "arms", canary.to(), steps.size(), arms, why);
    report.verdict("experimentation", "stages", canary.to(), steps.size(), true, why);
    canary
        .from()
        .ifPresent(old -> {
          boolean warm = serving.models(report.product).get(old) == ServedModelState.READY;
          report.verdict("deploy.strategy", "warm", old, 1, warm, old + " is kept loaded");
        });
  }
}
