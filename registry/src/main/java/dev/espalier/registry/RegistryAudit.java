package dev.espalier.registry;

import dev.espalier.model.Bundles;
import dev.espalier.model.ScanReport;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Hashes and scans every stored bundle of a product again. Stateless. */
public final class RegistryAudit {
  private final Registry registry;
  private final Bundles bundles;

  public RegistryAudit(Registry registry, Bundles bundles) {
    this.registry = registry;
    this.bundles = bundles;
  }

  /** A file whose bytes are gone or no longer what was registered. */
  public record Damage(String version, String file, Digest bundle) {}

  /**
   * What an audit found.
   *
   * @param blobs how many stored files were hashed; a file that several bundles share counts in
   *     each
   * @param findings what the scan objects to, by version
   */
  public record Report(
      int versions, long blobs, List<Damage> damaged, Map<String, List<String>> findings) {
    public Report {
      damaged = List.copyOf(damaged);
      findings = Map.copyOf(findings);
    }
  }

  /** Reads everything; takes about a second for each gigabyte. */
  public Report run(String product) {
    List<ModelVersion> versions = registry.versions(product);
    List<Damage> damaged = new ArrayList<>();
    Map<String, List<String>> findings = new HashMap<>();
    long blobs = 0;
    for (ModelVersion version : versions) {
      List<String> files = bundles.damaged(version.bundle());
      files.forEach(file -> damaged.add(new Damage(version.version(), file, version.bundle())));
      blobs++;
      if (files.isEmpty()) {
        ScanReport scan = bundles.scan(version.bundle());
        blobs += scan.files();
        if (!scan.clean()) {
          findings.put(version.version(), scan.findings());
        }
      } else {
        blobs += fileCount(version.bundle());
        // What cannot be read cannot be called clean.
        findings.put(version.version(), List.of("not scanned: damaged"));
      }
    }
    return new Report(versions.size(), blobs, damaged, findings);
  }

  private int fileCount(Digest bundle) {
    try {
      return bundles.manifest(bundle).files().size();
    } catch (EspalierException unreadable) {
      return 0; // The manifest itself is the damage.
    }
  }
}
