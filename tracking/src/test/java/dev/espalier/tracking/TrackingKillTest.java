package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.Killed;
import dev.espalier.platform.TestDatabase;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 while four threads log: every acknowledged write is there, and nothing is half there.
 * {@code -Despalier.kills=100} soaks.
 */
class TrackingKillTest {
  private static final int KILLS = Integer.getInteger("espalier.kills", 20);
  @TempDir Path home;

  @Test
  void every_acknowledged_write_survives_and_nothing_is_half_there() throws Exception {
    // Opened here first, so that the processes find the database of this one.
    TestDatabase.in(home).close();
    SplittableRandom random = new SplittableRandom(20_261_124);
    Map<String, Integer> acknowledged = new TreeMap<>();
    for (int kill = 0; kill < KILLS; kill++) {
      for (String line : Killed.after(20 + random.nextInt(150), KilledWriter.class, home, kill)) {
        String[] words = line.split(" ");
        acknowledged.merge(words[1], Integer.parseInt(words[3]), Math::max);
      }
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(KILLS);
    try (Database database = TestDatabase.in(home)) {
      Runs runs = new Tracking(database).runs();
      LocalArtifactStore files = new LocalArtifactStore(home.resolve("files"));
      ArtifactTree tree = new ArtifactTree(database, files, InstantSource.system());
      for (var entry : acknowledged.entrySet()) {
        String run = entry.getKey();
        RunInfo.Full full = runs.get(run);
        int written = full.params().size();
        assertThat(written).isGreaterThan(entry.getValue());
        List<MetricPoint> points = runs.history(run, "m", Optional.empty(), 100_000);
        assertThat(points).as("both points of each batch, or none").hasSize(2 * written);
        assertThat(full.tags()).containsEntry("last", Integer.toString(written - 1));
        List<ArtifactEntry> artifacts = tree.list(ArtifactPath.of(run), "", 100_000);
        assertThat(artifacts).hasSizeBetween(entry.getValue() + 1, written);
        for (ArtifactEntry artifact : artifacts) {
          try (InputStream in = tree.open(artifact)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(run + artifact.path().name());
          }
        }
      }
    }
  }
}
