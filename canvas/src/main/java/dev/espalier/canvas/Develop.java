package dev.espalier.canvas;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Data, metrics, evaluation and modeling. */
sealed interface Develop extends Answer {
  String NO_READER =
      "Rows are uploaded, or come as requests to the endpoint; nothing here reads another source";

  record Source(
      @F(main = true) String dataset,
      @F(
              def = "upload",
              oneOf = {"upload", "jdbc", "http", "stream", "object"})
          String kind,
      @F(
              def = "owned",
              oneOf = {"owned", "public", "earned", "paid"})
          String ownership,
      Optional<String> license,
      @F(
              def = "none",
              oneOf = {"none", "possible", "yes"})
          String pii,
      Optional<Duration> refresh) {
    Spec.Provenance provenance() {
      return new Spec.Provenance(dataset, ownership, license.orElse(""), pii);
    }
  }

  record Labeling(
      @F(
              main = true,
              def = "manual",
              oneOf = {"manual", "programmatic", "implicit", "none"})
          String method,
      @F(kind = Kind.NARRATIVE) Optional<String> guideline,
      @F(def = "0.7", max = 1) BigDecimal minAgreement,
      @F(def = "5%", max = 1) Share qa,
      @F(def = "7d", tighter = F.Tighter.LOWER) Duration labelDelay) {}

  record Splitting(
      @F(
              main = true,
              def = "random",
              oneOf = {"random", "time", "group"})
          String by,
      @F(def = "70/15/15") String ratio,
      @F(def = "42") long randomState) {
    double part(int index) {
      String[] parts = ratio.split("/", -1);
      double sum = 0;
      for (String part : parts) {
        sum += Double.parseDouble(part);
      }
      return Double.parseDouble(parts[index]) / sum;
    }

    public Splitting {
      if (!ratio.matches("\\d{1,3}/\\d{1,3}/\\d{1,3}") || ratio.startsWith("0/")) {
        throw new Scalars.Refused(
            "ratio '%s' is not three numbers such as 70/15/15".formatted(ratio), "70/15/15");
      }
    }
  }

