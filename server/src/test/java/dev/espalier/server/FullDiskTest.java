package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is really full, and one that is read-only: a small file system of its own. Mounting
 * one needs the right to; where it is missing these tests say how to get it ({@code sudo -E ./mvnw
 * -pl server -am test -Dtest=FullDiskTest}).
 */
class FullDiskTest {
  @TempDir Path folder;
  private boolean mounted;

  private Path mount(int megabytes) throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", disk.toString());
    assumeTrue(
        mounted,
        "Skipped: no right to mount a small file system. Run this test as root:"
            + " sudo -E ./mvnw -pl server -am test -Dtest=FullDiskTest");
    return disk;
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", "-l", folder.resolve("disk").toString())).isTrue();
    }
  }

  /** Takes every byte that is left. */
  private static Path fill(Path disk) throws IOException {
    Path filler = disk.resolve("filler");
    try (OutputStream out = Files.newOutputStream(filler)) {
      byte[] block = new byte[4_096];
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      return filler;
    }
  }

  @Test
  void a_full_disk_is_said_clearly_and_forgotten_once_there_is_room() throws Exception {
    Path disk = mount(72);
    Path home = disk.resolve("home");
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(espalier.url());
      assertThat(client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300)).ok())
          .isTrue();
      assertThat(client.apply("tickets", Tickets.canvas(50)).ok()).isTrue();
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      Client.until(
          () -> client.post("/api/v1/predict/tickets", Map.of("text", "refund my card")),
          Client.Answer::ok);

      String mlflow = "/api/2.0/mlflow/";
      JsonNode run = client.post(mlflow + "runs/create", Map.of("experiment_id", "0")).json();
      String id = run.at("/run/info/run_id").asText();
      Map<String, Object> batch =
          Map.of(
              "run_id",
              id,
              "params",
              List.of(Map.of("key", "text", "value", "x".repeat(5_000))),
              "metrics",
              List.of(Map.of("key", "m", "value", 1, "timestamp", 1, "step", 0)));

      Path filler = fill(disk);
      // The client asks again after a 503, and says these words when it gives up.
      Client.Answer refused = client.post(mlflow + "runs/log-batch", batch);
      assertThat(refused.status()).as("%s", refused).isEqualTo(503);
      assertThat(refused.json().path("error_code").asText()).isEqualTo("TEMPORARILY_UNAVAILABLE");
      assertThat(refused.json().path("message").asText()).contains("disk is full");
      JsonNode nothing = client.get(mlflow + "runs/get?run_id=" + id).json();
      assertThat(nothing.at("/run/data/params").isMissingNode()).as("%s", nothing).isTrue();
      assertThat(nothing.at("/run/data/metrics").isMissingNode()).as("%s", nothing).isTrue();
      full(client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(300, 3_000)));
      full(client.apply("tickets", Tickets.canvas(70)));
      // Who asks is answered as before: serving does not need the disk.
      Client.Answer answer =
          client.post("/api/v1/predict/tickets", Map.of("text", "refund my card", "unit", "full"));
      assertThat(answer.ok()).as("%s", answer).isTrue();
      assertThat(client.get("/healthz").ok()).isTrue();
      assertThat(client.json("/canvases/tickets/versions")).hasSize(1);

      Files.delete(filler);
      assertThat(client.post(mlflow + "runs/log-batch", batch).ok()).isTrue();
      assertThat(client.get(mlflow + "runs/get?run_id=" + id).json().at("/run/data/params"))
          .hasSize(1);
      assertThat(client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(300, 600)).ok())
          .isTrue();
      assertThat(client.apply("tickets", Tickets.canvas(71)).ok()).isTrue();
      assertThat(client.json("/canvases/tickets/verify").path("intact").asBoolean()).isTrue();
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      // The answer that was given on the full disk is in the log after all.
      espalier.flush();
      assertThat(espalier.asked("tickets")).anyMatch(asked -> asked.unit().equals("full"));
    }
    try (Espalier again = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(again.url());
      JsonNode versions = client.json("/models/tickets/versions");
      assertThat(versions).hasSize(2);
    }
  }

  private static void full(Client.Answer answer) {
    assertThat(answer.status()).as("%s", answer).isIn(503, 507);
    assertThat(answer.type()).startsWith("application/problem+json");
    assertThat(answer.json().path("detail").asText().toLowerCase(java.util.Locale.ROOT))
        .containsAnyOf("full", "no space");
  }

  @Test
  void a_start_on_a_full_disk_ends_with_three_and_a_reason() throws Exception {
    Path disk = mount(1);
    fill(disk);
    assertEnds(disk.resolve("home"));
  }

  @Test
  void a_start_on_a_read_only_disk_ends_with_three_and_a_reason() throws Exception {
    Path disk = mount(8);
    Files.createDirectory(disk.resolve("home"));
    assertThat(run("mount", "-o", "remount,ro", disk.toString())).isTrue();
    assertEnds(disk.resolve("home"));
    assertEnds(disk.resolve("other"));
  }

  private static void assertEnds(Path home) throws Exception {
    try (Child child =
        Child.start(
            "dev.espalier.server.commands.Main",
            List.of(),
            List.of("up", "--home", home.toString(), "--port", "0"))) {
      assertThat(child.exit()).as(child.text()).isEqualTo(3);
      assertThat(child.text())
          .containsAnyOf("home folder " + home, "The disk is full", "read-only")
          .doesNotContain("\tat ", "Exception");
    }
  }
}
