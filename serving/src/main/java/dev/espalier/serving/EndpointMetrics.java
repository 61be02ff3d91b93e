package dev.espalier.serving;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * The counts and latencies of one endpoint since the process started. Labels are versions, rungs
 * and triggers: never text, ids or anything a caller chose. Thread-safe.
 */
final class EndpointMetrics {
  private static final long MAX_MICROS = 600_000_000;
  private static final double[] BUCKET_SECONDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5
  };

  private record Served(String version, String servedBy) {}

  private record Fell(String reason, String servedBy) {}

  private final Map<Served, LongAdder> predictions = new ConcurrentHashMap<>();
  private final Map<Fell, LongAdder> fallbacks = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> rejections = new ConcurrentHashMap<>();
  private final Map<String, Histogram> latencies = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> broken = new ConcurrentHashMap<>();
  private final LongAdder micros = new LongAdder();

  void answered(
      String routedVersion,
      String version,
      String servedBy,
      Optional<Trigger> fallback,
      long latencyMicros) {
    predictions.computeIfAbsent(new Served(version, servedBy), _ -> new LongAdder()).increment();
    fallback.ifPresent(trigger ->
        fallbacks
            .computeIfAbsent(new Fell(trigger.text(), servedBy), _ -> new LongAdder())
            .increment());
    latencies
        .computeIfAbsent(routedVersion, _ -> new ConcurrentHistogram(1, MAX_MICROS, 3))
        .recordValue(Math.max(1, Math.min(MAX_MICROS, latencyMicros)));
    micros.add(latencyMicros);
  }

  void rejected(String reason) {
    rejections.computeIfAbsent(reason, _ -> new LongAdder()).increment();
  }

  /** An input broke a pre-assertion, whatever it got for it. */
  void broken(String rule) {
    broken.computeIfAbsent(rule, _ -> new LongAdder()).increment();
  }

  /** Inputs that broke each pre-assertion, by rule. */
  SortedMap<String, Long> broken() {
    SortedMap<String, Long> counts = new TreeMap<>();
    broken.forEach((rule, count) -> counts.put(rule, count.sum()));
    return counts;
  }

  /** All versions together. */
  LatencySummary latency() {
    Histogram all = new Histogram(1, MAX_MICROS, 3);
    latencies.values().forEach(histogram -> all.add(histogram));
    return summary(all);
  }

  Optional<LatencySummary> latency(String version) {
    return Optional.ofNullable(latencies.get(version)).map(EndpointMetrics::summary);
  }

  /** Answers and how many of them a rung gave. */
  FallbackCount fallbackCount() {
    SortedMap<String, Long> byReason = new TreeMap<>();
    fallbacks.forEach((fell, count) -> byReason.merge(fell.reason, count.sum(), Long::sum));
    long answers = predictions.values().stream().mapToLong(LongAdder::sum).sum();
    return new FallbackCount(answers, byReason);
  }

  private static LatencySummary summary(Histogram histogram) {
    return new LatencySummary(
        histogram.getTotalCount(),
        histogram.getValueAtPercentile(50) / 1000.0,
        histogram.getValueAtPercentile(95) / 1000.0,
        histogram.getValueAtPercentile(99) / 1000.0);
  }

  void renderPredictions(PrometheusText out, String product) {
    predictions.forEach((key, count) ->
        out.sample(
            (double) count.sum(),
            "product",
            product,
            "version",
            key.version,
            "served_by",
            key.servedBy));
  }

  void renderFallbacks(PrometheusText out, String product) {
    fallbacks.forEach((key, count) ->
        out.sample(
            (double) count.sum(),
            "product",
            product,
            "reason",
            key.reason,
            "served_by",
            key.servedBy));
  }

  void renderRejections(PrometheusText out, String product) {
    rejections.forEach(
        (reason, count) -> out.sample((double) count.sum(), "product", product, "reason", reason));
  }

  void renderBroken(PrometheusText out, String product) {
    broken.forEach(
        (rule, count) -> out.sample((double) count.sum(), "product", product, "rule", rule));
  }

  void renderLatency(PrometheusText out, String product) {
    Histogram all = new Histogram(1, MAX_MICROS, 3);
    latencies.values().forEach(histogram -> all.add(histogram));
    for (double bound : BUCKET_SECONDS) {
      long atMost = all.getCountBetweenValues(0, Math.round(bound * 1e6));
      out.suffixed("_bucket", (double) atMost, "product", product, "le", String.valueOf(bound));
    }
    out.suffixed("_bucket", (double) all.getTotalCount(), "product", product, "le", "+Inf");
    out.suffixed("_sum", micros.sum() / 1e6, "product", product);
    out.suffixed("_count", (double) all.getTotalCount(), "product", product);
  }
}
