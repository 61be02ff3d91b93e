package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Answer;
import dev.espalier.serving.Arm;
import dev.espalier.serving.Ask;
import dev.espalier.serving.Fault;
import dev.espalier.serving.LatencySummary;
import dev.espalier.serving.Route;
import dev.espalier.serving.Rung;
import dev.espalier.serving.Serving;
import dev.espalier.serving.ShadowLane;
import dev.espalier.serving.Trigger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The four drills of serving; each breaks things in a shadow lane that only it can reach. */
public final class ServingDrills {
  private static final String TEXT = "Please find attached the minutes of our meeting";
  private static final int PROBES = 200;
  private static final int LOAD_REQUESTS = 1000;
  private static final double LOAD_SECONDS = 30;

  private final Serving serving;
  private final Registry registry;
  private final Bundles bundles;

  public ServingDrills(Serving serving, Registry registry, Bundles bundles) {
    this.serving = serving;
    this.registry = registry;
    this.bundles = bundles;
  }

  /** Rollback, fallback, load, reload. */
  public List<Drill> all() {
    return List.of(
        new Named(
            "rollback",
            "Swaps a shadow endpoint back and times it until the old version answers everything.",
            this::rollback),
        new Named(
            "fallback",
            "Injects every trigger in a shadow lane and checks that each rung answers in time.",
            this::fallback),
        new Named(
            "load",
            "Sends peak × (1 + headroom) open loop through a shadow lane and measures latency.",
            this::load),
        new Named(
            "reload",
            "Loads the champion's bundle afresh and replays its golden rows.",
            this::reload));
  }

  private interface Body {
    List<Observation> run(String product, CanvasVersion canvas, Instant now);
  }

