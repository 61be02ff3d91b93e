package dev.espalier.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where data come from, where they lie, who labels them, how they are tied to models. */
sealed interface Sources extends Answer {
  String NO_QUEUE =
      "Labels come with the rows or as feedback; no queue hands rows to the people who label";

  record VersionNeed(
      @F(
              main = true,
              def = "[reproducibility]",
              oneOf = {"reproducibility", "regulation", "audit"},
              kind = Kind.NARRATIVE)
          Set<String> reason)
      implements Sources {
    static final Question<VersionNeed> QUESTION =
        Question.of(
                "S6",
                "data.version_need",
                Lane.DEVELOP,
                Kind.POLICY,
                VersionNeed.class,
                "Why is data versioning optional or mandatory?")
            .help("Whether it is, is said once, in data.versioning.")
            .readsAnother()
            .example("[reproducibility, audit]")
            .claim((v, all) ->
                "%s, for %s"
                    .formatted(
                        all.get(Develop.Data.class).versioning(), String.join(", ", v.reason)))
            .evidence((_, all) ->
                List.of(
                    Clause.view("snapshots", "data", "snapshots")
                        .onlyIf(
                            all.get(Develop.Data.class).versioning().equals("mandatory"),
                            "data versioning is optional")));
  }

  record Inventory(
      @F(help = "known sources that the product does not read", kind = Kind.NARRATIVE)
          List<String> unused)
      implements Sources {
    static final Question<Inventory> QUESTION =
        Question.of(
                "S7",
                "data.inventory",
                Lane.DEVELOP,
                Kind.CONFIG,
                Inventory.class,
                "Which sources exist?")
            .help("Those in use are the sources of 'data'; add what is known and not used.")
            .readsAnother()
            .example("{unused: [mail-headers-2019]}")
            .claim((i, all) ->
                String.join(", ", all.get(Develop.Data.class).sources())
                    + (i.unused.isEmpty() ? "" : "; unused: " + String.join(", ", i.unused)))
            .evidence((_, all) -> {
              List<Clause> clauses = new ArrayList<>();
              Develop.Data data = all.get(Develop.Data.class);
              data.refreshes()
                  .forEach((source, refresh) ->
                      clauses.add(
                          Clause.live("read:" + source, refresh, source + " is read in time")
                              .within(Bound.atMost((double) refresh.toSeconds(), "s"))
                              .waitsWhile(
                                  "%s has not been read since it was declared".formatted(source))));
              if (clauses.isEmpty()) {
                clauses.add(
                    Clause.live("read", Intent.DAY, "each source is read in time")
                        .notApplicable("no source declares how often it is refreshed"));
              }
              return clauses;
            });
  }

  record Storage(
      @F(
              main = true,
              def = "[cas]",
              oneOf = {"cas", "jdbc", "s3"})
          Set<String> kinds,
      @F(def = "50GB", tighter = F.Tighter.LOWER, kind = Kind.TARGET) Bytes quota)
      implements Sources {
    static final Question<Storage> QUESTION =
        Question.of(
                "S8", "data.storage", Lane.DEVELOP, Kind.CONFIG, Storage.class, "Which storage?")
            .help("Where rows lie, and how much of it they may fill.")
            .refuses(
                Unbuilt.words(
                    "kinds",
                    List.of("jdbc"),
                    "Rows are kept as content-addressed files, on disk or in a bucket; no connector"
                        + " keeps them in a database",
                    "cas"))
            .example("{kinds: [cas], quota: 20GB}")
            .claim(s ->
                "%s, at most %s GB"
                    .formatted(String.join(", ", s.kinds), Bound.number(s.quota.count() / 1e9)))
            .compile((s, to) -> to.add("storage", new Spec.Storage(s.kinds, s.quota.count())))
            .evidence((s, _) ->
                List.of(
                    Clause.drill("probe", "rows are written and read back")
                        .freshFor(Intent.DAY)
                        .waitsWhile("the storage drill has not run"),
                    Clause.live("usage", Intent.DAY, "the rows fit the quota")
                        .within(Bound.atMost((double) s.quota.count(), "bytes"))
                        .waitsWhile("the training dataset has no rows")));
  }

