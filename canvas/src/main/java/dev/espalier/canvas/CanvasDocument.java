package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * One stored version of a canvas, as it was applied.
 *
 * @param source the text as it was sent
 * @param document the canonical form: answers with author, time, confirmed fields and reasons
 */
public record CanvasDocument(
    String product,
    String version,
    Digest digest,
    Digest contentDigest,
    Optional<Digest> parent,
    Instant appliedAt,
    String appliedBy,
    String reason,
    String source,
    JsonNode document) {}
