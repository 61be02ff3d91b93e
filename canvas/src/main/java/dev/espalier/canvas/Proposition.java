package dev.espalier.canvas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the product is for, for whom, and who answers for it. */
sealed interface Proposition extends Answer {
  Duration QUARTER = Duration.ofDays(90);

  record Aim(@F(main = true) String text) implements Proposition {
    static final Question<Aim> QUESTION =
        Question.of(
                "S1",
                "value.aim",
                Lane.DESIGN,
                Kind.NARRATIVE,
                Aim.class,
                "What do we try to do for the user?")
            .help("One sentence that names an objective by its id or its metric.")
            .example("file each message where its reader would put it (O2)")
            .claim(Aim::text)
            .evidence((_, _) ->
                List.of(
                    Clause.attest("review", "the aim is still what the user needs"),
                    Clause.recorded("names_objective", "the aim names an objective")));
  }

  record Problem(@F(main = true, help = "ids of pains") List<String> pains) implements Proposition {
    static final Question<Problem> QUESTION =
        Question.of(
                "S2", "value.problem", Lane.DESIGN, Kind.NARRATIVE, Problem.class, "Which problem?")
            .help("The pains that this product takes on.")
            .example("[P1, P2]")
            .claim(p -> String.join(", ", p.pains))
            .evidence((_, _) ->
                List.of(
                    Clause.attest("review", "these are still the problems"),
                    Clause.recorded("covered", "every problem has a feature")
                        .within(Bound.atLeast(1, "share"))));
  }

  record Importance(
      @F(main = true) String text, @F(def = "3", min = 1, max = 5, unit = "of 5") int severity)
      implements Proposition {
    static final Question<Importance> QUESTION =
        Question.of(
                "S3",
                "value.importance",
                Lane.DESIGN,
                Kind.NARRATIVE,
                Importance.class,
                "Why important?")
            .help("Ranks the product among the others.")
            .example("{text: one lost order costs more than a year of filtering, severity: 4}")
            .claim(i -> "%s (%d of 5)".formatted(i.text, i.severity))
            .evidence(
                (_, _) -> List.of(Clause.attest("review", "the importance is still the same")));
  }

  record Persona(
      @F(
              main = true,
              def = "[data_scientist]",
              oneOf = {"ml_engineer", "data_scientist", "ops", "business"})
          Set<String> roles)
      implements Proposition {
    static final Question<Persona> QUESTION =
        Question.of(
                "S4",
                "value.persona",
                Lane.DESIGN,
                Kind.CONFIG,
                Persona.class,
                "Who works with it?")
            .help(
                "Who is expected at work here, seen by what is done: ml_engineer applies a canvas,"
                    + " data_scientist starts runs, ops drills, releases and takes up incidents,"
                    + " business sends numbers.")
            .example("[ml_engineer, ops]")
            .claim(p -> String.join(", ", p.roles))
            .evidence((p, _) ->
                p.roles.stream()
                    .sorted()
                    .map(role ->
                        Clause.recorded("active:" + role, "a %s was at work".formatted(role))
                            .freshFor(QUARTER)
                            .waitsWhile("nobody has done a %s's work here yet".formatted(role)))
                    .toList());
  }

  record ModelOwner(
      @F(main = true, help = "the canvas owner where nobody else is named") Optional<String> owner,
      Optional<String> deputy)
      implements Proposition {
    static final Question<ModelOwner> QUESTION =
        Question.of(
                "S5",
                "value.model_owner",
                Lane.DESIGN,
                Kind.POLICY,
                ModelOwner.class,
                "Who owns production models?")
            .help("Alerts and approvals go there first.")
            .readsAnother()
            .example("{owner: ana, deputy: cem}")
            .claim((m, all) -> m.owner(all) + m.deputy.map(other -> ", else " + other).orElse(""))
            .compile((m, to) ->
                to.add("model_owner", new Spec.ModelOwner(m.owner(to.answers()), m.deputy)))
            .evidence((_, _) -> {
              List<Clause> clauses = new ArrayList<>();
              clauses.add(
                  Clause.recorded("active", "the owner acted within 90 days").freshFor(QUARTER));
              clauses.add(
                  Clause.recorded("known", "the owner and the deputy are authors of the canvas"));
              return clauses;
            });

    String owner(Answers all) {
      return owner.orElseGet(() -> all.get(Page.Authors.class).owner());
    }
  }
}
