package dev.espalier.server;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.artifacts.GarbageCollection;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.MentionStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Collects the artifacts of a home that nothing names, also while a server works in it. Three
 * things hold what no row names yet: the grace period since a put, pipeline runs under way (what
 * was put since the oldest began stays), and backups (one at a time with a collection, by a lock on
 * {@code gc.lock}). Stateless.
 */
public final class Garbage {
  private Garbage() {}

  /**
   * Collects once.
   *
   * @param environment credentials of stores outside the home
   * @param grace since the last put of an artifact; work that takes longer between its artifact and
   *     the row that names it would lose it
   * @throws EspalierException NOT_FOUND when there is no home; CONFLICT while a backup or another
   *     collection works on it
   */
  public static GarbageCollection.Summary collect(
      Path folder,
      Map<String, String> environment,
      Duration grace,
      GarbageCollection.Mode mode,
      Instant now) {
    if (grace.isNegative() || grace.compareTo(Duration.ofMinutes(1)) < 0) {
      throw EspalierException.invalidField(
          "--grace",
          "at least PT1M",
          "A grace of less than a minute is none.",
          Optional.of("PT24H"));
    }
    try (Lock _ = Lock.exclusive(folder);
        Database database = Stores.readingDatabase(folder, environment)) {
      ArtifactStore artifacts = Stores.sharedArtifacts(folder);
      Instant cutoff = now.minus(grace);
      Optional<Instant> working = HoldStore.workingSince(database);
      return GarbageCollection.run(
          artifacts,
          all -> MentionStore.mentioned(database, all),
          working.filter(began -> began.isBefore(cutoff)).orElse(cutoff),
          mode);
    }
  }

  /** Keeps collections out of a home while it is open. */
  record Lock(FileChannel file, Optional<FileLock> lock) implements AutoCloseable {
    /** For one that reads every artifact. */
    static Lock shared(Path folder) {
      Lock lock = of(folder, true);
      if (lock.lock().isEmpty()) {
        lock.close();
        throw EspalierException.conflict(
            "A garbage collection works on %s. Wait for its end.".formatted(folder));
      }
      return lock;
    }

    private static Lock exclusive(Path folder) {
      if (!Files.isDirectory(folder)) {
        throw EspalierException.notFound(
            "There is no Espalier home at %s. Name one with --home.".formatted(folder));
      }
      Lock lock = of(folder, false);
      if (lock.lock().isEmpty()) {
        lock.close();
        throw EspalierException.conflict(
            "A backup or another collection works on %s. Wait for its end.".formatted(folder));
      }
      return lock;
    }

    private static Lock of(Path folder, boolean shared) {
      try {
        FileChannel file =
            FileChannel.open(
                folder.resolve("gc.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
          return new Lock(file, Optional.ofNullable(file.tryLock(0, Long.MAX_VALUE, shared)));
        } catch (OverlappingFileLockException sameProcess) {
          return new Lock(file, Optional.empty());
        }
      } catch (IOException failure) {
        throw new EspalierException(
            ErrorCode.UNAVAILABLE, "Cannot lock %s.".formatted(folder), failure);
      }
    }

    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException failure) {
        throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot release gc.lock", failure);
      }
    }
  }
}
