package dev.espalier.deployment;

import java.time.Instant;

/**
 * A version that nobody is to release any more. It stays registered, with its bundle and its
 * records.
 *
 * @param at product time
 */
public record Retirement(String version, Instant at, String by, String reason) {}
