package dev.espalier.canvas;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Integration and training: when, where, by which workflow, checked by what. */
sealed interface Training extends Answer {
  record Schedule(
      @F(main = true, def = "[manual]") Set<String> triggers,
      @F(def = "0 3 * * 1 UTC") String cadence,
      @F(def = "30d", tighter = F.Tighter.LOWER) Duration maxStaleness,
      @F(def = "24h") Duration minInterval,
      @F(def = "50 core-h/month") String budget,
      @F(
              def = "to_challenger",
              tighter = F.Tighter.LOWER,
              oneOf = {"never", "to_challenger", "to_canary", "to_production"})
          String autoPromote,
      @F(
              def = "run_once",
              oneOf = {"skip", "run_once"})
          String catchUp)
      implements Training {
    private static final Set<String> KNOWN =
        Set.of("schedule", "new_data", "drift", "decay", "code_change", "canvas_change", "manual");

    public Schedule {
      for (String trigger : triggers) {
        if (!KNOWN.contains(trigger.split("[ :]", 2)[0])) {
          String nearest = Nearest.of(trigger, KNOWN.stream().sorted().toList());
          throw new Scalars.Refused(
              "trigger '%s' is unknown; the nearest is '%s'".formatted(trigger, nearest), nearest);
        }
      }
      if (!budget.matches("\\d{1,9}(\\.\\d+)? ?core-h/month")) {
        throw new Scalars.Refused(
            "budget '%s' is not core-hours such as 50 core-h/month".formatted(budget),
            "50 core-h/month");
      }
      if (!cadence.equals("none")) {
        Cadence.check(cadence);
      }
    }

    static final Question<Schedule> QUESTION =
        Question.of(
                "C1",
                "ct.schedule",
                Lane.DEVELOP,
                Kind.POLICY,
                Schedule.class,
                "How often retrained, what triggers it?")
            .help("What starts a run, how old the data may become, how much it may cost.")
            .example(
                """
                {triggers: [schedule, "new_data >= 20k rows", "drift: body_psi"],
                cadence: "0 3 * * 1 Europe/Berlin", max_staleness: 30d, min_interval: 24h,
                budget: 120 core-h/month, auto_promote: to_challenger, catch_up: run_once}
                """)
            .claim(s ->
                "On %s; data at most %s old"
                    .formatted(String.join(", ", s.triggers), Scalars.write(s.maxStaleness)))
            .compile((s, to) ->
                to.add(
                    "schedule",
                    new Spec.Schedule(
                        s.triggers,
                        s.scheduled() ? Optional.of(s.cadence) : Optional.empty(),
                        s.maxStaleness,
                        s.minInterval,
                        s.coreHours(),
                        s.autoPromote,
                        s.catchUp)))
            .evidence((s, _) ->
                List.of(
                    Clause.live("data_age", Intent.DAY, "the champion's data are young enough")
                        .within(Bound.atMost((double) s.maxStaleness.toSeconds(), "s")),
                    Clause.recorded("interval", "runs keep the cadence")
                        .waitsWhile("fewer than five scheduled runs have started")
                        .within(Bound.atMost(0.2, "share"))
                        .atLeast(5)
                        .onlyIf(s.scheduled(), "nothing is scheduled"),
                    Clause.recorded("missed", "no run is missed")
                        .within(Bound.atMost(0, "count"))
                        .onlyIf(s.scheduled(), "nothing is scheduled"),
                    Clause.recorded("budget", "compute within budget")
                        .within(Bound.atMost(s.coreHours(), "core-h"))
                        .freshFor(Duration.ofDays(60))));

    boolean scheduled() {
      return triggers.contains("schedule") && !cadence.equals("none");
    }

    double coreHours() {
      return Double.parseDouble(budget.split("[^0-9.]", 2)[0]);
    }
  }

  record Where(
      @F(
              main = true,
              def = "embedded",
              oneOf = {"embedded", "local_process", "remote_workers", "kubernetes", "cloud_batch"})
          String runIn,
      Set<String> labels,
      Set<String> residency,
      Optional<String> reason)
      implements Training {
    static final Question<Where> QUESTION =
        Question.of(
                "C2",
                "ct.where",
                Lane.DEVELOP,
                Kind.POLICY,
                Where.class,
                "Where does it run, and why does each run happen?")
            .refuses(
                Unbuilt.words(
                    "run_in",
                    List.of("remote_workers", "kubernetes", "cloud_batch"),
                    "Runs work in this process and in JVMs that it starts; there is no way to another machine",
                    "local_process"))
            .help("Which machines may train, in which region, and why each run happened.")
            .example(
                """
                {run_in: local_process, labels: [], residency: [eu], reason: mail may not leave the EU}
                """)
            .claim(w -> "In " + w.runIn.replace('_', ' '))
            .compile((w, to) -> {
              to.add("placement", new Spec.Placement(w.runIn, w.residency, w.reason.orElse("")));
              to.add("labels", new Spec.RunnerLabels(w.labels));
            })
            .evidence((w, _) ->
                List.of(
                    Clause.recorded("runner", "every run where it may")
                        .within(Bound.atLeast(1, "share")),
                    Clause.recorded("residency", "no run outside the region")
                        .unbuilt("a runner does not say in which region it stands")
                        .within(Bound.atMost(0, "count"))
                        .onlyIf(!w.residency.isEmpty(), "no residency is required"),
                    Clause.recorded("cause", "every run has a cause")
                        .within(Bound.atLeast(1, "share"))));
  }

