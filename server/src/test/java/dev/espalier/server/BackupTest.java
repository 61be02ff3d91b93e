package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Consent;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupTest {
  private static final Instant AT = Instant.parse("2026-11-24T12:00:00Z");
  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: tickets, authors: {ana: owner}}
      data: {training: [{dataset: tickets}]}
      """;

  @TempDir Path folder;
  private Path home;
  private Path archive;
  private Digest first;

  @BeforeEach
  void a_home_with_a_canvas_and_artifacts() throws IOException {
    home = folder.resolve("home");
    archive = folder.resolve("backup.zip");
    Files.createDirectories(home);
    try (Database database = Database.open(home.resolve("espalier.db"))) {
      Canvases canvases = canvases(database);
      Digest plan =
          canvases.plan(CANVAS.getBytes(StandardCharsets.UTF_8), Caller.local()).planDigest();
      canvases.apply("tickets", plan, Consent.silent(), Caller.local());
    }
    LocalArtifactStore store = new LocalArtifactStore(home.resolve("artifacts"));
    byte[] large = new byte[3 << 20];
    new Random(7).nextBytes(large);
    store.put(large);
    first = store.put("weights".getBytes(StandardCharsets.UTF_8));
    store.put(new byte[0]);
    Files.writeString(home.resolve("signing.key"), "secret");
    Files.createFile(home.resolve("lock"));
    Files.createDirectories(home.resolve("work").resolve("run-1"));
  }

  private static Canvases canvases(Database database) {
    InstantSource clock = InstantSource.fixed(AT);
    ProductClocks clocks = new ProductClocks(database, clock);
    return new Canvases(
        database,
        clocks,
        new Events(database, clocks, clock),
        new Ids(clock, new Random(1)),
        clock);
  }

  private Path restored() {
    return folder.resolve("restored");
  }

  private List<String> beside() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void a_restored_home_holds_the_same_canvas_artifacts_and_keys() throws IOException {
    Backup.Summary summary = Backup.write(home, archive, AT);
    assertThat(summary.artifacts()).isEqualTo(3);
    assertThat(summary.damaged()).isEmpty();

    Backup.restore(archive, restored());

    LocalArtifactStore store = new LocalArtifactStore(restored().resolve("artifacts"));
    assertThat(store.list())
        .isEqualTo(new LocalArtifactStore(home.resolve("artifacts")).list())
        .allMatch(store::verify);
    assertThat(restored().resolve("signing.key")).hasContent("secret");
    assertThat(restored().resolve("work")).doesNotExist();
    assertThat(restored().resolve("lock")).doesNotExist();
    try (Database before = Database.open(home.resolve("espalier.db"));
        Database after = Database.open(restored().resolve("espalier.db"))) {
      assertThat(canvases(after).require("tickets")).isEqualTo(canvases(before).require("tickets"));
    }
  }

  @Test
  void keys_come_back_readable_by_their_owner_alone() throws IOException {
    Backup.write(home, archive, AT);
    Backup.restore(archive, restored());
    assertThat(Files.getPosixFilePermissions(restored().resolve("signing.key")))
        .isEqualTo(java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void what_is_written_while_the_backup_runs_is_there_wholly_or_not_at_all() throws Exception {
    try (Database database = Database.open(home.resolve("espalier.db"))) {
      database.write(handle -> handle.execute("CREATE TABLE pair (a bigint, b bigint)"));
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                for (long i = 0; !Thread.currentThread().isInterrupted() && i < 100_000; i++) {
                  long next = i;
                  database.write(handle -> {
                    handle.execute("INSERT INTO pair (a, b) VALUES (?, 0)", next);
                    return handle.execute("UPDATE pair SET b = a WHERE a = ?", next);
                  });
                }
              });
      try {
        for (int i = 0; i < 3; i++) {
          Path each = folder.resolve("busy-" + i + ".zip");
          Backup.write(home, each, AT);
          Path copy = folder.resolve("busy-" + i);
          Backup.restore(each, copy);
          try (Database restored = Database.open(copy.resolve("espalier.db"))) {
            long torn =
                restored.read(handle ->
                    handle
                        .createQuery("SELECT count(*) FROM pair WHERE a <> b")
                        .mapTo(Long.class)
                        .one());
            assertThat(torn).isZero();
          }
        }
      } finally {
        writer.interrupt();
        writer.join();
      }
    }
  }

  @Test
  void a_damaged_artifact_is_named_and_left_out() throws IOException {
    Path blob =
        home.resolve("artifacts")
            .resolve(first.hex().substring(0, 2))
            .resolve(first.hex().substring(2));
    Files.writeString(blob, "tampered");
    Backup.Summary summary = Backup.write(home, archive, AT);
    assertThat(summary.damaged()).containsExactly(first.text());
    assertThat(summary.artifacts()).isEqualTo(2);
    Backup.restore(archive, restored());
    assertThat(new LocalArtifactStore(restored().resolve("artifacts")).exists(first)).isFalse();
  }

  @Test
  void neither_an_archive_nor_a_home_is_ever_overwritten() throws IOException {
    Backup.write(home, archive, AT);
    byte[] before = Files.readAllBytes(archive);
    assertThatThrownBy(() -> Backup.write(home, archive, AT))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    assertThat(Files.readAllBytes(archive)).isEqualTo(before);
    assertThatThrownBy(() -> Backup.restore(archive, home))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    assertThat(home.resolve("signing.key")).hasContent("secret");
  }

  @Test
  void a_folder_that_is_no_home_is_refused() {
    assertThatThrownBy(() -> Backup.write(folder, archive, AT))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
        .hasMessageContaining("--home");
    assertThat(archive).doesNotExist();
  }

  @Test
  void a_backup_cut_anywhere_is_refused_and_leaves_nothing() throws IOException {
    Backup.write(home, archive, AT);
    byte[] whole = Files.readAllBytes(archive);
    Random random = new Random(11);
    for (int i = 0; i < 25; i++) {
      Path cut = folder.resolve("cut.zip");
      Files.write(cut, java.util.Arrays.copyOf(whole, random.nextInt(whole.length)));
      refused(cut);
    }
  }

  @Test
  void a_flipped_byte_is_found_wherever_it_falls() throws IOException {
    Backup.write(home, archive, AT);
    byte[] whole = Files.readAllBytes(archive);
    Backup.restore(archive, restored());
    Random random = new Random(13);
    for (int i = 0; i < 40; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Path file = folder.resolve("flipped.zip");
      Files.write(file, flipped);
      Path target = folder.resolve("target-" + i);
      try {
        Backup.restore(file, target);
      } catch (EspalierException refused) {
        assertThat(target).doesNotExist();
        continue;
      }
      // A bit of zip's own bookkeeping, such as a time stamp: what was restored is still the same.
      LocalArtifactStore store = new LocalArtifactStore(target.resolve("artifacts"));
      assertThat(store.list())
          .isEqualTo(new LocalArtifactStore(home.resolve("artifacts")).list())
          .allMatch(store::verify);
      assertThat(Database.intact(target.resolve("espalier.db"))).isTrue();
    }
  }

  @Test
  void an_entry_that_points_outside_the_home_is_refused() throws IOException {
    Backup.write(home, archive, AT);
    for (String name :
        List.of(
            "home/../../evil",
            "home//etc/cron",
            "../evil",
            "home/.ssh",
            "home/a/b",
            "C:\\evil",
            "home/UP")) {
      Path forged = folder.resolve("forged.zip");
      forge(forged, name, "x".getBytes(StandardCharsets.UTF_8));
      refused(forged);
      assertThat(beside()).doesNotContain("evil");
      Files.delete(forged);
    }
  }

  @Test
  void an_entry_that_unpacks_to_more_than_it_says_is_refused_and_leaves_nothing()
      throws IOException {
    Backup.write(home, archive, AT);
    // 64 MiB of zeros in some 64 KiB, said to be one byte.
    byte[] bomb = new byte[64 << 20];
    for (String name : List.of("home/bomb", "artifacts/" + Digest.of(bomb).hex())) {
      Path forged = folder.resolve("bomb.zip");
      forge(forged, name, bomb);
      assertThat(Files.size(forged)).isLessThan(8 << 20);
      assertThatThrownBy(() -> Backup.restore(forged, restored()))
          .isInstanceOf(EspalierException.class);
      assertThat(restored()).doesNotExist();
      Files.delete(forged);
    }
  }

  /** The archive with one more file under a hostile name, manifest and all. */
  private void forge(Path forged, String name, byte[] content) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(forged))) {
      for (ZipEntry each : zip.stream().toList()) {
        byte[] bytes = zip.getInputStream(each).readAllBytes();
        if (each.getName().equals("manifest.json")) {
          String entry =
              "{\"name\":\"%s\",\"digest\":\"%s\",\"bytes\":1},"
                  .formatted(name.replace("\\", "\\\\"), Digest.of(content).text());
          bytes =
              new String(bytes, StandardCharsets.UTF_8)
                  .replaceFirst(
                      "\"files\" ?: ?\\[", "$0" + java.util.regex.Matcher.quoteReplacement(entry))
                  .getBytes(StandardCharsets.UTF_8);
        }
        out.putNextEntry(new ZipEntry(each.getName()));
        out.write(bytes);
      }
      out.putNextEntry(new ZipEntry(name));
      out.write(content);
    }
  }

  private void refused(Path file) throws IOException {
    assertThatThrownBy(() -> Backup.restore(file, restored()))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
        .hasMessageContaining(file.getFileName().toString());
    assertThat(restored()).doesNotExist();
    assertThat(beside()).noneMatch(name -> name.endsWith(".restoring"));
  }
}
