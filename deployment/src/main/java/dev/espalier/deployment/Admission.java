package dev.espalier.deployment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The release policy as it stood when a release was asked for, and how the release met it. Later
 * canvases do not change it.
 *
 * @param mode manual, delivery or deployment
 * @param by who asked
 * @param changedAt as {@link ReleaseRequest#changedAt}
 * @param approvalsNeeded how many persons must approve
 * @param authors who made the change; they cannot approve it under four eyes
 * @param checks what was judged, in order
 * @param admittedAt product time at which the first step could begin
 * @param glass where the policy was passed by in an emergency
 */
public record Admission(
    String mode,
    String by,
    Optional<Instant> changedAt,
    int approvalsNeeded,
    boolean fourEyes,
    List<String> windows,
    List<String> freezes,
    Set<String> requires,
    Set<String> authors,
    List<PolicyCheck> checks,
    Optional<Instant> admittedAt,
    Optional<BreakGlass> glass) {
  public Admission {
    windows = List.copyOf(windows);
    freezes = List.copyOf(freezes);
    requires = Set.copyOf(requires);
    authors = Set.copyOf(authors);
    checks = List.copyOf(checks);
  }

  /** True when it was admitted and every rule held. */
  public boolean satisfied() {
    return admittedAt.isPresent() && checks.stream().allMatch(PolicyCheck::passed);
  }

  /** The verdict on one rule; empty when it was not judged. */
  public Optional<PolicyCheck> check(String rule) {
    return checks.stream().filter(one -> one.rule().equals(rule)).findFirst();
  }

  Admission admitted(Instant at, List<PolicyCheck> more) {
    List<PolicyCheck> all = new ArrayList<>(checks);
    all.addAll(more);
    return new Admission(
        mode,
        by,
        changedAt,
        approvalsNeeded,
        fourEyes,
        windows,
        freezes,
        requires,
        authors,
        all,
        Optional.of(at),
        glass);
  }

  Admission withGlass(BreakGlass broken) {
    return new Admission(
        mode,
        by,
        changedAt,
        approvalsNeeded,
        fourEyes,
        windows,
        freezes,
        requires,
        authors,
        checks,
        admittedAt,
        Optional.of(broken));
  }
}
