package dev.espalier.training;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.data.Snapshot;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import dev.espalier.training.CiRun.Check;
import dev.espalier.training.CiRun.Outcome;
import dev.espalier.training.SampleChecks.Finding;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Runs the checks that a canvas asks for ({@code ci.workflow}) on a sample of the product's data
 * and keeps the record. A release that requires CI needs a green run on the canvas it was trained
 * under. Thread-safe; one run of a product at a time.
 */
public final class ContinuousIntegration {
  /** The checks that run where the canvas does not name its own. */
  public static final List<String> DEFAULT =
      List.of("lint", "unit", "data_contract", "train_smoke");

  /** Every check, the cheapest first: the order in which they run. */
  private static final List<String> KNOWN =
      List.of(
          "lint",
          "unit",
          "sign",
          "data_contract",
          "train_smoke",
          "security_scan",
          "integration",
          "behavioural",
          "repro");

  /** How many labelled rows a run uses unless it is told otherwise. */
  public static final int SAMPLE = 1_000;

  private static final int MAX_SAMPLE = 100_000;
  private static final long SEED = 42;
  private final CiStore store;
  private final Datasets datasets;
  private final ArtifactStore artifacts;
  private final ProductClocks clocks;
  private final Events events;
  private final Ids ids;
  private final Path scratch;
  private final Map<String, Function<CanvasVersion, List<String>>> outside;
  private final Set<String> working = ConcurrentHashMap.newKeySet();

  /**
   * Opens the record of check runs.
   *
   * @param outside the checks that other stages answer, by name ({@code lint}, {@code unit}, {@code
   *     sign}): each returns the problems it sees, none when it passes
   */
  public ContinuousIntegration(
      Database database,
      Datasets datasets,
      ArtifactStore artifacts,
      ProductClocks clocks,
      Events events,
      Ids ids,
      Path scratch,
      Map<String, Function<CanvasVersion, List<String>>> outside) {
    this.store = new CiStore(database);
    this.datasets = datasets;
    this.artifacts = artifacts;
    this.clocks = clocks;
    this.events = events;
    this.ids = ids;
    this.scratch = scratch;
    this.outside = Map.copyOf(outside);
  }

  /**
   * Runs the checks because somebody asked for it; see {@link #run(CanvasVersion, int, String)}.
   */
  public CiRun run(CanvasVersion canvas, int sample) {
    return run(canvas, sample, CiRun.REQUEST);
  }

  /**
   * Runs every check that the canvas asks for, to the end, and stores the record.
   *
   * @param trigger {@link CiRun#REQUEST} or {@link CiRun#CANVAS_CHANGE}
   * @param sample labelled rows to use at most, 10 to 100,000
   * @throws EspalierException INVALID for a sample out of range; CONFLICT while another run of the
   *     product works, or when its dataset has no rows
   */
  public CiRun run(CanvasVersion canvas, int sample, String trigger) {
    if (sample < 10 || sample > MAX_SAMPLE) {
      throw EspalierException.invalidField(
          "sample",
          "range",
          "A sample is 10 to %d rows.".formatted(MAX_SAMPLE),
          Optional.of(String.valueOf(SAMPLE)));
    }
    if (!working.add(canvas.product())) {
      throw EspalierException.conflict(
          "The checks of %s are running already. Wait for them.".formatted(canvas.product()));
    }
    try {
      CiRun run = checked(canvas, sample, trigger);
      store.save(run);
      events.publish(
          run.product(), "ci.finished", new Finished(run.id(), run.canvasVersion(), run.green()));
      return run;
    } finally {
      working.remove(canvas.product());
    }
  }

  private record Finished(String id, String canvasVersion, boolean green) {}

