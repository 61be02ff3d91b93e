package dev.espalier.canvas.documents;

import dev.espalier.canvas.Clause;
import dev.espalier.canvas.Conformance.EvidenceRow;
import dev.espalier.canvas.Conformance.QuestionRow;
import dev.espalier.canvas.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The ML Test Score of Breck et al. (2017): 28 tests in four sections, half a point for one that a
 * person did and documented, one for one that is automated and repeated; the score is the minimum
 * of the sections. A point rests on stored evidence that holds now; nobody can type one in.
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
   * One test.
   *
   * @param question whose evidence speaks for it
   * @param clauses the clauses of the question that do, by how their ids begin; any one is enough
   * @param attribute the requirements whose clauses do, whatever they are called
   */
  record Test(
      Part part, String text, String question, List<String> clauses, Optional<String> attribute) {
    Test(Part part, String text, String question, List<String> clauses) {
      this(part, text, question, clauses, Optional.empty());
    }

    /** The ids, or their beginnings, that speak for the test where the question is answered so. */
    List<String> clauses(QuestionRow row) {
      return attribute
          .map(wanted ->
              row.answer().stream()
                  .flatMap(answer -> answer.path("requirements").valueStream())
                  .filter(each -> each.path("attribute").asText().equals(wanted))
                  .flatMap(each -> Slices.clauses(each).stream())
                  .toList())
          .orElse(clauses);
    }
  }

  /**
   * How a test stands.
   *
   * @param evidence what the point rests on
   * @param missing why it has no whole point, and the cheapest next step; empty with a whole one
   */
  record Verdict(Test test, double points, Optional<EvidenceRow> evidence, String missing) {}

  static final List<Test> TESTS =
      List.of(
          test(Part.DATA, "Feature expectations are captured in a schema", "data", "schema"),
          test(Part.DATA, "All features are beneficial", "modeling", "ladder"),
          test(Part.DATA, "No feature's cost is too much", "feasibility", "cost"),
          test(Part.DATA, "Features adhere to meta-level requirements", "data", "leakage"),
          test(
              Part.DATA,
              "The data pipeline has appropriate privacy controls",
              "product.authors",
              "audit_actors"),
          test(Part.DATA, "New features can be added quickly", "deploy.lead_time", "lead_time"),
          test(Part.DATA, "All input feature code is tested", "features.compute", "parity"),
          test(Part.MODEL, "Model specs are reviewed and submitted", "product.date", "approval"),
          test(Part.MODEL, "Offline and online metrics correlate", "metrics", "gap"),
          test(Part.MODEL, "All hyperparameters have been tuned", "modeling", "search"),
          test(Part.MODEL, "The impact of model staleness is known", "registry.decay", "half_life"),
          test(Part.MODEL, "A simpler model is not better", "modeling", "ladder"),
          test(
              Part.MODEL,
              "Model quality is sufficient on important data slices",
              "monitoring.ml",
              "slice"),
          new Test(
              Part.MODEL,
              "The model is tested for considerations of inclusion",
              "nfr",
              List.of(),
              Optional.of("fairness")),
          test(Part.INFRASTRUCTURE, "Training is reproducible", "ct.workflow", "rerun"),
          test(Part.INFRASTRUCTURE, "Model specs are unit tested", "model", "golden", "attention"),
          test(
              Part.INFRASTRUCTURE, "The ML pipeline is integration tested", "ci.workflow", "green"),
          test(
              Part.INFRASTRUCTURE,
              "Model quality is validated before serving",
              "evaluation",
              "gates"),
          test(
              Part.INFRASTRUCTURE,
              "The model is debuggable on a single example",
              "registry.store",
              "completeness"),
          test(
              Part.INFRASTRUCTURE,
              "Models are canaried before serving",
              "deploy.strategy",
              "split",
              "arms"),
          test(
              Part.INFRASTRUCTURE,
              "Serving models can be rolled back",
              "deploy.strategy",
              "rollback"),
          test(
              Part.MONITORING,
              "Dependency changes result in notification",
              "stack.tools",
              "contract",
              "version"),
          test(
              Part.MONITORING,
              "Data invariants hold for inputs",
              "serving.pre_assertion",
              "fail_rate",
              "malformed"),
          test(Part.MONITORING, "Training and serving are not skewed", "monitoring.skew", "skew"),
          test(Part.MONITORING, "Models are not too stale", "ct.schedule", "data_age"),
          test(Part.MONITORING, "Models are numerically stable", "serving.fallback", "rate"),
          test(
              Part.MONITORING,
              "Computing performance has not regressed",
              "monitoring.operational",
              ""),
          test(Part.MONITORING, "Prediction quality has not regressed", "monitoring.decay", "ran"));

  private static Test test(Part part, String text, String question, String... clauses) {
    return new Test(part, text, question, List.of(clauses));
  }

  static Document write(Sheet sheet) {
    List<Verdict> verdicts =
        TESTS.stream().map(test -> judge(test, sheet.row(test.question))).toList();
    sheet.section("Score", part -> score(part, verdicts));
    for (Part group : Part.values()) {
      List<Verdict> own = verdicts.stream().filter(one -> one.test.part == group).toList();
      sheet.section(
          "%s: %s of %d".formatted(group.title(), points(own), own.size()),
          part -> own.forEach(one -> say(sheet, part, one)));
    }
    return sheet.document(DocumentKind.ML_TEST_SCORE);
  }

  static Verdict judge(Test test, Optional<QuestionRow> row) {
    List<EvidenceRow> own =
        row.stream()
            .flatMap(asked ->
                asked.evidence().stream()
                    .filter(
                        each -> test.clauses(asked).stream().anyMatch(each.clause()::startsWith)))
            .toList();
    Optional<EvidenceRow> best = own.stream().max(Comparator.comparingDouble(TestScore::points));
    double points = best.map(TestScore::points).orElse(0.0);
    return new Verdict(
        test, points, best.filter(_ -> points > 0), points < 1 ? missing(test, best) : "");
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

  private static String missing(Test test, Optional<EvidenceRow> best) {
    if (best.isEmpty()) {
      return "the canvas asks nothing of it: answer %s so that it does".formatted(test.question);
    }
    EvidenceRow row = best.get();
    String why = row.reason().isBlank() ? row.text() : row.reason();
    String step =
        row.state() == State.N_A
            ? "change the answer of %s".formatted(test.question)
            : row.kind() == Clause.Kind.DRILL
                ? "run the drill behind %s#%s".formatted(test.question, row.clause())
                : "bring evidence for %s#%s".formatted(test.question, row.clause());
    return why.replaceAll("\\.$", "") + "; cheapest next point: " + step;
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
      part.say(text + " Missing: " + one.missing + ".", part.answered(one.test.question));
    }
  }
}
