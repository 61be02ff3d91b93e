package dev.espalier.artifacts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Killed;
import dev.espalier.platform.MentionStore;
import dev.espalier.platform.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that collects garbage while it writes is killed at random points: 20 times, 100 with
 * {@code -Psoak}. Whatever it said is kept is there, byte for byte.
 */
class GarbageKillTest {
  private static final int KILLS = Integer.getInteger("espalier.collections", 20);
  private static final int OLD = 60;
  @TempDir Path home;

  private Path file(Digest digest) {
    return home.resolve("files")
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex().substring(2));
  }

  /** Garbage of yesterday, half of which the writer will want again. */
  private void yesterday(int first) throws IOException {
    LocalArtifactStore store = new LocalArtifactStore(home.resolve("files"));
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(1)));
    for (int i = 0; i < OLD; i++) {
      Digest digest = store.put(KilledCollector.content(first + 2 * i));
      Files.setLastModifiedTime(file(digest), old);
      store.forgetPuts();
    }
  }

  @Test
  void nothing_that_is_named_is_ever_lost_and_what_is_not_goes_in_the_end() throws Exception {
    SplittableRandom random = new SplittableRandom(20_261_124);
    Set<String> kept = new HashSet<>();
    int first = 0;
    // The processes that are killed use this one's server, and leave none of their own behind.
    TestDatabase.in(home).close();
    for (int kill = 0; kill < KILLS; kill++) {
      yesterday(first);
      Killed.after(10 + random.nextInt(2 * OLD), KilledCollector.class, home, "round" + kill, first)
          .stream()
          .filter(line -> line.startsWith("kept "))
          .forEach(line -> kept.add(line.substring("kept ".length())));
      first += 4 * OLD;
    }
    LocalArtifactStore store = new LocalArtifactStore(home.resolve("files"));
    try (Database database = TestDatabase.in(home)) {
      ArtifactTree tree = new ArtifactTree(database, store, InstantSource.system());
      GarbageCollection.Summary last =
          GarbageCollection.run(
              store,
              all -> MentionStore.mentioned(database, all),
              Instant.now().plus(Duration.ofDays(1)),
              GarbageCollection.Mode.REMOVE);
      assertThat(last.young()).isZero();
      assertThat(store.list()).hasSize(last.named());
      assertThat(last.named()).isGreaterThanOrEqualTo(kept.size());
      for (String name : kept) {
        ArtifactEntry entry = tree.find(ArtifactPath.of(name)).orElseThrow();
        int number = Integer.parseInt(name.substring(name.indexOf('/') + 1));
        try (InputStream in = tree.open(entry)) {
          assertThat(in.readAllBytes()).as(name).isEqualTo(KilledCollector.content(number));
        }
      }
      assertThat(store.list()).allMatch(store::verify);
    }
  }
}
