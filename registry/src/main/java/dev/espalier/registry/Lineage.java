package dev.espalier.registry;

import dev.espalier.platform.Digest;
import java.util.Optional;

/**
 * Where a version comes from: its run, the data that the run read, the canvas that asked for it,
 * and the version before it.
 */
public record Lineage(
    String product,
    String version,
    Digest bundle,
    String runId,
    Digest snapshot,
    String canvasVersion,
    Digest canvasDigest,
    Optional<String> predecessor) {}
