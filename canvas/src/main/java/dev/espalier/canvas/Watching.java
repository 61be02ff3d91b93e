package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** What is watched, what alerts, what retrains. */
sealed interface Watching extends Answer {
  record Required(
      @F(
              main = true,
              def = "mandatory",
              tighter = F.Tighter.LOWER,
              oneOf = {"mandatory", "optional"})
          String prod,
      @F(
              def = "optional",
              oneOf = {"mandatory", "optional"})
          String staging,
      @F(
              def = "[effectiveness, degradation, retrain_trigger]",
              oneOf = {"effectiveness", "degradation", "retrain_trigger"})
          Set<String> purpose,
      @F(def = "100%", max = 1, tighter = F.Tighter.HIGHER) Share sample,
      @F(
              def = "hashed",
              oneOf = {"hashed", "full", "none"})
          String payloadLog,
      @F(def = "90d") Duration retention)
      implements Watching {
    static final Question<Required> QUESTION =
        Question.of(
                "M1",
                "monitoring.required",
                Lane.MAINTAIN,
                Kind.POLICY,
                Required.class,
                "Is monitoring mandatory, for what?")
            .help("Where nothing serves unwatched, and what is logged of each prediction.")
            .example(
                """
                {prod: mandatory, staging: optional, purpose: [effectiveness, degradation,
                retrain_trigger], sample: 100%, payload_log: hashed, retention: 90d}
                """)
            .claim(r ->
                "%s in production, %s payloads, kept %s"
                    .formatted(r.prod, r.payloadLog, Scalars.write(r.retention)))
            .compile((r, to) -> {
              to.add(
                  "inference_log",
                  new Spec.InferenceLog(r.sample.share(), r.payloadLog, r.retention));
              to.add("policy", new Spec.MonitoringPolicy(r.prod, r.staging, r.purpose));
            })
            .evidence((_, _) ->
                List.of(
                    Clause.live("monitored", Intent.DAY, "every production model is monitored")
                        .within(Bound.atLeast(1, "share")),
                    Clause.live("logged", Intent.DAY, "every prediction is logged")
                        .within(Bound.atLeast(0.999, "share")),
                    Clause.live("evaluated", Intent.DAY, "the last evaluation is recent")
                        .within(Bound.atMost((double) Duration.ofDays(2).toSeconds(), "s")),
                    Clause.live(
                        "retention", Intent.DAY, "nothing is logged for longer than promised")));
  }

  record Watched(
      @F(main = true) String metric,
      Optional<Duration> window,
      List<String> slices,
      @F(def = "200", min = 1) int minN,
      Optional<Target> target,
      Optional<Duration> labelDelay) {}

  record Ml(@F(main = true, def = "[{metric: confidence, window: 1d}]") List<Watched> metrics)
      implements Watching {
    static final Question<Ml> QUESTION =
        Question.of(
                "M2", "monitoring.ml", Lane.MAINTAIN, Kind.CONFIG, Ml.class, "Which ML metrics?")
            .help("Which numbers of the model are computed while it serves.")
            .example(
                """
                [{metric: macro_f1, window: 7d, slices: [lang]}, {metric: confidence, window: 1h}]
                """)
            .claim(m -> String.join(", ", m.metrics.stream().map(Watched::metric).toList()))
            .compile((m, to) ->
                m.metrics.forEach(w ->
                    to.add(
                        w.metric,
                        new Spec.LiveMetric(
                            w.metric,
                            w.window.orElseGet(() -> to.answers().labelWindow()),
                            w.slices,
                            w.minN,
                            w.target.map(Target::canonical),
                            w.labelDelay))))
            .evidence((m, all) -> {
              List<Clause> clauses = new ArrayList<>();
              m.metrics.forEach(w ->
                  clauses.add(
                      Clause.live(
                              "window:" + w.metric,
                              w.window.orElse(all.labelWindow()),
                              w.metric + " is watched")
                          .atLeast(w.minN)));
              clauses.add(
                  Clause.live("slice_coverage", Intent.DAY, "the slices are covered")
                      .unbuilt("live metrics are not computed by slice")
                      .onlyIf(m.metrics.stream().anyMatch(w -> !w.slices.isEmpty()), "no slices"));
              clauses.add(Clause.live("pending", Intent.DAY, "labels still to come are counted"));
              return clauses;
            });
  }