  record WorkflowStep(
      @F(main = true) String name,
      Optional<Duration> timeout,
      Optional<Integer> retries,
      Optional<Boolean> cache) {}

  record Workflow(
      @F(main = true, def = "[ingest, validate, split, prepare, train, evaluate, gate, register]")
          List<WorkflowStep> steps,
      @F(def = "1h") Duration timeout,
      @F(def = "2", max = 20) int retries,
      @F(def = "yes") boolean cache,
      @F(def = "95%", max = 1, tighter = F.Tighter.HIGHER) Share success,
      @F(def = "[builtin]") List<String> stack)
      implements Training {
    static final Question<Workflow> QUESTION =
        Question.of(
                "C3",
                "ct.workflow",
                Lane.DEVELOP,
                Kind.CONFIG,
                Workflow.class,
                "Formal workflow and its stack?")
            .refuses(
                Unbuilt.other(
                    "stack",
                    "builtin",
                    "builtin",
                    "The steps of the workflow are built in; no other tool runs one"))
            .help("The steps from rows to a registered version.")
            .example(
                """
                {steps: [ingest, validate, split, prepare, train, evaluate, gate, register],
                success: 95%, stack: [builtin]}
                """)
            .claim(w -> String.join(" → ", w.steps.stream().map(WorkflowStep::name).toList()))
            .compile((w, to) -> {
              to.add(
                  "pipeline",
                  new Spec.Pipeline(
                      w.steps.stream()
                          .map(s ->
                              new Spec.Step(
                                  s.name,
                                  s.timeout.orElse(w.timeout),
                                  s.retries.orElse(w.retries),
                                  s.cache.orElse(w.cache)))
                          .toList(),
                      w.success.share()));
            })
            .evidence((w, _) ->
                List.of(
                    Clause.recorded("dag", "runs execute the compiled graph")
                        .within(Bound.atLeast(1, "share"))
                        .atLeast(3),
                    Clause.recorded("success", "runs succeed")
                        .within(Bound.atLeast(w.success.share(), "share"))
                        .atLeast(3),
                    Clause.recorded("rerun", "a re-run gives the same")
                        .waitsWhile("no run has been made twice and compared")));
  }

  record Distributed(
      @F(
              main = true,
              def = "none",
              oneOf = {"none", "data_parallel", "hp_parallel", "model_parallel"})
          String mode,
      @F(def = "1", min = 1, max = 8) int workers,
      @F(
              def = "allreduce",
              oneOf = {"allreduce", "param_avg", "async"})
          String sync,
      @F(def = "yes") boolean elastic,
      @F(def = "70%", max = 1, tighter = F.Tighter.HIGHER) Share minEfficiency)
      implements Training {
    static final Question<Distributed> QUESTION =
        Question.of(
                "C4",
                "ct.distributed",
                Lane.DEVELOP,
                Kind.CONFIG,
                Distributed.class,
                "Is distributed training required?")
            .refuses(
                Unbuilt.words(
                    "mode",
                    List.of("data_parallel", "hp_parallel", "model_parallel"),
                    "One worker trains each rung; nothing divides the work",
                    "none"))
            .refuses(
                Unbuilt.other(
                    "workers", "1", "1", "One worker trains each rung; nothing divides the work"))
            .refuses(
                Unbuilt.words(
                    "sync",
                    List.of("param_avg", "async"),
                    "One worker trains each rung; nothing divides the work",
                    "allreduce"))
            .refuses(
                Unbuilt.other(
                    "elastic",
                    "true",
                    "yes",
                    "One worker trains each rung; nothing divides the work"))
            .refuses(
                Unbuilt.other(
                    "min_efficiency",
                    "0.7",
                    "70%",
                    "One worker trains each rung; nothing divides the work"))
            .help("Only where one machine is too slow; it must pay for itself.")
            .example(
                """
                {mode: none}
                """)
            .claim(d -> d.mode.equals("none") ? "One worker trains" : d.mode + " over " + d.workers)
            .evidence((d, _) -> {
              boolean on = !d.mode.equals("none");
              String no = "training is not distributed";
              return List.of(
                  Clause.recorded("efficiency", "workers are used well")
                      .unbuilt("nothing runs a training with one worker and with several")
                      .within(Bound.atLeast(d.minEfficiency.share(), "share"))
                      .onlyIf(on, no),
                  Clause.recorded("loss_parity", "same loss as one worker")
                      .unbuilt("nothing runs a training with one worker and with several")
                      .onlyIf(on, no),
                  Clause.drill("kill_worker", "a run survives the loss of a worker")
                      .unbuilt("there is no drill that kills a worker")
                      .onlyIf(on, no));
            });
  }

