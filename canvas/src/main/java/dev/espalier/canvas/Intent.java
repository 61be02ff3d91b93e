package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first cells: for whom, which value, which objectives, which constraints, is it feasible. */
sealed interface Intent extends Answer {
  Duration DAY = Duration.ofDays(1);
  Duration WEEK = Duration.ofDays(7);

  record Customer(
      @F(main = true) String name,
      @F(
              def = "user",
              oneOf = {"user", "buyer", "affected", "operator"})
          String kind) {}

  record Concern(
      String id, @F(main = true) String text, @F(def = "3", min = 1, max = 5) int severity) {}

  record Background(
      List<Customer> customers, List<Concern> goals, List<Concern> pains, List<Concern> gains)
      implements Intent {
    static final Question<Background> QUESTION =
        Question.of(
                "B1",
                "background",
                Lane.DESIGN,
                Kind.NARRATIVE,
                Background.class,
                "Who are the customers; goals, pains, gains?")
            .help("People first: every pain needs a feature and an objective.")
            .example(
                """
                {customers: [{name: mailbox user, kind: user}, {name: mail operator,
                kind: operator}], goals: [{id: G1, text: see important mail first, severity: 4}],
                pains: [{id: P1, text: phishing reaches the inbox, severity: 5}, {id: P2,
                text: real mail lost in spam, severity: 4}], gains: [{id: N1,
                text: fewer support tickets}]}
                """)
            .claim(b -> "%d customers, %d pains".formatted(b.customers.size(), b.pains.size()))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("coverage", "every pain has a feature and an objective")
                        .within(Bound.atLeast(1, "share")),
                    Clause.attest("review", "a person has reviewed the cell")));
  }

  record Kpi(
      String metric,
      @F(min = -Double.MAX_VALUE) Optional<BigDecimal> baseline,
      @F(min = -Double.MAX_VALUE) Optional<BigDecimal> target,
      Optional<String> owner) {}

  record Value(
      @JsonProperty("for") Optional<String> forWhom,
      Optional<String> who,
      Optional<String> product,
      Optional<String> category,
      @F(main = true) Optional<String> benefit,
      @F(kind = Kind.TARGET) Optional<Kpi> kpi,
      @F(kind = Kind.CONFIG, help = "actual->predicted: amount") Map<String, String> costMatrix,
      @F(def = "0%", max = 1, kind = Kind.CONFIG) Share holdout,
      @F(
              min = -Double.MAX_VALUE,
              kind = Kind.TARGET,
              tighter = F.Tighter.HIGHER,
              help = "what 1,000 answers must be worth at least, by the cost matrix")
          Optional<BigDecimal> minWorth)
      implements Intent {
    static final Question<Value> QUESTION =
        Question.of(
                "B2",
                "value",
                Lane.DESIGN,
                Kind.NARRATIVE,
                Value.class,
                "What value, for whom, measured how?")
            .help(
                "The sentence that sells the product, the number that proves it, what an error costs.")
            .refuses(
                Unbuilt.other(
                    "holdout",
                    "0",
                    "0%",
                    "No group of callers can be left without the model, so there is no uplift to"
                        + " measure"))
            .example(
                """
                {for: mailbox users, who: lose time and money to unwanted mail, product: Mail Filter,
                category: sorting service, benefit: files each message correctly before it is read,
                kpi: {metric: tickets_per_10k, baseline: 14, target: 9, owner: ana},
                cost_matrix: {currency: EUR, default_wrong: 0.01, phishing->inbox: 5.00,
                inbox->spam: 0.20, correct: 0}}
                """)
            .claim(v -> v.benefit.orElse("A value is stated"))
            .compile((v, to) -> {
              if (!v.costMatrix.isEmpty()) {
                to.add("costs", new Spec.Costs(v.costMatrix));
              }
              v.kpi.ifPresent(k ->
                  to.add(
                      k.metric,
                      new Spec.Kpi(
                          k.metric,
                          k.baseline.map(BigDecimal::doubleValue),
                          k.target.map(BigDecimal::doubleValue),
                          k.owner)));
            })
            .evidence((v, _) -> {
              Clause worth =
                  Clause.live("value_per_1000", WEEK, "expected value per 1,000 predictions")
                      .waitsWhile("no labelled answer has met the cost matrix yet")
                      .onlyIf(!v.costMatrix.isEmpty(), "no cost matrix");
              return List.of(
                  Clause.live("kpi", WEEK, "the KPI arrives")
                      .waitsWhile("no point of the KPI has been sent")
                      .onlyIf(v.kpi.isPresent(), "no KPI is declared"),
                  Clause.live("uplift", WEEK, "uplift against the hold-out")
                      .unbuilt("no hold-out group is drawn")
                      .onlyIf(v.holdout.share() > 0, "no hold-out group"),
                  v.minWorth
                      .map(least ->
                          worth.within(
                              Bound.atLeast(
                                  least.doubleValue(),
                                  v.costMatrix.getOrDefault("currency", "value"))))
                      .orElse(worth),
                  Clause.recorded("owner_active", "the owner of the KPI acted within 90 days")
                      .freshFor(Proposition.QUARTER)
                      .onlyIf(
                          v.kpi.flatMap(Kpi::owner).isPresent(),
                          "no KPI with an owner is declared"));
            });
  }

  record Goal(
      Optional<String> id,
      @F(kind = Kind.NARRATIVE) Optional<String> text,
      List<String> covers,
      String metric,
      Target target,
      @F(tighter = F.Tighter.LOWER) LocalDate due,
      @F(
              def = "must",
              oneOf = {"must", "should", "could"})
          String priority) {}

  record Objectives(@F(main = true) List<Goal> objectives) implements Intent {
    static final Question<Objectives> QUESTION =
        Question.of(
                "B3",
                "objectives",
                Lane.DESIGN,
                Kind.TARGET,
                Objectives.class,
                "What must be reached, by when?")
            .help("Each objective names a metric, a bound and a date.")
            .example(
                """
                [{id: O1, covers: [P1], metric: recall_phishing, target: ">= 97%", due: 2027-03-31,
                priority: must}, {id: O2, covers: [P2, G1], metric: false_spam, target: "<= 0.2%",
                due: 2027-03-31, priority: must}]
                """)
            .claim(o ->
                String.join(
                    "; ",
                    o.objectives.stream()
                        .map(g -> g.metric + " " + g.target.words() + " by " + g.due)
                        .toList()))
            .compile((o, to) -> {
              for (int i = 0; i < o.objectives.size(); i++) {
                Goal g = o.objectives.get(i);
                to.add(
                    o.id(i),
                    new Spec.Objective(
                        g.metric,
                        g.target.comparison(),
                        g.target.value().doubleValue(),
                        g.due,
                        g.covers,
                        g.priority));
              }
            })
            .evidence((o, all) -> {
              List<Clause> clauses = new ArrayList<>();
              clauses.add(
                  Clause.recorded(
                      "measurable", "every objective has a metric with a gate or monitor"));
              for (int i = 0; i < o.objectives.size(); i++) {
                Goal g = o.objectives.get(i);
                clauses.add(
                    Clause.live("attainment:" + o.id(i), WEEK, g.metric + " " + g.target.words())
                        .within(g.target.bound())
                        .atLeast(all.minN(g.metric)));
              }
              return clauses;
            });

    String id(int index) {
      return objectives.get(index).id.orElse("O" + (index + 1));
    }
  }

  record Feature(String id, @F(main = true) String text, List<String> covers) {}

  record Integration(
      @F(main = true) String consumer,
      @F(
              def = "http",
              oneOf = {"http", "grpc", "batch", "jar"},
              kind = Kind.NARRATIVE)
          String protocol,
      @F(kind = Kind.NARRATIVE) Optional<String> contract) {}

  record Constraint(
      @F(oneOf = {"latency_p95", "cost_per_1k", "memory", "residency", "privacy", "size", "text"})
          String kind,
      String target) {
    public Constraint {
      if (GATED.contains(kind)) {
        Target.parse(target);
      }
    }

    private static final Set<String> GATED = Set.of("latency_p95", "size");

    /** The bound as a gate, for the kinds that a gate can judge. */
    Optional<Target> gate() {
      return GATED.contains(kind) ? Optional.of(Target.parse(target)) : Optional.empty();
    }

    String metric() {
      return kind.equals("latency_p95") ? "p95" : kind;
    }
  }

  record OutOfScope(
      @F(main = true, kind = Kind.NARRATIVE) String text,
      @F(help = "length > 4000: what is longer breaks the input check") Optional<String> detector) {
    private static final Pattern LONGER = Pattern.compile("length\\s*>\\s*(\\d{1,9})");

    static boolean runs(String detector) {
      return LONGER.matcher(detector.strip()).matches();
    }

    /** The longest input that is still in scope, in characters. */
    OptionalInt longest() {
      return detector.map(String::strip).map(LONGER::matcher).stream()
          .filter(Matcher::matches)
          .mapToInt(found -> Integer.parseInt(found.group(1)))
          .findFirst();
    }
  }

  record Solution(
      @F(kind = Kind.NARRATIVE) List<Feature> features,
      List<Integration> integrations,
      List<Constraint> constraints,
      @F(kind = Kind.NARRATIVE) List<String> alternatives,
      List<OutOfScope> outOfScope)
      implements Intent {
    static final Question<Solution> QUESTION =
        Question.of(
                "B4",
                "solution",
                Lane.DESIGN,
                Kind.CONFIG,
                Solution.class,
                "Features, integration, alternatives, constraints, out of scope?")
            .help("What is built, for which callers, within which limits, and what it will not do.")
            .refuses(
                Unbuilt.words(
                    "constraints.kind",
                    List.of("cost_per_1k", "memory", "privacy"),
                    "No gate measures it before a release",
                    "latency_p95, size or residency; a text says the rest"))
            .refuses(
                new Unbuilt(
                    "out_of_scope.detector",
                    "anything but length > N",
                    "The input check counts characters; nothing else about an input is detected",
                    "length > 4000",
                    value -> !OutOfScope.runs(value.asText())))
            .example(
                """
                {features: [{id: F1, text: file on receipt, covers: [P1, G1]}, {id: F2,
                text: one-click undo, covers: [P2]}], integrations: [{consumer: mail-gateway,
                protocol: http, contract: mail-v1}], constraints: [{kind: latency_p95,
                target: "<= 40ms"}, {kind: size, target: "<= 60MB"}, {kind: residency, target: eu}],
                alternatives: [header rules only], out_of_scope: [{text: attachments over 10MB,
                detector: "length > 200000"}]}
                """)
            .claim(s ->
                "%d features, %d constraints".formatted(s.features.size(), s.constraints.size()))
            .compile((s, to) -> {
              s.integrations.forEach(
                  i -> to.add(i.consumer, new Spec.Consumer(i.consumer, i.protocol, i.contract)));
              s.constraints.forEach(c -> {
                c.gate()
                    .ifPresent(t ->
                        to.add(
                            "constraint-" + c.kind,
                            new Spec.Gate(
                                c.metric(),
                                t.comparison(),
                                t.value().doubleValue(),
                                Spec.Versus.ABSOLUTE,
                                Optional.empty(),
                                1,
                                "block",
                                true)));
              });
            })
            .evidence((s, _) ->
                List.of(
                    Clause.recorded("gates", "the champion passed the gates of the constraints")
                        .onlyIf(
                            s.constraints.stream().anyMatch(c -> c.gate().isPresent()),
                            "no constraint that a gate judges"),
                    Clause.live(
                            "declared_consumers", DAY, "all traffic comes from declared consumers")
                        .within(Bound.atLeast(1, "share"))
                        .onlyIf(!s.integrations.isEmpty(), "no consumer is declared"),
                    Clause.live("out_of_scope", DAY, "out-of-scope hits are counted")
                        .unbuilt("nobody counts by the day how many inputs were out of scope")
                        .onlyIf(
                            s.outOfScope.stream().anyMatch(o -> o.detector.isPresent()),
                            "nothing is detected as out of scope")));
  }

  record Compute(
      @F(def = "4", min = 1) int cpu, @F(def = "8GiB") Bytes mem, @F(def = "none") String accel) {}

  record Kill(String metric, Target target, Optional<LocalDate> after) {}

  record Feasibility(
      Optional<Money> budget,
      Optional<Compute> compute,
      @F(def = "1000", unit = "rows") long minRows,
      @F(def = "50", unit = "rows") long minPerClass,
      Optional<BigDecimal> teamFte,
      @F(
              def = "majority",
              oneOf = {"majority", "rule", "tfidf_logreg", "previous", "human"})
          String baseline,
      List<Kill> killCriteria,
      @F(
              main = true,
              def = "undecided",
              oneOf = {"undecided", "go", "conditional", "no_go"})
          String verdict)
      implements Intent {
    static final Question<Feasibility> QUESTION =
        Question.of(
                "B5",
                "feasibility",
                Lane.DESIGN,
                Kind.TARGET,
                Feasibility.class,
                "Is it feasible with data, money, team?")
            .help(
                "Can it be done with these data, this money, these people, and when is it given up.")
            .example(
                """
                {budget: 900 EUR/month, compute: {cpu: 8, mem: 16GiB, accel: none}, min_rows: 200k,
                min_per_class: 2000, team_fte: 1.5, baseline: tfidf_logreg,
                kill_criteria: [{metric: macro_f1, target: "< 0.80", after: 2026-12-31}],
                verdict: go}
                """)
            .claim(f ->
                "Verdict %s; at least %d rows, %d of each class"
                    .formatted(f.verdict, f.minRows, f.minPerClass))
            .compile((f, to) ->
                to.add(
                    "feasibility",
                    new Spec.Feasibility(
                        f.budget.map(Money::text),
                        f.compute.map(c -> new Spec.Machine(c.cpu, c.mem.count(), c.accel)),
                        f.minRows,
                        f.minPerClass,
                        f.teamFte.map(BigDecimal::doubleValue),
                        f.baseline,
                        f.killCriteria.stream()
                            .map(k -> new Spec.Kill(k.metric, k.target.canonical(), k.after))
                            .toList(),
                        f.verdict)))
            .evidence((f, _) ->
                List.of(
                    Clause.recorded("probe", "a probe of data and baseline ran")
                        .freshFor(Duration.ofDays(90)),
                    Clause.recorded("min_rows", "enough rows")
                        .within(Bound.atLeast((double) f.minRows, "count"))
                        .freshFor(Duration.ofDays(90)),
                    Clause.recorded("min_per_class", "enough rows of each class")
                        .within(Bound.atLeast((double) f.minPerClass, "count"))
                        .freshFor(Duration.ofDays(90)),
                    Clause.live("cost", WEEK, "forecast cost within budget")
                        .unbuilt("no forecast of the cost is made")
                        .onlyIf(f.budget.isPresent(), "no budget is stated"),
                    Clause.recorded("kill_criteria", "no kill criterion is true")
                        .unbuilt("the kill criteria are not evaluated")
                        .freshFor(Duration.ofDays(90))
                        .onlyIf(!f.killCriteria.isEmpty(), "no kill criterion is stated")));
  }
}
