package dev.espalier.server;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A whole home in one zip file, and back. The database is copied as of one moment, the artifacts
 * after it: artifacts are stored before the rows that name them, so a copy made while a process
 * works is complete. The manifest names every file by its digest; restoring checks each one and
 * puts the home in place by one rename, or leaves nothing behind. Stateless.
 */
public final class Backup {
  private static final String FORMAT = "espalier-backup/1";
  private static final String MANIFEST = "manifest.json";
  private static final String DATABASE = "espalier.db";
  private static final String ARTIFACTS = "artifacts/";
  private static final String OTHER = "home/";
  private static final int MAX_MANIFEST = 64 << 20;

  private Backup() {}

  /** One file of the archive. */
  record Entry(String name, Digest digest, long bytes) {}

  /** What the archive holds; the first entry of it. */
  record Manifest(String format, Instant at, List<Entry> files) {
    Manifest {
      files = List.copyOf(files);
    }
  }

  /**
   * What was copied.
   *
   * @param damaged artifacts whose stored bytes are no longer what their digest says; they are not
   *     in the archive
   */
  public record Summary(Path file, Instant at, int artifacts, long bytes, List<String> damaged) {
    public Summary {
      damaged = List.copyOf(damaged);
    }
  }

  /**
   * Copies the home {@code folder} into the new file {@code archive}. A process that has the home
   * open goes on working.
   *
   * @throws EspalierException NOT_FOUND when there is no home; CONFLICT when the file exists;
   *     UNAVAILABLE when it cannot be written; UNSUPPORTED when rows live outside the home
   */
  public static Summary write(Path folder, Path archive, Instant at) {
    Stores.requireOwnRows(folder, "espalier backup");
    if (!Files.isRegularFile(folder.resolve(DATABASE))) {
      throw EspalierException.notFound(
          "There is no Espalier home at %s. Name one with --home.".formatted(folder));
    }
    if (Files.exists(archive)) {
      throw EspalierException.conflict(
          "%s exists already. Choose another file.".formatted(archive));
    }
    Path target = archive.toAbsolutePath().normalize();
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Path database = target.resolveSibling(target.getFileName() + ".db.part");
    try (Garbage.Lock _ = Garbage.Lock.shared(folder)) {
      Files.createDirectories(parent(target));
      Files.deleteIfExists(database);
      Database.copy(folder.resolve(DATABASE), database);
      Summary summary = pack(folder, database, part, target, at);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      return summary;
    } catch (IOException failure) {
      throw unavailable("Cannot write the backup", failure);
    } finally {
      discard(part);
      discard(database);
    }
  }

  private static Summary pack(Path folder, Path database, Path part, Path target, Instant at)
      throws IOException {
    ArtifactStore store = Stores.sharedArtifacts(folder);
    List<Entry> files = new ArrayList<>();
    List<String> damaged = new ArrayList<>();
    files.add(new Entry(DATABASE, digest(database), Files.size(database)));
    for (Path other : others(folder)) {
      files.add(new Entry(OTHER + other.getFileName(), digest(other), Files.size(other)));
    }
    for (Digest each : store.list()) {
      if (store.verify(each)) {
        files.add(new Entry(ARTIFACTS + each.hex(), each, store.size(each)));
      } else {
        damaged.add(each.text());
      }
    }
    try (FileChannel channel =
            FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        ZipOutputStream zip =
            new ZipOutputStream(
                new BufferedOutputStream(java.nio.channels.Channels.newOutputStream(channel)))) {
      zip.setLevel(Deflater.BEST_SPEED);
      zip.putNextEntry(new ZipEntry(MANIFEST));
      zip.write(Json.bytes(new Manifest(FORMAT, at, files)));
      for (Entry each : files) {
        zip.putNextEntry(new ZipEntry(each.name()));
        copy(source(each, folder, database, store), zip, each);
      }
      zip.finish();
      zip.flush();
      channel.force(true);
    }
    int artifacts = (int) files.stream().filter(each -> each.name().startsWith(ARTIFACTS)).count();
    return new Summary(target, at, artifacts, Files.size(part), damaged);
  }

  private static InputStream source(Entry entry, Path folder, Path database, ArtifactStore store)
      throws IOException {
    if (entry.name().equals(DATABASE)) {
      return Files.newInputStream(database);
    }
    return entry.name().startsWith(ARTIFACTS)
        ? store.open(entry.digest())
        : Files.newInputStream(folder.resolve(entry.name().substring(OTHER.length())));
  }

