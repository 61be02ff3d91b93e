package dev.espalier.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How data are analysed and experiments are kept. */
sealed interface Analysis extends Answer {
  record Language(
      @F(
              main = true,
              def = "[java]",
              oneOf = {"java", "sql", "python", "r", "other"})
          Set<String> languages)
      implements Analysis {
    static final Question<Language> QUESTION =
        Question.of(
                "S12",
                "analysis.language",
                Lane.DEVELOP,
                Kind.NARRATIVE,
                Language.class,
                "Language for analysis?")
            .help("What people write their analyses in.")
            .example("[java, sql]")
            .claim(l -> String.join(", ", l.languages))
            .evidence((_, _) ->
                List.of(
                    Clause.attest("review", "these are the languages in use"),
                    Clause.recorded("seen", "no run was made in another language")
                        .waitsWhile("no run has succeeded")));
  }

  record Infra(
      @F(def = "4", min = 1, max = 4096, unit = "cores") int cpu,
      @F(def = "8GiB") Bytes mem,
      Optional<String> accel,
      Optional<Bytes> disk)
      implements Analysis {
    static final Question<Infra> QUESTION =
        Question.of(
                "S13",
                "analysis.infra",
                Lane.DEVELOP,
                Kind.CONFIG,
                Infra.class,
                "Infrastructure for training?")
            .help("What the process of a training step may use.")
            .refuses(
                Unbuilt.anything(
                    "accel", "Training runs on the processors of the machine", "leave it out"))
            .refuses(
                Unbuilt.anything(
                    "disk",
                    "Nothing limits the disk that a run may fill; rows have their quota in"
                        + " data.storage",
                    "leave it out"))
            .example("{cpu: 8, mem: 16GiB}")
            .claim(i -> "%d cores, %s GB".formatted(i.cpu, Bound.number(i.mem.count() / 1e9)))
            .compile((i, to) -> to.add("runner", new Spec.Runner(i.cpu, i.mem.count())))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("peak", "the peak of each run leaves a tenth free")
                        .within(Bound.atMost(0.9, "share"))
                        .unbuilt("a run does not record its peak of memory and cores")));
  }

  record Metrics(
      @F(main = true, help = "ids of metrics; all of them where none is named")
          List<String> metrics)
      implements Analysis {
    static final Question<Metrics> QUESTION =
        Question.of(
                "S14",
                "analysis.metrics",
                Lane.DEVELOP,
                Kind.CONFIG,
                Metrics.class,
                "Which ML and business metrics?")
            .help("At least one of each: a good score that moves no business number is a hobby.")
            .readsAnother()
            .example("[macro_f1, tickets_per_10k]")
            .claim((m, all) -> String.join(", ", m.metrics(all)))
            .evidence((m, all) -> {
              List<Clause> clauses = new ArrayList<>();
              clauses.add(Clause.recorded("kinds", "there is a metric of each kind"));
              m.metrics(all)
                  .forEach(
                      id -> clauses.add(Clause.view("fresh:" + id, "metrics", "present:" + id)));
              return clauses;
            });

    /** The named metrics, or every metric of the canvas. */
    List<String> metrics(Answers all) {
      return metrics.isEmpty()
          ? all.get(Develop.Metrics.class).metrics().stream().map(Develop.MetricAnswer::id).toList()
          : metrics;
    }
  }

  record Recorded(
      @F(
              main = true,
              def = "[dataset, params, metrics, rng_state, env, commit]",
              oneOf = {"dataset", "params", "metrics", "rng_state", "env", "commit"},
              tighter = F.Tighter.SUPERSET)
          Set<String> kinds)
      implements Analysis {
    static final Question<Recorded> QUESTION =
        Question.of(
                "S15",
                "analysis.metadata",
                Lane.DEVELOP,
                Kind.POLICY,
                Recorded.class,
                "Which experiment metadata?")
            .help("What a run must carry before its result counts.")
            .example("[dataset, params, metrics, commit]")
            .claim(r -> String.join(", ", r.kinds))
            .compile((r, to) -> to.add("run_metadata", new Spec.RunMetadata(r.kinds)))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("completeness", "every run carries all of it")
                        .within(Bound.atLeast(1, "share"))
                        .waitsWhile("no run has succeeded")));
  }

  record Topic(
      @F(main = true) String topic,
      @F(def = "1", min = 0, max = 10_000) int people,
      @F(def = "2", min = 1, max = 3, unit = "of 3") int level,
      @F(def = "yes", help = "the product needs it to live") boolean must) {}

  record KnowHow(@F(main = true) List<Topic> topics) implements Analysis {
    static final Question<KnowHow> QUESTION =
        Question.of(
                "S16",
                "analysis.know_how",
                Lane.DEVELOP,
                Kind.NARRATIVE,
                KnowHow.class,
                "Which framework knowledge is there?")
            .help("What only one person knows is a risk.")
            .example("[{topic: transformers, people: 2, level: 2}]")
            .claim(k ->
                String.join(
                    ", ",
                    k.topics.stream().map(t -> "%s (%d)".formatted(t.topic, t.people)).toList()))
            .evidence((_, _) ->
                List.of(
                    Clause.attest("review", "these people are still there"),
                    Clause.recorded("single_person", "topics that fewer than two people know")
                        .within(Bound.atMost(0, "count"))));
  }
}
