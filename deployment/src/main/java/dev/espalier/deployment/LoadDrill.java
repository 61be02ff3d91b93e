package dev.espalier.deployment;

import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.model.Bundles;
import dev.espalier.serving.LatencySummary;
import dev.espalier.serving.LoadReport;
import dev.espalier.serving.OpenLoop;
import dev.espalier.serving.Serving;
import dev.espalier.serving.ShadowLane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Load at the declared peak × (1 + headroom), open loop, for the declared time; then a search for
 * the highest rate that stays within the objective. The generator shares the machine's cores, so
 * the capacity is a lower bound.
 */
final class LoadDrill {
  private static final Duration SHORTEST = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int FEWEST = 1000;
  private static final double BURST_SECONDS = 1;
  private static final int BURST_FEWEST = 100;
  private static final double HIGHEST = 20_000;
  private static final int HALVINGS = 2;
  private static final int TEXTS = 256;
  private static final double Z95 = 1.6449;
  private static final double MONTH_DAYS = 30.44;
  private static final double FAR_DAYS = 3650;

  private final Serving serving;
  private final Bundles bundles;
  private final DrillLanes lanes;
  private final Duration shortest;

  LoadDrill(Serving serving, Bundles bundles, DrillLanes lanes) {
    this(serving, bundles, lanes, SHORTEST);
  }

  LoadDrill(Serving serving, Bundles bundles, DrillLanes lanes, Duration shortest) {
    this.serving = serving;
    this.bundles = bundles;
    this.lanes = lanes;
    this.shortest = shortest;
  }

  List<Observation> run(Rehearsal rehearsal) {
    Spec.Volume volume = rehearsal.canvas().spec(Spec.Volume.class);
    Duration time = volume.drillDuration();
    time = time.compareTo(shortest) < 0 ? shortest : time;
    time = time.compareTo(LONGEST) > 0 ? LONGEST : time;
    double seconds = time.toMillis() / 1e3;
    // Small volumes are tested above their need, never below, so that a thousand requests are sent.
    double rate = Math.max(volume.need(), FEWEST / seconds);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
    ProductionGuard guard =
        new ProductionGuard(
            serving, rehearsal.stopped(), Runtime.getRuntime().availableProcessors());
    try (ShadowLane lane = lanes.open(rehearsal)) {
      List<String> texts = texts(rehearsal, volume, lane.config().maxCharacters(), random);
      double limit = lane.config().p95().toNanos() / 1e6;
      Load load = new Load(lane, texts, random, guard, limit);
      LoadReport report = load.send(rate, (int) Math.ceil(rate * seconds));
      guard.check();
      boolean met = report.met(limit);
      double capacity = met ? load.capacity(rate) : 0;
      guard.check();
      return observations(rehearsal, volume, report, met, capacity);
    }
  }

  private record Load(
      ShadowLane lane,
      List<String> texts,
      RandomGenerator random,
      ProductionGuard guard,
      double limit) {
    LoadReport send(double rate, int requests) {
      OpenLoop loop =
          new OpenLoop(
              ask -> {
                var _ = lane.predict(ask);
              },
              () -> texts.get(random.nextInt(texts.size())),
              random,
              guard);
      return loop.run(rate, requests);
    }

    private boolean holds(double rate) {
      int requests = (int) Math.max(BURST_FEWEST, Math.ceil(rate * BURST_SECONDS));
      return send(rate, requests).met(limit);
    }

    /** The highest rate that was met: doubled until it is not, then halved towards it. */
    double capacity(double proven) {
      double met = proven;
      double missed = Math.max(2 * proven, 20);
      while (missed <= HIGHEST && !guard.getAsBoolean() && holds(missed)) {
        met = missed;
        missed = 2 * met;
      }
      for (int i = 0; i < HALVINGS && missed <= HIGHEST && !guard.getAsBoolean(); i++) {
        double middle = Math.sqrt(met * missed);
        if (holds(middle)) {
          met = middle;
        } else {
          missed = middle;
        }
      }
      return met;
    }
  }

  /** Texts of log-normal length whose 95th percentile is the declared payload. */
  private List<String> texts(
      Rehearsal rehearsal, Spec.Volume volume, int maxCharacters, RandomGenerator random) {
    List<String> words = new ArrayList<>();
    for (Bundles.Golden row : bundles.golden(rehearsal.version().bundle())) {
      words.addAll(List.of(row.text().strip().split("\\s+")));
    }
    words.removeIf(String::isBlank);
    if (words.isEmpty()) {
      words.addAll(List.of(DrillLanes.TEXT.split(" ")));
    }
    double mu = Math.log((double) Math.max(16, volume.payloadP95())) - Z95;
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < TEXTS; i++) {
      double length = Math.exp(mu + random.nextGaussian());
      int target = (int) Math.clamp(length, 8, maxCharacters);
      StringBuilder text = new StringBuilder(target + 32);
      while (text.length() < target) {
        text.append(words.get(random.nextInt(words.size()))).append(' ');
      }
      text.setLength(Math.min(text.length(), maxCharacters));
      texts.add(text.toString());
    }
    return texts;
  }

  private static List<Observation> observations(
      Rehearsal rehearsal, Spec.Volume volume, LoadReport report, boolean met, double capacity) {
    LatencySummary latency = report.latency();
    String detail =
        String.format(
            Locale.ROOT,
            "%d requests in %.1f s at %.1f/s (need %.3g/s), p50 %.2f, p95 %.2f, p99 %.2f ms, %d failed; %s on %d cores that the load shares",
            report.sent(),
            report.seconds(),
            report.offeredPerSecond(),
            volume.need(),
            latency.p50Millis(),
            latency.p95Millis(),
            latency.p99Millis(),
            report.failed(),
            met
                ? String.format(Locale.ROOT, "%.0f/s sustained within the objective", capacity)
                : "the objective was missed",
            Runtime.getRuntime().availableProcessors());
    List<Observation> seen = new ArrayList<>();
    boolean enough = met && capacity >= volume.need();
    seen.add(rehearsal.measured("serving.volume", "load", report.sent(), capacity, enough, detail));
    seen.add(rehearsal.verdict("serving.accelerator", "load", report.sent(), enough, detail));
    double days = daysLeft(volume, capacity);
    seen.add(
        rehearsal.measured(
            "serving.volume",
            "saturation",
            report.sent(),
            days,
            days > 60,
            String.format(
                Locale.ROOT,
                "A peak of %.3g/s that grows by %.1f %% a month reaches the measured %.0f/s in %s",
                volume.expectedPerSecond() * volume.peakFactor(),
                volume.growthPerMonth() * 100,
                capacity,
                days >= FAR_DAYS ? "ten years or more" : Math.round(days) + " days")));
    return seen;
  }

  /** Days until the declared peak, growing as declared, reaches the capacity; at most ten years. */
  static double daysLeft(Spec.Volume volume, double capacity) {
    double peak = volume.expectedPerSecond() * volume.peakFactor();
    if (capacity <= peak) {
      return 0;
    }
    if (peak <= 0 || volume.growthPerMonth() <= 0) {
      return FAR_DAYS;
    }
    double months = Math.log(capacity / peak) / Math.log1p(volume.growthPerMonth());
    return Math.min(FAR_DAYS, months * MONTH_DAYS);
  }
}
