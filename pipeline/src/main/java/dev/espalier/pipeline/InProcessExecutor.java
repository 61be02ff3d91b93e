package dev.espalier.pipeline;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.pipeline.AttemptResult.Failed;
import dev.espalier.pipeline.AttemptResult.FailureClass;
import dev.espalier.platform.Json;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Attempts on a bounded pool of this process' threads. It can ask a step to stop, not kill it. */
final class InProcessExecutor implements Executor {
  private static final long LOOK_MILLIS = 50;
  private final ArtifactStore artifacts;
  private final ExecutorService compute;
  private final long graceMillis;

  InProcessExecutor(ArtifactStore artifacts, PipelineConfig config) {
    this.artifacts = artifacts;
    this.graceMillis = config.grace().toMillis();
    this.compute =
        Executors.newFixedThreadPool(
            config.computeThreads(), Thread.ofPlatform().daemon().name("step-", 0).factory());
  }

  @Override
  public String id() {
    return "in-process";
  }

  @Override
  public AttemptResult run(Attempt attempt, AttemptEvents events, Cancellation cancellation)
      throws InterruptedException {
    Cancellation token = new Cancellation();
    Future<AttemptResult> future = compute.submit(() -> compute(attempt, events, token));
    long deadline = System.nanoTime() + attempt.timeout().toNanos();
    while (true) {
      try {
        return future.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException stillWorking) {
        boolean late = System.nanoTime() >= deadline;
        if (late || cancellation.isRaised()) {
          token.raise();
          return stopped(future, late ? FailureClass.TIMEOUT : FailureClass.CANCELLED, attempt);
        }
      } catch (ExecutionException failure) {
        return failed(failure.getCause() == null ? failure : failure.getCause(), 0);
      }
    }
  }

  private AttemptResult stopped(Future<AttemptResult> future, FailureClass why, Attempt attempt)
      throws InterruptedException {
    try {
      AttemptResult unused = future.get(graceMillis, TimeUnit.MILLISECONDS);
      return stop(why, unused.cpuMillis(), attempt);
    } catch (TimeoutException | ExecutionException deaf) {
      future.cancel(true);
      return stop(why, 0, attempt);
    }
  }

  private static Failed stop(FailureClass why, long cpuMillis, Attempt attempt) {
    return new Failed(
        why,
        why == FailureClass.TIMEOUT
            ? "longer than %s".formatted(attempt.timeout())
            : "cancelled by request",
        cpuMillis);
  }

  private AttemptResult compute(Attempt attempt, AttemptEvents events, Cancellation token) {
    long start = cpuNanos();
    TaskContext context =
        new TaskContext(
            attempt.product(),
            attempt.runId(),
            attempt.step(),
            attempt.seed(),
            attempt.params(),
            attempt.inputs(),
            artifacts,
            Optional.of(attempt.canvas()),
            attempt.cause(),
            attempt.now(),
            attempt.folder(),
            events,
            token);
    try {
      Object output = attempt.logic().run(context);
      return new AttemptResult.Succeeded(Json.tree(output), millis(start));
    } catch (Throwable failure) {
      events.log(failure.toString());
      return failed(failure, millis(start));
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long millis(long start) {
    return (cpuNanos() - start) / 1_000_000;
  }

  static Failed failed(Throwable failure, long cpuMillis) {
    FailureClass kind =
        switch (failure) {
          case TransientFailure _ -> FailureClass.TRANSIENT;
          case CancellationException _ -> FailureClass.CANCELLED;
          case OutOfMemoryError _ -> FailureClass.OUT_OF_MEMORY;
          default -> FailureClass.USER;
        };
    String message = failure.getMessage();
    return new Failed(
        kind, message == null ? failure.getClass().getSimpleName() : message, cpuMillis);
  }

  @Override
  public void close() {
    compute.shutdownNow();
  }
}
