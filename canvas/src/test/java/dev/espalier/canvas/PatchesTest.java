package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changing one value of a document and nothing else. */
class PatchesTest {
  private static Answers read(String text) {
    return Answers.read(
        ("canvas: espalier/1\nproduct: {name: p}\n" + text).getBytes(StandardCharsets.UTF_8));
  }

  private static Answers set(Answers answers, String path, String json) {
    return Patches.apply(answers, List.of(new Patch(path, Json.tree(json))));
  }

  static Stream<Path> canvases() throws IOException {
    List<Path> valid;
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/canvases/valid"))) {
      valid = files.sorted().toList();
    }
    return Stream.concat(
        valid.stream(),
        Stream.of(
            Path.of("../examples/mail-filter/canvas.yaml"),
            Path.of("../examples/quickstart/canvas.yaml")));
  }

  @ParameterizedTest
  @MethodSource("canvases")
  void without_a_patch_everything_stated_stays_stated(Path file) throws IOException {
    Answers answers = Answers.read(Files.readAllBytes(file));
    Answers again = Patches.apply(answers, List.of());
    assertThat(Diff.between(answers, again)).isEmpty();
    assertThat(again.waivers()).isEqualTo(answers.waivers());
    for (Given<?> given : answers.all()) {
      String key = given.question().key();
      assertThat(again.given(key).set()).as(key).isEqualTo(given.set());
      assertThat(again.given(key).why()).as(key).isEqualTo(given.why());
      assertThat(again.given(key).special()).as(key).isEqualTo(given.special());
    }
  }

  @Test
  void sets_one_value_and_confirms_its_field_only() {
    Answers before = read("serving: {volume: 1/s}\ndeploy: {strategy: {bake: 2h}} # two hours");
    Answers after = set(before, "serving.mode.online.timeout", "\"PT2S\"");
    assertThat(Diff.between(before, after))
        .extracting(Plan.Change::path)
        .containsExactly("serving.mode.online.timeout");
    assertThat(after.given("serving.mode").set()).containsExactly("online");
    assertThat(after.given("serving.volume").set()).containsExactly("expected");
    assertThat(after.given("deploy.strategy").set()).containsExactly("bake");
  }

  @Test
  void reaches_into_lists_and_replaces_what_was_set_aside() {
    Answers before =
        read("monitoring: {decay: [{id: a}, {id: b, window: 3d}]}\nserving: {volume: {n/a: no}}");
    Answers after = set(before, "monitoring.decay.detectors[1].window", "\"P9D\"");
    assertThat(after.get(Watching.Decay.class).detectors())
        .extracting(Watching.Detector::window)
        .containsExactly(java.time.Duration.ofDays(7), java.time.Duration.ofDays(9));
    assertThat(set(before, "serving.volume.expected", "\"2/s\"").find(Serving.Volume.class))
        .isPresent();
    assertThat(
            set(
                    before,
                    "deploy.strategy.steps",
                    "[{\"share\":0.1,\"hold\":\"PT1H\"},{\"share\":1,\"hold\":\"PT0S\"}]")
                .get(Deploy.Strategy.class)
                .steps(before))
        .hasSize(2);
    assertThat(
            set(before, "canvas.template.template", "\"ownml11\"")
                .get(Page.Template.class)
                .template())
        .isEqualTo("ownml11");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nothing.here",
        "serving.volume",
        "serving.volume.",
        "serving.volume..expected",
        "monitoring.decay.detectors[7].window",
        "monitoring.decay.detectors[x].window",
        "product.date.value",
        "../etc/passwd",
        ""
      })
  void a_path_that_leads_nowhere_is_refused(String path) {
    JsonNode value = Json.tree("\"x\"");
    assertThatThrownBy(
            () -> Patches.apply(read("serving: {volume: 1/s}"), List.of(new Patch(path, value))))
        .isInstanceOf(EspalierException.class);
  }

  @Test
  void a_value_that_may_not_stand_there_is_refused_by_the_schema() {
    assertThatThrownBy(
            () -> set(read("model: {family: linear}"), "ct.schedule.auto_promote", "\"always\""))
        .isInstanceOfSatisfying(
            EspalierException.class,
            e -> assertThat(e.field()).contains("ct.schedule.auto_promote"));
    assertThatThrownBy(() -> set(read(""), "deploy.strategy.min_requests", "{\"a\":1}"))
        .isInstanceOf(EspalierException.class);
  }
}
