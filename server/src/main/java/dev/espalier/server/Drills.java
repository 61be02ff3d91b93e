package dev.espalier.server;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Runs the stages' drills, one at a time, and stores what they saw as evidence. Thread-safe. */
final class Drills {
  private final List<Drill> drills;
  private final Canvases canvases;
  private final ProductClocks clocks;
  private final Events events;
  private final ReentrantLock oneAtATime = new ReentrantLock();

  Drills(List<Drill> drills, Canvases canvases, ProductClocks clocks, Events events) {
    this.drills = List.copyOf(drills);
    this.canvases = canvases;
    this.clocks = clocks;
    this.events = events;
  }

  /** What a drill is called and proves. */
  record Description(String name, String description) {}

  /** One drill as it went; passed when no observation failed. */
  record Rehearsal(
      String drill,
      String product,
      Instant at,
      long millis,
      boolean passed,
      List<Observation> observations) {}

  List<Description> list() {
    return drills.stream()
        .map(drill -> new Description(drill.name(), drill.description()))
        .toList();
  }

  Rehearsal run(String product, String name) {
    CanvasVersion canvas = canvases.require(product);
    Drill drill =
        drills.stream()
            .filter(known -> known.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                EspalierException.invalidField(
                    "name",
                    "known drill",
                    "No drill '%s'. Known: %s."
                        .formatted(
                            name, String.join(", ", drills.stream().map(Drill::name).toList())),
                    drills.stream().map(Drill::name).findFirst()));
    oneAtATime.lock();
    try {
      Instant now = clocks.now(product);
      long start = System.nanoTime();
      List<Observation> seen = drill.run(product, canvas, now);
      long millis = (System.nanoTime() - start) / 1_000_000;
      canvases.record(product, seen);
      boolean passed =
          seen.stream()
              .allMatch(observation ->
                  observation.pass().equals(Optional.of(true)) || observation.pass().isEmpty());
      Rehearsal record = new Rehearsal(name, product, now, millis, passed, seen);
      events.publish(product, "drill.finished", new Finished(name, passed, millis));
      return record;
    } finally {
      oneAtATime.unlock();
    }
  }

  private record Finished(String drill, boolean passed, long millis) {}
}
