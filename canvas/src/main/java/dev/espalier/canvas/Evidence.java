package dev.espalier.canvas;

import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;

/** One stored observation, bound to the answer that it was made under. */
record Evidence(
    String id,
    Clause.Kind kind,
    Observation seen,
    Instant recordedAt,
    Duration ttl,
    Digest answerDigest) {}
