package dev.espalier.monitoring;

import java.time.Instant;
import java.util.Optional;

/**
 * A monitor's value over {@code [from, to)} in event time, for one model version.
 *
 * @param n the rows that the value rests on
 * @param insufficient why there is no value
 */
public record MonitorWindow(
    Instant from,
    Instant to,
    WindowState state,
    String version,
    long n,
    double value,
    double low,
    double high,
    Verdict verdict,
    Optional<String> insufficient) {}
