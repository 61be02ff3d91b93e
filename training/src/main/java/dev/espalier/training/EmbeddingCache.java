package dev.espalier.training;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The vectors of texts that a frozen encoder has seen, by the digest of the text, in one file per
 * encoder: a retraining embeds new rows only. It is a cache: a missing, foreign or damaged file
 * costs time, never a wrong vector that the file's own checksum would miss. Not thread-safe.
 */
final class EmbeddingCache {
  private static final int MAX_ENTRIES = 200_000;
  private final Path file;
  private final String encoder;
  private final Map<Digest, float[]> vectors = new LinkedHashMap<>();
  private int hits;
  private boolean changed;

  private EmbeddingCache(Path file, String encoder) {
    this.file = file;
    this.encoder = encoder;
  }

  /** Opens the cache of {@code encoder} (a digest of graph, tokenizer and settings). */
  static EmbeddingCache open(Path folder, Digest encoder) {
    EmbeddingCache cache =
        new EmbeddingCache(
            folder.resolve("embeddings-" + encoder.brief() + ".bin"), encoder.text());
    if (Files.isRegularFile(cache.file)) {
      cache.load();
    }
    return cache;
  }

  private void load() {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (!in.readUTF().equals(encoder)) {
        return;
      }
      int entries = in.readInt();
      int width = in.readInt();
      Map<Digest, float[]> read = new LinkedHashMap<>();
      int checksum = 1;
      for (int entry = 0; entry < Math.min(entries, MAX_ENTRIES); entry++) {
        Digest text = new Digest(in.readUTF());
        float[] vector = new float[width];
        for (int i = 0; i < width; i++) {
          vector[i] = in.readFloat();
        }
        checksum = 31 * checksum + java.util.Arrays.hashCode(vector) + text.hashCode();
        read.put(text, vector);
      }
      if (in.readInt() == checksum) {
        vectors.putAll(read);
      }
    } catch (EOFException cut) {
      // Written by a process that was killed, or not by us: start over.
    } catch (IOException | EspalierException | NegativeArraySizeException unreadable) {
      vectors.clear();
    }
  }

  /** The vector of a text, where it is known. */
  Optional<float[]> find(String text) {
    Optional<float[]> known = Optional.ofNullable(vectors.get(Digest.of(text)));
    hits += known.isPresent() ? 1 : 0;
    return known;
  }

  /** Keeps a vector; beyond 200,000 texts nothing more is kept. */
  void put(String text, float[] vector) {
    if (vectors.size() < MAX_ENTRIES) {
      vectors.put(Digest.of(text), vector);
      changed = true;
    }
  }

  int hits() {
    return hits;
  }

  /** Writes everything, by rename, when something is new. */
  void save() {
    if (!changed) {
      return;
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path temporary =
          Files.createTempFile(file.toAbsolutePath().getParent(), "embeddings", ".part");
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)))) {
        out.writeUTF(encoder);
        out.writeInt(vectors.size());
        out.writeInt(vectors.values().iterator().next().length);
        int checksum = 1;
        for (Map.Entry<Digest, float[]> entry : vectors.entrySet()) {
          out.writeUTF(entry.getKey().text());
          for (float value : entry.getValue()) {
            out.writeFloat(value);
          }
          checksum =
              31 * checksum
                  + java.util.Arrays.hashCode(entry.getValue())
                  + entry.getKey().hashCode();
        }
        out.writeInt(checksum);
      }
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot write the embedding cache: " + failure.getMessage(),
          failure);
    }
  }
}
