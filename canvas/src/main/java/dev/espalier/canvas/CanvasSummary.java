package dev.espalier.canvas;

import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.Map;

/** One product in the list: its active version and how reality stands to it. */
public record CanvasSummary(
    String product,
    String name,
    String version,
    Digest digest,
    Instant appliedAt,
    String headline,
    Map<State, Long> counts) {}
