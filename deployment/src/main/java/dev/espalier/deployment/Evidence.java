package dev.espalier.deployment;

import dev.espalier.canvas.Observation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects what deployment observes of one product at one instant. Not thread-safe. */
record Evidence(String product, Instant now, List<Observation> observations) {
  static Evidence of(String product, Instant now) {
    return new Evidence(product, now, new ArrayList<>());
  }

  void verdict(String question, String clause, String subject, long n, boolean ok, String why) {
    observations.add(Observation.verdict(question, clause, subject, now, n, ok, why, source()));
  }

  void measured(String question, String clause, String subject, long n, double value, String why) {
    observations.add(
        Observation.measured(
            question, clause, subject, now, n, value, Optional.empty(), why, source()));
  }

  private String source() {
    return "/api/v1/deployments/" + product;
  }
}
