package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.pipeline.AttemptResult.Failed;
import dev.espalier.pipeline.AttemptResult.FailureClass;
import dev.espalier.pipeline.AttemptResult.Succeeded;
import dev.espalier.pipeline.RunStore.Outcome;
import dev.espalier.pipeline.RunStore.StepRow;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one run to its end: leases steps, looks each up in the cache, runs the others. An ended
 * step, its output, the leases of what follows and the events of both are one transaction. One
 * coordinating thread a run, one virtual thread an attempt; the coordinator alone writes states.
 * While the store cannot be written it waits, says why in {@link #blocked} and tries again.
 */
final class RunWorker {
  private static final Logger LOG = LoggerFactory.getLogger(RunWorker.class);
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final long IDLE_MILLIS = 250;
  private static final long BLOCKED_MILLIS = 1_000;
  private final Parts parts;
  private final RunStore.RunRow run;
  private final CanvasVersion canvas;
  private final PipelineGraph graph;
  private final Cancellation cancellation = new Cancellation();
  private final BlockingQueue<Callable<Boolean>> ended = new LinkedBlockingQueue<>();
  private final Map<String, String> lastMessage = new HashMap<>();

  /** Steps whose attempts are under way or not yet recorded; the coordinator's own. */
  private final Set<String> working = new HashSet<>();

  private volatile Optional<String> blocked = Optional.empty();

  RunWorker(Parts parts, RunStore.RunRow run, CanvasVersion canvas, PipelineGraph graph) {
    this.parts = parts;
    this.run = run;
    this.canvas = canvas;
    this.graph = graph;
  }

  void cancel() {
    cancellation.raise();
  }

  /** Why the run cannot go on at the moment, if so. */
  Optional<String> blocked() {
    return blocked;
  }

  /** Returns when the run has ended or this process stops. */
  void work() throws InterruptedException {
    store(this::open);
    while (true) {
      if (working.isEmpty() && store(this::over)) {
        return;
      }
      Callable<Boolean> end = ended.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
      store(end == null ? this::look : end);
    }
  }

  /** Does what writes to the store; when it cannot be written, again and again until it can. */
  private boolean store(Callable<Boolean> work) throws InterruptedException {
    while (true) {
      try {
        boolean result = work.call();
        blocked = Optional.empty();
        return result;
      } catch (EspalierException failure) {
        if (failure.code() != ErrorCode.UNAVAILABLE) {
          throw failure;
        }
        if (blocked.isEmpty()) {
          LOG.warn("Run {} waits: {}", run.id(), failure.getMessage());
        }
        blocked = Optional.of(String.valueOf(failure.getMessage()));
        Thread.sleep(BLOCKED_MILLIS);
      } catch (InterruptedException | RuntimeException failure) {
        throw failure;
      } catch (Exception impossible) {
        throw new EspalierException(ErrorCode.INTERNAL, "The run's worker failed", impossible);
      }
    }
  }

  private boolean open() {
    parts.store().state(run.id(), cancellation.isRaised() ? RunState.CANCELLING : RunState.RUNNING);
    return look();
  }

  private boolean look() {
    if (!cancellation.isRaised()) {
      begin(parts.store().together(() -> announced(parts.store().lease(run.id(), parts.millis()))));
    }
    return false;
  }

  private boolean over() {
    if (cancellation.isRaised()) {
      parts.stopped(run, RunState.CANCELLED);
      return true;
    }
    List<StepRow> steps = parts.store().steps(run.id());
    if (!steps.stream().allMatch(step -> step.state().ended())) {
      return false;
    }
    parts.ended(
        run,
        steps.stream().allMatch(step -> step.state().hasOutput())
            ? RunState.SUCCEEDED
            : RunState.FAILED);
    return true;
  }

  private RunStore.Lease announced(RunStore.Lease lease) {
    lease.taken().forEach(step -> parts.changed(run, step.name(), StepState.LEASED));
    return lease;
  }

  /**
   * Begins what was taken, and what an earlier transaction took whose answer never arrived: it had
   * committed, and the connection to the database broke.
   */
  private void begin(RunStore.Lease lease) {
    Stream.concat(
            lease.taken().stream(),
            lease.all().stream().filter(step -> step.state() == StepState.LEASED))
        .filter(step -> working.add(step.name()))
        .forEach(step ->
            Thread.ofVirtual()
                .name("attempt-" + step.name())
                .start(() -> attempt(step, lease.all())));
  }

  /** One attempt, from the look-up to the outcome; hands the outcome to the coordinator. */
  private void attempt(StepRow row, List<StepRow> steps) {
    Callable<Boolean> end;
    try {
      Outcome outcome = outcome(row, steps);
      end = () -> record(row, outcome);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      end =
          () -> {
            LOG.info("Run {} step {} stopped with its process", run.id(), row.name());
            working.remove(row.name());
            return false;
          };
    } catch (RuntimeException failure) {
      LOG.warn("Run {} step {} failed outside its logic", run.id(), row.name(), failure);
      Failed failed = new Failed(FailureClass.TRANSIENT, String.valueOf(failure.getMessage()), 0);
      end = () -> record(row, failure(row, failed, Optional.empty(), 0, "", ""));
    }
    ended.add(end);
  }

  private boolean record(StepRow row, Outcome outcome) {
    boolean goesOn = !cancellation.isRaised();
    RunStore.Lease next =
        parts
            .store()
            .together(() -> {
              RunStore.Lease lease =
                  parts
                      .store()
                      .finish(
                          run.id(),
                          run.product(),
                          row.name(),
                          row.attempt(),
                          outcome,
                          parts.millis());
              parts.changed(run, row.name(), outcome.event().after(StepState.LEASED).orElseThrow());
              return goesOn ? announced(lease) : RunStore.Lease.NONE;
            });
    working.remove(row.name());
    begin(next);
    return false;
  }

  private Outcome outcome(StepRow row, List<StepRow> steps) throws InterruptedException {
    PipelineGraph.Node node = graph.node(row.name());
    Map<String, Digest> inputs = new HashMap<>();
    for (StepRow step : steps) {
      if (row.dependsOn().contains(step.name())) {
        inputs.put(step.name(), step.output().orElseThrow());
      }
    }
    StepKey key =
        StepKey.of(node, canvas, run.seed(), parts.code().of(node.logic().getClass()), inputs);
    boolean effect = node.logic().purity() == Purity.EFFECT;
    String reason = "POLICY_NEVER";
    if (effect) {
      reason = "EFFECT";
    } else if (node.spec().cache()) {
      Optional<RunStore.CacheRow> hit =
          parts.store().cached(run.product(), row.name(), key.digest());
      if (hit.isPresent() && whole(hit.get().output())) {
        return new Outcome(
            StepEvent.HIT,
            "HIT " + hit.get().runId(),
            0,
            0,
            "",
            Optional.empty(),
            Optional.of(new OutputStore.Output(hit.get().output(), Optional.empty())),
            Optional.of(key),
            0);
      }
      reason =
          hit.isPresent()
              ? "EVICTED"
              : Explain.nearest(parts.store().cacheRows(run.product(), row.name()), key)
                  .map(near -> "CHANGED " + near)
                  .orElse("ABSENT");
    }
    return execute(row, node, key, inputs, reason);
  }

  private Outcome execute(
      StepRow row, PipelineGraph.Node node, StepKey key, Map<String, Digest> inputs, String reason)
      throws InterruptedException {
    Map<String, JsonNode> values = new HashMap<>();
    inputs.forEach((name, digest) -> values.put(name, parts.outputs().read(digest)));
    Path folder = parts.folder(run.id(), row.name(), row.attempt());
    StepJournal journal = parts.journal(run, row.name(), row.attempt());
    Executor executor = parts.executor(node.logic().isolation());
    long start = System.nanoTime();
    AttemptResult result;
    try {
      result =
          executor.run(
              new Attempt(
                  run.id(),
                  run.product(),
                  row.name(),
                  row.attempt(),
                  node.logic(),
                  node.logic().params(canvas, run.seed()),
                  values,
                  run.cause(),
                  canvas,
                  run.seed(),
                  parts.now(run.product()),
                  node.spec().timeout(),
                  folder),
              journal,
              cancellation);
    } finally {
      journal.flush();
      clear(folder);
    }
    long wall = (System.nanoTime() - start) / 1_000_000;
    return switch (result) {
      case Succeeded done ->
          new Outcome(
              StepEvent.SUCCEED,
              reason,
              wall,
              done.cpuMillis(),
              executor.id(),
              Optional.empty(),
              Optional.of(parts.outputs().prepare(done.output())),
              node.logic().purity() == Purity.EFFECT ? Optional.empty() : Optional.of(key),
              0);
      case Failed failed -> failure(row, failed, Optional.of(key), wall, executor.id(), reason);
    };
  }

  private Outcome failure(
      StepRow row,
      Failed failed,
      Optional<StepKey> key,
      long wall,
      String executor,
      String reason) {
    boolean again = again(row, failed);
    return new Outcome(
        again ? StepEvent.RETRY : end(failed),
        reason,
        wall,
        failed.cpuMillis(),
        executor,
        Optional.of(failed.text()),
        Optional.empty(),
        key,
        again ? parts.millis() + delay(row.attempt()) : 0);
  }

  /** A step that stops because its run was cancelled has not failed. */
  private StepEvent end(Failed failed) {
    return failed.kind() == FailureClass.CANCELLED && cancellation.isRaised()
        ? StepEvent.CANCEL
        : StepEvent.FAIL;
  }

  /** The same complaint twice is no accident; a cancelled attempt is never tried again. */
  private synchronized boolean again(StepRow row, Failed failed) {
    int retries = graph.node(row.name()).spec().retries();
    String before = lastMessage.put(row.name(), failed.text());
    return switch (failed.kind()) {
      case CANCELLED -> false;
      case USER -> row.attempt() <= retries && !failed.text().equals(before);
      case TRANSIENT, TIMEOUT, LOST, OUT_OF_MEMORY -> row.attempt() <= retries;
    };
  }

  /** Exponential with full jitter, from the run's seed. */
  private long delay(int attempt) {
    long base = parts.config().retryBase().toMillis();
    long cap = Math.min(parts.config().retryCap().toMillis(), base << Math.min(attempt - 1, 20));
    RandomGenerator random = new java.util.SplittableRandom(run.seed() * 31 + attempt);
    return cap <= 0 ? 0 : random.nextLong(cap + 1);
  }

  /** True when the output and every artifact that it names are still there. */
  private boolean whole(Digest output) {
    return parts.outputs().exists(output)
        && DIGEST
            .matcher(Json.write(parts.outputs().read(output)))
            .results()
            .allMatch(match -> parts.artifacts().exists(new Digest(match.group())));
  }

  static void clear(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList())) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot clear " + folder, failure);
    }
  }
}
