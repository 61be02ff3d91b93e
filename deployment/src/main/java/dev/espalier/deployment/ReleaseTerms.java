package dev.espalier.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.ModelVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Judges a release by the release policy of its canvas and the records that it requires. */
final class ReleaseTerms {
  private final ReleaseRecords records;

  ReleaseTerms(ReleaseRecords records) {
    this.records = records;
  }

  /**
   * What the policy says to a request before anything moves.
   *
   * @throws EspalierException CONFLICT naming the requirement that is not met
   */
  Admission proposed(
      ReleaseRequest request, ModelVersion version, CanvasVersion canvas, Instant now) {
    Spec.ReleasePolicy policy = canvas.spec(Spec.ReleasePolicy.class);
    boolean machine = request.by().equals(Deployments.MACHINE);
    if (policy.mode().equals("manual") && machine) {
      throw EspalierException.conflict(
          "The deployment mode is manual: a person releases %s.".formatted(version.version()));
    }
    Calendar _ = Calendar.of(policy);
    List<PolicyCheck> checks = new ArrayList<>();
    for (String requirement : new TreeSet<>(policy.requires())) {
      PolicyCheck check = requirement(requirement, version, canvas, now);
      if (!check.passed()) {
        throw EspalierException.conflict(
            "The release policy requires %s: %s.".formatted(requirement, check.detail()));
      }
      checks.add(check);
    }
    checks.addAll(standing(version, canvas));
    // Delivery means that a person decides: what the machine proposes waits for at least one.
    boolean proposal = policy.mode().equals("delivery") && machine;
    Set<String> authors = new TreeSet<>();
    Optional.ofNullable(version.meta().get("author")).ifPresent(authors::add);
    if (!machine) {
      authors.add(request.by());
    }
    return new Admission(
        policy.mode(),
        request.by(),
        request.changedAt(),
        proposal ? Math.max(1, policy.approvals()) : policy.approvals(),
        policy.fourEyes(),
        policy.windows(),
        policy.freezes(),
        policy.requires(),
        authors,
        checks,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * What the policy says to a release that passes it by: who may, and by when it must be reviewed.
   * Only the calendar, the approvals and the records are passed by; what the version is and where
   * it goes is judged all the same.
   *
   * @throws EspalierException DENIED when the policy lets nobody of the person's role do so;
   *     CONFLICT for a version that may not be there at all
   */
  Admission broken(
      ReleaseRequest request, ModelVersion version, CanvasVersion canvas, Instant now) {
    Spec.ReleasePolicy policy = canvas.spec(Spec.ReleasePolicy.class);
    Spec.ReleaseRights rights =
        Rights.of(canvas)
            .orElseThrow(() -> new EspalierException(ErrorCode.DENIED, Rights.NO_GLASS));
    Rights.mayBreak(rights, canvas, request.by());
    List<PolicyCheck> checks = new ArrayList<>(standing(version, canvas));
    checks.add(new PolicyCheck("mode", true, "the glass was broken by " + request.by()));
    return new Admission(
        policy.mode(),
        request.by(),
        request.changedAt(),
        0,
        false,
        List.of(),
        List.of(),
        Set.of(),
        Set.of(request.by()),
        checks,
        Optional.empty(),
        Optional.of(
            new BreakGlass(
                request.by(),
                request.cause(),
                now.plus(rights.review().orElse(Rights.REVIEW)),
                Optional.empty(),
                Optional.empty())));
  }

  private List<PolicyCheck> standing(ModelVersion version, CanvasVersion canvas) {
    List<PolicyCheck> checks = records.standing(version, canvas);
    checks.stream()
        .filter(check -> !check.passed())
        .findFirst()
        .ifPresent(check -> {
          throw EspalierException.conflict(
              "%s may not be released here (%s): %s."
                  .formatted(version.version(), check.rule(), check.detail()));
        });
    return checks;
  }

  private PolicyCheck requirement(
      String name, ModelVersion version, CanvasVersion canvas, Instant now) {
    return name.equals("gates") ? gates(version.gates()) : records.find(name, version, canvas, now);
  }

  /**
   * What of a proposal's requirements no longer holds when it could begin: records expire, and a
   * proposal may have waited for long. Empty when all of it still holds.
   */
  Optional<PolicyCheck> lapsed(
      Admission asked, ModelVersion version, CanvasVersion canvas, Instant now) {
    return new TreeSet<>(asked.requires())
        .stream()
            .map(name -> requirement(name, version, canvas, now))
            .filter(check -> !check.passed())
            .findFirst();
  }

  private static PolicyCheck gates(JsonNode report) {
    for (JsonNode row : report.path("results")) {
      String verdict = row.path("verdict").asText();
      if (row.path("blocking").asBoolean() && !verdict.equals("PASS") && !passed(report)) {
        String detail = "gate %s is %s".formatted(row.path("metric").asText(), verdict);
        return new PolicyCheck("gates", false, detail);
      }
    }
    return passed(report)
        ? new PolicyCheck("gates", true, report.path("summary").asText("passed"))
        : new PolicyCheck("gates", false, "its run has no passed gate report");
  }

  private static boolean passed(JsonNode report) {
    return report.path("passed").asBoolean(false);
  }

  /** Why a release cannot begin now; empty when it can. */
  static Optional<String> closed(CanvasVersion canvas, Instant now) {
    return Calendar.of(canvas.spec(Spec.ReleasePolicy.class)).closed(now);
  }

  /** What the policy says at the moment that the first step begins. */
  static Admission admitted(Admission asked, List<String> approvals, Instant now) {
    if (asked.glass().isPresent()) {
      return asked.admitted(now, List.of());
    }
    List<PolicyCheck> checks = new ArrayList<>();
    checks.add(mode(asked, approvals));
    checks.add(
        new PolicyCheck(
            "approvals",
            approvals.size() >= asked.approvalsNeeded(),
            "%d of %d".formatted(approvals.size(), asked.approvalsNeeded())));
    if (asked.fourEyes()) {
      boolean own = approvals.stream().anyMatch(asked.authors()::contains);
      checks.add(new PolicyCheck("four_eyes", !own, "approved by " + approvals));
    }
    checks.add(new PolicyCheck("calendar", true, "began in a window and in no freeze"));
    return asked.admitted(now, checks);
  }

  private static PolicyCheck mode(Admission asked, List<String> approvals) {
    boolean machine = asked.by().equals(Deployments.MACHINE);
    boolean person = !machine || !approvals.isEmpty();
    boolean held =
        switch (asked.mode()) {
          case "deployment" -> machine;
          default -> person;
        };
    return new PolicyCheck(
        "mode",
        held,
        "%s; asked by %s, approved by %s".formatted(asked.mode(), asked.by(), approvals));
  }
}
