package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts and tools of the stack, how they fit together, and what was decided on the way. */
sealed interface Stack extends Answer {
  /** What every component is that says nothing else. */
  String BUILT_IN = "builtin";

  record Component(
      @F(
              main = true,
              def = "absent",
              oneOf = {"absent", "manual", "automated"},
              help = "how far it works by itself")
          String status,
      @F(kind = Kind.NARRATIVE) Optional<String> owner,
      @F(
              def = "optional",
              oneOf = {"mandatory", "optional"},
              kind = Kind.NARRATIVE)
          String need,
      @F(kind = Kind.NARRATIVE, help = "why the product has no use for it") @JsonProperty("n/a")
          Optional<String> notApplicable) {}

  record Components(
      @F(def = "{}", help = "version control") Component vcs,
      @F(def = "{}", help = "sources, versions and labels") Component data,
      @F(def = "{}", help = "analysis and experiments") Component experiments,
      @F(def = "{}") Component featureStore,
      @F(def = "{}", help = "checks of code, data and models") Component ci,
      @F(def = "{}", help = "the training workflow") Component pipeline,
      @F(def = "{}") Component registry,
      @F(def = "{}") Component deployment,
      @F(def = "{}") Component serving,
      @F(def = "{}") Component monitoring,
      @F(def = "{}", help = "who did what to which, and why") Component metadata)
      implements Stack {
    static final Question<Components> QUESTION =
        Question.of(
                "A1",
                "stack.components",
                Lane.DESIGN,
                Kind.CONFIG,
                Components.class,
                "Which of the 11 parts of the stack exist, how automated, who owns them?")
            .help("Claim no more than is used: automation is measured.")
            .refuses(
                Unbuilt.words(
                    "feature_store.status",
                    List.of("manual", "automated"),
                    Features.NO_STORE,
                    "absent"))
            .example(
                """
                {registry: {status: automated, owner: ana, need: mandatory},
                 serving: {status: automated, owner: cem, need: mandatory},
                 feature_store: {n/a: "one text field, nothing shared"}}
                """)
            .claim(c ->
                "%d parts automated, %d manual".formatted(c.count("automated"), c.count("manual")))
            .evidence((c, _) -> {
              List<Clause> clauses = new ArrayList<>();
              c.parts()
                  .forEach((name, part) -> {
                    if (!part.status.equals("absent")) {
                      clauses.add(
                          Clause.recorded("claimed:" + name, name.replace('_', ' ') + " is in use")
                              .freshFor(Duration.ofDays(30))
                              .waitsWhile(
                                  "this part has not been seen at work for this product yet"));
                    }
                    if (part.status.equals("automated")) {
                      clauses.add(
                          Clause.recorded(
                                  "automated:" + name, name.replace('_', ' ') + " ran by itself")
                              .freshFor(Duration.ofDays(30))
                              .waitsWhile(
                                  "this part has not been seen at work for this product yet"));
                    }
                  });
              if (clauses.isEmpty()) {
                clauses.add(
                    Clause.recorded("claimed", "no part claims more than is seen in use")
                        .notApplicable("no part is claimed"));
              }
              return clauses;
            });

    /** The parts by name, in the order of the life cycle. */
    Map<String, Component> parts() {
      Map<String, Component> parts = new LinkedHashMap<>();
      parts.put("vcs", vcs);
      parts.put("data", data);
      parts.put("experiments", experiments);
      parts.put("feature_store", featureStore);
      parts.put("ci", ci);
      parts.put("pipeline", pipeline);
      parts.put("registry", registry);
      parts.put("deployment", deployment);
      parts.put("serving", serving);
      parts.put("monitoring", monitoring);
      parts.put("metadata", metadata);
      return parts;
    }

    private long count(String status) {
      return parts().values().stream().filter(part -> part.status.equals(status)).count();
    }
  }

  record Tool(
      @F(
              oneOf = {
                "vcs",
                "data",
                "experiments",
                "feature_store",
                "ci",
                "pipeline",
                "registry",
                "deployment",
                "serving",
                "monitoring",
                "metadata"
              })
          String component,
      @F(main = true) String tool,
      @F(def = "any", help = "an exact version, or a bound such as >=2.40") String version,
      @F(
              def = "build",
              oneOf = {"build", "buy", "oss"},
              kind = Kind.NARRATIVE)
          String sourcing,
      @F(def = "Apache-2.0", help = "SPDX identifier", kind = Kind.NARRATIVE) String license,
      @F(help = "where it answers; noted, never called from here", kind = Kind.NARRATIVE)
          Optional<String> endpoint,
      @F(help = "the contract that it must keep") Optional<String> check) {
    String id() {
      return component + "-" + tool;
    }

    boolean external() {
      return !tool.equals(BUILT_IN);
    }
  }