  record LabelPeople(
      @F(main = true, def = "no") boolean required,
      List<String> labelers,
      @F(unit = "labels a week", kind = Kind.TARGET) Optional<Integer> perWeek)
      implements Sources {
    static final Question<LabelPeople> QUESTION =
        Question.of(
                "S9",
                "data.label_people",
                Lane.DEVELOP,
                Kind.POLICY,
                LabelPeople.class,
                "Manual labels needed, and people?")
            .help("Who labels, and how many a week.")
            .refuses(Unbuilt.other("required", "false", "no", NO_QUEUE))
            .refuses(Unbuilt.anything("labelers", NO_QUEUE, "leave it out"))
            .refuses(Unbuilt.anything("per_week", NO_QUEUE, "leave it out"))
            .example("no")
            .claim(
                l -> l.required ? "Labelled by " + String.join(", ", l.labelers) : "Nobody labels")
            .evidence((l, _) ->
                List.of(
                    Clause.live("per_week", Intent.WEEK, "labels made in a week")
                        .within(Bound.atLeast(l.perWeek.orElse(1), "count"))
                        .unbuilt("nobody counts labels by the person who made them")
                        .onlyIf(l.required, "no label is made by hand"),
                    Clause.live("backlog", Intent.WEEK, "the oldest row that waits is known")
                        .unbuilt("no queue of rows to label is kept")
                        .onlyIf(l.required, "no label is made by hand")));
  }

  record PerModel(
      @F(
              main = true,
              def = "data_and_code",
              oneOf = {"snapshot", "data_and_code", "external"})
          String level)
      implements Sources {
    static final Question<PerModel> QUESTION =
        Question.of(
                "S10",
                "data.per_model",
                Lane.DEVELOP,
                Kind.CONFIG,
                PerModel.class,
                "How is data versioned per model?")
            .help("What a model version names: its snapshot, or its snapshot and its code.")
            .refuses(
                Unbuilt.words(
                    "level",
                    List.of("external"),
                    "Every run reads a snapshot of this platform; it cannot name a version that"
                        + " another tool keeps",
                    "snapshot"))
            .example("data_and_code")
            .claim(p -> p.level.replace('_', ' '))
            .evidence((p, _) -> {
              List<Clause> clauses = new ArrayList<>();
              clauses.add(
                  Clause.view("snapshots", "data", "snapshots")
                      .onlyIf(!p.level.equals("external"), "versions are kept elsewhere"));
              clauses.add(
                  Clause.recorded("commits", "every version names its commit")
                      .within(Bound.atLeast(1, "share"))
                      .waitsWhile("no version is registered")
                      .onlyIf(p.level.equals("data_and_code"), "only data are versioned"));
              return clauses;
            });
  }

  record Tooling(
      @F(main = true, def = "[builtin]", help = "names of stack.tools, or builtin")
          List<String> tools)
      implements Sources {
    static final Question<Tooling> QUESTION =
        Question.of(
                "S11",
                "data.tooling",
                Lane.DEVELOP,
                Kind.CONFIG,
                Tooling.class,
                "Data pipeline tools?")
            .help("Tools that move rows; those from elsewhere stand in stack.tools.")
            .refuses(
                Unbuilt.other(
                    "tools",
                    "builtin",
                    "builtin",
                    "The steps of the pipeline move the rows; no other tool is started from here"))
            .example("[builtin]")
            .claim(t -> String.join(", ", t.tools))
            .evidence((t, all) -> {
              List<Clause> clauses = new ArrayList<>();
              for (String name : t.tools) {
                Optional<Stack.Tool> tool =
                    all.get(Stack.Tools.class).tools().stream()
                        .filter(each -> each.tool().equals(name))
                        .findFirst();
                clauses.add(
                    tool.filter(Stack.Tool::external)
                        .map(each ->
                            Clause.view(
                                "contract:" + name,
                                "stack.tools",
                                "contract:" + each.component() + "-" + name))
                        .orElseGet(
                            () -> Clause.view("contract:" + name, "ct.workflow", "success")));
              }
              return clauses;
            });
  }
}
