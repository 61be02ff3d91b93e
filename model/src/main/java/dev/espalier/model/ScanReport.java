package dev.espalier.model;

import java.util.List;

/** What a scan of a bundle's bytes found, without loading anything; empty findings are clean. */
public record ScanReport(long files, List<String> findings) {
  public ScanReport {
    findings = List.copyOf(findings);
  }

  public boolean clean() {
    return findings.isEmpty();
  }
}