  record DomainMetric(
      String id,
      Optional<String> unit,
      @F(
              def = "push_api",
              oneOf = {"push_api", "sql", "expression", "feedback_join"})
          String source,
      Optional<String> owner,
      @F(def = "1d") Duration every,
      Optional<Target> target) {}

  record Domain(@F(main = true) List<DomainMetric> metrics) implements Watching {
    static final Question<Domain> QUESTION =
        Question.of(
                "M3",
                "monitoring.domain",
                Lane.MAINTAIN,
                Kind.CONFIG,
                Domain.class,
                "Which domain metrics, how collected?")
            .refuses(
                Unbuilt.words(
                    "metrics.source",
                    List.of("sql", "expression", "feedback_join"),
                    "Numbers of the business are sent; nothing fetches or computes them",
                    "push_api"))
            .help("Which numbers of the business arrive, from where, how often.")
            .example(
                """
                [{id: tickets_per_10k, unit: tickets, source: push_api, owner: ana, every: 1d,
                target: "<= 9"}]
                """)
            .claim(d -> String.join(", ", d.metrics.stream().map(DomainMetric::id).toList()))
            .compile((d, to) ->
                d.metrics.forEach(m ->
                    to.add(
                        m.id,
                        new Spec.DomainMetric(
                            m.id,
                            m.unit,
                            m.source,
                            m.owner,
                            m.every,
                            m.target.map(Target::canonical)))))
            .evidence((d, _) ->
                d.metrics.stream()
                    .map(m ->
                        Clause.live("received:" + m.id, m.every, m.id + " arrives")
                            .waitsWhile("no point of %s has been sent".formatted(m.id))
                            .within(Bound.atLeast(0.95, "share")))
                    .toList());
  }

  record Detector(
      String id,
      @F(
              def = "prediction_drift",
              oneOf = {
                "performance_drop",
                "prediction_drift",
                "data_drift",
                "concept_drift",
                "train_serve_skew",
                "est_performance",
                "operational"
              })
          String type,
      Optional<String> metric,
      @F(oneOf = {"psi", "ks", "chi2", "js", "wasserstein", "mmd", "ph", "ddm", "adwin"})
          Optional<String> test,
      @F(
              def = "training",
              oneOf = {"training", "last_good", "rolling"})
          String reference,
      @F(def = "7d") Duration window,
      @F(def = "500", min = 1) int minN,
      @F(tighter = F.Tighter.LOWER) Optional<String> warn,
      @F(tighter = F.Tighter.LOWER) Optional<String> alert,
      @F(
              def = "bh",
              oneOf = {"none", "bh"},
              help = "Benjamini-Hochberg where several fields are tested")
          String correction) {
    Spec.Monitor spec(Answers all) {
      String bound = alert.orElse(type.equals("performance_drop") ? "5% rel" : "0.2");
      boolean relative = bound.endsWith(" rel");
      String plain = relative ? bound.substring(0, bound.length() - 4).strip() : bound;
      Optional<String> watched =
          metric.or(() ->
              type.equals("performance_drop") ? Optional.of(all.primary()) : Optional.empty());
      boolean lower = watched.map(all::lowerIsBetter).orElse(true);
      Optional<String> how =
          test.or(() -> type.endsWith("_drift") ? Optional.of("psi") : Optional.empty());
      OptionalDouble warning =
          warn.map(w -> OptionalDouble.of(amount(w)))
              .orElse(how.isPresent() ? OptionalDouble.of(0.1) : OptionalDouble.empty());
      return new Spec.Monitor(
          type,
          watched,
          how,
          reference,
          window,
          minN,
          warning,
          amount(plain),
          lower ? Spec.Op.ABOVE : Spec.Op.BELOW,
          relative);
    }

    private static double amount(String text) {
      return Target.parse(">= " + text).value().doubleValue();
    }

    boolean labelled() {
      return type.equals("performance_drop") || type.equals("concept_drift");
    }
  }

