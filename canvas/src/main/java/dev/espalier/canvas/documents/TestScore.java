package dev.espalier.canvas.documents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.Clause;
import dev.espalier.canvas.Conformance.EvidenceRow;
import dev.espalier.canvas.Conformance.QuestionRow;
import dev.espalier.canvas.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The ML Test Score of Breck et al. (2017): 28 tests in four sections, half a point for one that a
 * person did and documented, one for one that is automated and repeated; the score is the minimum
 * of the sections. A point rests on stored evidence that holds now, of every clause that the test
 * names; nobody can type one in. A test whose evidence nothing gathers says so and has no point.
 */
final class TestScore {
  private TestScore() {}

  enum Part {
    DATA,
    MODEL,
    INFRASTRUCTURE,
    MONITORING;

    String title() {
      return Sheet.capital(name().toLowerCase(Locale.ROOT));
    }
  }

  /**
   * What has to be seen for a test.
   *
   * @param question whose evidence speaks for it
   * @param clauses the clauses of the question that do, by id or by what stands before a colon; all
   *     that its answer makes relevant; empty for every clause
   * @param attribute the requirements whose clauses do, whatever they are called
   * @param checks what the answer's list of checks has to contain
   */
  record Proof(
      String question, List<String> clauses, Optional<String> attribute, List<String> checks) {
    static Proof proved(String question, String... clauses) {
      return new Proof(question, List.of(clauses), Optional.empty(), List.of());
    }

    private List<EvidenceRow> rows(QuestionRow row) {
      List<String> wanted =
          attribute
              .map(name ->
                  row.answer().stream()
                      .flatMap(answer -> answer.path("requirements").valueStream())
                      .filter(each -> each.path("attribute").asText().equals(name))
                      .flatMap(each -> Slices.clauses(each).stream())
                      .toList())
              .orElse(clauses);
      boolean fairness = attribute.filter("fairness"::equals).isPresent();
      boolean every = attribute.isEmpty() && wanted.isEmpty();
      return row.evidence().stream()
          .filter(each ->
              every
                  || wanted.stream().anyMatch(id -> begins(each, id))
                  || (fairness && Slices.fair(each.clause())))
          .toList();
    }

    private static boolean begins(EvidenceRow row, String id) {
      return (row.clause() + ":").startsWith(id + ":") || row.clause().startsWith(id + "@");
    }

    /** The checks that the test needs and the answer does not ask for. */
    private List<String> unasked(QuestionRow row) {
      List<String> asked =
          row.answer().stream()
              .flatMap(answer -> answer.path("checks").valueStream())
              .map(JsonNode::asText)
              .toList();
      return checks.stream().filter(each -> !asked.contains(each)).toList();
    }
  }

  /**
   * One test.
   *
   * @param proofs all that has to hold
   * @param lacking for a test without proofs: what this build does not measure
   */
  record Test(Part part, String text, List<Proof> proofs, String lacking) {
    Test(Part part, String text, Proof... proofs) {
      this(part, text, List.of(proofs), "");
    }
  }

  /**
   * How a test stands.
   *
   * @param evidence what the point rests on: the weakest of what had to be seen
   * @param missing why it has no whole point, and the cheapest next step; empty with a whole one
   */
  record Verdict(Test test, double points, Optional<EvidenceRow> evidence, String missing) {}

