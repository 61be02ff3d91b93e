package dev.espalier.canvas;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** How feedback returns, and who does what. */
sealed interface Practice extends Answer {
  record Source(
      @F(
              main = true,
              oneOf = {"rating", "correction", "report", "outcome", "human_review", "alert"})
          String kind,
      @F(def = "prediction_id") String join,
      Optional<Share> expectedRate,
      Optional<Duration> maxDelay,
      @F(
              def = "label",
              oneOf = {"label", "metric", "triage"})
          String use) {}

  record Feedback(
      @F(main = true, def = "[{kind: correction}]") List<Source> sources,
      @F(def = "0.6", max = 1) Share hilThreshold,
      @F(
              def = "after_review",
              oneOf = {"after_review", "auto", "never"})
          String toTraining)
      implements Practice {
    static final Question<Feedback> QUESTION =
        Question.of(
                "B11",
                "feedback",
                Lane.MAINTAIN,
                Kind.CONFIG,
                Feedback.class,
                "How does feedback return?")
            .help("How the truth comes back, and whether a person looks at it first.")
            .refuses(
                Unbuilt.other(
                    "hil_threshold",
                    "0.6",
                    "60%",
                    "No inbox shows uncertain predictions to a person; what waits for a review are"
                        + " labels, by to_training"))
            .refuses(
                Unbuilt.other(
                    "sources.join",
                    "prediction_id",
                    "prediction_id",
                    "Feedback finds its prediction by the id that the caller got"))
            .example(
                """
                {sources: [{kind: correction, join: prediction_id, expected_rate: 3%, max_delay: 2d,
                use: label}], to_training: after_review}
                """)
            .claim(f ->
                "%s, to training %s"
                    .formatted(
                        String.join(", ", f.sources.stream().map(Source::kind).toList()),
                        f.toTraining))
            .compile((f, to) -> {
              to.add(
                  "feedback",
                  new Spec.Feedback(
                      f.sources.stream().map(Source::kind).toList(),
                      f.rate().orElse(0.0),
                      f.delay().orElse(Duration.ofDays(7)),
                      f.toTraining));
              f.sources.forEach(s -> to.add(s.kind, new Spec.FeedbackSource(s.kind, s.use)));
            })
            .evidence((f, _) ->
                List.of(
                    Clause.live("coverage", Intent.DAY, "labels arrive for the expected share")
                        .within(Bound.atLeast(f.rate().orElse(0.0), "share")),
                    Clause.live("join", Intent.DAY, "feedback finds its prediction")
                        .within(Bound.atLeast(0.99, "share")),
                    Clause.live("delay", Intent.DAY, "95 % of feedback in time")
                        .within(
                            Bound.atMost(
                                (double) f.delay().orElse(Duration.ofDays(7)).toSeconds(), "s")),
                    Clause.recorded("used_next", "labels reach the next dataset version")
                        .onlyIf(!f.toTraining.equals("never"), "feedback never goes to training")));

    private Optional<Double> rate() {
      return sources.stream()
          .flatMap(s -> s.expectedRate.stream())
          .map(Share::share)
          .min(Double::compare);
    }

    private Optional<Duration> delay() {
      return sources.stream().flatMap(s -> s.maxDelay.stream()).max(Duration::compareTo);
    }
  }

  record Member(
      @F(main = true) String user,
      @F(
              def = "R",
              oneOf = {"R", "A", "C", "I"})
          String raci) {}

  record Deliverable(
      String title,
      Optional<String> owner,
      List<String> deps,
      Optional<String> acceptance,
      LocalDate due) {}

  record Milestone(String title, LocalDate date) {}

  record Project(List<Member> members, List<Deliverable> deliverables, List<Milestone> milestones)
      implements Practice {
    static final Question<Project> QUESTION =
        Question.of(
                "B12",
                "project",
                Lane.MAINTAIN,
                Kind.PLAN,
                Project.class,
                "Team, deliverables, timeline?")
            .help("A deliverable is done when the question it names conforms.")
            .example(
                """
                {members: [{user: ana, raci: A}, {user: cem, raci: R}],
                deliverables: [{title: canary live, owner: cem, acceptance: deploy.strategy,
                due: 2026-12-15}], milestones: [{title: all EU traffic, date: 2027-01-31}]}
                """)
            .claim(p ->
                "%d deliverables, %d milestones"
                    .formatted(p.deliverables.size(), p.milestones.size()))
            .evidence((p, _) ->
                List.of(
                    Clause.recorded("overdue", "no deliverable is overdue")
                        .within(Bound.atMost(0, "count"))
                        .freshFor(Intent.WEEK)
                        .onlyIf(!p.deliverables.isEmpty(), "no deliverable is planned")));
  }
}
