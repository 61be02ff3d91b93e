package dev.espalier.canvas;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The craft under it: version control, notebooks, trunk, checks, delivery figures. */
sealed interface Foundations extends Answer {
  record Vcs(
      @F(
              main = true,
              def = "git",
              oneOf = {"git"})
          String system,
      @F(help = "noted, never called from here", kind = Kind.NARRATIVE) Optional<String> remote)
      implements Foundations {
    static final Question<Vcs> QUESTION =
        Question.of(
                "S23", "foundations.vcs", Lane.DEVELOP, Kind.CONFIG, Vcs.class, "How is code kept?")
            .help("Every run should name a clean commit.")
            .example("{system: git, remote: 'ssh://git.example.org/mail-filter'}")
            .claim(v -> v.system + v.remote.map(where -> " at " + where).orElse(""))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("clean_commit", "runs name a clean commit")
                        .within(Bound.atLeast(0.95, "share"))
                        .waitsWhile("no run has succeeded")));
  }

  record Performance(
      @F(
              main = true,
              def = "[latency, errors, saturation]",
              oneOf = {"latency", "errors", "saturation", "cost"},
              tighter = F.Tighter.SUPERSET)
          Set<String> signals)
      implements Foundations {
    static final Question<Performance> QUESTION =
        Question.of(
                "S24",
                "foundations.performance",
                Lane.DEVELOP,
                Kind.TARGET,
                Performance.class,
                "How is system performance watched?")
            .help("The bounds of these signals stand where they are promised.")
            .example("[latency, errors, saturation]")
            .claim(p -> String.join(", ", p.signals))
            .evidence((p, _) ->
                p.signals.stream()
                    .sorted()
                    .map(signal ->
                        switch (signal) {
                          case "latency" -> Clause.view(signal, "serving.mode", "p95");
                          case "errors" -> Clause.view(signal, "serving.mode", "availability");
                          case "saturation" -> Clause.view(signal, "serving.volume", "saturation");
                          default -> Clause.view(signal, "serving.accelerator", "cost");
                        })
                    .toList());
  }

  record Notebooks(
      @F(
              main = true,
              def = "explore_only",
              oneOf = {"forbid", "explore_only", "versioned"})
          String rule)
      implements Foundations {
    static final Question<Notebooks> QUESTION =
        Question.of(
                "S25",
                "foundations.notebooks",
                Lane.DEVELOP,
                Kind.POLICY,
                Notebooks.class,
                "Notebook policy?")
            .help("Whether a result from a notebook may reach production.")
            .refuses(
                Unbuilt.words(
                    "rule",
                    List.of("forbid", "versioned"),
                    "A version comes from the pipeline, so a notebook's never reaches production; one"
                        + " that only explores is neither seen nor stopped",
                    "explore_only"))
            .example("explore_only")
            .claim(n -> n.rule.replace('_', ' '))
            .evidence((n, _) ->
                List.of(
                    Clause.recorded("promoted", "versions promoted from a notebook")
                        .within(Bound.atMost(0, "count"))
                        .waitsWhile("no version has been promoted")
                        .onlyIf(
                            !n.rule.equals("versioned"), "versioned notebooks may be promoted")));
  }

  record Trunk(
      @F(main = true, def = "yes") boolean required,
      @F(def = "3d", tighter = F.Tighter.LOWER, kind = Kind.TARGET) Duration branchAge)
      implements Foundations {
    static final Question<Trunk> QUESTION =
        Question.of(
                "S26",
                "foundations.trunk",
                Lane.DEVELOP,
                Kind.POLICY,
                Trunk.class,
                "Trunk-based development?")
            .help("Short branches, one trunk.")
            .example("{required: yes, branch_age: 2d}")
            .claim(t ->
                t.required
                    ? "Branches of at most %s".formatted(Scalars.write(t.branchAge))
                    : "Branches may live long")
            .evidence((t, _) ->
                List.of(
                    Clause.recorded("branch_age", "nine of ten branches are young")
                        .within(Bound.atMost((double) t.branchAge.toSeconds(), "s"))
                        .unbuilt("no webhook tells when branches begin and end")
                        .onlyIf(t.required, "long branches are allowed")));
  }

  record Ci() implements Foundations {
    static final Question<Ci> QUESTION =
        Question.of(
                "S27", "foundations.ci", Lane.DEVELOP, Kind.CONFIG, Ci.class, "CI/CD for the code?")
            .help("Answered once, in ci.workflow; here it is read.")
            .readsAnother()
            .claim((_, all) ->
                all.find(Training.Ci.class)
                    .map(ci -> "As in ci.workflow: " + String.join(", ", ci.checks()))
                    .orElse("As in ci.workflow, which has no answer"))
            .evidence((_, _) ->
                Stream.of("green", "duration", "flake")
                    .map(clause -> Clause.view(clause, "ci.workflow", clause))
                    .toList());
  }

  record Dora(@F(main = true, def = "yes") boolean track) implements Foundations {
    static final Question<Dora> QUESTION =
        Question.of(
                "S28",
                "foundations.dora",
                Lane.DEVELOP,
                Kind.TARGET,
                Dora.class,
                "Are the four DORA metrics tracked?")
            .help("Their bounds stand in deploy.lead_time.")
            .example("yes")
            .claim(d -> d.track ? "All four, from releases on record" : "Not tracked")
            .evidence((d, _) ->
                Stream.of(
                        Clause.view("lead_time", "deploy.lead_time", "lead_time"),
                        Clause.view("change_fail_rate", "deploy.lead_time", "change_fail_rate"),
                        Clause.view("mttr", "deploy.lead_time", "mttr"),
                        Clause.recorded("deploy_frequency", "how often releases are made")
                            .within(Bound.atLeast(0, "per week"))
                            .waitsWhile("no release has reached all traffic"))
                    .map(clause -> clause.atLeast(5).onlyIf(d.track, "the figures are not tracked"))
                    .toList());
  }
}