  static final List<Test> TESTS =
      List.of(
          new Test(
              Part.DATA,
              "Feature expectations are captured in a schema",
              Proof.proved("data", "schema")),
          new Test(Part.DATA, "All features are beneficial", Proof.proved("modeling", "ablation")),
          lacking(
              Part.DATA,
              "No feature's cost is too much",
              "nothing divides the cost of the prepare step by feature"),
          new Test(
              Part.DATA,
              "Features adhere to meta-level requirements",
              Proof.proved("data", "lint")),
          new Test(
              Part.DATA,
              "The data pipeline has appropriate privacy controls",
              Proof.proved("monitoring.required", "retention"),
              Proof.proved("product.authors", "audit_actors")),
          lacking(
              Part.DATA,
              "New features can be added quickly",
              "nothing times a change of the schema until a version with it answers"),
          checked(Part.DATA, "All input feature code is tested", "data_contract", "train_smoke"),
          new Test(
              Part.MODEL,
              "Model specs are reviewed and submitted",
              Proof.proved("deploy.release_policy", "approver")),
          new Test(
              Part.MODEL,
              "Offline and online metrics correlate",
              Proof.proved("evaluation", "online"),
              Proof.proved("metrics", "gap")),
          new Test(
              Part.MODEL,
              "All hyperparameters have been tuned",
              Proof.proved("modeling", "search")),
          new Test(
              Part.MODEL,
              "The impact of model staleness is known",
              Proof.proved("registry.decay", "half_life")),
          new Test(Part.MODEL, "A simpler model is not better", Proof.proved("modeling", "ladder")),
          new Test(
              Part.MODEL,
              "Model quality is sufficient on important data slices",
              Proof.proved("monitoring.ml", "slice_coverage")),
          new Test(
              Part.MODEL,
              "The model is tested for considerations of inclusion",
              new Proof("nfr", List.of(), Optional.of("fairness"), List.of())),
          new Test(
              Part.INFRASTRUCTURE,
              "Training is reproducible",
              Proof.proved("ct.workflow", "rerun")),
          checked(Part.INFRASTRUCTURE, "Model specs are unit tested", "unit"),
          checked(Part.INFRASTRUCTURE, "The ML pipeline is integration tested", "train_smoke"),
          new Test(
              Part.INFRASTRUCTURE,
              "Model quality is validated before serving",
              Proof.proved("evaluation", "gates")),
          lacking(
              Part.INFRASTRUCTURE,
              "The model is debuggable on a single example",
              "no evidence says that one example was followed through the steps of a run"),
          new Test(
              Part.INFRASTRUCTURE,
              "Models are canaried before serving",
              Proof.proved("deploy.strategy", "split", "arms")),
          new Test(
              Part.INFRASTRUCTURE,
              "Serving models can be rolled back",
              Proof.proved("deploy.strategy", "rollback")),
          new Test(
              Part.MONITORING,
              "Dependency changes result in notification",
              Proof.proved("stack.tools", "version")),
          new Test(
              Part.MONITORING,
              "Data invariants hold for inputs",
              Proof.proved("serving.pre_assertion", "fail_rate")),
          new Test(
              Part.MONITORING,
              "Training and serving are not skewed",
              Proof.proved("monitoring.skew", "skew")),
          new Test(
              Part.MONITORING, "Models are not too stale", Proof.proved("ct.schedule", "data_age")),
          new Test(
              Part.MONITORING,
              "Models are numerically stable",
              Proof.proved("serving.fallback", "numbers")),
          new Test(
              Part.MONITORING,
              "Computing performance has not regressed",
              Proof.proved("monitoring.operational")),
          new Test(
              Part.MONITORING,
              "Prediction quality has not regressed",
              Proof.proved("monitoring.decay", "ran", "injected")));

  private static Test lacking(Part part, String text, String missing) {
    return new Test(part, text, List.of(), missing);
  }

  /** Tested before each promotion by checks that the canvas has to ask for. */
  private static Test checked(Part part, String text, String... checks) {
    return new Test(
        part, text, new Proof("ci.workflow", List.of("green"), Optional.empty(), List.of(checks)));
  }

  static Document write(Sheet sheet) {
    List<Verdict> verdicts = TESTS.stream().map(test -> judge(test, sheet::row)).toList();
    sheet.section("Score", part -> score(part, verdicts));
    for (Part group : Part.values()) {
      List<Verdict> own = verdicts.stream().filter(one -> one.test.part == group).toList();
      sheet.section(
          "%s: %s of %d".formatted(group.title(), points(own), own.size()),
          part -> own.forEach(one -> say(sheet, part, one)));
    }
    return sheet.document(DocumentKind.ML_TEST_SCORE);
  }