  record Ci(
      @F(
              main = true,
              def = "[lint, unit, data_contract, train_smoke]",
              tighter = F.Tighter.SUPERSET,
              oneOf = {
                "lint",
                "unit",
                "data_contract",
                "train_smoke",
                "behavioural",
                "repro",
                "security_scan",
                "integration",
                "sign"
              })
          Set<String> checks,
      @F(
              def = "builtin",
              oneOf = {"builtin", "github_actions", "gitlab", "jenkins", "webhook"})
          String tool,
      @F(
              def = "[canvas_change]",
              oneOf = {"canvas_change", "push", "pr", "schedule"})
          Set<String> triggers,
      @F(def = "15m", tighter = F.Tighter.LOWER) Duration maxDuration,
      @F(def = "yes", tighter = F.Tighter.HIGHER) boolean required)
      implements Training {
    static final Question<Ci> QUESTION =
        Question.of(
                "C5", "ci.workflow", Lane.DEVELOP, Kind.POLICY, Ci.class, "CI workflow and tools?")
            .help("What must be green for a commit and a canvas before anything is promoted.")
            .example(
                """
                {checks: [lint, unit, data_contract, train_smoke, behavioural, repro, security_scan,
                sign], tool: builtin, triggers: [canvas_change, push], max_duration: 15m,
                required: true}
                """)
            .claim(c ->
                "%s, at most %s"
                    .formatted(String.join(", ", c.checks), Scalars.write(c.maxDuration)))
            .compile((c, to) ->
                to.add("ci", new Spec.Ci(c.checks, c.tool, c.triggers, c.maxDuration, c.required)))
            .evidence((c, _) ->
                List.of(
                    Clause.recorded("green", "every promotion had green checks")
                        .waitsWhile("no promotion carries the result of its checks")
                        .within(Bound.atLeast(1, "share")),
                    Clause.recorded("duration", "95 % of runs in time")
                        .waitsWhile("no check run is on record")
                        .within(Bound.atMost((double) c.maxDuration.toSeconds(), "s")),
                    Clause.recorded("flake", "checks do not flake")
                        .waitsWhile("no check was run twice on one commit")
                        .within(Bound.atMost(0.02, "share"))));
  }

  record Need(
      @F(
              main = true,
              oneOf = {
                "efficiency",
                "fairness",
                "robustness",
                "interpretability",
                "privacy",
                "security",
                "calibration",
                "cost",
                "availability"
              })
          String attribute,
      Optional<String> suite,
      Optional<String> slice,
      Target target,
      @F(def = "1", min = 0, tighter = F.Tighter.HIGHER) int minN,
      @F(
              def = "[pre_deploy]",
              tighter = F.Tighter.SUPERSET,
              oneOf = {"ci", "ct", "pre_deploy", "live"})
          Set<String> when,
      @F(def = "yes", tighter = F.Tighter.HIGHER) boolean blocking) {
    String metric() {
      return target.metric().orElse(attribute);
    }

    /** A gate measures whatever a version brings; of live traffic only the latency is timed. */
    private Clause said(String when, Clause clause) {
      String metric = metric().toLowerCase(Locale.ROOT);
      boolean timed = metric.contains("p95") || metric.contains("p99");
      return when.equals("live") && !timed
          ? clause.unbuilt("no suite measures %s while it serves".formatted(metric()))
          : clause.waitsWhile(
              "%s has not been measured yet (%s)".formatted(metric(), when.replace('_', ' ')));
    }

    Spec.Gate gate(String name, Spec.Op op, double bound) {
      return new Spec.Gate(
          name, op, bound, Spec.Versus.ABSOLUTE, slice, Math.max(1, minN), "block", blocking);
    }

    Need within(Target limit) {
      return new Need(attribute, suite, slice, limit, minN, when, blocking);
    }
  }

