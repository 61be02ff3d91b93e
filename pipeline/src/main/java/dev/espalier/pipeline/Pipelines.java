package dev.espalier.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.Program;
import dev.espalier.tracking.Tracking;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipelines of all products: starts runs, resumes them after a crash, cancels and explains
 * them. A run is durable: each step ends in one transaction, outputs are stored before it, and a
 * process that dies loses at most the steps it was working on. Thread-safe.
 */
public final class Pipelines implements AutoCloseable {
  /** Tags of a tracked run, by the names that MLflow has for them where it has one. */
  public static final String COMMIT = "mlflow.source.git.commit";

  public static final String SOURCE_TYPE = "mlflow.source.type";

  /** {@code yes} when the code was exactly that of its commit. */
  public static final String CLEAN = "espalier.commit.clean";

  public static final String ENVIRONMENT = "espalier.environment";

  private static final Logger LOG = LoggerFactory.getLogger(Pipelines.class);
  private static final int MAX_LOST = 5;
  private static final int MAX_RUNS = 200;
  private final Parts parts;
  private final Ids ids;
  private final List<StepLogic<?>> steps;
  private final Map<String, RunWorker> workers = new ConcurrentHashMap<>();
  private final RunView view;
  private final Map<String, CountDownLatch> ends = new ConcurrentHashMap<>();
  private final Map<String, Thread> threads = new ConcurrentHashMap<>();

  public Pipelines(
      Database database,
      ArtifactStore artifacts,
      Tracking tracking,
      ProductClocks clocks,
      Events events,
      Ids ids,
      List<StepLogic<?>> steps,
      PipelineConfig config) {
    this.ids = ids;
    this.steps = List.copyOf(steps);
    Map<Isolation, Executor> executors = new HashMap<>();
    executors.put(Isolation.IN_PROCESS, new InProcessExecutor(artifacts, config));
    config.forked().ifPresent(jvm -> executors.put(Isolation.FORKED, new ForkedExecutor(jvm)));
    this.parts =
        new Parts(
            new RunStore(database),
            new LogStore(database),
            new OutputStore(database, artifacts),
            artifacts,
            tracking,
            clocks,
            events,
            InstantSource.system(),
            new CodeIdentity(),
            config,
            executors);
    this.view = new RunView(parts, workers);
  }

  /** Whether the canvas lets anything be trained. */
  public boolean allows(CanvasVersion canvas) {
    return !GivenUp.is(canvas);
  }

  /**
   * Starts a run and returns its id at once.
   *
   * @throws EspalierException CONFLICT while another run of the product works, or when the canvas
   *     has given the product up; INVALID with a PIPELINE code when the workflow cannot be compiled
   */
  public String start(CanvasVersion canvas, Cause cause, long seed) {
    parts.config().runner().admit(canvas);
    GivenUp.refuse(canvas);
    PipelineGraph graph = PipelineGraph.compile(canvas, steps);
    Instant now = parts.now(canvas.product());
    RunStore.RunRow run =
        new RunStore.RunRow(
            ids.next("run"),
            canvas.product(),
            RunState.PENDING,
            cause,
            canvas.version(),
            graph.digest().text(),
            seed,
            now,
            Optional.empty(),
            parts.millis(),
            Optional.empty());
    String _ =
        parts
            .store()
            .together(() -> {
              parts.store().create(run, graph);
              parts
                  .tracking()
                  .start(
                      canvas.product(),
                      run.id(),
                      cause.trigger() + " " + now,
                      tags(canvas, cause),
                      now);
              parts.tracking().params(run.id(), Map.of("seed", Long.toString(seed)));
              parts.started(run);
              return run.id();
            });
    launch(run, canvas, graph);
    return run.id();
  }

  /** What made the run: which canvas and cause, and which code on which machine. */
  private static Map<String, String> tags(CanvasVersion canvas, Cause cause) {
    Map<String, String> tags =
        new HashMap<>(
            Map.of(
                "canvas",
                canvas.version(),
                "cause",
                cause.reason(),
                SOURCE_TYPE,
                "JOB",
                ENVIRONMENT,
                Program.environment()));
    Program program = Program.running();
    program
        .commit()
        .ifPresent(commit -> {
          tags.put(COMMIT, commit);
          tags.put(CLEAN, program.clean() ? "yes" : "no");
        });
    return tags;
  }

