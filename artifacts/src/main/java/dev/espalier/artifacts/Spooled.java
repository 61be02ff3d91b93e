package dev.espalier.artifacts;

import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * Bytes on their way into a store, in a temporary file, with the digest that was computed on the
 * way. {@link #close} removes the file if it is still there.
 */
record Spooled(Path file, Digest digest, long bytes) implements AutoCloseable {
  /**
   * Writes the stream to a new file in {@code folder} and forces it to disk.
   *
   * @throws EspalierException LIMIT beyond {@code limit} bytes
   */
  static Spooled of(InputStream content, long limit, Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "put", ".part");
    try {
      MessageDigest hash = Digest.sha256();
      long bytes = write(content, limit, file, hash);
      return new Spooled(file, Digest.of(hash), bytes);
    } catch (IOException | RuntimeException failure) {
      Files.deleteIfExists(file);
      throw failure;
    }
  }

  private static long write(InputStream content, long limit, Path target, MessageDigest hash)
      throws IOException {
    long total = 0;
    try (FileChannel out = FileChannel.open(target, StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        total += n;
        if (total > limit) {
          throw EspalierException.limit("Longer than the allowed %d bytes.".formatted(limit));
        }
        hash.update(buffer, 0, n);
        ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, n);
        while (chunk.hasRemaining()) {
          int _ = out.write(chunk);
        }
      }
      out.force(true);
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
