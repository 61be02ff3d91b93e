package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  record Point(String name, int count, Optional<String> note, Instant at, Duration hold) {}

  private static final Point POINT =
      new Point(
          "a", 2, Optional.empty(), Instant.parse("2002-08-01T00:00:00Z"), Duration.ofHours(25));

  @Test
  void writes_iso_times_and_leaves_absent_values_out() {
    assertThat(Json.write(POINT))
        .isEqualTo(
            "{\"name\":\"a\",\"count\":2,\"at\":\"2002-08-01T00:00:00Z\",\"hold\":\"PT25H\"}");
    assertThat(Json.read(Json.write(POINT), Point.class)).isEqualTo(POINT);
  }

  @Test
  void reads_lists() {
    assertThat(Json.read("[1,2]", new TypeReference<List<Integer>>() {})).containsExactly(1, 2);
  }

  @Test
  void names_the_field_that_is_wrong() {
    assertThatThrownBy(() -> Json.read("{\"name\":\"a\",\"count\":\"many\"}", Point.class))
        .isInstanceOfSatisfying(
            EspalierException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
              assertThat(failure.field()).contains("count");
            });
    assertThatThrownBy(() ->
            Json.read(
                "{\"name\":\"a\",\"count\":1,\"at\":\"2002-08-01T00:00:00Z\",\"hold\":\"PT1H\",\"naem\":\"a\"}",
                Point.class))
        .isInstanceOfSatisfying(
            EspalierException.class, failure -> assertThat(failure.field()).contains("naem"));
  }

  @Test
  void never_names_a_java_class() {
    assertThatThrownBy(() -> Json.read("{\"at\":\"yesterday\"}", Point.class))
        .hasMessageNotContaining("java.")
        .hasMessageNotContaining("dev.espalier");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{",
        "{} {}",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"count\":null}",
        "[1,2",
        "\u0000",
        "{\"name\":\"a\",\"count\":1e400}"
      })
  void refuses_what_is_not_one_sound_value(String text) {
    assertThatThrownBy(() -> Json.read(text, Point.class)).isInstanceOf(EspalierException.class);
  }

  @Test
  void refuses_bottomless_nesting() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThatThrownBy(() -> Json.tree(deep)).isInstanceOf(EspalierException.class);
  }
}
