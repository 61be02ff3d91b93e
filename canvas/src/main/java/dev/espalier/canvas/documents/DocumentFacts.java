package dev.espalier.canvas.documents;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What documents quote of the stages after the canvas. Implemented where all stages are known; each
 * fact is a stored record, never an estimate. Thread-safe.
 */
public interface DocumentFacts {
  /** The version that answers production traffic. */
  Optional<String> champion(String product);

  /** A registered version. */
  Optional<Model> model(String product, String version);

  /** Every route change, oldest first. */
  List<Release> releases(String product);

  /**
   * A registered version.
   *
   * @param bundle digest of its files
   * @param rung the ladder's rung that it is
   * @param parameters number of trained parameters, where it is counted
   * @param ladder why this rung and no simpler or more complex one
   */
  record Model(
      String version,
      String bundle,
      long bytes,
      String rung,
      Optional<String> parameters,
      String bumpReason,
      Instant registeredAt,
      String runId,
      String canvasVersion,
      List<String> labels,
      SortedMap<String, Double> metrics,
      Optional<String> ladder,
      List<Gate> gates,
      Data data) {
    public Model {
      labels = List.copyOf(labels);
      metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
      gates = List.copyOf(gates);
    }
  }

  /** One gate as it was judged. */
  record Gate(
      String metric,
      Optional<String> slice,
      double value,
      double low,
      double high,
      long n,
      String verdict,
      boolean blocking,
      String detail) {}

  /** What the version was trained and tested on, and what the checks of it found. */
  record Data(
      String dataset,
      String snapshot,
      long rows,
      SortedMap<String, Long> perLabel,
      Optional<Long> testRows,
      Optional<Instant> trainedThrough,
      SortedMap<String, Long> checks) {
    public Data {
      perLabel = Collections.unmodifiableSortedMap(new TreeMap<>(perLabel));
      checks = Collections.unmodifiableSortedMap(new TreeMap<>(checks));
    }
  }

  /** One route change. */
  record Release(
      String id,
      String version,
      String kind,
      String state,
      String cause,
      Instant startedAt,
      Optional<Instant> fullTrafficAt) {}
}
