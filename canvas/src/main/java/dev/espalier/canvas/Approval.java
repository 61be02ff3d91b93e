package dev.espalier.canvas;

import java.time.Instant;

/** Another member's agreement to a plan, as it stands in the version that the plan became. */
public record Approval(String by, Instant at, String reason) {}
