package dev.espalier.tracking;

import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.PurgeStore.Deleted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;

/**
 * Takes away for good what clients deleted longer ago than its retention: experiments, runs, logged
 * models and traces, with the names of their files, so that {@code espalier gc} finds the bytes
 * unnamed. Each goes in one transaction of its own: one that was killed is simply run again. What a
 * registered version needs is held. Thread-safe.
 */
public final class Purge {
  private static final Duration LEAST = Duration.ofHours(1);
  private static final int MOST_HELD = 1_000;
  private final Database database;
  private final PurgeStore store;
  private final ArtifactTree tree;
  private final BiPredicate<String, String> held;

  /**
   * @param held whether something needs the run or model of this id, or files below this address
   */
  public Purge(Database database, ArtifactTree tree, BiPredicate<String, String> held) {
    this.database = database;
    this.store = new PurgeStore(database);
    this.tree = tree;
    this.held = held;
  }

  /** Whether to purge, or only to say what would be. */
  public enum Mode {
    DRY_RUN,
    PURGE
  }

  /**
   * What went, or in a dry run would.
   *
   * @param files names of files and folders; 0 in a dry run
   * @param held ids of runs and models that registered versions need; at most 1,000
   */
  public record Report(
      Mode mode,
      Instant before,
      int experiments,
      int runs,
      int loggedModels,
      int traces,
      int files,
      List<String> held) {
    public Report {
      held = List.copyOf(held);
    }
  }

  /**
   * Purges once.
   *
   * @param retention since the deletion; what was deleted later can still be restored
   * @throws EspalierException INVALID for a retention of less than an hour
   */
  public Report run(Duration retention, Mode mode, Instant now) {
    if (retention.compareTo(LEAST) < 0) {
      throw EspalierException.invalidField(
          "olderThan",
          "at least PT1H",
          "A retention of less than an hour is none.",
          Optional.of("P30D"));
    }
    Instant before = now.minus(retention);
    return new Round(mode, before).report();
  }

  /** One walk over everything deleted. */
  private final class Round {
    private final Mode mode;
    private final Instant cutoff;
    private final long before;
    private final List<String> kept = new ArrayList<>();
    private int files;

    Round(Mode mode, Instant cutoff) {
      this.mode = mode;
      this.cutoff = cutoff;
      this.before = cutoff.toEpochMilli();
    }

    Report report() {
      int runs = 0;
      for (Deleted run : store.runs(before)) {
        runs += gone(run, run.uri(), () -> store.removeRun(run, before)) ? 1 : 0;
      }
      int models = 0;
      for (Deleted model : store.models(before)) {
        models += gone(model, model.uri(), () -> store.removeModel(model, before)) ? 1 : 0;
      }
      int traces = 0;
      for (Deleted trace : store.traces(before)) {
        String uri = trace.uri() + "/traces/" + trace.id();
        traces += gone(trace, uri, () -> store.removeTrace(trace, before)) ? 1 : 0;
      }
      int experiments = 0;
      for (Deleted experiment : store.experiments(before)) {
        experiments += emptied(experiment) ? 1 : 0;
      }
      return new Report(mode, cutoff, experiments, runs, models, traces, files, kept);
    }

    /** A dry run cannot know whether something held would be left in it. */
    private boolean emptied(Deleted experiment) {
      return mode == Mode.DRY_RUN ? kept.isEmpty() : store.removeExperiment(experiment, before);
    }

    /** What is needed is held; the rest goes with the names of its files, or stays with them. */
    private boolean gone(Deleted one, String uri, BooleanSupplier removal) {
      if (mode == Mode.DRY_RUN) {
        return free(one, uri);
      }
      return database.write(_ -> {
        boolean gone = free(one, uri) && removal.getAsBoolean();
        if (gone) {
          files += folder(uri, one.id()).map(tree::delete).orElse(0);
        }
        return gone;
      });
    }

    private boolean free(Deleted one, String uri) {
      boolean needed = held.test(one.id(), uri);
      if (needed && kept.size() < MOST_HELD) {
        kept.add(one.id());
      }
      return !needed;
    }

    /** Where the files are, when they are here and below a folder of that id. */
    private static Optional<ArtifactPath> folder(String uri, String id) {
      return Optional.of(uri)
          .filter(here -> here.startsWith(MlflowArtifactRoutes.SCHEME))
          .map(MlflowArtifactRoutes::root)
          .filter(path -> List.of(path.text().split("/")).contains(id));
    }
  }
}