  record Data(
      List<Source> training,
      List<Source> production,
      @F(def = "text") String schema,
      @F(def = "{}") Labeling labeling,
      @F(def = "{}") Splitting split,
      @F(
              def = "mandatory",
              tighter = F.Tighter.LOWER,
              oneOf = {"mandatory", "optional"})
          String versioning,
      @F(def = "365d") Duration retention)
      implements Develop {
    static final Question<Data> QUESTION =
        Question.of(
                "B6",
                "data",
                Lane.DEVELOP,
                Kind.CONFIG,
                Data.class,
                "Which data for training and production; how labelled?")
            .help("Where rows come from, how they are labelled, divided, versioned and kept.")
            .refuses(
                Unbuilt.words(
                    "training.kind", List.of("jdbc", "stream", "object"), NO_READER, "upload"))
            .refuses(Unbuilt.words("production.kind", List.of("jdbc", "object"), NO_READER, "http"))
            .refuses(
                Unbuilt.words(
                    "labeling.method",
                    List.of("programmatic"),
                    "Labels come with the rows or as feedback; no labelling function runs here",
                    "implicit"))
            .refuses(
                Unbuilt.other(
                    "labeling.qa",
                    "0.05",
                    "5%",
                    "No queue hands a share of the labels to a second person"))
            .refuses(
                Unbuilt.words(
                    "versioning",
                    List.of("optional"),
                    "Every run freezes its rows as a snapshot first; none can train on rows without a"
                        + " version",
                    "mandatory"))
            .example(
                """
                {training: [{dataset: mail-labelled, kind: upload, ownership: owned,
                license: proprietary, pii: yes, refresh: 7d}], production: [{dataset: mail-stream,
                kind: http, ownership: owned, license: proprietary, pii: yes, refresh: 1h}],
                schema: mail-v1, labeling: {method: implicit, guideline: moves-v2,
                min_agreement: 0.75, label_delay: 2d}, split: {by: time, ratio: 80/10/10,
                random_state: 42}, versioning: mandatory, retention: 180d}
                """)
            .claim(d ->
                "%s, labels after %s"
                    .formatted(
                        d.training.isEmpty() ? "no training data" : d.training.getFirst().dataset,
                        Scalars.write(d.labeling.labelDelay)))
            .compile((d, to) -> {
              d.training.forEach(s -> to.add("training-" + s.dataset, d.spec(s, "training")));
              d.production.forEach(s -> to.add("production-" + s.dataset, d.spec(s, "production")));
              d.training.forEach(s -> to.add("training-" + s.dataset, s.provenance()));
              d.production.forEach(s -> to.add("production-" + s.dataset, s.provenance()));
              to.add(
                  "split",
                  new Spec.Split(
                      d.split.by,
                      d.split.part(0),
                      d.split.part(1),
                      d.split.part(2),
                      d.split.randomState));
            })
            .evidence((d, _) -> {
              Optional<Duration> refresh =
                  d.training.stream().flatMap(s -> s.refresh.stream()).min(Duration::compareTo);
              return List.of(
                  Clause.recorded("snapshots", "every version names its snapshot")
                      .within(Bound.atLeast(1, "share")),
                  Clause.live("age", refresh.orElse(Intent.DAY), "the data are fresh")
                      .within(Bound.atMost((double) refresh.orElse(Intent.DAY).toSeconds(), "s"))
                      .onlyIf(refresh.isPresent(), "no refresh is declared"),
                  Clause.recorded("schema", "schema violations")
                      .within(Bound.atMost(0.001, "share")),
                  Clause.recorded("kappa", "annotators agree")
                      .waitsWhile("no label has been stored by a second person")
                      .within(Bound.atLeast(d.labeling.minAgreement.doubleValue(), "kappa"))
                      .onlyIf(
                          d.labeling.method.equals("manual"), "labels are not made by annotators"),
                  Clause.live("label_delay", Intent.WEEK, "95 % of labels arrive in time")
                      .within(
                          new Bound(
                              java.util.OptionalDouble.empty(),
                              java.util.OptionalDouble.of(
                                  (double) d.labeling.labelDelay.toSeconds()),
                              false,
                              "s"))
                      .onlyIf(!d.labeling.method.equals("none"), "there are no labels"),
                  Clause.recorded("leakage", "no leakage between the parts"),
                  Clause.recorded("lint", "licences and personal data are as they are declared"));
            });

    /** Every dataset that is read, once. */
    List<String> sources() {
      return Stream.concat(training.stream(), production.stream())
          .map(Source::dataset)
          .distinct()
          .toList();
    }

    /** How often each dataset that says so is refreshed; the shorter time where it says two. */
    Map<String, Duration> refreshes() {
      Map<String, Duration> times = new TreeMap<>();
      Stream.concat(training.stream(), production.stream())
          .forEach(source ->
              source.refresh.ifPresent(
                  time -> times.merge(source.dataset, time, (a, b) -> a.compareTo(b) < 0 ? a : b)));
      return times;
    }

    private Spec.Dataset spec(Source source, String role) {
      return new Spec.Dataset(
          source.dataset,
          role,
          schema,
          source.refresh.orElse(Duration.ofDays(7)),
          retention,
          labeling.labelDelay);
    }
  }

  record MetricAnswer(
      @F(main = true) String id,
      @F(
              def = "ml",
              oneOf = {"ml", "business", "system", "fairness", "cost"})
          String kind,
      Optional<String> formula,
      Optional<String> source,
      @F(
              def = "up",
              oneOf = {"up", "down"})
          String direction,
      @F(kind = Kind.NARRATIVE) Optional<String> unit,
      List<String> slices,
      @F(def = "3", min = 1, kind = Kind.NARRATIVE) int priority,
      @F(def = "no") boolean primary,
      @F(def = "200", min = 1, tighter = F.Tighter.HIGHER) int minN,
      @F(def = "0.95", min = 0.5, max = 0.999) BigDecimal ci,
      @F(kind = Kind.NARRATIVE) Optional<String> rationale) {
    /** Points of it are sent; labels and answers say nothing about it. */
    boolean pushed() {
      return source.isPresent()
          || (formula.isEmpty() && Set.of("business", "system", "cost").contains(kind));
    }

    private String named() {
      return id.startsWith("recall_") ? "recall(%s)".formatted(id.substring(7)) : id;
    }

    Spec spec() {
      if (pushed()) {
        return new Spec.PushedMetric(id, kind, direction);
      }
      return new Spec.Metric(
          id, kind, formula.orElse(named()), direction, primary, slices, minN, ci.doubleValue());
    }
  }

