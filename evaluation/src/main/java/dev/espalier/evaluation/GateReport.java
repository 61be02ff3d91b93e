package dev.espalier.evaluation;

import java.util.List;

/** All gates of one candidate; it passed if every blocking gate did. */
public record GateReport(List<GateResult> results, boolean passed, String summary) {
  public GateReport {
    results = List.copyOf(results);
  }
}
