package dev.espalier.pipeline;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import dev.espalier.tracking.RunStatus;
import dev.espalier.tracking.Tracking;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every run works with, and how its states become known. Thread-safe. */
record Parts(
    RunStore store,
    LogStore logs,
    OutputStore outputs,
    ArtifactStore artifacts,
    Tracking tracking,
    ProductClocks clocks,
    Events events,
    InstantSource machine,
    CodeIdentity code,
    PipelineConfig config,
    Map<Isolation, Executor> executors) {

  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

  private record StepChange(String runId, String step, String state) {}

  private record RunChange(String runId, String state, String trigger, String reason) {}

  long millis() {
    return machine.millis();
  }

  Instant now(String product) {
    return clocks.now(product);
  }

  Executor executor(Isolation isolation) {
    Executor executor = executors.get(isolation);
    if (executor == null) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "This process has no class path for forked steps.");
    }
    return executor;
  }

  /** An attempt's own folder, which whoever needs it creates. */
  Path folder(String run, String step, int attempt) {
    return config.work().resolve(run).resolve(step + "-" + attempt).toAbsolutePath();
  }

  StepJournal journal(RunStore.RunRow run, String step, int attempt) {
    return new StepJournal(
        run, step, attempt, store, logs, tracking, events, machine, config.logLimitBytes());
  }

  void changed(RunStore.RunRow run, String step, StepState state) {
    events.publish(run.product(), "run.step", new StepChange(run.id(), step, state.name()));
  }

  void started(RunStore.RunRow run) {
    events.publish(
        run.product(),
        "run.started",
        new RunChange(run.id(), run.state().name(), run.cause().trigger(), run.cause().reason()));
  }

  void ended(RunStore.RunRow run, RunState state) {
    RunStatus status =
        switch (state) {
          case SUCCEEDED -> RunStatus.FINISHED;
          case CANCELLED -> RunStatus.KILLED;
          default -> RunStatus.FAILED;
        };
    RunChange change =
        new RunChange(run.id(), state.name(), run.cause().trigger(), run.cause().reason());
    String _ =
        store.together(() -> {
          store.end(run.id(), state, now(run.product()), millis());
          tracking.finish(run.id(), status, now(run.product()));
          events.publish(run.product(), "run.finished", change);
          return run.id();
        });
    LOG.info("Run {} of {} {}", run.id(), run.product(), state);
  }

  /** Ends a run before its steps have. */
  void stopped(RunStore.RunRow run, RunState state) {
    String _ =
        store.together(() -> {
          store.cancelSteps(run.id());
          ended(run, state);
          return run.id();
        });
  }
}
