package dev.espalier.artifacts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.MentionStore;
import dev.espalier.platform.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectionTest {
  private static final Instant LATER = Instant.now().plusSeconds(3_600);
  @TempDir Path folder;
  private Database database;
  private LocalArtifactStore store;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    store = new LocalArtifactStore(folder.resolve("files"));
    database.write(handle -> handle.execute("CREATE TABLE note (id int, words text NOT NULL)"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Digest put(String content) {
    return store.put(content.getBytes(StandardCharsets.UTF_8));
  }

  private void note(String words) {
    database.write(handle -> handle.execute("INSERT INTO note VALUES (1, ?)", words));
  }

  private GarbageCollection.Summary collect(Instant cutoff, GarbageCollection.Mode mode) {
    return GarbageCollection.run(store, all -> MentionStore.mentioned(database, all), cutoff, mode);
  }

  @Test
  void what_rows_name_stays_with_everything_that_its_documents_name() {
    Digest weights = put("weights");
    Digest deep = put("deep");
    Digest middle = put("  [\"" + deep.text() + "\"]");
    Digest manifest =
        put("{\"files\":{\"w\":\"%s\",\"m\":\"%s\"}}".formatted(weights.text(), middle.hex()));
    Digest orphan = put("{\"names\":\"" + weights.text() + "\"}");
    Digest inWords = put("named in the middle of a sentence");
    note("The bundle is " + manifest.text() + ", it says.");
    note("espalier-bundle:/" + inWords.hex().toUpperCase(java.util.Locale.ROOT) + "0f");
    GarbageCollection.Summary summary = collect(LATER, GarbageCollection.Mode.REMOVE);
    assertThat(store.list()).containsExactlyInAnyOrder(weights, deep, middle, manifest, inWords);
    assertThat(summary.removed()).isEqualTo(1);
    assertThat(summary.bytes()).isEqualTo(83);
    assertThat(store.exists(orphan)).isFalse();
  }

  @Test
  void what_was_put_lately_stays_and_so_does_what_it_names() throws IOException {
    Digest old = put("weights of yesterday");
    Path file =
        folder.resolve("files").resolve(old.hex().substring(0, 2)).resolve(old.hex().substring(2));
    Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.from(Instant.EPOCH));
    Instant cutoff = Instant.now().minusSeconds(3_600);
    Digest manifest = put("{\"file\":\"" + old.text() + "\"}");
    GarbageCollection.Summary summary = collect(cutoff, GarbageCollection.Mode.REMOVE);
    assertThat(store.list()).containsExactlyInAnyOrder(old, manifest);
    assertThat(summary.young()).isEqualTo(1);
    assertThat(summary.removed()).isZero();
  }

  @Test
  void a_second_put_makes_old_bytes_young_again() throws IOException {
    Digest old = put("again");
    Path file =
        folder.resolve("files").resolve(old.hex().substring(0, 2)).resolve(old.hex().substring(2));
    Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.from(Instant.EPOCH));
    Instant cutoff = Instant.now().minusSeconds(3_600);
    String stamp = store.stamp(old);
    put("again");
    assertThat(store.stamp(old)).isEqualTo(stamp);
    assertThat(store.remove(old, cutoff)).isFalse();
    assertThat(store.exists(old)).isTrue();
    store.forgetPuts();
    assertThat(store.remove(old, cutoff)).isTrue();
    assertThat(store.exists(old)).isFalse();
    assertThat(put("again")).isEqualTo(old);
    assertThat(store.verify(old)).isTrue();
  }

  @Test
  void a_dry_run_says_the_same_and_removes_nothing() {
    put("orphan");
    Digest named = put("named");
    note(named.text());
    GarbageCollection.Summary dry = collect(LATER, GarbageCollection.Mode.DRY_RUN);
    assertThat(store.list()).hasSize(2);
    GarbageCollection.Summary wet = collect(LATER, GarbageCollection.Mode.REMOVE);
    assertThat(dry.removed()).isEqualTo(wet.removed()).isEqualTo(1);
    assertThat(dry.bytes()).isEqualTo(wet.bytes()).isEqualTo(6);
    assertThat(store.list()).containsExactly(named);
    assertThat(collect(LATER, GarbageCollection.Mode.REMOVE).removed()).isZero();
  }

  @Test
  void what_a_killed_collection_had_taken_out_is_put_back_by_the_next_start() throws IOException {
    Digest digest = put("on its way out");
    Path place =
        folder
            .resolve("files")
            .resolve(digest.hex().substring(0, 2))
            .resolve(digest.hex().substring(2));
    Files.move(
        place, Files.createDirectories(folder.resolve("files/leaving")).resolve(digest.hex()));
    assertThat(store.exists(digest)).isFalse();
    assertThat(new LocalArtifactStore(folder.resolve("files")).verify(digest)).isTrue();
  }

  @Test
  void a_database_that_mentions_nothing_known_finds_nothing() {
    note(Digest.of("elsewhere").text());
    assertThat(MentionStore.mentioned(database, Set.of(Digest.of("here")))).isEmpty();
  }
}
