package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.artifacts.S3Address;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole platform with its artifacts in a bucket; keys come from the environment. */
class BucketServerTest {
  private static final Pattern UP = Pattern.compile("Espalier is up: (\\S+)");
  @TempDir Path folder;

  private static Child command(List<String> arguments) throws Exception {
    return Child.start(
        List.of("env", "AWS_ACCESS_KEY_ID=espalier", "AWS_SECRET_ACCESS_KEY=only-for-tests"),
        "dev.espalier.server.commands.Main",
        List.of(),
        arguments);
  }

  @Test
  void a_product_lives_on_a_bucket_and_its_backup_restores_into_a_home_of_its_own()
      throws Exception {
    Path bucket = Files.createDirectories(folder.resolve("s3/models"));
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.resolve("s3").toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "espalier", "only-for-tests")
            .stopTimeout(0)
            .build();
    proxy.start();
    Path home = folder.resolve("home");
    String place = "s3://models/team?endpoint=http://127.0.0.1:" + proxy.getPort();
    try {
      try (Child server =
          command(List.of("up", "--home", home.toString(), "--port", "0", "--artifacts", place))) {
        Client client = new Client(server.await(UP).group(1));
        assertThat(client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300)).ok())
            .isTrue();
        assertThat(client.apply("tickets", Tickets.canvas(50)).ok()).isTrue();
        assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
        server.signal("TERM");
        server.exit();
      }
      assertThat(home.resolve("artifacts")).doesNotExist();
      try (Stream<Path> objects = Files.walk(bucket)) {
        assertThat(objects.filter(Files::isRegularFile)).hasSizeGreaterThan(10);
      }
      Path archive = folder.resolve("backup.zip");
      try (Child backup =
          command(List.of("backup", archive.toString(), "--home", home.toString()))) {
        assertThat(backup.exit()).as(backup.text()).isZero();
      }
      assertThatThrownBy(() -> Espalier.start(ServerConfig.local(home, 0)))
          .hasMessageContaining("Start it with --artifacts '")
          .hasMessageContaining(S3Address.parse(place).endpoint().map(URI::toString).orElseThrow());
      Path restored = folder.resolve("restored");
      Backup.restore(archive, restored);
      proxy.stop();
      try (Espalier espalier = Espalier.start(ServerConfig.local(restored, 0))) {
        Client client = new Client(espalier.url());
        assertThat(client.json("/models/tickets/versions")).hasSize(1);
        Client.until(
            () ->
                client.post("/api/v1/predict/tickets", java.util.Map.of("text", "refund my card")),
            Client.Answer::ok);
      }
    } finally {
      proxy.stop();
    }
  }

  @Test
  void a_bucket_that_cannot_be_reached_ends_the_start_with_a_reason() {
    Stores stores =
        new Stores(
            Optional.empty(),
            Optional.of(S3Address.parse("s3://models?endpoint=http://127.0.0.1:1")));
    assertThatThrownBy(
            () -> Espalier.start(new ServerConfig(folder.resolve("home"), "127.0.0.1", 0, stores)))
        .hasMessageContaining("The bucket models cannot be reached");
  }
}