  private CiRun checked(CanvasVersion canvas, int sample, String trigger) {
    String dataset = IngestStep.dataset(canvas);
    if (datasets.newest(dataset, clocks.now(canvas.product())).isEmpty()) {
      throw withoutRows(dataset);
    }
    Snapshot snapshot = datasets.snapshot(dataset);
    List<Row> labelled =
        datasets.rows(snapshot.digest()).stream().filter(row -> row.label().isPresent()).toList();
    if (labelled.isEmpty()) {
      throw withoutRows(dataset);
    }
    SampleChecks checks = new SampleChecks(canvas, labelled, sample, artifacts, scratch, SEED);
    Instant at = clocks.now(canvas.product());
    long started = System.nanoTime();
    List<Check> done = new ArrayList<>();
    for (String name : names(canvas)) {
      done.add(check(name, canvas, checks));
    }
    return new CiRun(
        ids.next("ci"),
        canvas.product(),
        canvas.version(),
        canvas.contentDigest(),
        snapshot.digest(),
        checks.size(),
        at,
        millisSince(started),
        CiRun.green(done),
        done,
        Optional.of(trigger));
  }

  private static EspalierException withoutRows(String dataset) {
    return EspalierException.conflict(
        "Dataset '%s' has no labelled rows to check on. Add some: espalier data add %s FILE"
            .formatted(dataset, dataset));
  }

  /** What the canvas asks to check, in a fixed order: the cheapest first. */
  private static List<String> names(CanvasVersion canvas) {
    Set<String> asked =
        canvas.specs(Spec.Ci.class).stream()
            .findFirst()
            .map(Spec.Ci::checks)
            .orElse(Set.copyOf(DEFAULT));
    return KNOWN.stream().filter(asked::contains).toList();
  }

  private Check check(String name, CanvasVersion canvas, SampleChecks checks) {
    long started = System.nanoTime();
    Finding finding;
    try {
      finding = finding(name, canvas, checks);
    } catch (EspalierException failure) {
      finding = new Finding(Outcome.FAILED, message(failure));
    }
    return new Check(name, finding.outcome(), finding.detail(), millisSince(started));
  }

  private Finding finding(String name, CanvasVersion canvas, SampleChecks checks) {
    return switch (name) {
      case "data_contract" -> checks.dataContract();
      case "train_smoke" -> checks.trainSmoke();
      case "behavioural" -> checks.behavioural();
      case "repro" -> checks.reproducible();
      case "security_scan" -> checks.securityScan();
      case "integration" -> checks.integration();
      default -> outside(name, canvas);
    };
  }

  private Finding outside(String name, CanvasVersion canvas) {
    Function<CanvasVersion, List<String>> check = outside.get(name);
    if (check == null) {
      return new Finding(
          Outcome.SKIPPED, "Nothing here runs '%s'; leave it out of ci.workflow.".formatted(name));
    }
    List<String> problems = check.apply(canvas);
    return Finding.of(
        problems.isEmpty(), problems.isEmpty() ? "No problem." : String.join(" ", problems));
  }

  private static String message(EspalierException failure) {
    return Optional.ofNullable(failure.getMessage()).orElse(failure.code().name());
  }

  private static long millisSince(long started) {
    return (System.nanoTime() - started) / 1_000_000;
  }

  /** The newest runs of a product, newest first; at most 200. */
  public List<CiRun> runs(String product) {
    return store.runs(product);
  }

  /** Another one after each run of a product. */
  String mark(String product) {
    return store.mark(product);
  }

  /** Whether the checks were green for a canvas with this content. */
  public boolean green(String product, Digest canvasContent) {
    return store.green(product, canvasContent);
  }

  /**
   * Whether this content was never checked, could be now, and nothing works on it: there are
   * labelled rows, and no run of the product goes on.
   */
  public boolean due(CanvasVersion canvas) {
    return !working(canvas.product())
        && datasets.newest(IngestStep.dataset(canvas), clocks.now(canvas.product())).isPresent()
        && !store.checked(canvas.product(), canvas.contentDigest());
  }

  /** Whether checks run for the product now. */
  public boolean working(String product) {
    return working.contains(product);
  }
}