  record Metrics(
      @F(main = true, def = "[{id: macro_f1, primary: true}]") List<MetricAnswer> metrics)
      implements Develop {
    public Metrics {
      if (metrics.stream().filter(MetricAnswer::primary).count() != 1) {
        throw new Scalars.Refused(
            "exactly one metric is primary",
            metrics.isEmpty() ? "{id: macro_f1, primary: yes}" : "primary: yes on one of them");
      }
    }

    static final Question<Metrics> QUESTION =
        Question.of(
                "B7",
                "metrics",
                Lane.DEVELOP,
                Kind.CONFIG,
                Metrics.class,
                "Which metrics, priorities, slices?")
            .help("One definition per metric, used offline, online, in charts, gates and alerts.")
            .refuses(
                Unbuilt.other(
                    "metrics.source",
                    "push_api",
                    "push_api",
                    "Metrics are computed from labels, or points of them are pushed"))
            .example(
                """
                [{id: macro_f1, kind: ml, primary: true, direction: up, slices: [lang, sender_kind],
                min_n: 500, rationale: folders are unbalanced}, {id: recall_phishing, kind: ml,
                formula: recall(phishing), direction: up, slices: [lang]}, {id: false_spam, kind: ml,
                formula: "rate(pred=spam | actual=inbox)", direction: down}, {id: tickets_per_10k,
                kind: business, direction: down, source: push_api}]
                """)
            .claim(m -> String.join(", ", m.metrics.stream().map(MetricAnswer::id).toList()))
            .compile((m, to) -> m.metrics.forEach(each -> to.add(each.id, each.spec())))
            .evidence((m, _) -> {
              List<Clause> clauses = new ArrayList<>();
              m.metrics.forEach(each ->
                  clauses.add(
                      Clause.live("present:" + each.id, Intent.WEEK, each.id + " is measured")
                          .atLeast(each.pushed() ? 1 : each.minN)));
              clauses.add(
                  Clause.live("gap", Intent.WEEK, "the gap between offline and online is known"));
              return clauses;
            });

    String primary() {
      return metrics.stream().filter(MetricAnswer::primary).findFirst().orElseThrow().id;
    }
  }

  record Offline(
      Optional<String> holdout,
      List<Target> gates,
      @F(
              def = "bootstrap",
              oneOf = {"bootstrap", "mcnemar", "none"})
          String test,
      @F(
              def = "block",
              tighter = F.Tighter.LOWER,
              oneOf = {"block", "extend", "human"})
          String onInconclusive) {}

  record Online(
      @F(
              def = "labels",
              oneOf = {"labels", "proxy", "shadow_agreement", "human"})
          String method,
      @F(def = "100%", max = 1) Share sample,
      @F(def = "7d", tighter = F.Tighter.LOWER) Duration every,
      List<Target> gates) {}

