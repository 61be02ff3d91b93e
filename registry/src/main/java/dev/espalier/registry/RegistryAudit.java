package dev.espalier.registry;

import dev.espalier.model.Bundles;
import dev.espalier.model.ScanReport;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hashes and scans a product's stored bundles: all of them on demand, and on every look those that
 * are due. A bundle is due when this process has not read it yet, when one of its files was touched
 * (length, time of change, inode), and a week of the product's clock after it was read last: decay
 * of a disk touches nothing. Thread-safe: what is remembered is immutable, and reading a bundle
 * twice at once only costs time.
 */
public final class RegistryAudit {
  /** How old, by the product's clock, a reading may become. */
  static final Duration DUE = Duration.ofDays(7);

  private final Registry registry;
  private final Bundles bundles;
  private final Map<Digest, Reading> readings = new ConcurrentHashMap<>();

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
   * @param read how many bundles were read for this report; the others are as they were read before
   */
  public record Report(
      int versions,
      long blobs,
      List<Damage> damaged,
      Map<String, List<String>> findings,
      int read) {
    public Report {
      damaged = List.copyOf(damaged);
      findings = Map.copyOf(findings);
    }
  }

  /** One bundle as it was read. */
  private record Reading(
      Instant at, List<String> stamps, long blobs, List<String> damaged, List<String> findings) {
    boolean holds(Instant now, List<String> stampsNow) {
      return stamps.equals(stampsNow) && now.isBefore(at.plus(DUE)) && !now.isBefore(at);
    }
  }

  /** Reads everything; takes about a second for each gigabyte. */
  public Report run(String product, Instant now) {
    readings.clear();
    return look(product, now);
  }

  /** Reads what is due. */
  public Report look(String product, Instant now) {
    List<ModelVersion> versions = registry.versions(product);
    List<Damage> damaged = new ArrayList<>();
    Map<String, List<String>> findings = new HashMap<>();
    long blobs = 0;
    int read = 0;
    for (ModelVersion version : versions) {
      List<String> stamps = bundles.stamps(version.bundle());
      Reading reading = readings.get(version.bundle());
      if (reading == null || !reading.holds(now, stamps)) {
        reading = read(version.bundle(), now, stamps);
        readings.put(version.bundle(), reading);
        read++;
      }
      blobs += reading.blobs();
      reading
          .damaged()
          .forEach(file -> damaged.add(new Damage(version.version(), file, version.bundle())));
      if (!reading.findings().isEmpty()) {
        findings.put(version.version(), reading.findings());
      }
    }
    return new Report(versions.size(), blobs, damaged, findings, read);
  }

  private Reading read(Digest bundle, Instant now, List<String> stamps) {
    List<String> damaged = bundles.damaged(bundle);
    if (!damaged.isEmpty()) {
      // What cannot be read cannot be called clean.
      return new Reading(
          now, stamps, 1 + fileCount(bundle), damaged, List.of("not scanned: damaged"));
    }
    ScanReport scan = bundles.scan(bundle);
    return new Reading(now, stamps, 1 + scan.files(), damaged, scan.findings());
  }

  private int fileCount(Digest bundle) {
    try {
      return bundles.manifest(bundle).files().size();
    } catch (EspalierException unreadable) {
      return 0; // The manifest itself is the damage.
    }
  }
}
