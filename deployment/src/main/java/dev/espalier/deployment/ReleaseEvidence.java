package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Hypotheses;
import dev.espalier.evaluation.Interval;
import dev.espalier.evaluation.Wilson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What the rollouts' records say about how releases were made. Pure. */
final class ReleaseEvidence {
  private static final double BINOMIAL = 0.99;
  private static final Duration WINDOW = Duration.ofDays(30);
  private static final double DAY = 86_400;

  private final Evidence report;
  private final List<Rollout> rollouts;
  private final Function<String, Instant> registered;

  /**
   * @param rollouts oldest first
   * @param registered when a version was registered
   */
  ReleaseEvidence(Evidence report, List<Rollout> rollouts, Function<String, Instant> registered) {
    this.report = report;
    this.rollouts = rollouts;
    this.registered = registered;
  }

  void observe(CanvasVersion canvas) {
    List<Rollout> releases = rollouts.stream().filter(Rollout::began).toList();
    if (releases.isEmpty()) {
      return;
    }
    policy(releases);
    failures(releases);
    lead(
        releases,
        canvas.specs(Spec.LeadTime.class).stream()
            .findFirst()
            .map(Spec.LeadTime::stat)
            .orElse("p50"),
        canvas.specs(Spec.LeadTime.class).stream()
            .findFirst()
            .map(Spec.LeadTime::window)
            .orElse(WINDOW));
    weekly(releases);
    canvas.specs(Spec.DeployFrequency.class).stream()
        .findFirst()
        .ifPresent(asked -> frequency(releases, asked));
    releases.stream()
        .filter(one -> one.kind().equals(Rollout.CANARY))
        .reduce((_, latest) -> latest)
        .ifPresent(this::canary);
  }

  /** Releases a week that reached all traffic, over 30 days or the time since the first. */
  private void weekly(List<Rollout> releases) {
    List<Instant> full = releases.stream().flatMap(one -> one.fullTrafficAt().stream()).toList();
    if (full.isEmpty()) {
      return;
    }
    Instant from = report.now().minus(WINDOW);
    long recent = full.stream().filter(at -> at.isAfter(from)).count();
    Instant since = full.getFirst().isAfter(from) ? full.getFirst() : from;
    double weeks = Math.max(DAY, seconds(since, report.now())) / (7 * DAY);
    report.measured(
        "foundations.dora",
        "deploy_frequency",
        releases.getLast().to(),
        full.size(),
        recent / weeks,
        "%d of %d releases in the last %.1f weeks".formatted(recent, full.size(), weeks));
  }

  /** Releases that reached all traffic, over the time since the first, against the asked rate. */
  private void frequency(List<Rollout> releases, Spec.DeployFrequency asked) {
    List<Instant> full = releases.stream().flatMap(one -> one.fullTrafficAt().stream()).toList();
    if (full.size() < 2) {
      return;
    }
    double span = Math.max(1, seconds(full.getFirst(), report.now()));
    report.measured(
        "deploy.lead_time",
        "frequency",
        releases.getLast().to(),
        full.size(),
        (full.size() - 1) / span / asked.perSecond(),
        "%d releases after the first in %.1f days, %.2f were asked for"
            .formatted(full.size() - 1, span / 86_400, asked.perSecond() * span));
  }

  private void policy(List<Rollout> releases) {
    int n = releases.size();
    String subject = releases.getLast().to();
    List<Admission> admissions = releases.stream().flatMap(r -> r.admission().stream()).toList();
    long declared =
        admissions.stream()
            .filter(one -> one.check("mode").filter(PolicyCheck::passed).isPresent())
            .count();
    report.measured(
        "deploy.mode",
        "as_declared",
        subject,
        n,
        (double) declared / n,
        "%d of %d releases were made as the mode of their time says".formatted(declared, n));
    long satisfied = admissions.stream().filter(Admission::satisfied).count();
    List<String> broken =
        admissions.stream()
            .flatMap(one -> one.checks().stream())
            .filter(check -> !check.passed())
            .map(check -> check.rule() + " " + check.detail())
            .toList();
    report.measured(
        "deploy.release_policy",
        "satisfied",
        subject,
        n,
        (double) satisfied / n,
        "%d of %d releases satisfied the policy of their time%s"
            .formatted(satisfied, n, broken.isEmpty() ? "" : ": " + String.join("; ", broken)));
    approvers(releases);
    reviews(releases);
  }

