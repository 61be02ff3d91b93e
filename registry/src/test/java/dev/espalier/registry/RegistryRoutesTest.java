package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.model.Bundles;
import dev.espalier.model.Signature;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import io.helidon.webserver.WebServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version's bundle, to take along and to look at again. */
class RegistryRoutesTest {
  private static final Signature SIGNATURE =
      new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 1000);
  private static final byte[] SHARES =
      "{\"ham\":0.8,\"spam\":0.2}".getBytes(StandardCharsets.UTF_8);
  @TempDir Path folder;
  private Database database;
  private Bundles bundles;
  private Registry registry;
  private WebServer server;
  private final Map<String, String> retired = new HashMap<>();

  @BeforeEach
  void start() {
    database = TestDatabase.in(folder);
    ProductClocks clocks = new ProductClocks(database, InstantSource.system());
    bundles = new Bundles(new LocalArtifactStore(folder.resolve("artifacts")));
    registry =
        new Registry(
            database, bundles, clocks, new Events(database, clocks, InstantSource.system()));
    AliasRules rules =
        new AliasRules(
            registry,
            _ -> Set.of("champion"),
            (_, version) -> Optional.ofNullable(retired.get(version)));
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(routing ->
                routing
                    .addFilter((chain, request, _) -> {
                      request.context().register(Caller.local());
                      chain.proceed();
                    })
                    .register("/api/v1", new RegistryRoutes(registry, rules, bundles)))
            .build()
            .start();
    Digest bundle =
        bundles.write(
            "majority",
            SIGNATURE,
            Map.of(Bundles.SHARES, SHARES, "card.md", "# Card".getBytes(StandardCharsets.UTF_8)),
            Map.of());
    registry.register(
        new Registration(
            "mail",
            bundle,
            "run",
            Digest.of("rows"),
            "1",
            Digest.of("canvas"),
            "rule",
            SIGNATURE,
            Json.tree("{}"),
            Json.tree("{}"),
            new TreeMap<>(),
            new TreeMap<>()),
        "key");
  }

  @AfterEach
  void stop() {
    server.stop();
    database.close();
  }

  private HttpResponse<byte[]> ask(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:%d/api/v1/models/%s".formatted(server.port(), path)))
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  private HttpResponse<byte[]> name(String alias, String version)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:%d/api/v1/models/mail/aliases/%s"
                          .formatted(server.port(), alias)))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"version\":\"%s\"}".formatted(version)))
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  @Test
  void an_alias_names_no_version_that_is_retired() throws IOException, InterruptedException {
    retired.put("1.0.0", "Version 1.0.0 was retired by ana (it is biased).");
    HttpResponse<byte[]> refused = name("tried", "1.0.0");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(text(refused)).contains("tried", "retired by ana", "it is biased");
    assertThat(registry.aliases("mail")).doesNotContainKey("tried");
    retired.clear();
    HttpResponse<byte[]> named = name("tried", "1.0.0");
    assertThat(named.statusCode()).as(text(named)).isEqualTo(200);
    assertThat(registry.aliases("mail")).containsEntry("tried", "1.0.0");
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private Digest bundle() {
    return registry.version("mail", "1.0.0").bundle();
  }

  /** Changes the stored bytes of a file behind the registry's back. */
  private void damage(Digest digest) throws IOException {
    Path file =
        folder
            .resolve("artifacts")
            .resolve(digest.hex().substring(0, 2))
            .resolve(digest.hex().substring(2));
    Files.writeString(file, "rot");
  }

  @Test
  void a_bundle_comes_as_one_archive_with_every_file_and_the_same_bytes_each_time()
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = ask("mail/versions/1.0.0/bundle");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("application/zip");
    assertThat(answer.headers().firstValue("content-disposition").orElseThrow())
        .contains("attachment")
        .contains("mail-1.0.0.zip");
    Map<String, byte[]> files = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(answer.body()))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    }
    assertThat(files.keySet())
        .containsExactlyInAnyOrder("manifest.json", "card.md", Bundles.SHARES);
    assertThat(files).containsEntry(Bundles.SHARES, SHARES);
    // Whoever takes it along can check it: the manifest's digest is the bundle's.
    assertThat(files).extractingByKey("manifest.json").extracting(Digest::of).isEqualTo(bundle());
    assertThat(ask("mail/versions/1.0.0/bundle").body()).isEqualTo(answer.body());
    assertThat(ask("mail/versions/3.0.0/bundle").statusCode()).isEqualTo(404);
  }

  @Test
  void a_scan_tells_clean_bytes_from_damaged_ones_and_a_damaged_bundle_does_not_go_out()
      throws IOException, InterruptedException {
    JsonNode clean = Json.tree(text(ask("mail/versions/1.0.0/scan")));
    assertThat(clean.path("bundle").asText()).isEqualTo(bundle().text());
    assertThat(clean.path("files").asInt()).isEqualTo(2);
    assertThat(clean.path("findings")).isEmpty();
    assertThat(clean.path("damaged")).isEmpty();
    damage(bundles.manifest(bundle()).files().get(Bundles.SHARES).digest());
    JsonNode torn = Json.tree(text(ask("mail/versions/1.0.0/scan")));
    assertThat(torn.path("files").asInt()).isZero();
    assertThat(torn.path("damaged").get(0).asText()).isEqualTo(Bundles.SHARES);
    HttpResponse<byte[]> refused = ask("mail/versions/1.0.0/bundle");
    assertThat(refused.statusCode()).isEqualTo(500);
    assertThat(text(refused)).contains("damaged").contains(Bundles.SHARES);
  }
}
