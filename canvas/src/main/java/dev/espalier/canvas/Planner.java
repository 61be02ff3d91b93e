package dev.espalier.canvas;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Turns two documents into a plan, and says what the plan still needs. Pure. */
final class Planner {
  /** The kinds of resources that traffic in production meets. */
  private static final Set<Class<? extends Spec>> PRODUCTION =
      Set.of(
          Spec.Endpoint.class,
          Spec.Environment.class,
          Spec.Fallback.class,
          Spec.PreAssertion.class,
          Spec.Rollout.class,
          Spec.ReleasePolicy.class,
          Spec.BundlePolicy.class,
          Spec.Accelerator.class,
          Spec.RegistryPolicy.class);

  private Planner() {}

  /** What applying {@code answers} over {@code base} would do, as {@code by} wants it. */
  static Plan plan(
      String product, Optional<Readings.Read> base, Answers answers, String by, Facts facts) {
    Optional<String> version = base.map(each -> each.document().version());
    List<Plan.Change> diff =
        base.map(each -> Diff.between(each.answers(), answers)).orElse(List.of());
    String next = Diff.next(version, diff);
    List<Resource> before = base.map(each -> each.version().resources()).orElse(List.of());
    List<Resource> after = Compiler.compile(answers, product, next);
    List<Plan.Action> actions = actions(before, after);
    boolean loosens = diff.stream().anyMatch(Plan.Change::loosens);
    boolean touches = base.isPresent() && touchesProduction(actions, before, after, diff);
    List<String> approvers = base.map(each -> approvers(each.answers(), by)).orElse(List.of());
    List<String> needs = new ArrayList<>();
    if (loosens) {
      needs.add(Plan.REASON);
    }
    if ((loosens || touches) && !approvers.isEmpty()) {
      needs.add(Plan.APPROVAL);
    }
    List<Plan.Finding> findings = Rules.findings(answers, facts);
    List<Integer> confirms =
        Rules.toConfirm(
            answers,
            findings,
            base.map(each -> Rules.findings(each.answers(), facts)).orElse(List.of()));
    if (!confirms.isEmpty()) {
      needs.add(Plan.CONFIRMATION);
    }
    ObjectNode covered = JsonNodeFactory.instance.objectNode();
    covered.put("product", product).put("base", version.orElse("")).put("version", next);
    covered.put("content", answers.contentDigest().text()).put("by", by);
    covered.set("waivers", Waivers.canonical(answers.waivers(), "", Optional.empty()));
    covered.set("diff", Json.tree(diff));
    covered.set("actions", Json.tree(actions));
    return new Plan(
        product,
        version,
        next,
        diff,
        actions,
        findings,
        needs,
        confirms,
        loosens,
        by,
        approvers,
        CanonicalJson.digest(covered));
  }

  private static List<Plan.Action> actions(List<Resource> before, List<Resource> after) {
    Map<String, Resource> was = new TreeMap<>();
    before.forEach(each -> was.put(each.id(), each));
    List<Plan.Action> actions = new ArrayList<>();
    for (Resource each : after) {
      Resource old = was.remove(each.id());
      if (old == null || !old.digest().equals(each.digest())) {
        actions.add(new Plan.Action(old == null ? "create" : "change", each.id(), each.key()));
      }
    }
    was.values().forEach(each -> actions.add(new Plan.Action("remove", each.id(), each.key())));
    return actions;
  }

  /** True when something other than a tightened promise changes what production meets. */
  private static boolean touchesProduction(
      List<Plan.Action> actions,
      List<Resource> before,
      List<Resource> after,
      List<Plan.Change> diff) {
    List<String> production =
        java.util.stream.Stream.concat(before.stream(), after.stream())
            .filter(each -> PRODUCTION.contains(each.spec().getClass()))
            .map(Resource::id)
            .toList();
    return actions.stream()
        .filter(action -> production.contains(action.resource()))
        .anyMatch(action ->
            diff.stream()
                .anyMatch(change ->
                    change.question().equals(action.because())
                        && change.direction() != Plan.Direction.TIGHTENED
                        && change.direction() != Plan.Direction.TEXT));
  }

  /** The members who may approve what {@code by} wants, under the rules that hold now. */
  static List<String> approvers(Answers answers, String by) {
    return answers.get(Page.Authors.class).authors().stream()
        .filter(each -> Role.of(each.role()).atLeast(Role.APPROVER))
        .map(Page.Author::user)
        .filter(user -> !user.equals(by))
        .distinct()
        .sorted()
        .toList();
  }

  /** What is still missing before the plan may be applied, in words; empty when nothing is. */
  static List<String> missing(Plan plan, List<Approval> approvals, Consent consent) {
    List<String> missing = new ArrayList<>();
    if (plan.blocked()) {
      missing.add("a repair of its contradictions");
    }
    if (unapproved(plan, approvals)) {
      missing.add("the approval of %s".formatted(String.join(" or ", plan.approvers())));
    }
    if (unreasoned(plan, consent)) {
      missing.add("a reason");
    }
    if (!unconfirmed(plan, consent).isEmpty()) {
      missing.add(Plan.CONFIRMATION);
    }
    return missing;
  }

  private static boolean unapproved(Plan plan, List<Approval> approvals) {
    return plan.needs().contains(Plan.APPROVAL)
        && approvals.stream().map(Approval::by).noneMatch(plan.approvers()::contains);
  }

  private static boolean unreasoned(Plan plan, Consent consent) {
    return plan.needs().contains(Plan.REASON)
        && consent.reason().filter(text -> !text.isBlank()).isEmpty();
  }

  private static List<Integer> unconfirmed(Plan plan, Consent consent) {
    return plan.confirms().stream().filter(rule -> !consent.confirms().contains(rule)).toList();
  }

  /** Refuses a plan that lacks something, with what and the fix. */
  static void permit(Plan plan, List<Approval> approvals, Consent consent) {
    if (plan.blocked()) {
      Plan.Finding first =
          plan.contradictions().stream()
              .filter(f -> f.level() == Plan.Level.ERROR)
              .findFirst()
              .orElseThrow();
      throw EspalierException.conflict(
          "Rule %d: %s %s".formatted(first.rule(), first.message(), first.repair()));
    }
    if (unapproved(plan, approvals)) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "This %s: another member has to approve it. Ask %s to run: espalier approve %s %s"
              .formatted(
                  plan.loosens() ? "loosens a promise" : "changes what production meets",
                  String.join(" or ", plan.approvers()),
                  plan.product(),
                  plan.planDigest()));
    }
    if (unreasoned(plan, consent)) {
      throw EspalierException.invalidField(
          "reason",
          "required",
          "This loosens a promise: say why in 'reason'.",
          Optional.of("why it may be looser"));
    }
    List<Integer> open = unconfirmed(plan, consent);
    if (!open.isEmpty()) {
      throw warned(plan, open);
    }
  }

  private static EspalierException warned(Plan plan, List<Integer> open) {
    String warnings =
        plan.contradictions().stream()
            .filter(each -> each.level() == Plan.Level.WARN && open.contains(each.rule()))
            .map(each -> "Rule %d: %s %s".formatted(each.rule(), each.message(), each.repair()))
            .collect(Collectors.joining(" "));
    return EspalierException.conflict(
        "%s Repair it, or confirm what you accept: 'confirms': %s (espalier apply --confirm %s)."
            .formatted(
                warnings,
                plan.confirms(),
                plan.confirms().stream().map(String::valueOf).collect(Collectors.joining(","))));
  }
}