  record Nfr(
      @F(
              main = true,
              def =
                  "[{attribute: efficiency, target: 'p95 <= 100ms', when: [pre_deploy, live]}, {attribute: efficiency, suite: size, target: 'size <= 200MB'}, {attribute: calibration, target: 'ece <= 0.05'}, {attribute: robustness, suite: typo-5, target: 'drop <= 5pp', blocking: no}, {attribute: robustness, suite: invariance, target: 'invariance >= 95%', blocking: no}, {attribute: interpretability, suite: deletion, target: 'deletion > 0', blocking: no}, {attribute: interpretability, target: 'attributed >= 1%', when: [live], blocking: no}]")
          List<Need> requirements)
      implements Training {
    /** Fewer rows of a group make no rate. */
    private static final int FAIR_ROWS = 50;

    static final Question<Nfr> QUESTION =
        Question.of(
                "C6",
                "nfr",
                Lane.DEVELOP,
                Kind.TARGET,
                Nfr.class,
                "Non-functional requirements; how tested; in CI/CT?")
            .help("Speed, fairness, robustness, calibration and so on, as tests with a number.")
            .example(
                """
                [{attribute: efficiency, target: "p95 <= 40ms", when: [pre_deploy, live]},
                {attribute: fairness, slice: lang, target: "DIR in [0.8, 1.25]", min_n: 50,
                when: [ct, pre_deploy]}, {attribute: robustness, suite: typo-5,
                target: "drop <= 3pp", when: [ct]}, {attribute: interpretability, suite: deletion,
                target: "attributed >= 1%", when: [live], blocking: false}]
                """)
            .claim((n, all) ->
                String.join(
                    "; ",
                    n.needs(all).stream()
                        .map(each -> each.metric() + " " + each.target.words())
                        .toList()))
            .compile((n, to) -> {
              List<Need> needs = n.needs(to.answers());
              needs.forEach(each -> compile(each, name(each, needs), to));
            })
            .evidence((n, all) -> {
              List<Need> needs = n.needs(all);
              return needs.stream()
                  .flatMap(
                      each -> each.when.stream().map(when -> clause(each, name(each, needs), when)))
                  .toList();
            });

    /** The metric; with the slice where another requirement has the same metric of another one. */
    private static String name(Need need, List<Need> needs) {
      boolean alone =
          needs.stream().filter(each -> each.metric().equals(need.metric())).count() == 1;
      return need.slice()
          .filter(_ -> !alone)
          .map(slice -> need.metric() + "@" + slice)
          .orElse(need.metric());
    }

    private static void compile(Need each, String metric, Compiler to) {
      to.add(
          each.attribute + "-" + metric,
          new Spec.Suite(each.attribute, metric, each.suite, each.slice, each.minN));
      to.add(
          each.attribute + "-" + metric,
          new Spec.Requirement(
              each.attribute,
              metric,
              each.target.comparison(),
              each.target.value().doubleValue(),
              each.when,
              each.blocking));
      if (each.when.contains("pre_deploy") || each.when.contains("ct")) {
        to.add(
            "nfr-" + metric,
            each.gate(metric, each.target.comparison(), each.target.value().doubleValue()));
        each.target
            .high()
            .ifPresent(top ->
                to.add(
                    "nfr-" + metric + "-high",
                    each.gate(metric, Spec.Op.AT_MOST, top.doubleValue())));
      }
    }

    private static Clause clause(Need each, String metric, String when) {
      // Several requirements may share an attribute, as p95 and size do.
      String id = when + ":" + metric;
      String text = metric + " " + each.target.words();
      Clause clause =
          when.equals("live") ? Clause.live(id, Intent.DAY, text) : Clause.recorded(id, text);
      return each.said(when, clause.within(each.target.bound()).atLeast(each.minN));
    }

    /**
     * The requirements. Where nobody answered, the latency is that of {@code serving.mode}: a
     * number has one home; and the groups whose fair treatment is measured are the slices by which
     * the metrics are told apart.
     */
    List<Need> needs(Answers all) {
      if (!all.given("nfr").set().isEmpty()) {
        return requirements;
      }
      double millis = all.get(Serving.Mode.class).online().p95().toNanos() / 1e6;
      Target limit = Target.parse("p95 <= %sms".formatted(Bound.number(millis)));
      Stream<Need> stated =
          requirements.stream()
              .map(each -> each.metric().equals("p95") ? each.within(limit) : each);
      Stream<Need> fair =
          all.get(Develop.Metrics.class).metrics().stream()
              .flatMap(metric -> metric.slices().stream())
              .distinct()
              .flatMap(slice ->
                  Stream.of("DIR in [0.8, 1.25]", "SPD <= 0.1")
                      .map(target -> fairness(slice, Target.parse(target))));
      return Stream.concat(stated, fair).toList();
    }

    private static Need fairness(String slice, Target target) {
      return new Need(
          "fairness",
          Optional.empty(),
          Optional.of(slice),
          target,
          FAIR_ROWS,
          Set.of("pre_deploy"),
          false);
    }
  }
}
