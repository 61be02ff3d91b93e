package dev.espalier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every engine promises. */
abstract class EngineContract {
  private static final List<String> TEXTS =
      List.of(
          "Win a free cruise now!!! $$$",
          "The meeting moved to Thursday, same room.",
          "",
          "   ",
          "日本語のメール 🎉 \u0000 \ud800",
          "word ".repeat(20_000));

  abstract Engine engine();

  @Test
  void answers_one_row_of_probabilities_per_text_whatever_the_text() {
    try (Engine engine = engine()) {
      List<double[]> scores = engine.score(TEXTS);
      assertThat(scores).hasSameSizeAs(TEXTS);
      for (double[] row : scores) {
        assertThat(row).hasSize(engine.signature().labels().size());
        assertThat(Arrays.stream(row).sum()).isCloseTo(1, within(1e-6));
        assertThat(Arrays.stream(row).allMatch(value -> value >= 0 && value <= 1)).isTrue();
      }
    }
  }

  @Test
  void neighbours_never_change_an_answer() {
    try (Engine engine = engine()) {
      List<double[]> together = engine.score(TEXTS);
      for (int i = 0; i < TEXTS.size(); i++) {
        assertThat(engine.score(List.of(TEXTS.get(i))).getFirst()).isEqualTo(together.get(i));
      }
    }
  }

  @Test
  void answers_the_same_from_many_threads() throws Exception {
    try (Engine engine = engine();
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      double[] expected = engine.score(TEXTS.subList(0, 1)).getFirst();
      List<Callable<double[]>> calls = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        calls.add(() -> engine.score(TEXTS.subList(0, 1)).getFirst());
      }
      for (Future<double[]> answer : threads.invokeAll(calls)) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void a_close_waits_for_running_calls_and_ends_the_engine() throws Exception {
    Engine engine = engine();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Boolean>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        calls.add(
            threads.submit(() -> {
              try {
                return engine.score(TEXTS.subList(0, 2)).size() == 2;
              } catch (EspalierException unloaded) {
                return true;
              }
            }));
      }
      engine.close();
      for (Future<Boolean> call : calls) {
        assertThat(call.get()).isTrue();
      }
    }
    engine.close();
    assertThatThrownBy(() -> engine.score(List.of("text")))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("unloaded");
  }

  @Test
  void no_texts_give_no_rows() {
    try (Engine engine = engine()) {
      assertThat(engine.score(List.of())).isEmpty();
    }
  }
}