  /** What broke the glass and whose time for a review is over or used. */
  private void reviews(List<Rollout> releases) {
    List<BreakGlass> broken =
        releases.stream()
            .flatMap(one -> one.admission().flatMap(Admission::glass).stream())
            .filter(one -> one.reviewedAt().isPresent() || !one.inTime(report.now()))
            .toList();
    if (!broken.isEmpty()) {
      long good = broken.stream().filter(one -> one.inTime(report.now())).count();
      report.verdict(
          "deploy.release_policy",
          "reviews",
          releases.getLast().to(),
          broken.size(),
          good == broken.size(),
          "%d of %d releases that broke the glass were reviewed in time"
              .formatted(good, broken.size()));
    }
  }

  /** Who approved what, against who made it; under four eyes only. */
  private void approvers(List<Rollout> releases) {
    List<Rollout> watched =
        releases.stream()
            .filter(one -> one.admission().filter(Admission::fourEyes).isPresent())
            .toList();
    if (watched.isEmpty()) {
      return;
    }
    List<String> own =
        watched.stream()
            .filter(one ->
                one.approvals().stream()
                    .anyMatch(one.admission().orElseThrow().authors()::contains))
            .map(one -> one.to() + " by " + one.approvals())
            .toList();
    report.verdict(
        "deploy.release_policy",
        "approver",
        watched.getLast().to(),
        watched.size(),
        own.isEmpty(),
        own.isEmpty()
            ? "No author approved an own release in %d under four eyes".formatted(watched.size())
            : "Authors approved " + String.join(", ", own));
  }

  private void failures(List<Rollout> releases) {
    List<Rollout> back =
        rollouts.stream().filter(one -> one.kind().equals(Rollout.ROLLBACK)).toList();
    List<Rollout> settled =
        releases.stream().filter(one -> one.fullTrafficAt().isPresent() || one.ended()).toList();
    List<Double> seconds = new ArrayList<>();
    for (Rollout release : settled) {
      if (release.state().equals(Rollout.ROLLED_BACK)) {
        Instant alarm =
            release
                .decidedAt(Rollout.HOLD)
                .or(() -> release.decidedAt(Rollout.ROLL_BACK))
                .orElse(release.startedAt());
        seconds.add(seconds(alarm, release.finishedAt().orElse(alarm)));
      } else {
        back.stream()
            .filter(one -> one.from().equals(Optional.of(release.to())) && one.ended())
            .findFirst()
            .ifPresent(one ->
                seconds.add(seconds(one.startedAt(), one.finishedAt().orElse(one.startedAt()))));
      }
    }
    if (settled.isEmpty()) {
      return;
    }
    String subject = releases.getLast().to();
    int failed = seconds.size();
    report.measured(
        "deploy.lead_time",
        "change_fail_rate",
        subject,
        settled.size(),
        (double) failed / settled.size(),
        "%d of %d releases went back".formatted(failed, settled.size()));
    double mean = seconds.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    report.measured(
        "deploy.lead_time",
        "mttr",
        subject,
        failed,
        mean,
        "Alarm → the last good version answers everything: mean %.0f s of %d failed releases"
            .formatted(mean, failed));
  }

  private void lead(List<Rollout> releases, String stat, Duration window) {
    List<Double> seconds = new ArrayList<>();
    int fromRun = 0;
    double training = 0;
    double waiting = 0;
    double steps = 0;
    for (Rollout release : releases) {
      Optional<Instant> full = release.fullTrafficAt();
      if (full.isEmpty() || full.get().isBefore(report.now().minus(window))) {
        continue;
      }
      Admission admission = release.admission().orElseThrow();
      Instant admitted = admission.admittedAt().orElseThrow();
      Instant known = registered.apply(release.to());
      Instant began = admission.changedAt().orElse(known);
      fromRun += admission.changedAt().isPresent() ? 1 : 0;
      seconds.add(seconds(began, full.get()));
      training += seconds(began, known);
      waiting += seconds(known, admitted);
      steps += seconds(admitted, full.get());
    }
    if (seconds.isEmpty()) {
      return;
    }
    int n = seconds.size();
    double quantile = stat.equals("p90") ? 0.9 : 0.5;
    double value =
        seconds.stream().sorted().toList().get(Math.max(0, (int) Math.ceil(n * quantile) - 1));
    report.measured(
        "deploy.lead_time",
        "lead_time",
        releases.getLast().to(),
        n,
        value,
        ("%s of %d releases → 100 %%, %d counted from the change itself and %d from registration; "
                + "means: to registration %.0f s, to admission %.0f s, steps %.0f s")
            .formatted(stat, n, fromRun, n - fromRun, training / n, waiting / n, steps / n));
  }

