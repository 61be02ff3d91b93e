package dev.espalier.artifacts;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Artifacts as files: {@code <folder>/ab/cd…}, named by their digest alone, so that nothing a user
 * says ever becomes a path. A put writes a temporary file, forces it to disk and renames it.
 *
 * <p>A put of what is there already leaves the file alone and touches {@code again/<digest>}. A
 * removal first renames the file to {@code leaving/} and only then looks at that mark: if there is
 * a new one the file goes back, and a put that finds the file gone after it made its mark writes it
 * anew. So neither loses bytes, whichever process does which; what a killed removal left in {@code
 * leaving/} is put back when the store is opened or collected next.
 */
public final class LocalArtifactStore implements ArtifactStore {
  private final Path folder;
  private final Path arriving;

  private LocalArtifactStore(Path folder, Path arriving) {
    this.folder = folder;
    this.arriving = arriving;
  }

  /** The store that another process owns and has open: nothing is created or removed. */
  public static LocalArtifactStore shared(Path folder) {
    return new LocalArtifactStore(folder, folder.resolve("arriving"));
  }

  /**
   * Opens the store in {@code folder}, creating it when absent; half-written files of an earlier
   * process are removed.
   */
  public LocalArtifactStore(Path folder) {
    this(folder, folder.resolve("arriving"));
    try {
      Files.createDirectories(arriving);
      try (Stream<Path> leftovers = Files.list(arriving)) {
        for (Path leftover : leftovers.toList()) {
          Files.deleteIfExists(leftover);
        }
      }
      settle();
    } catch (IOException failure) {
      throw unavailable("Cannot create the artifact folder", failure);
    }
  }

  @Override
  public Digest put(InputStream content, long limit) {
    try (Spooled spooled = Spooled.of(content, limit, arriving)) {
      Path target = file(spooled.digest());
      if (Files.exists(target)) {
        mark(spooled.digest());
      }
      if (!Files.exists(target)) {
        move(spooled.file(), target);
      }
      return spooled.digest();
    } catch (IOException failure) {
      throw unavailable("Cannot store the artifact", failure);
    }
  }

  private Path mark(String hex) {
    return folder.resolve("again").resolve(hex);
  }

  private void mark(Digest digest) throws IOException {
    Path mark = mark(digest.hex());
    Files.createDirectories(folder.resolve("again"));
    Files.write(mark, new byte[0]);
    Files.setLastModifiedTime(mark, FileTime.from(Instant.now()));
  }

  @Override
  public Instant storedAt(Digest digest) {
    try {
      return latest(Files.getLastModifiedTime(file(digest)).toInstant(), digest);
    } catch (NoSuchFileException absent) {
      throw missing(digest);
    } catch (IOException failure) {
      throw unavailable("Cannot read artifact " + digest, failure);
    }
  }

  /** That time, or the time of a later mark. */
  private Instant latest(Instant time, Digest digest) throws IOException {
    try {
      Instant again = Files.getLastModifiedTime(mark(digest.hex())).toInstant();
      return again.isAfter(time) ? again : time;
    } catch (NoSuchFileException neverAgain) {
      return time;
    }
  }

  @Override
  public boolean remove(Digest digest, Instant cutoff) {
    Path leaving = folder.resolve("leaving").resolve(digest.hex());
    try {
      if (!exists(digest) || !storedAt(digest).isBefore(cutoff)) {
        return false;
      }
      Files.createDirectories(folder.resolve("leaving"));
      Files.move(file(digest), leaving, StandardCopyOption.ATOMIC_MOVE);
      if (!latest(Instant.MIN, digest).isBefore(cutoff)) {
        putBack(leaving);
        return false;
      }
      Files.deleteIfExists(leaving);
      Files.deleteIfExists(mark(digest.hex()));
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    } catch (IOException failure) {
      throw unavailable("Cannot remove artifact " + digest, failure);
    }
  }

