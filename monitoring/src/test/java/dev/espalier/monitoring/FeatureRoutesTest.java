package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import dev.espalier.platform.TestHttp;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was asked week by week, against the rows of training, over HTTP. */
class FeatureRoutesTest {
  private static final Instant MONDAY = Instant.parse("2002-08-05T00:00:00Z");
  @TempDir Path folder;
  private World world;
  private TestHttp http;

  @BeforeEach
  void start() {
    world = new World(folder);
    Skew skew = new Skew(world.monitoring, (_, _) -> trained());
    http = new TestHttp("/", new FeatureRoutes(world.monitoring, skew, world.clocks));
  }

  @AfterEach
  void stop() {
    http.close();
    world.close();
  }

  private static String text(SplittableRandom random, int words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5 + random.nextInt(words); i++) {
      text.append("abcdefghijkl", 0, 1 + random.nextInt(11)).append(' ');
    }
    return text.toString();
  }

  private static Stream<String> trained() {
    SplittableRandom random = new SplittableRandom(1);
    return IntStream.range(0, 3000).mapToObj(_ -> text(random, 60));
  }

  private void serve(String id, Instant from, String version, int words, int rows) {
    SplittableRandom random = new SplittableRandom(id.hashCode());
    for (int i = 0; i < rows; i++) {
      world.monitoring.accept(
          World.answer(id + i, from.plusSeconds(i * 60L), "ham", version, text(random, words)));
    }
  }

  private JsonNode asked() throws Exception {
    HttpResponse<String> answer = http.get("/monitors/%s/features".formatted(World.PRODUCT));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.tree(answer.body());
  }

  private static double beyondChance(JsonNode week, String feature) {
    return StreamSupport.stream(week.path("cells").spliterator(), false)
        .filter(cell -> cell.path("feature").asText().equals(feature))
        .findFirst()
        .orElseThrow()
        .path("beyondChance")
        .asDouble();
  }

  @Test
  void a_week_of_longer_texts_stands_out_in_words_and_not_in_word_length() throws Exception {
    serve("a", MONDAY, "1.0.0", 60, 300);
    serve("b", MONDAY.plus(Duration.ofDays(7)), "1.0.0", 300, 300);
    world.at(MONDAY.plus(Duration.ofDays(15)));
    JsonNode weeks = asked().path("weeks");
    assertThat(weeks).hasSize(2);
    assertThat(weeks.get(0).path("from").asText()).startsWith("2002-08-05T00:00:00");
    assertThat(weeks.get(1).path("to").asText()).startsWith("2002-08-19T00:00:00");
    assertThat(beyondChance(weeks.get(0), "words")).isLessThan(0.1);
    assertThat(beyondChance(weeks.get(1), "words")).isGreaterThan(0.3);
    assertThat(beyondChance(weeks.get(1), "word length"))
        .isLessThan(beyondChance(weeks.get(1), "words"));
  }

  @Test
  void a_property_of_one_value_in_training_has_no_cell() throws Exception {
    serve("a", MONDAY, "1.0.0", 60, 50);
    world.at(MONDAY.plus(Duration.ofDays(1)));
    JsonNode drift = asked();
    assertThat(drift.path("features").toString()).contains("capitals", "links");
    assertThat(drift.path("weeks").get(0).path("cells").toString())
        .contains("words")
        .doesNotContain("capitals", "links");
  }

  @Test
  void a_week_belongs_to_the_version_that_answered_most_of_it() throws Exception {
    serve("a", MONDAY, "1.0.0", 60, 30);
    serve("b", MONDAY.plus(Duration.ofDays(2)), "1.1.0", 60, 40);
    world.at(MONDAY.plus(Duration.ofDays(3)));
    JsonNode week = asked().path("weeks").get(0);
    assertThat(week.path("version").asText()).isEqualTo("1.1.0");
    assertThat(week.path("n").asInt()).isEqualTo(40);
  }

  @Test
  void what_comes_later_shows_and_what_is_older_than_half_a_year_is_left_out() throws Exception {
    world.at(MONDAY.plus(Duration.ofDays(1)));
    assertThat(asked().path("weeks")).isEmpty();
    serve("a", MONDAY, "1.0.0", 60, 10);
    assertThat(asked().path("weeks")).hasSize(1);
    world.at(MONDAY.plus(Duration.ofDays(400)));
    assertThat(asked().path("weeks")).isEmpty();
  }
}
