package dev.espalier.canvas;

import java.time.Instant;
import java.util.Optional;

/**
 * What a member said about a question.
 *
 * @param version the canvas version that was active when it was said
 * @param at the product's time
 * @param text as it was written, at most {@link Comments#MAX_TEXT} characters
 * @param settledBy who said that it is dealt with; empty while it is open
 */
public record Comment(
    String id,
    String question,
    String version,
    String by,
    Instant at,
    String text,
    Optional<String> settledBy) {}