  record Decay(
      @F(main = true, def = "[{id: prediction_psi, type: prediction_drift}]")
          List<Detector> detectors)
      implements Watching {
    public Decay {
      detectors.forEach(d -> {
        d.alert.ifPresent(a -> Detector.amount(a.replace(" rel", "")));
        d.warn.ifPresent(Detector::amount);
      });
    }

    static final Question<Decay> QUESTION =
        Question.of(
                "M4",
                "monitoring.decay",
                Lane.MAINTAIN,
                Kind.TARGET,
                Decay.class,
                "How is decay detected?")
            .refuses(
                Unbuilt.words(
                    "detectors.type",
                    List.of(
                        "data_drift",
                        "concept_drift",
                        "train_serve_skew",
                        "est_performance",
                        "operational"),
                    "Watched are realised metrics, and the answers by their population stability index; fields of the data are compared in monitoring.skew",
                    "prediction_drift"))
            .refuses(
                Unbuilt.words(
                    "detectors.test",
                    List.of("ks", "chi2", "js", "wasserstein", "mmd", "ph", "ddm", "adwin"),
                    "Watched are realised metrics, and the answers by their population stability index",
                    "psi"))
            .refuses(
                Unbuilt.words(
                    "detectors.reference",
                    List.of("last_good", "rolling"),
                    "Answers are compared with the first window of their version",
                    "training"))
            .refuses(
                Unbuilt.words(
                    "detectors.correction",
                    List.of("none"),
                    "Each detector makes one test: Benjamini-Hochberg leaves it as it is",
                    "bh"))
            .help("What tells that the world has changed, and from which size of change.")
            .example(
                """
                [{id: f1_drop, type: performance_drop, metric: macro_f1, window: 7d, alert: 5% rel},
                {id: body_psi, type: prediction_drift, test: psi, reference: training, window: 1d,
                warn: 0.1, alert: 0.2}]
                """)
            .claim(d ->
                String.join(
                    "; ",
                    d.detectors.stream()
                        .map(each ->
                            each.metric.orElse(each.type)
                                + " over "
                                + Scalars.write(each.window)
                                + each.alert.map(a -> ", alert at " + a).orElse(""))
                        .toList()))
            .compile((d, to) ->
                d.detectors.forEach(each -> {
                  to.add(each.id, each.spec(to.answers()));
                }))
            .evidence((d, _) -> {
              List<Clause> clauses = new ArrayList<>();
              d.detectors.forEach(each ->
                  clauses.add(
                      Clause.recorded("ran:" + each.id, each.id + " ran on time")
                          .freshFor(each.window.multipliedBy(2))));
              clauses.add(Clause.drill("injected", "an injected drift is found"));
              clauses.add(
                  Clause.recorded("false_alarms", "few false alarms on stationary data")
                      .within(Bound.atMost(0.05, "share")));
              return clauses;
            });
  }

  record AlertRule(
      String on,
      @F(def = "5m") @JsonProperty("for") Duration holdFor,
      @F(
              def = "warn",
              oneOf = {"info", "warn", "page"})
          String severity,
      @F(
              def = "[inbox]",
              oneOf = {"inbox", "webhook", "email"})
          Set<String> route,
      @F(kind = Kind.NARRATIVE, help = "required for a page") Optional<String> runbook,
      Optional<String> groupBy,
      @F(help = "how long a repeated alert stays quiet") Optional<Duration> silence,
      @F(def = "15m", tighter = F.Tighter.LOWER) Duration escalate,
      @F(
              def = "none",
              oneOf = {"none", "rollback", "fallback", "retrain", "scale"})
          String action) {
    public AlertRule {
      if (severity.equals("page") && runbook.isEmpty()) {
        throw new Scalars.Refused(
            "an alert that pages needs a runbook", "runbook: what to do first");
      }
    }
  }

