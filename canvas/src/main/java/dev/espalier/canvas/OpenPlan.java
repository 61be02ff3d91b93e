package dev.espalier.canvas;

import java.time.Instant;
import java.util.List;

/**
 * A plan that waits: it was made against the active version and is not applied yet.
 *
 * @param by who made it
 * @param missing what apply would still refuse it for
 */
public record OpenPlan(
    Plan plan, String by, Instant at, List<Approval> approvals, List<String> missing) {
  public OpenPlan {
    approvals = List.copyOf(approvals);
    missing = List.copyOf(missing);
  }
}
