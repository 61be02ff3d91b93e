package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.platform.Killed;
import dev.espalier.platform.TestDatabase;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.tracking.wire.Visible;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 while versions are registered and an alias moves: {@code -Despalier.kills=100} soaks.
 * Every acknowledged version is there with its files and tags, no number is used twice or left out,
 * and the alias names a version that exists.
 */
class RegistrationKillTest {
  private static final int KILLS = Integer.getInteger("espalier.kills", 20);
  @TempDir Path home;

  @Test
  void every_acknowledged_version_survives_whole_and_no_number_is_lost() throws Exception {
    // Opened here first, so that the processes find the database of this one.
    TestDatabase.in(home).close();
    SplittableRandom random = new SplittableRandom(20_261_125);
    int acknowledged = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int last =
          Integer.parseInt(
              Killed.after(1 + random.nextInt(12), KilledRegistrar.class, home, kill).getLast());
      assertThat(last).as("numbers only grow").isGreaterThan(acknowledged);
      acknowledged = last;
    }
    KilledRegistrar.Opened opened = KilledRegistrar.Opened.in(home);
    try (var _ = opened.database()) {
      List<Version> versions =
          opened
              .models()
              .versions(
                  "", List.of("version_number ASC"), new Visible.All(), Optional.empty(), 100_000)
              .rows();
      assertThat(versions).hasSizeBetween(acknowledged, acknowledged + 1);
      Set<String> semVers = new HashSet<>();
      for (int i = 0; i < versions.size(); i++) {
        Version version = versions.get(i);
        assertThat(version.number()).isEqualTo(i + 1);
        assertThat(version.version()).as("each signature is another").isEqualTo((i + 1) + ".0.0");
        assertThat(semVers.add(version.version())).isTrue();
        assertThat(version.tags()).containsEntry("run", version.runId());
        ArtifactPath file =
            new ArtifactPath(
                version.location().substring("mlflow-artifacts:/".length()) + "/MLmodel");
        try (InputStream in = opened.tree().open(opened.tree().find(file).orElseThrow())) {
          assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
              .contains(version.runId());
        }
      }
      assertThat(opened.models().alias(KilledRegistrar.MODEL, KilledRegistrar.ALIAS).number())
          .isBetween(acknowledged, versions.size());
    }
  }
}
