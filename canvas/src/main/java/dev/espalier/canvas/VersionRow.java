package dev.espalier.canvas;

import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One version in the history: who wanted, approved and applied it, when and why. */
public record VersionRow(
    String version,
    Digest digest,
    Optional<Digest> parent,
    Instant appliedAt,
    String appliedBy,
    String plannedBy,
    List<Approval> approvals,
    String reason,
    boolean active) {

  static VersionRow of(CanvasDocument row, String active) {
    return new VersionRow(
        row.version(),
        row.digest(),
        row.parent(),
        row.appliedAt(),
        row.appliedBy(),
        row.plannedBy(),
        row.approvals(),
        row.reason(),
        row.version().equals(active));
  }
}
