package dev.espalier.server;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Backs the home up, restores it into a fresh folder, and proves the copy: every version of the
 * product is there with the same digests, and its champion answers the golden rows.
 */
final class RestoreDrill implements Drill {
  private final Home home;
  private final Registry registry;
  private final InstantSource machine;

  RestoreDrill(Home home, Registry registry, InstantSource machine) {
    this.home = home;
    this.registry = registry;
    this.machine = machine;
  }

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public String description() {
    return "Backs everything up, restores it into a fresh home and compares the digests.";
  }

  @Override
  public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
    Path archive = home.work().resolve("restore-drill.zip");
    Path fresh = home.work().resolve("restore-drill");
    remove(archive, fresh);
    try {
      List<ModelVersion> before = registry.versions(product);
      if (before.isEmpty()) {
        throw EspalierException.conflict(
            "%s has no version to restore. Train one first: espalier run %s"
                .formatted(product, product));
      }
      Backup.Summary summary = Backup.write(home.folder(), archive, machine.instant());
      Backup.restore(archive, fresh);
      Copy copy = inspect(product, fresh);
      boolean same = copy.versions().containsAll(before) && copy.damaged().isEmpty();
      boolean answers = copy.difference() <= Bundles.GOLDEN_TOLERANCE;
      return List.of(
          Observation.verdict(
              "registry.store",
              "restore",
              copy.subject(),
              now,
              before.size(),
              summary.damaged().isEmpty() && same && answers,
              "%d versions and %d artifacts restored from %d bytes; %s; golden rows differ by %.2g."
                  .formatted(
                      before.size(),
                      summary.artifacts(),
                      summary.bytes(),
                      same ? "same digests" : "digests differ: " + copy.damaged(),
                      copy.difference()),
              "/api/v1/drills/%s/records".formatted(product)));
    } finally {
      remove(archive, fresh);
    }
  }

  /** What stands in the restored home. */
  private record Copy(
      String subject, List<ModelVersion> versions, List<Digest> damaged, double difference) {}

  private Copy inspect(String product, Path fresh) {
    Home copy = Home.open(fresh);
    try (Database database = Database.open(copy.database())) {
      Bundles bundles = new Bundles(new LocalArtifactStore(copy.artifacts()));
      ProductClocks clocks = new ProductClocks(database, machine);
      Registry restored =
          new Registry(database, bundles, clocks, new Events(database, clocks, machine));
      List<ModelVersion> versions = restored.versions(product);
      ModelVersion champion =
          restored.alias(product, Registry.CHAMPION).orElseGet(versions::getLast);
      List<Digest> damaged =
          versions.stream()
              .map(ModelVersion::bundle)
              .filter(bundle -> !bundles.damaged(bundle).isEmpty())
              .toList();
      try (Engine engine = bundles.load(champion.bundle())) {
        return new Copy(
            champion.version(),
            versions,
            damaged,
            Bundles.goldenDifference(engine, bundles.golden(champion.bundle())));
      }
    } finally {
      copy.close();
    }
  }

  private static void remove(Path archive, Path fresh) {
    Backup.remove(archive);
    Backup.remove(fresh);
  }
}
