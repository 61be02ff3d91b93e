package dev.espalier.canvas;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** The three choices that no measurement makes. */
sealed interface Dilemmas extends Answer {
  record Tooling(@F(main = true, help = "why the tools come from where they come") String reason)
      implements Dilemmas {
    static final Question<Tooling> QUESTION =
        Question.of(
                "S36",
                "dilemma.tooling",
                Lane.DESIGN,
                Kind.NARRATIVE,
                Tooling.class,
                "Buy, open source or build?")
            .help("Which tool comes from where stands in stack.tools; here is why.")
            .example("everything in one program that two people can run")
            .claim((t, all) ->
                "%s (%d tools from elsewhere)"
                    .formatted(t.reason, all.get(Stack.Tools.class).external()))
            .evidence((_, _) -> List.of(Clause.attest("review", "the choice still holds")));
  }

  record Platform(
      @F(
              main = true,
              def = "one",
              oneOf = {"one", "hybrid"},
              kind = Kind.CONFIG)
          String kind,
      Optional<String> reason)
      implements Dilemmas {
    static final Question<Platform> QUESTION =
        Question.of(
                "S37",
                "dilemma.platform",
                Lane.DESIGN,
                Kind.NARRATIVE,
                Platform.class,
                "One platform or hybrid?")
            .help("Hybrid allows as many tools from elsewhere as stack.integration says.")
            .example("{kind: hybrid, reason: the ticket system stays where it is}")
            .claim(p ->
                (p.kind.equals("one") ? "One platform" : "Hybrid")
                    + p.reason.map(why -> ": " + why).orElse(""))
            .evidence((p, _) -> {
              Clause handOffs = Clause.view("hand_offs", "stack.integration", "hand_offs");
              return List.of(
                  Clause.attest("review", "the choice still holds"),
                  p.kind.equals("one")
                      ? handOffs.atLeast(0).within(Bound.atMost(0, "count"))
                      : handOffs.atLeast(0));
            });
  }

  record Skill(
      @F(main = true) String skill,
      @F(
              def = "train",
              oneOf = {"hire", "train"})
          String way,
      @F(
              def = "R",
              oneOf = {"R", "A", "C", "I"})
          String raci,
      Optional<String> user,
      LocalDate due) {}

  record Skills(@F(main = true) List<Skill> skills) implements Dilemmas {
    static final Question<Skills> QUESTION =
        Question.of("S38", "dilemma.skills", Lane.DESIGN, Kind.PLAN, Skills.class, "Hire or train?")
            .help("What is missing, how it comes, by when.")
            .example("[{skill: drift statistics, way: train, raci: R, due: 2027-03-31}]")
            .claim(
                s -> String.join(", ", s.skills.stream().map(e -> e.way + " " + e.skill).toList()))
            .evidence((_, _) ->
                List.of(
                    Clause.attest("review", "the plan is still the plan"),
                    Clause.recorded("overdue", "skills that should be there by now")
                        .within(Bound.atMost(0, "count"))
                        .freshFor(Intent.WEEK)));
  }
}