  static Verdict judge(Test test, Function<String, Optional<QuestionRow>> board) {
    if (test.proofs.isEmpty()) {
      return new Verdict(test, 0, Optional.empty(), "not automated: " + test.lacking);
    }
    Optional<EvidenceRow> weakest = Optional.empty();
    for (Proof proof : test.proofs) {
      Optional<QuestionRow> row = board.apply(proof.question);
      List<String> unasked = row.map(proof::unasked).orElse(proof.checks);
      if (!unasked.isEmpty()) {
        return none(
            test,
            "%s does not ask for %s".formatted(proof.question, String.join(", ", unasked)),
            "change the answer of " + proof.question);
      }
      List<EvidenceRow> asked = row.map(proof::rows).orElse(List.of());
      List<EvidenceRow> relevant = asked.stream().filter(one -> one.state() != State.N_A).toList();
      if (relevant.isEmpty()) {
        return asked.isEmpty()
            ? none(test, "the canvas asks nothing of it", "answer %s".formatted(proof.question))
            : none(test, why(asked.getFirst()), "change the answer of " + proof.question);
      }
      EvidenceRow worst =
          relevant.stream().min(Comparator.comparingDouble(TestScore::points)).orElseThrow();
      if (points(worst) == 0) {
        String step =
            worst.kind() == Clause.Kind.DRILL ? "run the drill behind" : "bring evidence for";
        return none(test, why(worst), "%s %s#%s".formatted(step, proof.question, worst.clause()));
      }
      if (weakest.isEmpty() || points(worst) < points(weakest.get())) {
        weakest = Optional.of(worst);
      }
    }
    double points = weakest.map(TestScore::points).orElse(0.0);
    String missing = points < 1 ? "a person documented it; automate it for a whole point" : "";
    return new Verdict(test, points, weakest, missing);
  }

  private static Verdict none(Test test, String why, String step) {
    return new Verdict(
        test,
        0,
        Optional.empty(),
        "%s; cheapest next point: %s".formatted(why.replaceAll("\\.$", ""), step));
  }

  private static String why(EvidenceRow row) {
    return row.reason().isBlank() ? row.text() : row.reason();
  }

  private static double points(EvidenceRow row) {
    boolean holds =
        row.id().isPresent()
            && switch (row.state()) {
              case CONFORMS, AT_RISK, UNCONFIRMED -> true;
              case VIOLATED, NO_EVIDENCE, STALE, UNANSWERED, WAIVED, N_A -> false;
            };
    return !holds ? 0 : row.kind() == Clause.Kind.ATTEST ? 0.5 : 1;
  }

  static double points(List<Verdict> verdicts) {
    return verdicts.stream().mapToDouble(Verdict::points).sum();
  }

  /** The lowest section's points: a chain is as strong as its weakest link. */
  static double total(List<Verdict> verdicts) {
    return List.of(Part.values()).stream()
        .mapToDouble(
            part -> points(verdicts.stream().filter(one -> one.test.part == part).toList()))
        .min()
        .orElse(0);
  }

  private static void score(Sheet.Part part, List<Verdict> verdicts) {
    List<String> sections = new ArrayList<>();
    for (Part each : Part.values()) {
      sections.add(
          "%s %s"
              .formatted(
                  each.title(),
                  points(verdicts.stream().filter(v -> v.test.part == each).toList())));
    }
    part.say(
        "The score is %s, the minimum of %s. %d of %d tests are automated and hold."
            .formatted(
                total(verdicts),
                String.join(", ", sections),
                verdicts.stream().filter(one -> one.points == 1).count(),
                verdicts.size()),
        part.board());
  }

  private static void say(Sheet sheet, Sheet.Part part, Verdict one) {
    String text = "%s: %s.".formatted(one.test.text, one.points);
    if (one.evidence.isPresent()) {
      part.say(text + " " + Sheet.seen(one.evidence.get()), sheet.evidence(one.evidence.get()));
    } else {
      part.say(text + " Missing: " + one.missing + ".", source(part, one.test));
    }
  }

  private static Document.Source source(Sheet.Part part, Test test) {
    return test.proofs.isEmpty() ? part.board() : part.answered(test.proofs.getFirst().question);
  }
}
