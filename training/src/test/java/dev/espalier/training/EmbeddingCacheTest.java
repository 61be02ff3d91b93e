package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCacheTest {
  private static final Digest ENCODER = Digest.of("encoder");
  @TempDir private Path folder;

  @Test
  void a_retraining_computes_new_texts_only() {
    EmbeddingCache first = EmbeddingCache.open(folder, ENCODER);
    first.put("a", new float[] {1, 2});
    first.save();

    EmbeddingCache second = EmbeddingCache.open(folder, ENCODER);

    assertThat(second.find("a")).hasValueSatisfying(old -> assertThat(old).containsExactly(1, 2));
    assertThat(second.find("b")).isEmpty();
    assertThat(second.hits()).isEqualTo(1);
  }

  @Test
  void another_encoder_never_sees_the_vectors() {
    EmbeddingCache first = EmbeddingCache.open(folder, ENCODER);
    first.put("a", new float[] {1, 2});
    first.save();

    assertThat(EmbeddingCache.open(folder, Digest.of("other")).find("a")).isEmpty();
  }

  @Test
  void a_cut_or_changed_file_is_as_good_as_none() throws IOException {
    EmbeddingCache first = EmbeddingCache.open(folder, ENCODER);
    first.put("a", new float[] {1, 2});
    first.save();
    Path file = file();
    byte[] bytes = Files.readAllBytes(file);

    Files.write(file, Arrays.copyOf(bytes, bytes.length - 6));
    assertThat(EmbeddingCache.open(folder, ENCODER).find("a")).isEmpty();

    bytes[bytes.length - 7] ^= 1;
    Files.write(file, bytes);
    assertThat(EmbeddingCache.open(folder, ENCODER).find("a")).isEmpty();

    Files.writeString(file, "not a cache");
    assertThat(EmbeddingCache.open(folder, ENCODER).find("a")).isEmpty();
  }

  private Path file() throws IOException {
    try (var files = Files.list(folder)) {
      return files.findFirst().orElseThrow();
    }
  }
}