  record Evaluation(@F(def = "{}") Offline offline, @F(def = "{}") Online online)
      implements Develop {
    static final Question<Evaluation> QUESTION =
        Question.of(
                "B8",
                "evaluation",
                Lane.DEVELOP,
                Kind.TARGET,
                Evaluation.class,
                "How evaluated offline and online?")
            .help("Which gates a candidate passes offline, and how it is judged once it serves.")
            .refuses(
                Unbuilt.words(
                    "online.method",
                    List.of("proxy", "shadow_agreement", "human"),
                    "What serves is judged by the labels that come back; no challenger gets a copy of the traffic, and no sample is handed to people",
                    "labels"))
            .refuses(
                Unbuilt.other(
                    "online.sample",
                    "1",
                    "100%",
                    "Every label that comes back is judged by; monitoring.required says what share of answers is kept"))
            .example(
                """
                {offline: {holdout: mail-gold, gates: ["macro_f1 >= champion - 0.5pp",
                "recall_phishing >= 96%"], test: bootstrap, on_inconclusive: block},
                online: {method: labels, sample: 100%, every: 7d, gates: ["macro_f1 >= 0.88"]}}
                """)
            .claim(e ->
                "%s; online by %s every %s"
                    .formatted(
                        e.offline.gates.isEmpty()
                            ? "no worse than the champion"
                            : String.join(
                                ", ",
                                e.offline.gates.stream()
                                    .map(g -> g.metric().orElse("primary") + " " + g.words())
                                    .toList()),
                        e.online.method,
                        Scalars.write(e.online.every)))
            .compile(Evaluation::compile)
            .evidence((e, _) ->
                List.of(
                    Clause.recorded("gates", "the champion has a row per gate"),
                    Clause.live("online", e.online.every, "the last online evaluation is recent")
                        .freshFor(e.online.every)));

    private static void compile(Evaluation e, Compiler to) {
      to.add(
          "evaluation",
          new Spec.Evaluation(
              e.offline.holdout,
              e.offline.test,
              e.online.method,
              e.online.sample.share(),
              e.online.every,
              e.online.gates.stream().map(Target::canonical).toList()));
      String primary = to.answers().find(Metrics.class).map(Metrics::primary).orElse("macro_f1");
      List<Target> gates =
          e.offline.gates.isEmpty()
              ? List.of(Target.noWorseThanChampion(primary))
              : e.offline.gates;
      for (Target gate : gates) {
        String metric = gate.metric().orElse(primary);
        Spec.Versus versus =
            switch (gate.versus()) {
              case "absolute" -> Spec.Versus.ABSOLUTE;
              case "baseline" -> Spec.Versus.BASELINE;
              default -> Spec.Versus.CHAMPION;
            };
        double bound =
            versus == Spec.Versus.ABSOLUTE
                ? gate.value().doubleValue()
                : Math.abs(gate.value().doubleValue());
        to.add(
            metric + "-" + gate.versus(),
            new Spec.Gate(
                metric,
                gate.comparison(),
                bound,
                versus,
                Optional.empty(),
                1,
                e.offline.onInconclusive,
                true));
      }
    }
  }

  record Search(
      @F(
              def = "random",
              oneOf = {"none", "grid", "random", "bayes"})
          String kind,
      @F(def = "20", min = 1) int trials,
      Optional<String> budget) {}

  record Iteration(
      String id,
      @F(
              main = true,
              oneOf = {
                "majority",
                "rule",
                "linear",
                "frozen_encoder",
                "encoder",
                "decoder",
                "encoder_decoder",
                "external"
              })
          String approach,
      @F(kind = Kind.NARRATIVE) Optional<String> hypothesis,
      Map<String, String> params,
      Optional<Search> search,
      Optional<Target> accept) {}

