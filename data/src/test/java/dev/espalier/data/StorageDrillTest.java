package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.platform.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageDrillTest {
  private static final Instant NOW = Instant.parse("2002-08-01T00:00:00Z");
  @TempDir Path folder;

  private static Observation run(ArtifactStore store) {
    CanvasVersion canvas =
        new CanvasVersion(
            "mail",
            "1.0.0",
            Digest.of("canvas"),
            Digest.of("content"),
            Optional.empty(),
            NOW,
            "ana",
            List.of());
    return new StorageDrill(store).run("mail", canvas, NOW).getFirst();
  }

  @Test
  void rows_that_come_back_as_they_were_prove_the_storage() {
    Observation seen = run(new LocalArtifactStore(folder));
    assertThat(seen.pass()).contains(true);
    assertThat(seen.n()).isEqualTo(20);
    assertThat(seen.detail()).contains("20 rows were written and read back");
  }

  @Test
  void a_storage_that_lost_or_changed_what_was_written_fails() throws IOException {
    LocalArtifactStore store = new LocalArtifactStore(folder);
    run(store);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
        Files.write(file, new byte[] {1, 2, 3});
      }
    }
    Observation seen = run(store);
    assertThat(seen.pass()).contains(false);
  }
}
