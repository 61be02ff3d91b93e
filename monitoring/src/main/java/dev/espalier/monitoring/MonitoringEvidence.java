package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What monitoring can say about a product. Asked at every tick, it reads the log anew only when a
 * window, an incident or the canvas changed, product time moved by six hours, or ten seconds
 * passed. Thread-safe: answers are immutable and kept in a concurrent map.
 */
public final class MonitoringEvidence implements EvidenceSource {
  private static final Duration STEP = Duration.ofHours(6);
  private static final long WHILE = TimeUnit.SECONDS.toNanos(10);
  private final Monitoring monitoring;
  private final TrafficEvidence traffic;
  private final QualityEvidence quality;
  private final ResponseEvidence response;
  private final DecayEvidence decay;
  private final ValueEvidence value;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  /**
   * @param brokenRules inputs of a product that broke each pre-assertion since the process started
   */
  public MonitoringEvidence(
      Monitoring monitoring,
      OfflineMetrics offline,
      Function<String, SortedMap<String, Long>> brokenRules) {
    this.monitoring = monitoring;
    this.traffic = new TrafficEvidence(monitoring, brokenRules);
    this.quality = new QualityEvidence(monitoring, offline);
    this.response = new ResponseEvidence(monitoring);
    this.decay = new DecayEvidence(monitoring);
    this.value = new ValueEvidence(monitoring);
  }

  private record Answer(
      String canvas, long changes, Instant at, long nanos, List<Observation> observations) {
    boolean fresh(String version, long now, Instant product) {
      return canvas.equals(version)
          && product.isBefore(at.plus(STEP))
          && System.nanoTime() - nanos < WHILE
          && changes == now;
    }
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    long changes = monitoring.changes();
    Answer known = answers.get(product);
    if (known != null && known.fresh(canvas.version(), changes, now)) {
      return known.observations();
    }
    monitoring.flush();
    List<Observation> seen = new ArrayList<>(traffic.observe(product, canvas, now));
    seen.addAll(monitoring.business().observe(canvas, now));
    List<Observation> champion = quality.observe(product, canvas, now);
    seen.addAll(champion);
    if (!champion.isEmpty()) {
      seen.addAll(response.observe(product, now));
      decay.observe(canvas, now).ifPresent(seen::add);
      value.observe(canvas, now).ifPresent(seen::add);
    }
    answers.put(
        product, new Answer(canvas.version(), changes, now, System.nanoTime(), List.copyOf(seen)));
    return List.copyOf(seen);
  }
}
