package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged canvases over HTTP: each gets an answer, none a failure of the server. */
class CanvasMutationTest {
  private static final Path CANVASES = Path.of("../canvas/src/test/resources/canvases");
  private static final int MUTANTS = 400;
  private static final List<String> NASTY =
      List.of(
          "-1", "1e309", "NaN", "~", "P0D", "999999d", "\u0660", "yes", "[[", "{a: }", "\u0000");
  private static final Pattern WORD = Pattern.compile("[\\w.%-]+");

  @TempDir Path home;
  private Espalier espalier;
  private Client client;

  @BeforeEach
  void start() {
    espalier = Espalier.start(ServerConfig.local(home, 0));
    client = new Client(espalier.url());
  }

  @AfterEach
  void stop() {
    espalier.close();
  }

  private Client.Answer post(String call, byte[] body) throws Exception {
    return client.post(
        "/api/v1/canvases/mail-filter/" + call,
        "application/yaml",
        BodyPublishers.ofByteArray(body));
  }

  @Test
  void a_damaged_canvas_is_planned_or_refused_with_a_reason_and_stores_nothing() throws Exception {
    byte[] whole = Files.readAllBytes(CANVASES.resolve("valid/complete.yaml"));
    byte[] small = Files.readAllBytes(CANVASES.resolve("valid/minimal.yaml"));
    SplittableRandom random = new SplittableRandom(20_261_124);
    Map<Integer, Integer> statuses = new TreeMap<>();
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutate(i % 2 == 0 ? whole : small, random);
      String what = "mutant %d:%n%s".formatted(i, new String(mutant, StandardCharsets.UTF_8));
      Client.Answer plan = post("plan", mutant);
      statuses.merge(plan.status(), 1, Integer::sum);
      assertThat(plan.status()).as("%s%n%s", what, plan).isIn(200, 400, 413);
      Client.Answer check = post("check", mutant);
      assertThat(check.status()).as("%s%n%s", what, check).isEqualTo(200);
      if (plan.ok()) {
        assertThat(check.json().path("problems")).as(what).isEmpty();
      } else {
        JsonNode problem = plan.json();
        assertThat(problem.path("detail").asText()).as(what).isNotBlank();
        assertThat(check.json().path("problems")).as(what).hasSize(1);
        assertThat(check.json().path("problems").path(0).path("detail"))
            .as("an editor hears what a plan says: %s", what)
            .isEqualTo(problem.path("detail"));
      }
    }
    assertThat(statuses.get(200)).as(statuses.toString()).isGreaterThan(MUTANTS / 20);
    assertThat(statuses.get(400)).as(statuses.toString()).isGreaterThan(MUTANTS / 5);
    assertThat(client.json("/canvases")).as("nothing is applied").isEmpty();
  }

  @Test
  void every_invalid_fixture_is_refused_over_http_with_field_rule_and_nearest_value()
      throws Exception {
    try (Stream<Path> files = Files.list(CANVASES.resolve("invalid"))) {
      for (Path file : files.sorted().toList()) {
        Client.Answer plan = post("plan", Files.readAllBytes(file));
        assertThat(plan.status()).as("%s: %s", file, plan).isEqualTo(400);
        assertThat(plan.type()).contains("application/problem+json");
        assertThat(plan.json().path("rule").asText()).as(file.toString()).isNotBlank();
        assertThat(plan.json().path("detail").asText()).as(file.toString()).isNotBlank();
      }
    }
  }

  private static byte[] mutate(byte[] seed, SplittableRandom random) {
    byte[] bytes = seed.clone();
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = (byte) "{}[]:,\"'#&*!|>-%0 9\n".charAt(random.nextInt(20));
        case 2 -> {
          int length = Math.min(random.nextInt(40), bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length), bytes, at, length);
        }
        case 3 -> bytes = Arrays.copyOf(bytes, Math.max(40, at));
        default -> bytes = swap(bytes, random);
      }
    }
    return bytes;
  }

  /** Puts another word of the document, or a nasty one, in the place of a word. */
  private static byte[] swap(byte[] bytes, SplittableRandom random) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    List<MatchResult> words = WORD.matcher(text).results().toList();
    if (words.isEmpty()) {
      return bytes;
    }
    MatchResult at = words.get(random.nextInt(words.size()));
    String other =
        random.nextInt(3) == 0
            ? NASTY.get(random.nextInt(NASTY.size()))
            : words.get(random.nextInt(words.size())).group();
    return (text.substring(0, at.start()) + other + text.substring(at.end()))
        .getBytes(StandardCharsets.UTF_8);
  }
}
