package dev.espalier.bench;

import dev.espalier.platform.Json;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one side was measured at, by name. A figure that could not be measured is missing and said;
 * it does not take the others with it. Written to a file as it grows, so that an interrupted run
 * can go on. Not thread-safe.
 */
final class TrackingSide {
  /** What is written to the file. */
  private record Kept(SortedMap<String, List<Double>> figures) {}

  private static final String CUT = " cut off";
  private final String name;
  private final Path file;
  private final SortedMap<String, List<Double>> figures;
  private final List<String> missing = new ArrayList<>();

  private TrackingSide(String name, Path file, SortedMap<String, List<Double>> figures) {
    this.name = name;
    this.file = file;
    this.figures = figures;
  }

  /** A side with what an earlier run has measured, if that is wanted and there. */
  static TrackingSide of(String name, Path folder, boolean resume) throws IOException {
    Path file = Files.createDirectories(folder).resolve(name + ".json");
    boolean known = resume && Files.isRegularFile(file);
    return new TrackingSide(
        name,
        file,
        known
            ? new TreeMap<>(Json.read(Files.readString(file), Kept.class).figures())
            : new TreeMap<>());
  }

  /** Whether all of these figures are there already. */
  boolean has(List<String> wanted) {
    return figures.keySet().containsAll(wanted);
  }

  /** Measures one figure, unless it is there already, and keeps it. */
  void measure(String figure, Callable<double[]> work) throws IOException {
    if (figures.containsKey(figure)) {
      return;
    }
    long from = System.nanoTime();
    try {
      double[] values = work.call();
      figures.put(figure, Arrays.stream(values).boxed().toList());
      Files.writeString(file, Json.write(new Kept(figures)));
      System.out.printf(
          Locale.ROOT, "  %s, %s: %.0f s%n", name, figure, (System.nanoTime() - from) / 1e9);
    } catch (Exception failure) {
      missing.add("%s of %s (%s)".formatted(figure, name, brief(failure)));
      System.out.printf("  %s, %s could not be measured: %s%n", name, figure, failure);
    }
  }

  /**
   * Measures one figure as {@link #measure} does; beyond the limit it counts as cut off, which is a
   * finding too.
   *
   * @return whether it was cut off just now: whoever was asked is still at work
   */
  boolean measureWithin(String figure, Duration limit, Callable<double[]> work) throws IOException {
    if (figures.containsKey(figure) || figures.containsKey(figure + CUT)) {
      return false;
    }
    AtomicBoolean late = new AtomicBoolean();
    measure(
        figure + CUT,
        () -> {
          try {
            double[] values = work.call();
            figures.put(figure, Arrays.stream(values).boxed().toList());
            return new double[0];
          } catch (HttpTimeoutException cut) {
            late.set(true);
            return new double[] {limit.toMillis()};
          }
        });
    return late.get();
  }

  /** Milliseconds after which a figure was cut off; empty where it was measured, or not at all. */
  Optional<Double> cutOff(String figure) {
    return Optional.ofNullable(figures.get(figure + CUT)).flatMap(at -> at.stream().findFirst());
  }

  private static String brief(Exception failure) {
    String words = String.valueOf(failure.getMessage());
    return words.length() <= 120 ? words : words.substring(0, 120) + "…";
  }

  /** The values of a figure; empty where it is missing. */
  Optional<Sample> sample(String figure) {
    return Optional.ofNullable(figures.get(figure))
        .map(values -> Sample.of(values.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  /** What could not be measured, and why. */
  List<String> missing() {
    return List.copyOf(missing);
  }
}
