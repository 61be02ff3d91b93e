package dev.espalier.data;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@link DataChecks} found.
 *
 * @param duplicates rows whose normalised text an earlier row has already
 * @param leakage test rows whose normalised text is also in train or valid
 * @param missingLabels rows without a label
 * @param schemaViolations rows with a label that the schema does not know, or outside its columns
 * @param perLabel rows per label
 * @param problems what makes the data unfit for training, in words; empty when they are fit
 */
public record CheckReport(
    long rows,
    long duplicates,
    long leakage,
    long missingLabels,
    long schemaViolations,
    Map<String, Long> perLabel,
    List<String> problems) {
  public CheckReport {
    perLabel = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(perLabel));
    problems = List.copyOf(problems);
  }

  /** Whether training may go on. */
  public boolean passed() {
    return problems.isEmpty();
  }
}
