package dev.espalier.pipeline;

import java.time.Instant;

/** One line of a step's log; {@code seq} grows over all attempts, {@code at} is machine time. */
public record LogLine(long seq, int attempt, Instant at, String message) {}
