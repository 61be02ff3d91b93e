package dev.espalier.tracking;

import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Purges all that was deleted, and says inside each transaction what it takes away next. */
final class KilledPurger {
  private KilledPurger() {}

  public static void main(String[] arguments) {
    Path home = Path.of(arguments[0]);
    Database database = TestDatabase.in(home);
    Tracking _ = new Tracking(database);
    Purge purge = new Purge(database, tree(database, home), (id, _) -> said(id));
    Purge.Report _ =
        purge.run(Duration.ofDays(30), Purge.Mode.PURGE, Instant.now().plus(Duration.ofDays(60)));
    // All is gone: wait to be killed.
    boolean _ = said("end");
    while (true) {
      java.util.concurrent.locks.LockSupport.park();
    }
  }

  static ArtifactTree tree(Database database, Path home) {
    return new ArtifactTree(
        database, new LocalArtifactStore(home.resolve("files")), InstantSource.system());
  }

  private static boolean said(String id) {
    System.out.println(id);
    System.out.flush();
    return false;
  }
}