  record Alerts(
      @F(main = true, def = "[{on: prediction_psi}]") List<AlertRule> alerts,
      @F(def = "5", tighter = F.Tighter.LOWER) int pagesPerWeek)
      implements Watching {
    static final Question<Alerts> QUESTION =
        Question.of(
                "M5",
                "monitoring.alerts",
                Lane.MAINTAIN,
                Kind.POLICY,
                Alerts.class,
                "Alerting strategy?")
            .refuses(
                Unbuilt.words(
                    "alerts.route",
                    List.of("email"),
                    "Alerts go to the inbox and to webhooks; nothing sends mail",
                    "webhook"))
            .refuses(
                Unbuilt.words(
                    "alerts.action",
                    List.of("rollback", "fallback", "scale"),
                    "An alert starts a retraining or calls people; a rollback belongs to a rollout and its guardrails",
                    "retrain"))
            .refuses(
                Unbuilt.anything(
                    "alerts.group_by",
                    "Alerts of one cause are one incident, whatever they are called",
                    "leave group_by out"))
            .help("Who hears of it, how loudly, and what happens by itself.")
            .example(
                """
                [{on: f1_drop, for: 5m, severity: page, route: [inbox, webhook], runbook: decay-1,
                action: retrain}, {on: body_psi, severity: warn, route: [inbox]}]
                """)
            .claim(a ->
                String.join(
                    "; ",
                    a.alerts.stream()
                        .map(each -> each.on + ": " + each.severity + ", " + each.action)
                        .toList()))
            .compile((a, to) -> {
              to.add("pages", new Spec.PageBudget(a.pagesPerWeek));
              a.alerts.forEach(each -> {
                to.add(
                    each.on,
                    new Spec.Alert(
                        each.on,
                        each.holdFor,
                        each.severity,
                        List.copyOf(each.route),
                        each.runbook,
                        each.action));
                to.add(
                    each.on,
                    new Spec.AlertHandling(each.on, each.groupBy, each.silence, each.escalate));
              });
            })
            .evidence((a, _) ->
                List.of(
                    Clause.live("delivery", Intent.WEEK, "alerts are delivered")
                        .within(Bound.atLeast(0.999, "share")),
                    Clause.drill("test_alert", "a test alert arrives")
                        .freshFor(Duration.ofDays(14)),
                    Clause.live(
                            "precision", Duration.ofDays(30), "acknowledged alerts were worth it")
                        .waitsWhile("no alert has been acknowledged")
                        .within(Bound.atLeast(0.5, "share")),
                    Clause.live("pages", Intent.DAY, "pages in a week")
                        .within(Bound.atMost(a.pagesPerWeek, "count"))));
  }

  record Retrain(
      @F(main = true) List<String> on,
      @F(def = "90d") Duration dataWindow,
      @F(def = "no") boolean warmStart,
      @F(def = "24h") Duration cooldown,
      @F(def = "3", min = 1) int maxFailures,
      @F(def = "champion") String compare)
      implements Watching {
    static final Question<Retrain> QUESTION =
        Question.of(
                "M6",
                "monitoring.retrain",
                Lane.MAINTAIN,
                Kind.POLICY,
                Retrain.class,
                "What triggers retraining, and what follows?")
            .refuses(
                Unbuilt.other(
                    "warm_start",
                    "false",
                    "no",
                    "Every rung of the ladder is trained from the start, so that runs can be compared"))
            .refuses(
                Unbuilt.other(
                    "compare",
                    "champion",
                    "champion",
                    "A new version is compared with the champion on the same rows"))
            .help("Which alert starts a run, on which data, how often at most.")
            .example(
                """
                {on: [f1_drop, body_psi], data_window: 90d, warm_start: false, cooldown: 24h,
                max_failures: 3, compare: champion}
                """)
            .claim(r ->
                "On %s, at most every %s"
                    .formatted(
                        r.on.isEmpty() ? "nothing by itself" : String.join(", ", r.on),
                        Scalars.write(r.cooldown)))
            .compile((r, to) -> {
              to.add(
                  "retrain",
                  new Spec.Retrain(r.on, r.dataWindow, r.cooldown, r.maxFailures, r.compare));
            })
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("trace", "every loop is traced from alert to recovery"),
                    Clause.recorded("recovery", "the time to recover is known"),
                    Clause.recorded("helped", "loops helped")));
  }
}
