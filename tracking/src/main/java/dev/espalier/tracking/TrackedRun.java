package dev.espalier.tracking;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * One run of an experiment: what it was given, what it measured.
 *
 * @param metrics the value at the highest step of each metric
 * @param history every value of every metric, by name and step; empty in lists of runs
 */
public record TrackedRun(
    String id,
    String experiment,
    String name,
    RunStatus status,
    Instant startedAt,
    Optional<Instant> finishedAt,
    SortedMap<String, String> tags,
    SortedMap<String, String> params,
    SortedMap<String, Double> metrics,
    List<Point> history) {

  /** One value of a metric. */
  public record Point(String key, double value, long step, Instant at) {}

  public TrackedRun {
    history = List.copyOf(history);
  }
}
