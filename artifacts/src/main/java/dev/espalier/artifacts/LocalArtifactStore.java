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
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Artifacts as files: {@code <folder>/ab/cd…}, named by their digest alone, so that nothing a user
 * says ever becomes a path. A put writes a temporary file, forces it to disk and renames it.
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
    } catch (IOException failure) {
      throw unavailable("Cannot create the artifact folder", failure);
    }
  }

  @Override
  public Digest put(InputStream content, long limit) {
    try (Spooled spooled = Spooled.of(content, limit, arriving)) {
      Path target = file(spooled.digest());
      if (!Files.exists(target)) {
        move(spooled.file(), target);
      }
      return spooled.digest();
    } catch (IOException failure) {
      throw unavailable("Cannot store the artifact", failure);
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
