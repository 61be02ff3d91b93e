package dev.espalier.serving;

/** Latency quantiles in milliseconds over {@code n} answers since the version was first routed. */
public record LatencySummary(long n, double p50Millis, double p95Millis, double p99Millis) {}
