package dev.espalier.monitoring;

import java.time.Instant;

/**
 * One value of a business metric.
 *
 * @param at what time it is about, product time
 * @param value in the unit that the canvas declares
 * @param n how many things it was computed from
 * @param sentBy the user whose token sent it, or the owner
 * @param receivedAt machine time
 */
public record MetricPoint(
    String metric, Instant at, double value, long n, String sentBy, Instant receivedAt) {}