  private record Named(String name, String description, Body body) implements Drill {
    @Override
    public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
      return body.run(product, canvas, now);
    }
  }

  private ModelVersion champion(String product) {
    return registry
        .alias(product, Registry.CHAMPION)
        .orElseThrow(() -> EspalierException.conflict("Nothing is released yet."));
  }

  private static String source(String product, String drill) {
    return "/api/v1/drills/%s/%s".formatted(product, drill);
  }

  private List<Observation> rollback(String product, CanvasVersion canvas, Instant now) {
    String good = champion(product).version();
    String other =
        registry.alias(product, Registry.PREVIOUS).map(ModelVersion::version).orElse(good);
    try (ShadowLane lane = serving.shadow(product)) {
      lane.route(
          new Route(
              "drill",
              List.of(new Arm(good, 0.5, Arm.CHAMPION), new Arm(other, 0.5, Arm.CANDIDATE))));
      long started = System.nanoTime();
      lane.route(new Route("drill", List.of(new Arm(good, 1, Arm.CHAMPION))));
      int wrong = 0;
      for (int i = 0; i < PROBES; i++) {
        wrong += lane.predict(Ask.of(TEXT)).modelVersion().equals(good) ? 0 : 1;
      }
      double seconds = (System.nanoTime() - started) / 1e9;
      if (wrong > 0) {
        return List.of();
      }
      String detail =
          "%d answers, all by %s, %.3f s after the alarm (the other arm was %s)"
              .formatted(PROBES, good, seconds, other);
      return List.of(
          Observation.measured(
              "deploy.strategy",
              "rollback",
              good,
              now,
              PROBES,
              seconds,
              Optional.empty(),
              detail,
              source(product, "rollback")));
    }
  }

  private List<Observation> fallback(String product, CanvasVersion canvas, Instant now) {
    int injections = 0;
    List<String> problems = new ArrayList<>();
    try (ShadowLane lane = serving.shadow(product)) {
      long limit = lane.config().timeout().toMillis();
      for (Trigger trigger : Trigger.values()) {
        Set<Rung.Use> broken = new HashSet<>();
        for (Rung rung : lane.config().ladder()) {
          if (!rung.on().contains(trigger) || rung.use() == Rung.Use.REJECT) {
            continue;
          }
          injections++;
          inject(lane, new Fault(trigger, broken), limit).ifPresent(problems::add);
          broken.add(rung.use());
        }
      }
    }
    if (injections == 0) {
      return List.of();
    }
    String detail =
        problems.isEmpty()
            ? "%d injections, each answered by a labelled rung in time".formatted(injections)
            : String.join("; ", problems);
    return List.of(
        Observation.verdict(
            "serving.fallback",
            "drill",
            champion(product).version(),
            now,
            injections,
            problems.isEmpty(),
            detail,
            source(product, "fallback")));
  }

  private static Optional<String> inject(ShadowLane lane, Fault fault, long limitMillis) {
    try {
      Answer answer = lane.predict(Ask.of(TEXT), fault);
      if (answer.fallbackReason().isEmpty()) {
        return Optional.of(fault.trigger().text() + ": answered without a fallback");
      }
      return answer.latencyMicros() > limitMillis * 1000
          ? Optional.of(fault.trigger().text() + ": too late")
          : Optional.empty();
    } catch (EspalierException exhausted) {
      return Optional.of(fault.trigger().text() + ": " + exhausted.getMessage());
    }
  }

  private List<Observation> load(String product, CanvasVersion canvas, Instant now) {
    Spec.Volume volume = canvas.spec(Spec.Volume.class);
    double need = volume.expectedPerSecond() * volume.peakFactor() * (1 + volume.headroom());
    // At least 1,000 requests in 30 s: tiny volumes are tested above their need, never below.
    double rate = Math.max(need, LOAD_REQUESTS / LOAD_SECONDS);
    int requests = (int) Math.ceil(rate * LOAD_SECONDS);
    try (ShadowLane lane = serving.shadow(product)) {
      LongAdder failed = new LongAdder();
      double seconds = openLoop(lane, rate, requests, failed);
      LatencySummary latency = lane.latency();
      double limit = lane.config().p95().toNanos() / 1e6;
      boolean met = failed.sum() == 0 && latency.p95Millis() <= limit;
      double sustained = met ? requests / seconds : 0;
      String detail =
          "%d requests in %.1f s (%.1f/s, need %.2f/s), p50 %.2f, p95 %.2f, p99 %.2f ms, %d failed"
              .formatted(
                  requests,
                  seconds,
                  requests / seconds,
                  need,
                  latency.p50Millis(),
                  latency.p95Millis(),
                  latency.p99Millis(),
                  failed.sum());
      String subject = champion(product).version();
      return List.of(
          Observation.measured(
              "serving.volume",
              "load",
              subject,
              now,
              requests,
              sustained,
              Optional.empty(),
              detail,
              source(product, "load")),
          Observation.verdict(
              "serving.accelerator",
              "load",
              subject,
              now,
              requests,
              met && sustained >= need,
              detail + ", on the CPU",
              source(product, "load")));
    }
  }

  /** Poisson arrivals; nobody waits for an answer before the next request is sent. */
  private static double openLoop(ShadowLane lane, double rate, int requests, LongAdder failed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
    long started = System.nanoTime();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      double due = started;
      for (int i = 0; i < requests; i++) {
        due += random.nextExponential() / rate * 1e9;
        for (long left = (long) due - System.nanoTime();
            left > 0;
            left = (long) due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        clients.execute(() -> {
          try {
            Answer _ = lane.predict(Ask.of(TEXT));
          } catch (EspalierException rejected) {
            failed.increment();
          }
        });
      }
    }
    return (System.nanoTime() - started) / 1e9;
  }

  private List<Observation> reload(String product, CanvasVersion canvas, Instant now) {
    ModelVersion champion = champion(product);
    List<Bundles.Golden> rows = bundles.golden(champion.bundle());
    if (rows.isEmpty()) {
      return List.of();
    }
    try (Engine engine = bundles.load(champion.bundle())) {
      double difference = Bundles.goldenDifference(engine, rows);
      String detail =
          "%d golden rows of %s read back, largest difference %.2g"
              .formatted(rows.size(), champion.version(), difference);
      return List.of(
          Observation.measured(
              "deploy.format",
              "reload",
              champion.version(),
              now,
              rows.size(),
              difference,
              Optional.empty(),
              detail,
              source(product, "reload")),
          Observation.measured(
              "model",
              "golden",
              champion.version(),
              now,
              rows.size(),
              difference,
              Optional.empty(),
              detail,
              source(product, "reload")));
    }
  }
}