  @Override
  public void settle() {
    Path leaving = folder.resolve("leaving");
    if (!Files.isDirectory(leaving)) {
      return;
    }
    try (Stream<Path> files = Files.list(leaving)) {
      for (Path each : files.toList()) {
        putBack(each);
      }
    } catch (IOException failure) {
      throw unavailable("Cannot put back what a removal left", failure);
    }
  }

  private void putBack(Path leaving) throws IOException {
    Path place = file(new Digest("sha256:" + leaving.getFileName()));
    try {
      if (Files.exists(place)) {
        Files.deleteIfExists(leaving);
      } else {
        move(leaving, place);
      }
    } catch (NoSuchFileException settled) {
      // Another process put it back, or removed it, at the same time.
    }
  }

  /** Forgets when artifacts were put again, as if it had been long ago. */
  void forgetPuts() throws IOException {
    if (Files.isDirectory(folder.resolve("again"))) {
      try (Stream<Path> marks = Files.list(folder.resolve("again"))) {
        for (Path each : marks.toList()) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  private void move(Path from, Path to) throws IOException {
    Path parent = folder.resolve(folder.relativize(to).getName(0));
    Files.createDirectories(parent);
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException sameStore) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
    try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public InputStream open(Digest digest) throws IOException {
    try {
      return Files.newInputStream(file(digest));
    } catch (NoSuchFileException absent) {
      throw missing(digest);
    }
  }

  @Override
  public byte[] read(Digest digest) {
    if (size(digest) > MAX_IN_MEMORY) {
      throw EspalierException.limit("Artifact %s is too long for memory.".formatted(digest));
    }
    try (InputStream in = open(digest)) {
      byte[] bytes = in.readAllBytes();
      if (!Digest.of(bytes).equals(digest)) {
        throw new EspalierException(
            ErrorCode.INTERNAL,
            "Artifact %s is damaged: its bytes no longer match its digest. Restore it from a backup."
                .formatted(digest));
      }
      return bytes;
    } catch (IOException failure) {
      throw unavailable("Cannot read artifact " + digest, failure);
    }
  }

  @Override
  public boolean exists(Digest digest) {
    return Files.isRegularFile(file(digest));
  }

  @Override
  public long size(Digest digest) {
    try {
      return Files.size(file(digest));
    } catch (NoSuchFileException absent) {
      throw missing(digest);
    } catch (IOException failure) {
      throw unavailable("Cannot read artifact " + digest, failure);
    }
  }

  @Override
  public String stamp(Digest digest) {
    try {
      BasicFileAttributes seen =
          Files.readAttributes(file(digest), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return "%d %s %s".formatted(seen.size(), seen.lastModifiedTime(), seen.fileKey());
    } catch (NoSuchFileException absent) {
      return "";
    } catch (IOException failure) {
      throw unavailable("Cannot read artifact " + digest, failure);
    }
  }

  @Override
  public boolean verify(Digest digest) {
    MessageDigest hash = Digest.sha256();
    try (InputStream in = open(digest)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
    } catch (IOException failure) {
      throw unavailable("Cannot read artifact " + digest, failure);
    }
    return Digest.of(hash).equals(digest);
  }

  @Override
  public List<Digest> list() {
    List<Digest> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder, "[0-9a-f][0-9a-f]")) {
      for (Path each : folders) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(each)) {
          files.forEach(
              file -> found.add(new Digest("sha256:" + each.getFileName() + file.getFileName())));
        }
      }
    } catch (IOException failure) {
      throw unavailable("Cannot list the artifacts", failure);
    }
    return found.stream().sorted().toList();
  }

  private Path file(Digest digest) {
    return folder.resolve(digest.hex().substring(0, 2)).resolve(digest.hex().substring(2));
  }

  private static EspalierException missing(Digest digest) {
    return EspalierException.notFound("No artifact " + digest + " in the store.");
  }

  private static EspalierException unavailable(String what, IOException failure) {
    return new EspalierException(
        ErrorCode.UNAVAILABLE, what + ": " + failure.getMessage() + ".", failure);
  }
}
