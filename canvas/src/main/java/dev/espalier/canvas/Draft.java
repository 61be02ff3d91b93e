package dev.espalier.canvas;

import java.time.Instant;

/**
 * A document that somebody is still editing; it need not be valid.
 *
 * @param baseVersion the version that it started from; {@code ""} for none
 * @param by whose draft it is, or who applied the version where there is no draft yet
 */
public record Draft(String source, String baseVersion, Instant updatedAt, String by) {}