  record Tools(
      @F(
              main = true,
              def =
                  "[{component: pipeline, tool: builtin}, {component: registry, tool: builtin}, {component: serving, tool: builtin}, {component: monitoring, tool: builtin}]")
          List<Tool> tools)
      implements Stack {
    static final Question<Tools> QUESTION =
        Question.of(
                "A2", "stack.tools", Lane.DESIGN, Kind.CONFIG, Tools.class, "Which tools are used?")
            .help("The platform's own parts are there; name what comes from elsewhere.")
            .refuses(
                Unbuilt.anything(
                    "tools.check",
                    "A tool from elsewhere is never called from here, so nothing can test a contract"
                        + " with it",
                    "leave it out"))
            .example(
                """
                [{component: vcs, tool: git, version: ">=2.40", sourcing: oss, license: GPL-2.0-only}]
                """)
            .claim(t ->
                String.join(
                    ", ", t.tools.stream().map(each -> each.component + ": " + each.tool).toList()))
            .evidence((t, _) -> {
              List<Clause> clauses = new ArrayList<>();
              t.tools.stream()
                  .filter(Tool::external)
                  .forEach(each -> {
                    clauses.add(
                        Clause.drill("contract:" + each.id(), each.tool + " keeps its contract")
                            .freshFor(Intent.DAY)
                            .unbuilt("no contract test of %s runs".formatted(each.tool)));
                    clauses.add(
                        Clause.recorded(
                                "version:" + each.id(),
                                "%s is of version %s".formatted(each.tool, each.version))
                            .unbuilt("nothing asks %s for its version".formatted(each.tool)));
                  });
              if (clauses.isEmpty()) {
                clauses.add(
                    Clause.drill("contract", "tools from elsewhere keep their contracts")
                        .notApplicable("every tool is part of the platform"));
              }
              return clauses;
            });

    long external() {
      return tools.stream().filter(Tool::external).count();
    }
  }

  record Integration(
      @F(
              def = "100%",
              max = 1,
              tighter = F.Tighter.HIGHER,
              main = true,
              help = "the share of integrations that is green over 24 h")
          Share slo,
      @F(def = "5", max = 100, tighter = F.Tighter.LOWER, unit = "tools") int externalMax)
      implements Stack {
    static final Question<Integration> QUESTION =
        Question.of(
                "A5",
                "stack.integration",
                Lane.DESIGN,
                Kind.TARGET,
                Integration.class,
                "Do the tools fit together?")
            .help("Every tool from elsewhere is a hand-off between a commit and a prediction.")
            .example("{slo: 100%, external_max: 3}")
            .claim(i -> "At most %d tools from elsewhere".formatted(i.externalMax))
            .evidence((i, all) ->
                List.of(
                    Clause.live("green", Intent.DAY, "the integrations are green")
                        .within(Bound.atLeast(i.slo.share(), "share"))
                        .unbuilt("no contract test of a tool from elsewhere runs")
                        .onlyIf(
                            all.get(Tools.class).external() > 0,
                            "every tool is part of the platform"),
                    Clause.live("hand_offs", Intent.DAY, "hand-offs to tools from elsewhere")
                        .within(Bound.atMost(i.externalMax, "count"))
                        .atLeast(0)));
  }

  record Decision(
      String id,
      @F(main = true) String text,
      List<String> options,
      Optional<String> chosen,
      Optional<String> by,
      Optional<LocalDate> date) {}

  record Thinking(
      @F(
              main = true,
              def = "empathize",
              oneOf = {"empathize", "define", "ideate", "prototype", "test"})
          String stage,
      List<Decision> decisions)
      implements Stack {
    static final Question<Thinking> QUESTION =
        Question.of(
                "A6",
                "design.process",
                Lane.DESIGN,
                Kind.NARRATIVE,
                Thinking.class,
                "Where in design thinking are we, what was decided?")
            .help("A change of the canvas cites a decision by its id in the reason.")
            .example(
                """
                {stage: prototype, decisions: [{id: D1, text: score on receipt or on open,
                  options: [receipt, open], chosen: receipt, by: ana, date: 2026-10-02}]}
                """)
            .claim(p -> "%s, %d decisions".formatted(p.stage, p.decisions.size()))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("cited", "changes of the canvas cite a decision")
                        .within(Bound.atLeast(1, "share"))
                        .waitsWhile(
                            "no version after the first one cites a decision in its reason"),
                    Clause.recorded("reviewed", "every cell was reviewed within 180 days")
                        .within(Bound.atLeast(1, "share"))
                        .freshFor(Intent.WEEK)
                        .waitsWhile("nobody has signed a review of a cell")));
  }
}