  /** Small files beside the database, such as keys; neither locks nor SQLite's own. */
  private static List<Path> others(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().matches("(gc\\.)?lock"))
          // A restored home holds everything itself.
          .filter(file -> !file.getFileName().toString().equals(Stores.FILE))
          .filter(file -> !file.getFileName().toString().startsWith(DATABASE))
          .sorted()
          .toList();
    }
  }

  /**
   * Makes the home {@code folder} from an archive; the folder must be absent or empty.
   *
   * @throws EspalierException INVALID when the archive is not a whole backup; CONFLICT when the
   *     folder holds something; UNAVAILABLE when it cannot be written
   */
  public static Summary restore(Path archive, Path folder) {
    Path target = folder.toAbsolutePath().normalize();
    Path making = target.resolveSibling(target.getFileName() + ".restoring");
    try {
      if (Files.exists(target) && !empty(target)) {
        throw EspalierException.conflict(
            "%s holds something already. Restore into a new folder.".formatted(folder));
      }
      if (!Files.isRegularFile(archive)) {
        throw EspalierException.notFound("There is no file %s.".formatted(archive));
      }
      remove(making);
      Files.createDirectories(making);
      Summary summary = unpack(archive, making);
      Files.deleteIfExists(target);
      Files.move(making, target, StandardCopyOption.ATOMIC_MOVE);
      return summary;
    } catch (ZipException failure) {
      throw invalid(archive, "it is no zip file or cut short");
    } catch (IOException failure) {
      throw unavailable("Cannot restore", failure);
    } finally {
      remove(making);
    }
  }

  private static Summary unpack(Path archive, Path making) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      Manifest manifest = manifest(archive, zip);
      LocalArtifactStore store = new LocalArtifactStore(making.resolve("artifacts"));
      int artifacts = 0;
      for (Entry each : manifest.files()) {
        ZipEntry entry = zip.getEntry(each.name());
        if (entry == null) {
          throw invalid(archive, each.name() + " is missing");
        }
        try (InputStream in = zip.getInputStream(entry)) {
          if (each.name().equals(ARTIFACTS + each.digest().hex())) {
            artifact(archive, store, each, in);
            artifacts++;
          } else {
            file(archive, place(archive, making, each), each, in);
          }
        }
      }
      if (!Database.intact(making.resolve(DATABASE))) {
        throw invalid(archive, "the database is damaged");
      }
      return new Summary(archive, manifest.at(), artifacts, Files.size(archive), List.of());
    }
  }

  private static Manifest manifest(Path archive, ZipFile zip) throws IOException {
    ZipEntry entry = zip.getEntry(MANIFEST);
    if (entry == null) {
      throw invalid(archive, "it has no " + MANIFEST);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] bytes = in.readNBytes(MAX_MANIFEST);
      Manifest manifest = Json.read(bytes, Manifest.class);
      if (!FORMAT.equals(manifest.format())) {
        throw invalid(archive, "its format is %s, not %s".formatted(manifest.format(), FORMAT));
      }
      return manifest;
    }
  }

  private static void artifact(Path archive, ArtifactStore store, Entry entry, InputStream in) {
    if (!store.put(in, entry.bytes()).equals(entry.digest())) {
      throw invalid(archive, entry.name() + " is damaged");
    }
  }

  /** Where a file belongs: the database, or a plain name beside it. Nothing else is a place. */
  private static Path place(Path archive, Path making, Entry entry) {
    if (entry.name().equals(DATABASE)) {
      return making.resolve(DATABASE);
    }
    if (entry.name().matches(OTHER + "[a-z0-9][a-z0-9.-]{0,63}")) {
      return making.resolve(entry.name().substring(OTHER.length()));
    }
    throw invalid(archive, "'%s' has no place in a home".formatted(entry.name()));
  }

  private static void file(Path archive, Path to, Entry entry, InputStream in) throws IOException {
    try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
      copy(in, out, entry);
    } catch (DamagedException damaged) {
      throw invalid(archive, entry.name() + " is damaged");
    }
    if (!entry.name().equals(DATABASE)) {
      ownersOnly(to);
    }
  }

  private static void ownersOnly(Path file) throws IOException {
    if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(
          file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** Copies exactly what the entry says. */
  private static void copy(InputStream source, OutputStream out, Entry entry) throws IOException {
    MessageDigest hash = Digest.sha256();
    try (InputStream in = new DigestInputStream(new AtMost(source, entry.bytes()), hash)) {
      in.transferTo(out);
    }
    if (!Digest.of(hash).equals(entry.digest())) {
      throw new DamagedException(entry.name());
    }
  }

  private static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedException(String name) {
      super(name + " changed or is damaged");
    }
  }

  /** Ends after {@code left} bytes and one more, which then fails the digest. */
  private static final class AtMost extends FilterInputStream {
    private long left;

    AtMost(InputStream in, long limit) {
      super(in);
      this.left = limit + 1;
    }

    @Override
    public int read() throws IOException {
      int next = left > 0 ? super.read() : -1;
      left -= next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = left > 0 ? super.read(buffer, offset, (int) Math.min(length, left)) : -1;
      left -= Math.max(0, n);
      return n;
    }
  }

  private static Digest digest(Path file) throws IOException {
    MessageDigest hash = Digest.sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return Digest.of(hash);
  }

  private static boolean empty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    try (Stream<Path> content = Files.list(folder)) {
      return content.findAny().isEmpty();
    }
  }

  private static Path parent(Path file) {
    return Optional.ofNullable(file.getParent()).orElse(file);
  }

  /** Removes a folder that this class made. */
  static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> content = Files.walk(folder)) {
      for (Path each : content.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException failure) {
      throw unavailable("Cannot remove " + folder, failure);
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException leftover) {
      throw unavailable("Cannot remove " + file, leftover);
    }
  }

  private static EspalierException invalid(Path archive, String why) {
    return EspalierException.invalid(
        "%s is not a whole backup: %s. Use another one.".formatted(archive.getFileName(), why));
  }

  private static EspalierException unavailable(String what, IOException failure) {
    return new EspalierException(
        ErrorCode.UNAVAILABLE, "%s: %s.".formatted(what, failure.getMessage()), failure);
  }
}
