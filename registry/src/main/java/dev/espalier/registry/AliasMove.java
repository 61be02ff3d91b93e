package dev.espalier.registry;

import java.time.Instant;
import java.util.Optional;

/**
 * One move of an alias, kept for ever.
 *
 * @param from the version it named before; empty for the first move
 * @param at product time
 */
public record AliasMove(
    String product,
    String alias,
    Optional<String> from,
    String to,
    String by,
    String why,
    Instant at) {}