  private void launch(RunStore.RunRow run, CanvasVersion canvas, PipelineGraph graph) {
    RunWorker worker = new RunWorker(parts, run, canvas, graph);
    if (run.state() == RunState.CANCELLING) {
      worker.cancel();
    }
    CountDownLatch end = new CountDownLatch(1);
    workers.put(run.id(), worker);
    ends.put(run.id(), end);
    threads.put(
        run.id(),
        Thread.ofVirtual()
            .name(run.id())
            .start(() -> {
              try {
                worker.work();
              } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException failure) {
                LOG.error("Run {} failed outside its steps", run.id(), failure);
                worker.cancel();
                fail(run);
              } finally {
                workers.remove(run.id());
                threads.remove(run.id());
                ends.remove(run.id());
                end.countDown();
              }
            }));
  }

  /** Marks a run whose worker broke; where even that fails, the next start takes it up again. */
  private void fail(RunStore.RunRow run) {
    try {
      parts.stopped(run, RunState.FAILED);
    } catch (RuntimeException failure) {
      LOG.error("Run {} could not be marked; it resumes at the next start", run.id(), failure);
    }
  }

  /**
   * Takes up the runs that an earlier process left, from the last step that ended; called once at
   * the start. A run whose canvas no longer compiles is marked as failed.
   *
   * @param canvases looks up a canvas version by product and version
   * @return the ids of the runs that go on
   */
  public List<String> resume(BiFunction<String, String, CanvasVersion> canvases) {
    List<String> resumed = new ArrayList<>();
    for (String id : parts.store().takeBack(MAX_LOST)) {
      RunStore.RunRow run = row(id);
      try {
        CanvasVersion canvas = canvases.apply(run.product(), run.canvasVersion());
        PipelineGraph graph = PipelineGraph.compile(canvas, steps);
        if (!graph.digest().text().equals(run.graphDigest())) {
          throw EspalierException.conflict("The workflow changed while the run was interrupted.");
        }
        launch(run, canvas, graph);
        resumed.add(id);
      } catch (EspalierException failure) {
        LOG.warn("Run {} cannot resume: {}", id, failure.getMessage());
        parts.stopped(run, RunState.FAILED);
      }
    }
    return resumed;
  }

  /**
   * Waits for a run's end.
   *
   * @throws EspalierException UNAVAILABLE when it does not end within {@code timeout}
   */
  public Run await(String runId, Duration timeout) {
    CountDownLatch end = ends.get(runId);
    try {
      if (end != null && !end.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new EspalierException(
            ErrorCode.UNAVAILABLE, "Run %s is still working after %s.".formatted(runId, timeout));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Interrupted while waiting", interrupted);
    }
    return run(runId);
  }

  /**
   * One run.
   *
   * @throws EspalierException NOT_FOUND
   */
  public Run run(String id) {
    return view.whole(row(id));
  }

  private RunStore.RunRow row(String id) {
    return parts
        .store()
        .run(id)
        .orElseThrow(() -> EspalierException.notFound("No run '%s'.".formatted(id)));
  }

  /** The newest runs of a product, newest first; at most 200. */
  public List<Run> runs(String product) {
    return parts.store().runs(product, MAX_RUNS).stream().map(view::whole).toList();
  }

  /** The same without the outputs of steps, which are files. */
  public List<Run> outlines(String product) {
    return parts.store().runs(product, MAX_RUNS).stream().map(view::outline).toList();
  }

  /** The run that works for a product, if any. */
  public Optional<Run> active(String product) {
    return parts.store().newest(product, RunStore.Phase.WORKING).map(view::whole);
  }

  /** The newest run of a product that has ended. */
  public Optional<Run> lastEnded(String product) {
    return parts.store().newest(product, RunStore.Phase.ENDED).map(view::whole);
  }

  /** When a run of a product was created, and what for. */
  record Start(Instant at, String trigger) {}

  /** The newest 200 starts, newest first. */
  List<Start> starts(String product) {
    return parts.store().runs(product, MAX_RUNS).stream()
        .map(run -> new Start(run.createdAt(), run.cause().trigger()))
        .toList();
  }

  /** Changes with each run that starts or ends. */
  String mark(String product) {
    return parts.store().newest(product, RunStore.Phase.ENDED).map(RunStore.RunRow::id).orElse("")
        + " "
        + parts.store().newest(product, RunStore.Phase.WORKING).map(RunStore.RunRow::id).orElse("");
  }

  /** Core-hours that runs created after {@code since} (product time) have computed. */
  double coreHours(String product, Instant since) {
    return parts.store().cpuMillis(product, since) / 3_600_000.0;
  }

  /**
   * What the schedule asks for at the product's present; empty while a run works.
   *
   * @param newRows rows that came since the last run's data, asked for only where they matter
   */
  public Optional<Cause> due(CanvasVersion canvas, LongSupplier newRows) {
    Spec.Schedule schedule = canvas.spec(Spec.Schedule.class);
    String product = canvas.product();
    if (!Triggers.any(schedule)
        || GivenUp.is(canvas)
        || parts.store().newest(product, RunStore.Phase.WORKING).isPresent()) {
      return Optional.empty();
    }
    Instant now = parts.now(product);
    return Triggers.due(
        new Triggers.History(
            canvas.appliedAt(),
            starts(product).stream().map(Start::at).findFirst(),
            newRows.getAsLong(),
            coreHours(product, now.minus(Duration.ofDays(30)))),
        now,
        schedule);
  }

  /**
   * Asks a run to stop; its steps get the configured grace.
   *
   * @throws EspalierException CONFLICT when it has ended
   */
  public void cancel(String id) {
    RunWorker worker = workers.get(id);
    if (worker == null || row(id).state().ended()) {
      throw EspalierException.conflict("Run %s is not working.".formatted(id));
    }
    parts.store().state(id, RunState.CANCELLING);
    worker.cancel();
  }

  /** What a run would do now, step by step: cached, run, or depends on what comes before. */
  public List<Explanation> plan(CanvasVersion canvas, long seed) {
    return Explain.plan(parts, PipelineGraph.compile(canvas, steps), canvas, seed);
  }

  /**
   * Why a step ran or did not.
   *
   * @throws EspalierException NOT_FOUND when there is no such run or step, or it has not begun
   */
  public Explanation explain(String runId, String step) {
    return Explain.ran(parts.store(), row(runId), step);
  }

  /** At most 1,000 lines of a step's log after {@code after}. */
  public List<LogLine> log(String runId, String step, long after) {
    return parts.logs().after(row(runId).id(), step, after, 1_000);
  }

  /** The output of a step, when it has one. */
  public <T> Optional<T> output(String runId, String step, Class<T> type) {
    return parts.store().steps(row(runId).id()).stream()
        .filter(one -> one.name().equals(step))
        .findFirst()
        .flatMap(RunStore.StepRow::output)
        .map(parts.outputs()::read)
        .map(value -> {
          try {
            return Json.mapper().treeToValue(value, type);
          } catch (JsonProcessingException failure) {
            throw new EspalierException(
                ErrorCode.INTERNAL, "The output of %s has another shape".formatted(step), failure);
          }
        });
  }

  /**
   * Executes the newest successful run of a product again, step by step, and compares; empty when
   * there is none.
   */
  Optional<Rerun.Report> rerun(CanvasVersion canvas, Duration longest) {
    Optional<RunStore.RunRow> run =
        parts.store().runs(canvas.product(), MAX_RUNS).stream()
            .filter(one -> one.state() == RunState.SUCCEEDED)
            .findFirst();
    if (run.isEmpty()) {
      return Optional.empty();
    }
    try {
      Rerun rerun = new Rerun(parts, PipelineGraph.compile(canvas, steps), canvas);
      return Optional.of(rerun.of(run.get(), longest.toMillis()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Interrupted while waiting", interrupted);
    }
  }

  /** Stops working; runs that have not ended resume at the next start. */
  @Override
  public void close() {
    threads.values().forEach(Thread::interrupt);
    parts.executors().values().forEach(Executor::close);
  }
}
