package dev.espalier.training;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.pipeline.Run;
import dev.espalier.pipeline.StepRun;
import dev.espalier.registry.AliasMove;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.tracking.TrackedRun;
import dev.espalier.tracking.Tracking;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether runs and versions carry what the canvas wants on record of them: each of the newest
 * successful runs is held against the lists of {@code analysis.metadata} and {@code
 * metadata.kinds}, each version against its commit, each promotion against its origin. Looks anew
 * when a run ended, an alias moved or the canvas changed. Thread-safe: answers are immutable and
 * kept in a concurrent map.
 */
public final class RecordEvidence implements EvidenceSource {
  private static final int RECENT = 20;
  private static final int NAMED = 5;

  /** Meta data of a version: the commit of the code that made it. */
  static final String COMMIT = RegisterStep.COMMIT;

  private final Pipelines pipelines;
  private final Tracking tracking;
  private final Registry registry;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  public RecordEvidence(Pipelines pipelines, Tracking tracking, Registry registry) {
    this.pipelines = pipelines;
    this.tracking = tracking;
    this.registry = registry;
  }

  private record Answer(String mark, List<Observation> seen) {}

  /** A run with what tracking has of it. */
  private record Kept(Run run, Optional<TrackedRun> tracked) {
    boolean tagged(String tag) {
      return tracked.map(one -> !one.tags().getOrDefault(tag, "").isBlank()).orElse(false);
    }

    boolean given(String param) {
      return tracked.map(one -> one.params().containsKey(param)).orElse(false);
    }
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    Optional<Run> last = pipelines.lastEnded(product);
    if (last.isEmpty()) {
      return List.of();
    }
    List<AliasMove> moves = registry.aliasHistory(product);
    String mark = "%s %s %d".formatted(canvas.digest(), last.get().id(), moves.size());
    Answer known = answers.get(product);
    if (known == null || !known.mark().equals(mark)) {
      known = new Answer(mark, List.copyOf(look(product, canvas, moves, now)));
      answers.put(product, known);
    }
    return known.seen();
  }

  private List<Observation> look(
      String product, CanvasVersion canvas, List<AliasMove> moves, Instant now) {
    List<Observation> seen = new ArrayList<>();
    List<Kept> runs =
        pipelines.outlines(product).stream()
            .filter(Run::succeeded)
            .limit(RECENT)
            .map(run -> new Kept(run, tracking.run(run.id())))
            .toList();
    if (!runs.isEmpty()) {
      canvas.specs(Spec.RunMetadata.class).stream()
          .findFirst()
          .ifPresent(wanted ->
              seen.add(complete("analysis.metadata", product, runs, wanted.required(), now)));
      canvas.specs(Spec.MetadataSchema.class).stream()
          .findFirst()
          .ifPresent(
              wanted -> seen.add(complete("metadata.kinds", product, runs, wanted.kinds(), now)));
      seen.add(commits(product, runs, now));
    }
    versions(product, now).ifPresent(seen::add);
    notebooks(product, moves, now).ifPresent(seen::add);
    return seen;
  }

  private Observation complete(
      String question, String product, List<Kept> runs, Set<String> wanted, Instant now) {
    List<String> missing = new ArrayList<>();
    for (Kept kept : runs) {
      for (String kind : new TreeSet<>(wanted)) {
        if (!present(kept, kind)) {
          missing.add(kept.run().id() + " lacks " + kind);
        }
      }
    }
    long all = (long) runs.size() * wanted.size();
    return measured(
        question,
        "completeness",
        product,
        now,
        runs.size(),
        all == 0 ? 1 : (double) (all - missing.size()) / all,
        missing.isEmpty()
            ? "Each of the newest %d successful runs carries %s."
                .formatted(runs.size(), String.join(", ", new TreeSet<>(wanted)))
            : "%d of %d are missing: %s."
                .formatted(
                    missing.size(),
                    all,
                    String.join(", ", missing.subList(0, Math.min(NAMED, missing.size())))));
  }

