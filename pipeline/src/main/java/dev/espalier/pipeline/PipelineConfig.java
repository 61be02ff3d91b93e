package dev.espalier.pipeline;

import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How pipelines run.
 *
 * @param work folder of task and scratch folders; emptied as attempts end
 * @param computeThreads how many in-process steps compute at once, 1 to 256
 * @param grace how long a cancelled or late attempt may tidy up before it is killed
 * @param retryBase delay before the second attempt; it doubles with each further one
 * @param retryCap longest delay
 * @param logLimitBytes how much of an attempt's log is kept: its head and its tail
 * @param forked how forked steps start; absent where there are none
 * @param runner what this machine is labelled, and where it stands
 */
public record PipelineConfig(
    Path work,
    int computeThreads,
    Duration grace,
    Duration retryBase,
    Duration retryCap,
    long logLimitBytes,
    Optional<ForkedJvm> forked,
    Runner runner) {

  public PipelineConfig {
    if (computeThreads < 1 || computeThreads > 256) {
      throw EspalierException.invalid("compute-threads must be from 1 to 256.");
    }
    if (grace.isNegative() || retryBase.isNegative() || retryCap.compareTo(retryBase) < 0) {
      throw EspalierException.invalid("grace and retry delays must be positive, base ≤ cap.");
    }
    if (logLimitBytes < 1024) {
      throw EspalierException.invalid("log-limit-bytes must be at least 1024.");
    }
  }

  /** Two compute threads, 10 s of grace, delays from 2 s to 5 min, logs of 100 MiB. */
  public static PipelineConfig in(Path work, Optional<ForkedJvm> forked) {
    return new PipelineConfig(
        work,
        2,
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        Duration.ofMinutes(5),
        100L << 20,
        forked,
        Runner.here());
  }

  /** The same on another machine. */
  PipelineConfig on(Runner other) {
    return new PipelineConfig(
        work, computeThreads, grace, retryBase, retryCap, logLimitBytes, forked, other);
  }
}
