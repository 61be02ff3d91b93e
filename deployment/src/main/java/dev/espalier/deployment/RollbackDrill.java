package dev.espalier.deployment;

import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.serving.Answer;
import dev.espalier.serving.Arm;
import dev.espalier.serving.Ask;
import dev.espalier.serving.Route;
import dev.espalier.serving.ShadowLane;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Splits a shadow lane between two versions, keeps clients asking, swaps it back in the middle of
 * their requests, and measures from the alarm to the last answer of the version that had to go.
 */
final class RollbackDrill {
  private static final int CLIENTS = 4;
  private static final int BEFORE = 100;
  private static final int AFTER = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final DrillLanes lanes;

  RollbackDrill(DrillLanes lanes) {
    this.lanes = lanes;
  }

  /** What the clients saw; each field is written by many of them. */
  private static final class Traffic {
    final AtomicBoolean end = new AtomicBoolean();
    final AtomicLong swapped = new AtomicLong(Long.MAX_VALUE);
    final AtomicLong lastOther = new AtomicLong(Long.MIN_VALUE);
    final LongAdder answers = new LongAdder();
    final LongAdder after = new LongAdder();
    final LongAdder others = new LongAdder();
    final LongAdder lost = new LongAdder();
  }

  List<Observation> run(Rehearsal rehearsal) {
    String good = rehearsal.version().version();
    String other =
        lanes
            .other(rehearsal.product(), good)
            .orElseThrow(() ->
                EspalierException.conflict(
                    "There is one version only: nothing to roll back from yet."));
    Traffic traffic = new Traffic();
    try (ShadowLane lane = lanes.open(rehearsal)) {
      lane.route(
          new Route(
              "drill",
              List.of(new Arm(good, 0.5, Arm.CHAMPION), new Arm(other, 0.5, Arm.CANDIDATE))));
      double seconds;
      try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
        try {
          for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            clients.execute(() -> keepAsking(lane, other, client, traffic));
          }
          await(rehearsal, () -> traffic.answers.sum() >= BEFORE && traffic.others.sum() > 0);
          long alarm = System.nanoTime();
          lane.route(new Route("drill", List.of(new Arm(good, 1, Arm.CHAMPION))));
          long done = System.nanoTime();
          traffic.swapped.set(done);
          await(rehearsal, () -> traffic.after.sum() >= AFTER);
          seconds = (Math.max(done, traffic.lastOther.get()) - alarm) / 1e9;
        } finally {
          traffic.end.set(true);
        }
      }
      return List.of(observed(rehearsal, other, traffic, seconds));
    }
  }

  private static Observation observed(
      Rehearsal rehearsal, String other, Traffic traffic, double seconds) {
    Duration limit = rehearsal.canvas().spec(Spec.Rollout.class).rollbackTime();
    boolean pass = seconds <= limit.toMillis() / 1e3 && traffic.lost.sum() == 0;
    String detail =
        String.format(
            Locale.ROOT,
            "%.3f s from the alarm to the last answer of %s, under %d clients: %d answers before and %d after it, %d lost",
            seconds,
            other,
            CLIENTS,
            traffic.answers.sum() - traffic.after.sum(),
            traffic.after.sum(),
            traffic.lost.sum());
    return rehearsal.measured(
        "deploy.strategy", "rollback", traffic.answers.sum(), seconds, pass, detail);
  }

  private static void keepAsking(ShadowLane lane, String other, int client, Traffic traffic) {
    for (int i = 0; !traffic.end.get(); i++) {
      long began = System.nanoTime();
      try {
        Answer answer =
            lane.predict(
                new Ask(
                    DrillLanes.TEXT,
                    Optional.of("client-%d-%d".formatted(client, i)),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));
        if (answer.modelVersion().equals(other)) {
          traffic.others.increment();
          traffic.lastOther.accumulateAndGet(System.nanoTime(), Math::max);
        }
        traffic.answers.increment();
        if (began >= traffic.swapped.get()) {
          traffic.after.increment();
        }
      } catch (EspalierException failed) {
        traffic.lost.increment();
      }
    }
  }

  private static void await(Rehearsal rehearsal, java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (rehearsal.stopped().getAsBoolean() || System.nanoTime() > end) {
        throw new EspalierException(
            ErrorCode.UNAVAILABLE, "The drill was aborted before its clients were answered.");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