  record Modeling(
      @F(
              main = true,
              def =
                  "[{id: v0, approach: majority}, {id: v1, approach: linear}, {id: v2, approach: frozen_encoder}, {id: v3, approach: encoder}]")
          List<Iteration> iterations,
      @F(def = "1pp", tighter = F.Tighter.HIGHER) String minGain)
      implements Develop {
    public Modeling {
      Target.parse(">= " + minGain);
    }

    static final Question<Modeling> QUESTION =
        Question.of(
                "B9",
                "modeling",
                Lane.DEVELOP,
                Kind.PLAN,
                Modeling.class,
                "Which iterations, from simple to complex?")
            .help("From simple to complex; a rung that gains too little is not taken.")
            .example(
                """
                [{id: v1, approach: rule, hypothesis: header rules are a floor}, {id: v2,
                approach: linear, hypothesis: words carry most signal}, {id: v3, approach: encoder,
                hypothesis: context lowers false spam, search: {kind: random, trials: 20,
                budget: 24 core-h}, accept: "macro_f1 >= v2 + 1pp"}]
                """)
            .claim(m ->
                String.join(" → ", m.iterations.stream().map(Iteration::approach).toList())
                    + ", each by at least "
                    + m.minGain)
            .compile((m, to) -> {
              to.add(
                  "ladder",
                  new Spec.Ladder(
                      m.iterations.stream()
                          .map(i -> new Spec.Rung(i.id, i.approach, i.hypothesis.orElse("")))
                          .toList(),
                      m.gain(),
                      to.answers()
                          .find(Intent.Feasibility.class)
                          .map(Intent.Feasibility::baseline)
                          .orElse("majority")));
              m.iterations.forEach(i ->
                  to.add(
                      i.id,
                      new Spec.Iteration(
                          i.id,
                          i.params,
                          i.search.map(Search::kind).orElse("none"),
                          i.search.map(Search::trials).orElse(0),
                          i.search.flatMap(Search::budget),
                          i.accept.map(Target::canonical))));
            })
            .evidence((m, _) ->
                List.of(
                    Clause.recorded("ladder", "score, cost and verdict per iteration").atLeast(2),
                    Clause.recorded("ablation", "without its features the model is worse")
                        .onlyIf(
                            m.iterations.stream().anyMatch(i -> i.approach.equals("majority")),
                            "no iteration leaves the features out; one of approach majority does"),
                    Clause.recorded("search", "the search over hyperparameters ran its trials")
                        .unbuilt("no trainer searches: each trains with the parameters it is given")
                        .onlyIf(
                            m.iterations.stream().anyMatch(i -> i.search.isPresent()),
                            "no iteration declares a search")));

    double gain() {
      return Target.parse(">= " + minGain).value().doubleValue();
    }
  }

  record Stage(
      @F(
              main = true,
              oneOf = {"replay", "shadow", "internal", "canary", "ab", "bandit"})
          String kind,
      Optional<Share> traffic,
      Optional<Duration> minDuration,
      Optional<Integer> minN,
      List<Target> guardrails,
      Optional<Target> success,
      Optional<String> mde,
      @F(def = "0.05", max = 1) Share alpha,
      @F(def = "0.8", max = 1) Share power) {}

  record Experimentation(
      @F(main = true, def = "[{kind: replay}, {kind: canary}]") List<Stage> stages)
      implements Develop {
    static final Question<Experimentation> QUESTION =
        Question.of(
                "B10",
                "experimentation",
                Lane.DEVELOP,
                Kind.PLAN,
                Experimentation.class,
                "Which experiments precede a release?")
            .help("The stages a version goes through before everybody gets it.")
            .refuses(
                Unbuilt.words(
                    "stages.kind",
                    List.of("shadow", "internal", "ab", "bandit"),
                    "A version is replayed against its gates and then meets a share of the traffic;"
                        + " no other stage runs",
                    "replay or canary"))
            .example(
                """
                [{kind: replay}, {kind: canary, min_n: 205, guardrails: ["p95 <= 40ms",
                "error <= 0.5%"], alpha: 5%, power: 80%, mde: 1pp}]
                """)
            .claim(e -> String.join(", then ", e.stages.stream().map(Stage::kind).toList()))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("stages", "a record per stage"),
                    Clause.recorded("srm", "the split is what was asked for")
                        .within(Bound.of(Spec.Op.ABOVE, 0.001, "p")),
                    Clause.recorded("effect", "the effect is known with its interval")));

    /** The requests that the canary needs at least, where it says so. */
    int canaryRequests() {
      return canaries().flatMap(stage -> stage.minN.stream()).max(Integer::compare).orElse(0);
    }

    /** What the canary must not break, besides the limits of the strategy. */
    List<Target> canaryGuardrails() {
      return canaries().flatMap(stage -> stage.guardrails.stream()).toList();
    }

    private Stream<Stage> canaries() {
      return stages.stream().filter(stage -> stage.kind.equals("canary"));
    }

    Duration duration() {
      return stages.stream()
          .flatMap(s -> s.minDuration.stream())
          .reduce(Duration.ZERO, Duration::plus);
    }
  }
}
