package dev.espalier.monitoring;

import java.time.Instant;

/**
 * A logged request by who asked: what a caller that was cut off needs in order to go on.
 *
 * @param unit as the caller named it
 * @param at event time
 * @param labelled whether its true label has arrived
 */
public record Asked(String unit, String predictionId, Instant at, boolean labelled) {}
