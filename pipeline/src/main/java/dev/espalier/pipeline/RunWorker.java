package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.pipeline.AttemptResult.Failed;
import dev.espalier.pipeline.AttemptResult.FailureClass;
import dev.espalier.pipeline.AttemptResult.Succeeded;
import dev.espalier.pipeline.RunStore.Outcome;
import dev.espalier.pipeline.RunStore.StepRow;
import dev.espalier.platform.CanonicalJson;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one run to its end: leases steps, looks each up in the cache, runs the others, stores
 * outputs before the transaction that refers to them. One coordinating thread a run, one virtual
 * thread an attempt; the coordinator alone writes states.
 */
final class RunWorker {
  private static final Logger LOG = LoggerFactory.getLogger(RunWorker.class);
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final long IDLE_MILLIS = 250;
  private final Pipelines.Parts parts;
  private final RunStore.RunRow run;
  private final CanvasVersion canvas;
  private final PipelineGraph graph;
  private final Cancellation cancellation = new Cancellation();
  private final BlockingQueue<Runnable> ended = new LinkedBlockingQueue<>();
  private final Map<String, String> lastMessage = new HashMap<>();
  private int working;

  RunWorker(Pipelines.Parts parts, RunStore.RunRow run, CanvasVersion canvas, PipelineGraph graph) {
    this.parts = parts;
    this.run = run;
    this.canvas = canvas;
    this.graph = graph;
  }

  void cancel() {
    cancellation.raise();
  }

  /** Returns when the run has ended or this process stops. */
  void work() throws InterruptedException {
    parts.store().state(run.id(), cancellation.isRaised() ? RunState.CANCELLING : RunState.RUNNING);
    if (!cancellation.isRaised()) {
      begin(parts.store().lease(run.id(), parts.millis()));
    }
    while (true) {
      Runnable end = ended.poll(IDLE_MILLIS, java.util.concurrent.TimeUnit.MILLISECONDS);
      if (end != null) {
        working--;
        end.run();
      } else if (!cancellation.isRaised()) {
        begin(parts.store().lease(run.id(), parts.millis()));
      }
      if (working == 0 && over()) {
        return;
      }
    }
  }

  private boolean over() {
    List<StepRow> steps = parts.store().steps(run.id());
    if (cancellation.isRaised()) {
      parts.store().cancelSteps(run.id());
      finish(RunState.CANCELLED);
      return true;
    }
    if (!steps.stream().allMatch(step -> step.state().ended())) {
      return false;
    }
    finish(
        steps.stream().allMatch(step -> step.state().hasOutput())
            ? RunState.SUCCEEDED
            : RunState.FAILED);
    return true;
  }

  private void finish(RunState state) {
    parts.ended(run, state);
  }

  private void begin(List<String> leased) {
    if (leased.isEmpty()) {
      return;
    }
    List<StepRow> steps = parts.store().steps(run.id());
    for (String name : leased) {
      StepRow row =
          steps.stream().filter(step -> step.name().equals(name)).findFirst().orElseThrow();
      working++;
      parts.changed(run, name, StepState.LEASED);
      Thread.ofVirtual().name("attempt-" + name).start(() -> attempt(row, steps));
    }
  }

  /** One attempt, from the look-up to the outcome; hands the outcome to the coordinator. */
  private void attempt(StepRow row, List<StepRow> steps) {
    Runnable end;
    try {
      Outcome outcome = outcome(row, steps);
      end = () -> record(row, outcome);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      end = () -> LOG.info("Run {} step {} stopped with its process", run.id(), row.name());
    } catch (RuntimeException failure) {
      LOG.warn("Run {} step {} failed outside its logic", run.id(), row.name(), failure);
      Failed failed = new Failed(FailureClass.TRANSIENT, String.valueOf(failure.getMessage()), 0);
      end = () -> record(row, failure(row, failed, Optional.empty(), 0, "", ""));
    }
    ended.add(end);
  }

  private void record(StepRow row, Outcome outcome) {
    List<String> next =
        parts
            .store()
            .finish(run.id(), run.product(), row.name(), row.attempt(), outcome, parts.millis());
    parts.changed(run, row.name(), outcome.event().after(StepState.LEASED).orElseThrow());
    if (!cancellation.isRaised()) {
      begin(next);
    }
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
            Optional.of(hit.get().output()),
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
    inputs.forEach((name, digest) -> values.put(name, parts.output(digest)));
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
              Optional.of(parts.artifacts().put(CanonicalJson.bytes(done.output()))),
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
    ArtifactStore artifacts = parts.artifacts();
    if (!artifacts.exists(output)) {
      return false;
    }
    return DIGEST
        .matcher(Json.write(parts.output(output)))
        .results()
        .allMatch(match -> artifacts.exists(new Digest(match.group())));
  }

  static void clear(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList())) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot clear " + folder, failure);
    }
  }
}