  /** Whether a run carries one kind of metadata. What nobody knows of is missing. */
  private boolean present(Kept kept, String kind) {
    Run run = kept.run();
    return switch (kind) {
      case "dataset" -> output(run, "ingest", Ingested.class).isPresent();
      case "params" -> kept.tracked().map(one -> !one.params().isEmpty()).orElse(false);
      case "metrics" -> measured(kept);
      case "rng_state" -> kept.given("seed");
      case "env" -> kept.tagged(Pipelines.ENVIRONMENT);
      case "commit" -> kept.tagged(Pipelines.COMMIT);
      case "run" -> kept.tracked().isPresent();
      case "trigger" -> !run.cause().trigger().isBlank() && !run.cause().reason().isBlank();
      case "steps" -> !run.steps().isEmpty();
      case "times" -> run.finishedAt().isPresent() && run.steps().stream().allMatch(this::timed);
      case "splits" -> output(run, "split", SplitParts.class).isPresent();
      case "model" -> output(run, "register", Registered.class).isPresent();
      case "statistics" ->
          output(run, "validate", Validated.class)
              .filter(checked -> checked.report().rows() > 0)
              .isPresent();
      default -> false;
    };
  }

  /** A step that the cache answered has no times of its own. */
  private boolean timed(StepRun step) {
    return step.state().equals("CACHED")
        || (step.beganAfter().isPresent() && step.endedAfter().isPresent());
  }

  private boolean measured(Kept kept) {
    return kept.tracked().map(one -> !one.metrics().isEmpty()).orElse(false)
        || output(kept.run(), "evaluate", Evaluated.class)
            .filter(done -> !done.rungs().isEmpty())
            .isPresent();
  }

  private <T> Optional<T> output(Run run, String step, Class<T> type) {
    return run.step(step).isPresent() ? pipelines.output(run.id(), step, type) : Optional.empty();
  }

  private static Observation commits(String product, List<Kept> runs, Instant now) {
    long clean =
        runs.stream()
            .filter(kept -> kept.tagged(Pipelines.COMMIT))
            .filter(kept ->
                kept.tracked()
                    .map(one -> one.tags().getOrDefault(Pipelines.CLEAN, "no").equals("yes"))
                    .orElse(false))
            .count();
    return measured(
        "foundations.vcs",
        "clean_commit",
        product,
        now,
        runs.size(),
        (double) clean / runs.size(),
        "%d of %d runs name a commit whose sources were unchanged.".formatted(clean, runs.size()));
  }

  private Optional<Observation> versions(String product, Instant now) {
    List<ModelVersion> versions = registry.versions(product);
    if (versions.isEmpty()) {
      return Optional.empty();
    }
    List<String> without =
        versions.stream()
            .filter(version -> version.meta().getOrDefault(COMMIT, "").isBlank())
            .map(ModelVersion::version)
            .toList();
    return Optional.of(
        measured(
            "data.per_model",
            "commits",
            product,
            now,
            versions.size(),
            (double) (versions.size() - without.size()) / versions.size(),
            without.isEmpty()
                ? "Each of %d versions names its snapshot and its commit."
                    .formatted(versions.size())
                : "Without a commit: %s.".formatted(String.join(", ", without))));
  }

  /** Promotions of versions that a notebook made, or whose maker nobody recorded. */
  private Optional<Observation> notebooks(String product, List<AliasMove> moves, Instant now) {
    List<String> promoted =
        moves.stream()
            .filter(move -> move.alias().equals(Registry.CHAMPION))
            .map(AliasMove::to)
            .distinct()
            .toList();
    if (promoted.isEmpty()) {
      return Optional.empty();
    }
    List<String> others =
        promoted.stream()
            .filter(version -> {
              Optional<TrackedRun> run = tracking.run(registry.version(product, version).runId());
              return run.map(one -> one.tags().getOrDefault(Pipelines.SOURCE_TYPE, "NOTEBOOK"))
                  .orElse("NOTEBOOK")
                  .equals("NOTEBOOK");
            })
            .toList();
    return Optional.of(
        measured(
            "foundations.notebooks",
            "promoted",
            product,
            now,
            promoted.size(),
            others.size(),
            others.isEmpty()
                ? "Each of %d promoted versions was made by a recorded job."
                    .formatted(promoted.size())
                : "From a notebook, or nobody recorded from where: %s."
                    .formatted(String.join(", ", others))));
  }

  private static Observation measured(
      String question,
      String clause,
      String product,
      Instant now,
      long n,
      double value,
      String detail) {
    return Observation.measured(
        question,
        clause,
        product,
        now,
        n,
        value,
        Optional.empty(),
        detail,
        "/api/v1/pipelines/%s/runs".formatted(product));
  }
}
