package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Observation;
import dev.espalier.serving.Answer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ParityDrillTest {
  private static final List<String> TEXTS = List.of("one", "two", "three", "four");

  private static TreeMap<String, Double> scores(double spam) {
    return new TreeMap<>(Map.of("ham", 1 - spam, "spam", spam));
  }

  private static Answer answer(TreeMap<String, Double> scores, String version, String rung) {
    return new Answer("p", "ham", scores, version, rung, Optional.empty(), 100);
  }

  private static Observation compare(java.util.function.Function<String, Answer> served) {
    return ParityDrill.compare("1.0.0", TEXTS, _ -> scores(0.25), served, Instant.EPOCH);
  }

  @Test
  void the_same_answers_by_both_paths_are_no_difference() {
    Observation seen = compare(_ -> answer(scores(0.25 + 5e-6), "1.0.0", "champion"));
    assertThat(seen.value()).hasValue(0);
    assertThat(seen.n()).isEqualTo(4);
  }

  @Test
  void a_row_that_serving_prepares_differently_counts() {
    Observation seen =
        compare(text -> answer(scores(text.equals("two") ? 0.26 : 0.25), "1.0.0", "champion"));
    assertThat(seen.value()).hasValue(1);
    assertThat(seen.detail()).contains("1 of 4 rows differ", "0.010");
  }

  @Test
  void another_label_set_a_number_that_is_none_and_another_rung_count() {
    assertThat(
            compare(_ -> answer(new TreeMap<>(Map.of("ham", 0.75)), "1.0.0", "champion")).value())
        .hasValue(4);
    assertThat(compare(_ -> answer(scores(Double.NaN), "1.0.0", "champion")).value()).hasValue(4);
    Observation fallback = compare(_ -> answer(scores(0.25), "0.9.0", "previous_champion"));
    assertThat(fallback.value()).hasValue(4);
    assertThat(fallback.detail()).contains("answered by previous_champion");
  }
}
