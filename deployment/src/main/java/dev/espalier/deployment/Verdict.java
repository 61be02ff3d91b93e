package dev.espalier.deployment;

/** What a guardrail says; missing data is never a pass. */
public enum Verdict {
  PASS,
  FAIL,
  INCONCLUSIVE,
  NO_EVIDENCE
}
