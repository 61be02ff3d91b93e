package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What must still come before a rollout moves on.
 *
 * @param step index of the step that runs, −1 when none does
 * @param waitsFor in words, most pressing first; empty when the next tick moves it
 * @param approvalsLeft persons who must still approve
 * @param opensAt when the calendar next lets a step begin; empty when it never does within a year
 * @param holdLeft how long the step must still hold, in the product's time
 * @param requestsLeft requests that the candidate must still answer in this step
 * @param unproven guardrails that have not passed yet
 * @param effects the candidate minus the champion, with 95 % intervals
 */
public record Outlook(
    String rollout,
    String state,
    int step,
    List<String> waitsFor,
    int approvalsLeft,
    Optional<Instant> opensAt,
    Optional<Duration> holdLeft,
    long requestsLeft,
    List<String> unproven,
    List<Effect> effects) {
  public Outlook {
    waitsFor = List.copyOf(waitsFor);
    unproven = List.copyOf(unproven);
    effects = List.copyOf(effects);
  }

  static Outlook of(Rollout rollout, CanvasVersion canvas, Instant now) {
    Calendar calendar = Calendar.of(canvas.spec(Spec.ReleasePolicy.class));
    int approvals =
        rollout.state().equals(Rollout.PENDING)
            ? rollout
                .admission()
                .map(one -> Math.max(0, one.approvalsNeeded() - rollout.approvals().size()))
                .orElse(0)
            : 0;
    Optional<RolloutStepRun> running =
        rollout.current() < 0
            ? Optional.empty()
            : Optional.of(rollout.steps().get(rollout.current()));
    Optional<Duration> hold = running.map(one -> one.holdLeft(now));
    boolean baking = rollout.state().equals(Rollout.BAKING);
    long requests =
        baking
            ? 0
            : running
                .map(one -> Math.max(0, one.minRequests() - one.candidateRequests()))
                .orElse(0L);
    List<String> unproven =
        running.stream()
            .flatMap(one -> one.guardrails().stream())
            .filter(one -> one.verdict() != Verdict.PASS)
            .map(GuardrailResult::signal)
            .toList();
    Waits waits = new Waits(approvals, calendar.closed(now), hold, requests, unproven, baking);
    return new Outlook(
        rollout.id(),
        rollout.state(),
        rollout.current(),
        waits.words(rollout),
        approvals,
        calendar.opens(now),
        hold,
        requests,
        unproven,
        running.map(RolloutStepRun::effects).orElse(List.of()));
  }

  private record Waits(
      int approvals,
      Optional<String> closed,
      Optional<Duration> hold,
      long requests,
      List<String> unproven,
      boolean baking) {
    List<String> words(Rollout rollout) {
      if (rollout.state().equals(Rollout.HELD)) {
        return List.of("a person who accepts what was found, or rolls it back");
      }
      java.util.ArrayList<String> words = new java.util.ArrayList<>();
      if (approvals > 0) {
        words.add(approvals == 1 ? "one more approval" : approvals + " more approvals");
      }
      if (requests > 0) {
        words.add(requests + " more requests on the candidate");
      }
      hold.filter(left -> !left.isZero()).ifPresent(left -> words.add("the hold: " + left));
      if (!baking && requests == 0 && !unproven.isEmpty()) {
        words.add("proof of " + String.join(", ", unproven));
      }
      if (!baking) {
        closed.ifPresent(words::add);
      }
      return words;
    }
  }
}
