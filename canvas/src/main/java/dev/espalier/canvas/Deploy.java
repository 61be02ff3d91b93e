package dev.espalier.canvas;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** How a version reaches production. */
sealed interface Deploy extends Answer {
  record Mode(
      @F(
              main = true,
              def = "delivery",
              oneOf = {"manual", "delivery", "deployment"})
          String mode)
      implements Deploy {
    static final Question<Mode> QUESTION =
        Question.of(
                "D0",
                "deploy.mode",
                Lane.MAINTAIN,
                Kind.POLICY,
                Mode.class,
                "How continuous is deployment?")
            .help("Nothing, a proposal, or a release follows a passed gate.")
            .example("delivery")
            .claim(m -> m.mode)
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("as_declared", "releases are made as declared")
                        .within(Bound.atLeast(1, "share"))));
  }

  record Format(
      @F(main = true, def = "[espalier_bundle]") Set<String> formats,
      @F(def = "[pickle, java_serialized, keras_lambda]", tighter = F.Tighter.SUPERSET)
          Set<String> forbidden,
      @F(def = "2GB", tighter = F.Tighter.LOWER) Bytes maxSize)
      implements Deploy {
    static final Question<Format> QUESTION =
        Question.of(
                "D1", "deploy.format", Lane.MAINTAIN, Kind.CONFIG, Format.class, "Delivery format?")
            .refuses(
                Unbuilt.words(
                    "formats",
                    List.of("jar", "onnx", "oci_image", "mlflow_dir"),
                    "A version is shipped as a bundle; nothing exports it as anything else",
                    "espalier_bundle"))
            .help("What a version is shipped as, what it may never contain, how big it may be.")
            .example(
                """
                {formats: [espalier_bundle], max_size: 60MB}
                """)
            .claim(f ->
                "%s of at most %s MB"
                    .formatted(String.join(", ", f.formats), Bound.number(f.maxSize.count() / 1e6)))
            .compile((f, to) ->
                to.add("bundle", new Spec.BundlePolicy(f.formats, f.forbidden, f.maxSize.count())))
            .evidence((f, _) ->
                List.of(
                    Clause.drill("reload", "200 golden rows after a reload")
                        .within(Bound.atMost(1e-5, "share"))
                        .atLeast(200),
                    Clause.recorded("signature", "hashes are verified at each load"),
                    Clause.recorded("scan", "the scan is clean").within(Bound.atMost(0, "count")),
                    Clause.recorded("size", "the bundle is small enough")
                        .within(Bound.atMost((double) f.maxSize.count(), "bytes"))));
  }

  record LeadTime(
      @F(main = true, def = "1d", tighter = F.Tighter.LOWER) Duration target,
      @F(
              def = "p50",
              oneOf = {"p50", "p90"})
          String stat,
      @F(def = "30d") Duration window,
      Optional<Rate> deployFreq,
      @F(def = "15%", max = 1, tighter = F.Tighter.LOWER) Share changeFailRate,
      @F(def = "1h", tighter = F.Tighter.LOWER) Duration mttr)
      implements Deploy {
    static final Question<LeadTime> QUESTION =
        Question.of(
                "D2",
                "deploy.lead_time",
                Lane.MAINTAIN,
                Kind.TARGET,
                LeadTime.class,
                "Time from commit to production?")
            .help("From commit to all traffic; the bake is not counted.")
            .example("{target: 1d, stat: p50, window: 30d, change_fail_rate: 10%, mttr: 30m}")
            .claim(l -> "%s ≤ %s".formatted(l.stat, Scalars.write(l.target)))
            .compile((l, to) -> {
              to.add(
                  "lead_time",
                  new Spec.LeadTime(l.target, l.stat, l.window, l.changeFailRate.share(), l.mttr));
              l.deployFreq.ifPresent(
                  rate -> to.add("frequency", new Spec.DeployFrequency(rate.perSecond())));
            })
            .evidence((l, _) ->
                List.of(
                    Clause.recorded("lead_time", "time to production")
                        .within(Bound.atMost((double) l.target.toSeconds(), "s"))
                        .freshFor(l.window),
                    Clause.recorded("change_fail_rate", "releases that failed")
                        .within(Bound.atMost(l.changeFailRate.share(), "share")),
                    Clause.recorded("mttr", "time to restore")
                        .within(Bound.atMost((double) l.mttr.toSeconds(), "s"))
                        .atLeast(0),
                    Clause.recorded("frequency", "as many releases as were asked for")
                        .waitsWhile("fewer than two releases have reached all traffic")
                        .within(Bound.atLeast(1, "share"))
                        .atLeast(2)
                        .onlyIf(l.deployFreq.isPresent(), "no frequency is asked for")));
  }

  record Place(
      @F(main = true) String name,
      @F(
              def = "server_http",
              oneOf = {"server_http", "grpc", "batch", "embedded_jvm", "edge", "k8s"})
          String kind,
      @F(
              def = "prod",
              oneOf = {"dev", "staging", "prod"})
          String stage,
      @F(def = "x86_64") String arch,
      @F(def = "2", min = 1) int cpu,
      @F(def = "2GiB") Bytes mem,
      Optional<String> accel,
      Optional<String> zone,
      Optional<String> residency) {}

  record Targets(@F(main = true, def = "[{name: local}]") List<Place> targets) implements Deploy {
    static final Question<Targets> QUESTION =
        Question.of(
                "D3",
                "deploy.targets",
                Lane.MAINTAIN,
                Kind.CONFIG,
                Targets.class,
                "Target environments?")
            .refuses(
                Unbuilt.words(
                    "targets.kind",
                    List.of("grpc", "batch", "embedded_jvm", "edge", "k8s"),
                    "This process serves over HTTP; it can reach no other kind of place",
                    "server_http"))
            .help("The places that serve, in the order of promotion.")
            .example(
                """
                [{name: eu-stage, kind: server_http, stage: staging, arch: x86_64, cpu: 2, mem: 2GiB,
                residency: eu}, {name: eu-prod, kind: server_http, stage: prod, arch: x86_64, cpu: 8,
                mem: 8GiB, residency: eu}]
                """)
            .claim(t ->
                String.join(
                    ", ", t.targets.stream().map(p -> p.name + " (" + p.stage + ")").toList()))
            .compile((t, to) ->
                t.targets.forEach(p -> {
                  to.add(
                      p.name,
                      new Spec.Environment(p.name, p.kind, p.stage, p.arch, p.cpu, p.mem.count()));
                  to.add(p.name, new Spec.Location(p.name, p.accel, p.zone, p.residency));
                }))
            .evidence((t, _) ->
                List.of(
                    Clause.live("heartbeat", Intent.DAY, "every environment reports")
                        .within(Bound.atMost(30, "s")),
                    Clause.live("digest", Intent.DAY, "every environment runs what was released"),
                    Clause.live("parity", Intent.DAY, "staging and production agree")
                        .unbuilt("nothing compares staging with production")
                        .onlyIf(
                            t.targets.stream().map(Place::stage).distinct().count() > 1,
                            "there is one environment")));
  }

  record BreakGlass(Set<String> roles, @F(def = "48h") Duration review) {}

  record ReleasePolicy(
      @F(main = true, def = "1", max = 20, tighter = F.Tighter.HIGHER) int approvals,
      Set<String> roles,
      @F(tighter = F.Tighter.HIGHER) Optional<Boolean> fourEyes,
      @F(def = "[\"Mon-Thu 09:00-16:00 UTC\"]") List<String> windows,
      List<String> freezes,
      @F(
              def = "none",
              oneOf = {"none", "required"})
          String ab,
      @F(
              def = "none",
              oneOf = {"none", "thompson", "ucb", "epsilon"})
          String bandit,
      @F(
              def = "[gates, ci]",
              tighter = F.Tighter.SUPERSET,
              oneOf = {"gates", "ci", "card", "scan", "drills"})
          Set<String> requires,
      Optional<BreakGlass> breakGlass)
      implements Deploy {
    static final Question<ReleasePolicy> QUESTION =
        Question.of(
                "D4",
                "deploy.release_policy",
                Lane.MAINTAIN,
                Kind.POLICY,
                ReleasePolicy.class,
                "Who may release, when, with which tests?")
            .refuses(
                Unbuilt.words(
                    "ab",
                    List.of("required"),
                    "A rollout has steps and guardrails; no experiment is designed before it",
                    "none"))
            .refuses(
                Unbuilt.words(
                    "bandit",
                    List.of("thompson", "ucb", "epsilon"),
                    "Shares of a rollout follow its steps; nothing adapts them to rewards",
                    "none"))
            .help("Who says yes, in which hours, after which tests.")
            .example(
                """
                {approvals: 1, roles: [approver], four_eyes: true,
                windows: ["Mon-Thu 09:00-16:00 Europe/Berlin"], freezes: [2026-12-21..2027-01-03],
                ab: none, bandit: none, requires: [gates, ci, card, drills],
                break_glass: {roles: [owner], review: 48h}}
                """)
            .claim(r ->
                "%d approvals; requires %s".formatted(r.approvals, String.join(", ", r.requires)))
            .compile((r, to) -> {
              to.add(
                  "release",
                  new Spec.ReleasePolicy(
                      to.answers().find(Mode.class).map(Mode::mode).orElse("delivery"),
                      to.answers()
                          .find(Training.Schedule.class)
                          .map(s -> s.autoPromote().equals("to_production"))
                          .orElse(false),
                      r.approvals,
                      r.fourEyes(to.answers()),
                      r.windows,
                      r.freezes,
                      r.requires));
              to.add(
                  "rights",
                  new Spec.ReleaseRights(
                      r.roles,
                      r.ab,
                      r.bandit,
                      r.breakGlass.map(BreakGlass::roles).orElse(Set.of()),
                      r.breakGlass.map(BreakGlass::review)));
            })
            .evidence((r, all) ->
                List.of(
                    Clause.recorded("satisfied", "every release satisfied the policy")
                        .within(Bound.atLeast(1, "share")),
                    Clause.recorded("reviews", "break-glass releases were reviewed")
                        .waitsWhile("no release has broken the glass")
                        .onlyIf(r.breakGlass.isPresent(), "nobody may break the glass"),
                    Clause.recorded("approver", "no author approved an own release")
                        .waitsWhile("no release was approved by a second person")
                        .onlyIf(r.fourEyes(all), "one person decides")));

    /** As stated, else as soon as there are two members. */
    boolean fourEyes(Answers all) {
      return fourEyes.orElseGet(() -> all.members() > 1);
    }
  }

  record Strategy(
      @F(
              main = true,
              def = "canary",
              oneOf = {"recreate", "rolling", "blue_green", "canary", "shadow", "ab", "bandit"})
          String kind,
      List<Hold> steps,
      @F(def = "200", min = 1, tighter = F.Tighter.HIGHER) int minRequests,
      @F(
              help =
                  "error <= 1%, p95 within its promise, fallback <= 2%, psi <= 0.2 where none is said")
          List<Target> guardrails,
      @F(def = "yes", tighter = F.Tighter.HIGHER) boolean autoRollback,
      @F(def = "60s", tighter = F.Tighter.LOWER) Duration rollbackTime,
      @F(def = "24h", tighter = F.Tighter.HIGHER) Duration bake)
      implements Deploy {
    static final Question<Strategy> QUESTION =
        Question.of(
                "D5",
                "deploy.strategy",
                Lane.MAINTAIN,
                Kind.POLICY,
                Strategy.class,
                "Deployment strategy?")
            .refuses(
                Unbuilt.words(
                    "kind",
                    List.of("rolling", "shadow", "ab", "bandit"),
                    "Traffic moves by steps of a hash split, or at once",
                    "canary"))
            .help("How traffic moves to a new version, and what sends it back.")
            .example(
                """
                {kind: canary, steps: [1% for 30m, 10% for 30m, 50% for 1h, 100%], min_requests: 200,
                guardrails: ["error <= 0.5%", "p95 <= 40ms", "fallback <= 2%", "psi <= 0.2"],
                auto_rollback: true, rollback_time: 60s, bake: 24h}
                """)
            .claim(s -> "%s, rollback within %s".formatted(s.kind, Scalars.write(s.rollbackTime)))
            .compile((s, to) ->
                to.add(
                    "rollout",
                    new Spec.Rollout(
                        s.kind,
                        s.steps(to.answers()).stream()
                            .map(h -> new Spec.RolloutStep(h.share().share(), h.hold()))
                            .toList(),
                        Math.max(
                            s.minRequests,
                            to.answers().get(Develop.Experimentation.class).canaryRequests()),
                        Stream.concat(
                                s.guardrails(to.answers()).stream(),
                                to
                                    .answers()
                                    .get(Develop.Experimentation.class)
                                    .canaryGuardrails()
                                    .stream())
                            .distinct()
                            .map(g ->
                                new Spec.Guardrail(
                                    g.metric().orElse("error"),
                                    g.comparison(),
                                    g.value().doubleValue()))
                            .toList(),
                        s.autoRollback,
                        s.rollbackTime,
                        s.bake)))
            .evidence((s, _) -> {
              boolean split = Set.of("canary", "ab", "bandit").contains(s.kind);
              return List.of(
                  Clause.recorded("split", "the split is what was asked for")
                      .onlyIf(split, "traffic is not split"),
                  Clause.recorded("arms", "both arms served in each step")
                      .onlyIf(split, "traffic is not split"),
                  Clause.recorded("warm", "the old version stays warm"),
                  Clause.drill("rollback", "rollback is fast")
                      .within(Bound.atMost((double) s.rollbackTime.toSeconds(), "s")));
            });

    /** The stated limits, or the default ones, the promised latency among them. */
    List<Target> guardrails(Answers all) {
      if (!guardrails.isEmpty()) {
        return guardrails;
      }
      long p95 = all.get(Serving.Mode.class).online().p95().toMillis();
      return List.of(
          Target.parse("error <= 1%"),
          Target.parse("p95 <= %dms".formatted(p95)),
          Target.parse("fallback <= 2%"),
          Target.parse("psi <= 0.2"));
    }

    /**
     * The stated steps, or the default ones, the first raised so that an hour reaches min_requests.
     */
    List<Hold> steps(Answers all) {
      if (!steps.isEmpty()) {
        return steps;
      }
      double hourly =
          all.find(Serving.Volume.class).map(v -> v.expected().perSecond() * 3600).orElse(0.0);
      double first = 0.5;
      for (double share : new double[] {0.25, 0.1, 0.05, 0.01}) {
        first = hourly * share >= minRequests ? share : first;
      }
      List<Hold> result = new ArrayList<>();
      for (Hold each :
          List.of(
              Hold.parse("0.01 for 10m"),
              Hold.parse("0.1 for 30m"),
              Hold.parse("0.5 for 1h"),
              Hold.parse("100%"))) {
        double share = each.share().share();
        if (result.isEmpty() && share >= first) {
          result.add(each);
        } else if (result.isEmpty() && share < first && first < 0.1 && share < 0.1) {
          result.add(new Hold(new Share(BigDecimal.valueOf(first), Optional.empty()), each.hold()));
        } else if (!result.isEmpty()) {
          result.add(each);
        }
      }
      return result;
    }
  }
}
