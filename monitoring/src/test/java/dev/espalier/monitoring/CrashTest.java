package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a real process at random moments while predictions, labels and windows are written. */
class CrashTest {
  private static final int MAILS = 40 * CrashChild.PER_DAY;
  private static final int KILLS = 5;

  @TempDir Path folder;

  @Test
  void nothing_acknowledged_is_lost_and_the_story_stays_one_however_often_it_is_killed()
      throws Exception {
    Random random = new Random(11);
    Set<String> acknowledged = new HashSet<>();
    for (int kill = 0; kill < KILLS; kill++) {
      acknowledged.addAll(live(20 + random.nextInt(200)));
    }
    acknowledged.addAll(live(Integer.MAX_VALUE));

    try (World world = new World(folder)) {
      Set<String> labelled =
          world.monitoring.predictions(World.PRODUCT, 0, 100_000).stream()
              .filter(prediction -> prediction.actual().isPresent())
              .map(PredictionView::predictionId)
              .collect(Collectors.toSet());
      assertThat(labelled).containsAll(acknowledged);
      assertThat(world.monitoring.incidents(World.PRODUCT)).hasSize(1);
      assertThat(world.monitoring.alerts(java.util.Optional.of(World.PRODUCT))).hasSize(1);
      // No run ever helps here: three failures, a cooldown between them, then a person decides.
      assertThat(world.monitoring.decisions(World.PRODUCT))
          .filteredOn(RetrainDecision::fire)
          .hasSize(3);
      assertThat(world.monitoring.decisions(World.PRODUCT).getLast().reason())
          .contains("3 retrainings failed in a row");
      assertThat(world.monitoring.incidents(World.PRODUCT).getFirst().trace()).hasSize(1);
    }
  }

  /** What a child acknowledged before it was killed after that many lines, or ended. */
  private Set<String> live(int lines) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashChild.class.getName(),
                folder.toString(),
                String.valueOf(MAILS))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Set<String> acknowledged = new HashSet<>();
    try (BufferedReader out = child.inputReader()) {
      String line = out.readLine();
      while (line != null && !line.equals("done")) {
        acknowledged.add(line);
        if (acknowledged.size() == lines) {
          boolean _ = child.toHandle().destroyForcibly();
        }
        line = out.readLine();
      }
    }
    int code = child.waitFor();
    assertThat(code == 0 || acknowledged.size() >= lines)
        .as("ended by itself or by the kill")
        .isTrue();
    return acknowledged;
  }
}
