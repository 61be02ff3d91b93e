package dev.espalier.serving;

import dev.espalier.model.Engine;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How a leased engine is asked: plainly in production, with a fault in between in a drill.
 * Implementations are called from compute threads.
 */
interface Scorer {
  double[] score(String rung, Engine engine, String text);

  /** Production: one text, one row. */
  Scorer PLAIN = (_, engine, text) -> engine.score(List.of(text)).getFirst();

  /** A drill's scorer: the routed version shows {@code fault}, the broken rungs err. */
  static Scorer faulty(Fault fault, Duration primaryTimeout) {
    return (rung, engine, text) -> {
      if (rung.equals(Arm.CHAMPION) || rung.equals(Arm.CANDIDATE)) {
        return misbehave(fault.trigger(), engine, text, primaryTimeout);
      }
      if (names(fault.broken()).contains(rung)) {
        throw new EspalierException(ErrorCode.INTERNAL, "A drill broke this rung");
      }
      return PLAIN.score(rung, engine, text);
    };
  }

  private static List<String> names(Set<Rung.Use> uses) {
    return uses.stream().map(Rung.Use::text).toList();
  }

  private static double[] misbehave(
      Trigger trigger, Engine engine, String text, Duration primaryTimeout) {
    int labels = engine.signature().labels().size();
    return switch (trigger) {
      case TIMEOUT -> {
        pause(primaryTimeout.multipliedBy(2));
        yield PLAIN.score(Arm.CHAMPION, engine, text);
      }
      case ERROR -> throw new EspalierException(ErrorCode.INTERNAL, "A drill's error");
      case POST_FAIL -> filled(labels, Double.NaN);
      case LOW_CONFIDENCE -> filled(labels, 1.0 / labels);
      case OVERLOAD, PRE_FAIL -> PLAIN.score(Arm.CHAMPION, engine, text);
    };
  }

  private static double[] filled(int labels, double value) {
    double[] row = new double[labels];
    Arrays.fill(row, value);
    return row;
  }

  private static void pause(Duration duration) {
    try {
      boolean _ = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The text, made to break the pre-assertions of every endpoint that has any. */
  static Optional<String> oddInput(Fault fault, String text, int maxCharacters) {
    return fault.trigger() == Trigger.PRE_FAIL
        ? Optional.of(text + " " + "x".repeat(maxCharacters + 1))
        : Optional.empty();
  }
}
