package dev.espalier.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalArtifactStoreTest extends ArtifactStoreContract {
  @TempDir Path folder;

  @Override
  ArtifactStore store() {
    return new LocalArtifactStore(folder);
  }

  private Path file(Digest digest) {
    return folder.resolve(digest.hex().substring(0, 2)).resolve(digest.hex().substring(2));
  }

  @Test
  void a_flipped_bit_is_found_and_never_handed_out() throws IOException {
    ArtifactStore store = store();
    Digest digest = store.put("precious".getBytes(StandardCharsets.UTF_8));
    byte[] bytes = Files.readAllBytes(file(digest));
    bytes[3] ^= 4;
    Files.write(file(digest), bytes);
    assertThat(store.verify(digest)).isFalse();
    assertThatThrownBy(() -> store.read(digest)).hasMessageContaining("damaged");
  }

  @Test
  void a_truncated_file_is_found() throws IOException {
    ArtifactStore store = store();
    Digest digest = store.put(new byte[1000]);
    Files.write(file(digest), new byte[999]);
    assertThat(store.verify(digest)).isFalse();
  }

  @Test
  void half_written_files_of_a_dead_process_are_cleared_at_the_next_start() throws IOException {
    store();
    Path leftover = Files.writeString(folder.resolve("arriving").resolve("put1.part"), "half");
    ArtifactStore reopened = store();
    assertThat(leftover).doesNotExist();
    assertThat(reopened.list()).isEmpty();
  }

  @Test
  void what_was_put_is_there_after_reopening() {
    Digest digest = store().put(new byte[] {1, 2, 3});
    assertThat(store().read(digest)).containsExactly(1, 2, 3);
  }

  @Test
  void a_folder_that_cannot_be_made_is_a_clear_error() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    assertThatThrownBy(() -> new LocalArtifactStore(file.resolve("artifacts")))
        .isInstanceOfSatisfying(
            EspalierException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE))
        .hasMessageContaining("artifact folder");
  }
}
