package dev.espalier.server;

import dev.espalier.canvas.CanvasDocument;
import dev.espalier.canvas.CanvasEvidence;
import dev.espalier.canvas.CanvasEvidence.Act;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Spec;
import dev.espalier.canvas.UseEvidence;
import dev.espalier.canvas.UseEvidence.Use;
import dev.espalier.data.Datasets;
import dev.espalier.data.Newest;
import dev.espalier.deployment.Decision;
import dev.espalier.deployment.Deployments;
import dev.espalier.deployment.DrillRecord;
import dev.espalier.deployment.DrillStore;
import dev.espalier.deployment.Rollout;
import dev.espalier.monitoring.Incident;
import dev.espalier.monitoring.Monitoring;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.pipeline.Run;
import dev.espalier.platform.Caller;
import dev.espalier.platform.ProductClocks;
import dev.espalier.registry.AliasMove;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.tracking.TrackedRun;
import dev.espalier.tracking.Tracking;
import dev.espalier.training.CiRun;
import dev.espalier.training.ContinuousIntegration;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Who and what was seen at work on a product, from the records of every stage: which part was used,
 * and whether a person asked for it; what people did, by name and by role; in which language runs
 * were written. Read anew at most once in {@link #AGAIN}. Thread-safe.
 */
final class AtWork implements UseEvidence.Uses {
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final int DRILLS = 200;
  private static final String SOURCE = "mlflow.source.name";
  private static final Set<String> BY_HAND = Set.of("manual", "first");

  private final Canvases canvases;
  private final Stages stages;
  private final DrillStore drills;
  private final ProductClocks clocks;
  private final InstantSource machine;
  private final Map<String, Look> looks = new ConcurrentHashMap<>();

  /** Whose records are read. */
  record Stages(
      Datasets datasets,
      Pipelines pipelines,
      Tracking tracking,
      Registry registry,
      Deployments deployments,
      Monitoring monitoring,
      ContinuousIntegration checks) {}

  private record Look(
      Instant at,
      Map<String, Use> parts,
      Map<String, Act> personas,
      SortedMap<String, Long> languages) {}

  AtWork(
      Canvases canvases,
      Stages stages,
      DrillStore drills,
      ProductClocks clocks,
      InstantSource machine) {
    this.canvases = canvases;
    this.stages = stages;
    this.drills = drills;
    this.clocks = clocks;
    this.machine = machine;
  }

  @Override
  public Map<String, Use> parts(String product) {
    return look(product).parts();
  }

  @Override
  public Map<String, Act> personas(String product) {
    return look(product).personas();
  }

  @Override
  public SortedMap<String, Long> languages(String product) {
    return look(product).languages();
  }

  private Look look(String product) {
    Instant now = machine.instant();
    Look known = looks.get(product);
    if (known == null || !now.isBefore(known.at().plus(AGAIN)) || now.isBefore(known.at())) {
      CanvasVersion canvas = canvases.require(product);
      List<Run> runs = stages.pipelines().outlines(product);
      known = new Look(now, parts(canvas, runs), personas(canvas, runs), languages(product, runs));
      looks.put(product, known);
    }
    return known;
  }

  // ---- parts ----

  private Map<String, Use> parts(CanvasVersion canvas, List<Run> runs) {
    String product = canvas.product();
    Map<String, Use> parts = new HashMap<>();
    for (Run run : runs) {
      use(parts, "pipeline", started(run), !BY_HAND.contains(run.cause().trigger()));
    }
    runs.stream()
        .filter(Run::succeeded)
        .flatMap(run -> stages.tracking().run(run.id()).stream())
        .findFirst()
        .ifPresent(run -> recorded(parts, run));
    data(parts, canvas);
    for (CiRun run : stages.checks().runs(product)) {
      boolean alone = run.trigger().filter(CiRun.CANVAS_CHANGE::equals).isPresent();
      use(parts, "ci", new Act(run.at(), "checks " + run.id() + " ran"), alone);
    }
    for (ModelVersion version : stages.registry().versions(product)) {
      boolean alone = runs.stream().anyMatch(run -> run.id().equals(version.runId()));
      String words =
          "version %s was registered by %s".formatted(version.version(), version.runId());
      use(parts, "registry", new Act(version.registeredAt(), words), alone);
    }
    for (AliasMove move : stages.registry().aliasHistory(product)) {
      String words = "%s was moved to %s by %s".formatted(move.alias(), move.to(), move.by());
      use(parts, "registry", new Act(move.at(), words), machine(move.by()));
    }
    for (Rollout rollout : stages.deployments().rollouts(product)) {
      for (Decision decision : rollout.decisions()) {
        use(parts, "deployment", decided(rollout, decision), machine(decision.by()));
      }
    }
    stages
        .monitoring()
        .lastAnswered(product)
        .ifPresent(at -> use(parts, "serving", new Act(at, "the endpoint answered"), true));
    stages
        .monitoring()
        .lastWindow(canvas)
        .ifPresent(at -> use(parts, "monitoring", new Act(at, "a monitor closed a window"), true));
    return parts;
  }

  /** What a run leaves on record: its cause and times, the code that made it, what it measured. */
  private static void recorded(Map<String, Use> parts, TrackedRun run) {
    String words = "run " + run.id() + " was recorded";
    use(parts, "metadata", new Act(run.startedAt(), words + " with its cause and steps"), true);
    if (!run.params().isEmpty() || !run.metrics().isEmpty()) {
      use(parts, "experiments", new Act(run.startedAt(), words + " with what it measured"), true);
    }
    String commit = run.tags().getOrDefault(Pipelines.COMMIT, "");
    if (!commit.isBlank()) {
      use(parts, "vcs", new Act(run.startedAt(), words + " with commit " + commit), true);
    }
  }

  private void data(Map<String, Use> parts, CanvasVersion canvas) {
    for (Spec.Dataset dataset : canvas.specs(Spec.Dataset.class)) {
      stages
          .datasets()
          .newest(dataset.dataset(), clocks.now(canvas.product()))
          .ifPresent(newest -> {
            boolean alone = newest.origin() == Newest.Origin.LABEL;
            String words =
                "%s got %s".formatted(dataset.dataset(), alone ? "a label by itself" : "rows");
            use(parts, "data", new Act(newest.at(), words), alone);
          });
    }
  }

  private static void use(Map<String, Use> parts, String part, Act act, boolean alone) {
    parts.merge(part, new Use(act, alone ? Optional.of(act) : Optional.empty()), Use::or);
  }

  private static boolean machine(String by) {
    return by.equals(Deployments.MACHINE);
  }

  private static Act started(Run run) {
    return new Act(
        run.createdAt(), "run %s started (%s)".formatted(run.id(), run.cause().trigger()));
  }

  private static Act decided(Rollout rollout, Decision decision) {
    String what = decision.decision().toLowerCase(Locale.ROOT).replace('_', ' ');
    return new Act(
        decision.at(), "rollout of %s: %s by %s".formatted(rollout.to(), what, decision.by()));
  }

  // ---- people ----

  private Map<String, Act> personas(CanvasVersion canvas, List<Run> runs) {
    String product = canvas.product();
    Map<String, Act> roles = new HashMap<>();
    for (CanvasDocument version : canvases.versions(product)) {
      String words = "%s applied canvas %s".formatted(version.appliedBy(), version.version());
      newer(roles, "ml_engineer", new Act(version.appliedAt(), words));
    }
    runs.stream()
        .filter(run -> run.cause().trigger().equals("manual"))
        .forEach(run -> newer(roles, "data_scientist", started(run)));
    for (Rollout rollout : stages.deployments().rollouts(product)) {
      rollout.decisions().stream()
          .filter(decision -> !machine(decision.by()))
          .forEach(decision -> newer(roles, "ops", decided(rollout, decision)));
    }
    acts(product)
        .forEach((user, act) -> newer(roles, "ops", new Act(act.at(), user + " " + act.words())));
    canvas.specs(Spec.DomainMetric.class).stream()
        .flatMap(metric -> stages.monitoring().business().points(product, metric.id()).stream())
        .forEach(point ->
            newer(
                roles,
                "business",
                new Act(
                    point.at(),
                    "%s sent a point of %s".formatted(point.sentBy(), point.metric()))));
    return roles;
  }

  /** What members did: the drills that they asked for and the incidents that they took up. */
  Map<String, CanvasEvidence.Act> acts(String product) {
    String owner = canvases.require(product).spec(Spec.Product.class).owner();
    Map<String, Act> acts = new HashMap<>();
    for (DrillRecord record : drills.newest(product, DRILLS)) {
      if (record.trigger().equals("request")) {
        String user = record.by().equals(Caller.LOCAL) ? owner : record.by();
        newer(acts, user, new Act(record.at(), "asked for the drill " + record.drill()));
      }
    }
    for (Incident incident : stages.monitoring().incidents(product)) {
      incident
          .acknowledgedAt()
          .ifPresent(at ->
              incident
                  .acknowledgedBy()
                  .ifPresent(user -> newer(acts, user, new Act(at, "took up an incident"))));
    }
    return acts;
  }

  private static void newer(Map<String, Act> acts, String who, Act act) {
    acts.merge(who, act, (one, other) -> other.at().isAfter(one.at()) ? other : one);
  }

  // ---- languages ----

  /** Runs of the pipeline are Java; what others registered says by its source file what it is. */
  private SortedMap<String, Long> languages(String product, List<Run> runs) {
    SortedMap<String, Long> languages = new TreeMap<>();
    runs.stream().filter(Run::succeeded).forEach(_ -> languages.merge("java", 1L, Long::sum));
    Function<ModelVersion, Optional<TrackedRun>> maker =
        version -> stages.tracking().run(version.runId());
    stages.registry().versions(product).stream()
        .filter(version -> runs.stream().noneMatch(run -> run.id().equals(version.runId())))
        .flatMap(version -> maker.apply(version).stream())
        .map(run -> run.tags().getOrDefault(SOURCE, ""))
        .filter(source -> !source.isBlank())
        .forEach(source -> languages.merge(language(source), 1L, Long::sum));
    return languages;
  }

  /** The language of a source file, by its ending. */
  static String language(String source) {
    String name = source.toLowerCase(Locale.ROOT);
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "py", "ipynb" -> "python";
      case "r", "rmd" -> "r";
      case "sql" -> "sql";
      case "java", "jar", "jsh" -> "java";
      default -> "other";
    };
  }
}
