package dev.espalier.monitoring;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;

/** The monitoring page of one product. */
public record MonitorView(
    List<Monitor> monitors, Labels labels, List<Day> daily, List<Release> releases) {
  /** One monitor with its windows, oldest first. */
  public record Monitor(
      String id,
      String type,
      Optional<String> metric,
      String claim,
      double bound,
      String op,
      int minN,
      String window,
      List<MonitorWindow> windows) {}

  /** How labels arrive: counts, delays in seconds, coverage 0–1 of the logged predictions. */
  public record Labels(
      long served,
      long logged,
      long dropped,
      long labelled,
      long pending,
      long quarantined,
      OptionalDouble delayP50,
      OptionalDouble delayP95,
      OptionalDouble coverage) {}

  /** One day of traffic, UTC. */
  public record Day(
      LocalDate day,
      long served,
      long labelled,
      SortedMap<String, Long> byLabel,
      SortedMap<String, Long> byVersion) {}

  /** A version that took all traffic. */
  public record Release(Instant at, String version) {}
}
