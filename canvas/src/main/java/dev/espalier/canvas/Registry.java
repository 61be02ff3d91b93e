package dev.espalier.canvas;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Registry and versioning. */
sealed interface Registry extends Answer {
  record Decay(
      @F(main = true) Optional<String> metric,
      @F(def = "30d", tighter = F.Tighter.HIGHER) Duration halfLifeMin,
      @F(
              def = "retrain",
              oneOf = {"retrain", "alert", "rollback", "retire"})
          String action)
      implements Registry {
    static final Question<Decay> QUESTION =
        Question.of(
                "R0",
                "registry.decay",
                Lane.DEVELOP,
                Kind.TARGET,
                Decay.class,
                "How fast does a model decay, then what?")
            .refuses(
                Unbuilt.words(
                    "action",
                    List.of("rollback", "retire"),
                    "What decays is retrained or reported; a rollback belongs to a rollout",
                    "retrain"))
            .help("How long a model may take to lose half of its lead, and what follows.")
            .example("{metric: macro_f1, half_life_min: 60d, action: retrain}")
            .claim(d ->
                "Half-life at least %s, then %s".formatted(Scalars.write(d.halfLifeMin), d.action))
            .compile((d, to) ->
                to.add(
                    "durability",
                    new Spec.Durability(
                        d.metric.orElseGet(() -> to.answers().primary()), d.halfLifeMin, d.action)))
            .evidence((d, _) ->
                List.of(
                    Clause.live("half_life", Intent.WEEK, "the metric's half-life")
                        .waitsWhile("fewer than four weeks of the metric are known for any version")
                        .within(Bound.atLeast((double) d.halfLifeMin.toSeconds(), "s"))));
  }

  record Required(
      @F(
              main = true,
              def = "mandatory",
              tighter = F.Tighter.LOWER,
              oneOf = {"mandatory", "optional"})
          String rule,
      @F(
              def = "[prod]",
              tighter = F.Tighter.SUPERSET,
              oneOf = {"dev", "staging", "prod"})
          Set<String> scope)
      implements Registry {
    static final Question<Required> QUESTION =
        Question.of(
                "R1",
                "registry.required",
                Lane.DEVELOP,
                Kind.POLICY,
                Required.class,
                "Is the registry mandatory?")
            .refuses(
                Unbuilt.words(
                    "rule",
                    List.of("optional"),
                    "Serving opens registered versions only; there is no way around the registry",
                    "mandatory"))
            .help("Where only registered, verified versions may be loaded.")
            .example("{rule: mandatory, scope: [staging, prod]}")
            .claim(r -> "%s in %s".formatted(r.rule, String.join(", ", r.scope)))
            .compile((r, to) -> to.add("scope", new Spec.RegistryScope(r.rule, r.scope)))
            .evidence((_, _) ->
                List.of(
                    Clause.live("registered", Intent.DAY, "every loaded model is registered")
                        .within(Bound.atLeast(1, "share")),
                    Clause.live("orphans", Intent.DAY, "nothing unregistered is loaded")
                        .within(Bound.atMost(0, "count"))));
  }

  record Store(
      @F(
              main = true,
              def = "embedded_cas",
              oneOf = {"embedded_cas", "s3", "oci", "mlflow"})
          String in,
      @F(
              def = "[reproducibility, audit, rollback]",
              oneOf = {
                "reproducibility",
                "audit",
                "rollback",
                "comparison",
                "multi_model",
                "regulation"
              })
          Set<String> why,
      @F(
              def = "[dataset, params, metrics, canvas_version]",
              tighter = F.Tighter.SUPERSET,
              oneOf = {
                "dataset",
                "commit",
                "params",
                "metrics",
                "env",
                "signature",
                "card",
                "sbom",
                "canvas_version"
              })
          Set<String> requiredMeta,
      @F(def = "prod forever") String retention)
      implements Registry {
    static final Question<Store> QUESTION =
        Question.of(
                "R2",
                "registry.store",
                Lane.DEVELOP,
                Kind.POLICY,
                Store.class,
                "Where and why are models stored and tracked?")
            .refuses(
                Unbuilt.words(
                    "in",
                    List.of("oci", "mlflow"),
                    "Bundles lie in the artifact store: the folder of the home, or the bucket that it names",
                    "embedded_cas"))
            .refuses(
                Unbuilt.other(
                    "retention",
                    "prod forever",
                    "prod forever",
                    "No registered version is ever deleted; collecting garbage keeps what a row names"))
            .help("Each reason for storing switches on its own proof.")
            .example(
                """
                {in: embedded_cas, why: [reproducibility, audit, rollback], retention: prod forever}
                """)
            .claim(s -> "In %s for %s".formatted(s.in, String.join(", ", s.why)))
            .compile((s, to) -> to.add("store", new Spec.ModelStore(s.in, s.why, s.retention)))
            .evidence((s, _) ->
                List.of(
                    Clause.recorded("completeness", "every version carries its meta data")
                        .within(Bound.atLeast(1, "share")),
                    Clause.recorded("rehash", "stored bytes are what was registered")
                        .within(Bound.atMost(0, "count"))
                        .freshFor(Duration.ofDays(14)),
                    Clause.recorded("place", "models lie in " + s.in.replace('_', ' ')),
                    Clause.drill("restore", "a stored version is read back and answers")
                        .onlyIf(s.why.contains("rollback"), "rollback is not a reason for storing"),
                    Clause.drill("reproduce", "a version is reproduced")
                        .waitsWhile("no drill has trained a version again and compared it")
                        .onlyIf(
                            s.why.contains("reproducibility"),
                            "reproducibility is not a reason for storing")));
  }

  record Versioning(
      @F(
              main = true,
              def = "semver",
              oneOf = {"semver", "calver", "sequential", "hash"})
          String scheme,
      @F(def = "[champion, challenger, previous]") Set<String> aliases,
      @F(def = "yes") boolean immutable)
      implements Registry {
    static final Question<Versioning> QUESTION =
        Question.of(
                "R3",
                "registry.versioning",
                Lane.DEVELOP,
                Kind.POLICY,
                Versioning.class,
                "Which versioning standard?")
            .refuses(
                Unbuilt.words(
                    "scheme",
                    List.of("calver", "sequential", "hash"),
                    "Versions are counted by what changed: signature, data and architecture, or neither",
                    "semver"))
            .refuses(
                Unbuilt.other(
                    "immutable",
                    "true",
                    "yes",
                    "A registered version names its bundle by digest and cannot change"))
            .help("How versions are counted and which names point at them.")
            .example("{scheme: semver, aliases: [champion, challenger, previous]}")
            .claim(v -> v.scheme + " with " + String.join(", ", v.aliases))
            .compile((v, to) -> {
              to.add(
                  "registry",
                  new Spec.RegistryPolicy(
                      to.answers()
                          .find(Required.class)
                          .map(r -> r.rule.equals("mandatory"))
                          .orElse(true),
                      to.answers().find(Store.class).map(Store::requiredMeta).orElse(Set.of()),
                      v.scheme,
                      v.aliases));
            })
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("valid", "every version is valid")
                        .within(Bound.atLeast(1, "share")),
                    Clause.recorded("contract_diff", "every MAJOR names what changed").atLeast(0),
                    Clause.recorded("alias_history", "every alias move is on record")));
  }
}