  private static double seconds(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toMillis() / 1e3);
  }

  private void canary(Rollout canary) {
    List<RolloutStepRun> split =
        canary.steps().stream()
            .filter(step -> step.share() < 1 && step.startedAt().isPresent())
            .filter(step -> step.candidateRequests() + step.championRequests() > 0)
            .toList();
    stages(canary);
    if (split.isEmpty()) {
      return;
    }
    long requests = 0;
    boolean held = true;
    boolean arms = true;
    List<String> detail = new ArrayList<>();
    for (RolloutStepRun step : split) {
      long n = step.candidateRequests() + step.championRequests();
      Interval interval = Wilson.interval(step.candidateRequests(), n, BINOMIAL);
      held &= interval.low() <= step.share() && step.share() <= interval.high();
      arms &= step.candidateRequests() > 0 && step.championRequests() > 0;
      requests += n;
      detail.add("%d of %d at %.0f %%".formatted(step.candidateRequests(), n, step.share() * 100));
    }
    String why = String.join("; ", detail);
    report.verdict("deploy.strategy", "split", canary.to(), requests, held, why);
    report.verdict("deploy.strategy", "arms", canary.to(), split.size(), arms, why);
    double p =
        Hypotheses.sampleRatio(
            split.stream().mapToLong(RolloutStepRun::candidateRequests).toArray(),
            split.stream().mapToLong(s -> s.candidateRequests() + s.championRequests()).toArray(),
            split.stream().mapToDouble(RolloutStepRun::share).toArray());
    report.measured(
        "experimentation",
        "srm",
        canary.to(),
        requests,
        p,
        "Sample ratio: chi-square p %.4g; %s".formatted(p, why));
    effect(canary, split.getLast());
  }

  private void effect(Rollout canary, RolloutStepRun step) {
    List<Effect> effects = step.effects();
    String words =
        String.join(
            "; ",
            effects.stream()
                .map(one ->
                    "%s %+.4g [%+.4g, %+.4g] of %d"
                        .formatted(one.signal(), one.value(), one.low(), one.high(), one.n()))
                .toList());
    report.verdict(
        "experimentation",
        "effect",
        canary.to(),
        effects.stream().mapToLong(Effect::n).max().orElse(0),
        !effects.isEmpty(),
        "Candidate minus champion at %.0f %%: %s".formatted(step.share() * 100, words));
  }

  /** A rollout that went back needs no record of the stages that it never reached. */
  private void stages(Rollout canary) {
    boolean gates =
        canary
            .admission()
            .flatMap(one -> one.check("gates"))
            .filter(PolicyCheck::passed)
            .isPresent();
    List<String> missing = new ArrayList<>();
    if (!gates) {
      missing.add("offline gates");
    }
    boolean failed = false;
    for (RolloutStepRun step : canary.steps()) {
      boolean recorded = step.startedAt().isPresent() && !step.guardrails().isEmpty();
      boolean done = canary.fullTrafficAt().isPresent() || canary.ended();
      if (done && !failed && !recorded && step.share() < 1) {
        missing.add("%.0f %%".formatted(step.share() * 100));
      }
      failed |= step.state().equals("FAILED");
    }
    int n = 1 + canary.steps().size();
    report.verdict(
        "experimentation",
        "stages",
        canary.to(),
        n,
        missing.isEmpty(),
        missing.isEmpty()
            ? "Offline gates and every step that was reached are on record"
            : "No record of " + String.join(", ", missing));
  }
}
