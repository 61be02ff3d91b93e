package dev.espalier.canvas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is kept about code, data and models, who needs it, and what is written from it. */
sealed interface Metadata extends Answer {
  record Kinds(
      @F(
              main = true,
              def = "[run, trigger, steps, times, splits, params, model, statistics]",
              oneOf = {
                "run",
                "trigger",
                "steps",
                "times",
                "splits",
                "params",
                "model",
                "statistics"
              },
              tighter = F.Tighter.SUPERSET)
          Set<String> kinds)
      implements Metadata {
    static final Question<Kinds> QUESTION =
        Question.of(
                "S32",
                "metadata.kinds",
                Lane.MAINTAIN,
                Kind.POLICY,
                Kinds.class,
                "Which metadata in code, data, model management?")
            .help("What must be on record of each run and version.")
            .example("[run, trigger, steps, times, params, model]")
            .claim(k -> String.join(", ", k.kinds))
            .compile((k, to) -> to.add("metadata", new Spec.MetadataSchema(k.kinds)))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("completeness", "runs and versions carry all of it")
                        .within(Bound.atLeast(1, "share"))
                        .waitsWhile("no run has succeeded")));
  }

  record Review(
      @F(main = true) String process,
      @F(kind = Kind.NARRATIVE) List<String> fields,
      @F(kind = Kind.NARRATIVE) Optional<String> approver,
      @F(def = "365d", tighter = F.Tighter.LOWER) Duration period) {}

  record Risk(
      @F(main = true, kind = Kind.NARRATIVE) String text,
      @F(def = "3", min = 1, max = 5, unit = "of 5", kind = Kind.NARRATIVE) int severity,
      @F(kind = Kind.NARRATIVE, help = "the key of the question that answers it")
          Optional<String> mitigation) {}

  record Governance(
      List<Review> processes,
      @F(
              main = true,
              def = "minimal",
              oneOf = {"minimal", "limited", "high"})
          String riskTier,
      List<Risk> risks)
      implements Metadata {
    static final Question<Governance> QUESTION =
        Question.of(
                "S33",
                "metadata.governance",
                Lane.MAINTAIN,
                Kind.POLICY,
                Governance.class,
                "Which governance processes need what?")
            .help("Reviews that must happen, and the risks that they look at.")
            .example(
                """
                {processes: [{process: yearly model review, fields: [metrics, nfr], approver: ben}],
                 risk_tier: limited, risks: [{text: real mail lost, severity: 4, mitigation: objectives}]}
                """)
            .claim(g ->
                "%s risk, %d processes, %d risks"
                    .formatted(g.riskTier, g.processes.size(), g.risks.size()))
            .evidence((g, _) -> {
              List<Clause> clauses = new ArrayList<>();
              g.processes.forEach(each ->
                  clauses.add(
                      Clause.attest("ran:" + each.process, each.process + " took place")
                          .freshFor(each.period)
                          .waitsWhile("nobody has signed that it took place")));
              clauses.add(
                  Clause.recorded(
                          "process", "a %s risk has a review and a register".formatted(g.riskTier))
                      .onlyIf(!g.riskTier.equals("minimal"), "the risk is minimal"));
              clauses.add(
                  Clause.recorded("mitigated", "every risk names the question that answers it")
                      .within(Bound.atLeast(1, "share"))
                      .onlyIf(!g.risks.isEmpty(), "no risk is declared"));
              return clauses;
            });
  }

  record Docs(
      @F(
              main = true,
              def = "[model_card, datasheet]",
              oneOf = {"model_card", "datasheet", "ml_bom", "annex_iv"},
              tighter = F.Tighter.SUPERSET)
          Set<String> kinds)
      implements Metadata {
    static final Question<Docs> QUESTION =
        Question.of(
                "S34",
                "metadata.docs",
                Lane.MAINTAIN,
                Kind.CONFIG,
                Docs.class,
                "Documentation as code?")
            .help("Written anew for each release, from answers and evidence only.")
            .example("[model_card, datasheet, ml_bom]")
            .claim(d -> String.join(", ", d.kinds).replace('_', ' '))
            .compile((d, to) -> to.add("documents", new Spec.Documents(d.kinds)))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("releases", "releases with all their documents")
                        .within(Bound.atLeast(1, "share")),
                    Clause.recorded("answered", "sections that are answered")
                        .within(Bound.atLeast(0.9, "share"))));
  }

  record Operations(
      @F(tighter = F.Tighter.LOWER, help = "as in deploy.lead_time where nothing is said")
          Optional<Duration> mttr,
      @F(max = 1, tighter = F.Tighter.LOWER, help = "as in deploy.lead_time where nothing is said")
          Optional<Share> changeFailRate)
      implements Metadata {
    static final Question<Operations> QUESTION =
        Question.of(
                "S35",
                "metadata.operations",
                Lane.MAINTAIN,
                Kind.TARGET,
                Operations.class,
                "Which operational metrics?")
            .help("Time to restore and failed changes; the bounds are those of the lead time.")
            .readsAnother()
            .example("{mttr: 20m, change_fail_rate: 10%}")
            .claim((o, all) ->
                "Restored in %s, %s %% of changes fail"
                    .formatted(Scalars.write(o.restore(all)), Bound.number(100 * o.failures(all))))
            .evidence((o, all) ->
                List.of(
                    Clause.view("mttr", "deploy.lead_time", "mttr")
                        .atLeast(0)
                        .within(Bound.atMost((double) o.restore(all).toSeconds(), "s")),
                    Clause.view("change_fail_rate", "deploy.lead_time", "change_fail_rate")
                        .within(Bound.atMost(o.failures(all), "share"))));

    Duration restore(Answers all) {
      return mttr.orElseGet(() -> all.get(Deploy.LeadTime.class).mttr());
    }

    double failures(Answers all) {
      return changeFailRate
          .orElseGet(() -> all.get(Deploy.LeadTime.class).changeFailRate())
          .share();
    }
  }
}
