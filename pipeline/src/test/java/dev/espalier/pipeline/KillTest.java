package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.tracking.RunStatus;
import dev.espalier.tracking.TrackedRun;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
  private static final int KILLS = 10;
  @TempDir Path folder;

  private Process start(Path home) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            KilledProcess.class.getName(),
            home.toString())
        .redirectError(folder.resolve("errors.log").toFile())
        .start();
  }

  /**
   * Waits until the process works, then gives it a while and kills it: SIGKILL, no shutdown.
   *
   * @param steps how many steps do their work before that; the second proves that the first is
   *     stored, so that however slow the machine, no step is lost again and again
   */
  private void kill(Process process, int steps, long millis) throws Exception {
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(said.readLine()).isEqualTo("ready");
      for (int step = 0; step < steps; step++) {
        assertThat(said.readLine()).isIn(KilledProcess.WORKED, null);
      }
      process.waitFor(millis, TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
    }
  }

  private static List<List<Optional<JsonNode>>> outputs(List<Run> runs) {
    return runs.stream().map(run -> run.steps().stream().map(StepRun::output).toList()).toList();
  }

  @Test
  void ends_with_the_same_outputs_and_effects_when_killed_at_ten_random_moments() throws Exception {
    Path home = Files.createDirectories(folder.resolve("killed"));
    SplittableRandom random = new SplittableRandom(20_261_124);
    for (int kill = 0; kill < KILLS; kill++) {
      kill(start(home), kill % 2 * 2, random.nextLong(250));
    }
    Process last = start(home);
    assertThat(last.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).as(Files.readString(folder.resolve("errors.log"))).isZero();

    Path whole = Files.createDirectories(folder.resolve("whole"));
    try (Bench killed = new Bench(home, KilledProcess.steps(home));
        Bench unbroken = new Bench(whole, KilledProcess.steps(whole))) {
      for (int seed = 0; seed < KilledProcess.RUNS; seed++) {
        unbroken.run(KilledProcess.CANVAS, seed);
      }
      List<Run> runs = killed.pipelines.runs("mail");

      assertThat(runs).hasSize(KilledProcess.RUNS).allMatch(Run::succeeded);
      assertThat(outputs(runs)).isEqualTo(outputs(unbroken.pipelines.runs("mail")));
      assertThat(Files.readAllLines(home.resolve("effects")))
          .doesNotHaveDuplicates()
          .containsExactlyElementsOf(
              runs.reversed().stream()
                  .map(run -> run.seed() + " " + run.id() + "/publish")
                  .toList());
      assertThat(killed.tracking.runs("mail"))
          .hasSize(KilledProcess.RUNS)
          .extracting(TrackedRun::status)
          .containsOnly(RunStatus.FINISHED);
      assertThat(killed.artifacts.list()).allMatch(killed.artifacts::verify);
    }
  }
}
