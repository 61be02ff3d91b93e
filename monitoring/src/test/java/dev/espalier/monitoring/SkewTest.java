package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SkewTest {
  @TempDir Path folder;

  private static CanvasVersion canvas(String test) {
    // Hashed payloads: no text is kept, and none is needed.
    return World.with(
        World.canvas("never", "hashed", List.of("inbox")),
        "skew",
        new Spec.Skew(test, 0.1, Duration.ofDays(1), 100));
  }

  private static String text(SplittableRandom random, int words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5 + random.nextInt(words); i++) {
      text.append("abcdefghijkl", 0, 1 + random.nextInt(11)).append(' ');
    }
    return text.append(random.nextInt(9) == 0 ? "http://x.example/1" : "").toString();
  }

  private static Stream<String> trained(int rows) {
    SplittableRandom random = new SplittableRandom(1);
    return IntStream.range(0, rows).mapToObj(_ -> text(random, 60));
  }

  private World served(String test, int words, int rows) {
    World world = new World(folder, canvas(test), MonitoringConfig.defaults());
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < rows; i++) {
      Instant at = World.START.plusSeconds(i * 60L);
      world.monitoring.accept(World.answer("p" + i, at, "ham", "1.0.0", text(random, words)));
    }
    world.at(World.START.plusSeconds(rows * 60L));
    return world;
  }

  private static Observation seen(World world) {
    return new Skew(world.monitoring, (_, _) -> trained(3000))
        .observe(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT))
        .getFirst();
  }

  @ParameterizedTest
  @ValueSource(strings = {"js", "psi"})
  void texts_like_those_of_training_have_no_distance(String test) {
    try (World world = served(test, 60, 600)) {
      Observation seen = seen(world);
      assertThat(seen.question()).isEqualTo("monitoring.skew");
      assertThat(seen.subject()).isEqualTo("1.0.0");
      assertThat(seen.n()).isEqualTo(600);
      assertThat(seen.value().orElseThrow()).isLessThan(0.1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"js", "psi"})
  void longer_texts_are_far_away_and_the_property_is_named(String test) {
    try (World world = served(test, 200, 600)) {
      Observation seen = seen(world);
      assertThat(seen.value().orElseThrow()).isGreaterThan(0.1);
      assertThat(seen.detail()).containsAnyOf("words most", "characters most");
    }
  }

  @Test
  void an_injected_skew_is_found_in_a_copy() {
    try (World world = served("js", 60, 600)) {
      Skew skew = new Skew(world.monitoring, (_, _) -> trained(3000));
      Observation found =
          skew.run(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT)).getFirst();
      assertThat(found.clause()).isEqualTo("injected");
      assertThat(found.pass()).contains(true);
      assertThat(seen(world).value().orElseThrow()).as("the log is untouched").isLessThan(0.1);
    }
  }

  @Test
  void nothing_is_said_where_nobody_asks_or_nothing_was_served_or_trained() {
    try (World world = served("js", 60, 0)) {
      Skew skew = new Skew(world.monitoring, (_, _) -> trained(3000));
      Instant now = world.clocks.now(World.PRODUCT);
      assertThat(skew.observe(World.PRODUCT, world.canvas, now)).isEmpty();
      assertThat(skew.run(World.PRODUCT, world.canvas, now)).isEmpty();
      assertThat(
              skew.observe(World.PRODUCT, World.canvas("never", "hashed", List.of("inbox")), now))
          .isEmpty();
      world.monitoring.accept(World.answer("p", World.START, "ham", "1.0.0"));
      assertThat(
              new Skew(world.monitoring, (_, _) -> Stream.of())
                  .observe(World.PRODUCT, world.canvas, now))
          .isEmpty();
    }
  }

  @Test
  void properties_survive_their_text_form_and_bound_their_work() {
    TextProperties seen = TextProperties.of("Call 0800 NOW \u00e9 http://a https://b");
    assertThat(TextProperties.parse(seen.text()).orElseThrow().values())
        .containsExactly(
            java.util.stream.Stream.of(seen.text().split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray());
    assertThat(seen.values()[1]).isEqualTo(6);
    assertThat(seen.values()[6]).isEqualTo(2);
    assertThat(TextProperties.of("x".repeat(3_000_000)).values()[0]).isEqualTo(3_000_000);
    assertThat(TextProperties.of("").values()).containsOnly(0);
    assertThat(TextProperties.parse("1 2 three")).isEmpty();
    assertThat(TextProperties.parse("1 2 3 4 5 6 x")).isEmpty();
  }
}
