package dev.espalier.server;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The one folder that holds everything embedded. While it is open a file lock keeps a second
 * process out; the operating system releases it when this one dies, however it dies.
 */
final class Home implements AutoCloseable {
  private final Path folder;
  private final FileChannel lockFile;
  private final FileLock lock;

  private Home(Path folder, FileChannel lockFile, FileLock lock) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Opens the folder, creating it when absent.
   *
   * @throws EspalierException UNAVAILABLE when it cannot be written or another process has it
   */
  static Home open(Path folder) {
    try {
      Path absolute = folder.toAbsolutePath().normalize();
      Files.createDirectories(absolute);
      FileChannel channel =
          FileChannel.open(
              absolute.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = acquire(channel);
      if (lock == null) {
        channel.close();
        throw new EspalierException(
            ErrorCode.UNAVAILABLE,
            "Another Espalier uses %s. Stop it, or choose another folder with --home."
                .formatted(absolute));
      }
      return new Home(absolute, channel, lock);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot write the home folder %s (%s). Check its permissions, or use --home."
              .formatted(folder, failure.getMessage()),
          failure);
    }
  }

  private static @org.jspecify.annotations.Nullable FileLock acquire(FileChannel channel)
      throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException sameProcess) {
      return null;
    }
  }

  Path folder() {
    return folder;
  }

  Path database() {
    return folder.resolve("espalier.db");
  }

  Path artifacts() {
    return folder.resolve("artifacts");
  }

  /** Where artifacts wait on their way to a bucket. */
  Path spool() {
    return folder.resolve("work").resolve("spool");
  }

  /** Where answers wait for the inference log. */
  Path inferenceSpool() {
    return folder.resolve("spool").resolve("inference");
  }

  Path work() {
    return folder.resolve("work");
  }

  @Override
  public void close() {
    try {
      lock.release();
      lockFile.close();
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot release the home folder", failure);
    }
  }
}
