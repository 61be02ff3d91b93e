package dev.espalier.canvas;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether features are shared, where they are computed and where they lie. This build has no
 * feature store: the recipe in the bundle computes features from the text, the same code in
 * training and in serving. What would need a store of its own is refused.
 */
sealed interface Features extends Answer {
  String NO_STORE =
      "Features are computed from the text by the recipe in the bundle; there is no feature store";
  String NO_JOB =
      "Features are computed with each prediction and each run; there is no job of their own to size";

  record Required(
      @F(
              main = true,
              def = "optional",
              oneOf = {"mandatory", "optional"})
          String rule,
      @F(def = "no", help = "a feature needs an approval before it is used") boolean governed)
      implements Features {
    static final Question<Required> QUESTION =
        Question.of(
                "S17",
                "features.required",
                Lane.DEVELOP,
                Kind.POLICY,
                Required.class,
                "Feature store optional or mandatory; governed?")
            .help("Worth it where several models share features.")
            .refuses(Unbuilt.words("rule", List.of("mandatory"), NO_STORE, "optional"))
            .refuses(Unbuilt.other("governed", "false", "no", NO_STORE))
            .example("optional")
            .claim(r -> r.rule + (r.governed ? ", governed" : ""))
            .evidence((r, _) ->
                List.of(
                    Clause.recorded("registered", "the features in use are registered")
                        .within(Bound.atLeast(1, "share"))
                        .unbuilt("there is no list of registered features")
                        .onlyIf(r.rule.equals("mandatory"), "features need not be registered")));
  }

  record Compute(
      @F(
              main = true,
              def = "same_code",
              oneOf = {"same_code", "dual"})
          String how)
      implements Features {
    static final Question<Compute> QUESTION =
        Question.of(
                "S18",
                "features.compute",
                Lane.DEVELOP,
                Kind.CONFIG,
                Compute.class,
                "How computed in training and serving?")
            .help("One code path, or two that must agree.")
            .refuses(
                Unbuilt.words(
                    "how",
                    List.of("dual"),
                    "One recipe computes the features of training and of serving; a second code"
                        + " path cannot be declared",
                    "same_code"))
            .example("same_code")
            .claim(c -> c.how.replace('_', ' '))
            .evidence((_, _) ->
                List.of(
                    Clause.drill("parity", "rows that training and serving prepare differently")
                        .within(Bound.atMost(0, "count"))
                        .atLeast(1000)
                        .waitsWhile("the parity drill has not run")));
  }

  record Infra(
      @F(def = "1", min = 1, max = 4096, unit = "cores") int cpu,
      @F(def = "2GiB") Bytes mem,
      @F(def = "24h", tighter = F.Tighter.LOWER, kind = Kind.TARGET, main = true)
          Duration freshness)
      implements Features {
    static final Question<Infra> QUESTION =
        Question.of(
                "S19",
                "features.infra",
                Lane.DEVELOP,
                Kind.CONFIG,
                Infra.class,
                "Infrastructure for features?")
            .help("The size of the job, and how old a feature may be.")
            .refuses(Unbuilt.other("cpu", "1", "1", NO_JOB))
            .refuses(Unbuilt.other("mem", "2147483648", "2GiB", NO_JOB))
            .refuses(Unbuilt.other("freshness", "P1D", "24h", NO_JOB))
            .example("{freshness: 24h}")
            .claim(i -> "At most %s old".formatted(Scalars.write(i.freshness)))
            .evidence((i, all) ->
                List.of(
                    Clause.live("freshness", i.freshness, "the features are fresh")
                        .within(Bound.atMost((double) i.freshness.toSeconds(), "s"))
                        .unbuilt("no feature says when it was computed")
                        .onlyIf(
                            all.get(Required.class).rule.equals("mandatory")
                                || all.get(Compute.class).how.equals("dual"),
                            "features are computed with each prediction")));
  }

  record Sourcing(
      @F(
              main = true,
              def = "built_in",
              oneOf = {"built_in", "buy", "oss"})
          String way,
      Optional<String> reason)
      implements Features {
    static final Question<Sourcing> QUESTION =
        Question.of(
                "S20",
                "features.sourcing",
                Lane.DEVELOP,
                Kind.NARRATIVE,
                Sourcing.class,
                "Buy or make?")
            .help("Where the feature store comes from, and why.")
            .example("{way: built_in, reason: one text field}")
            .claim(s -> s.way.replace('_', ' ') + s.reason.map(why -> ": " + why).orElse(""))
            .evidence((_, _) -> List.of(Clause.attest("review", "the choice still holds")));
  }

  record Storage(
      @F(
              main = true,
              def = "embedded",
              oneOf = {"embedded", "jdbc", "s3"})
          String kind)
      implements Features {
    static final Question<Storage> QUESTION =
        Question.of(
                "S21",
                "features.storage",
                Lane.DEVELOP,
                Kind.CONFIG,
                Storage.class,
                "Databases for features?")
            .help("Where computed features lie.")
            .refuses(Unbuilt.words("kind", List.of("jdbc", "s3"), NO_STORE, "embedded"))
            .example("embedded")
            .claim(Storage::kind)
            .evidence((_, all) ->
                List.of(
                    Clause.drill("probe", "a feature is written and read back, 95 % in known time")
                        .unbuilt("no probe reads a feature back")
                        .onlyIf(
                            all.get(Required.class).rule.equals("mandatory"),
                            "no feature is stored")));
  }

  record Api(
      @F(
              main = true,
              def = "[none]",
              oneOf = {"none", "http", "java"})
          Set<String> kinds)
      implements Features {
    public Api {
      if (kinds.contains("none") && kinds.size() > 1) {
        throw new Scalars.Refused("'none' stands alone", "[none]");
      }
    }

    static final Question<Api> QUESTION =
        Question.of(
                "S22", "features.api", Lane.DEVELOP, Kind.CONFIG, Api.class, "APIs for features?")
            .help("How others read the features.")
            .refuses(Unbuilt.words("kinds", List.of("http", "java"), NO_STORE, "none"))
            .example("[none]")
            .claim(a -> String.join(", ", a.kinds))
            .evidence((a, _) -> {
              boolean some = !a.kinds.contains("none");
              return List.of(
                  Clause.live("calls", Intent.DAY, "calls are counted")
                      .unbuilt("features have no endpoint")
                      .onlyIf(some, "nobody reads features"),
                  Clause.drill("contract", "the endpoint keeps its contract")
                      .unbuilt("features have no endpoint")
                      .onlyIf(some, "nobody reads features"));
            });
  }
}
