package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.monitoring.FeedbackResult.State;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedbackTest {
  private static final Instant LATER = World.START.plus(Duration.ofDays(2));

  @TempDir Path folder;

  @Test
  void a_label_joins_once_and_goes_to_training_with_its_source() {
    try (World world = new World(folder)) {
      world.monitoring.accept(World.answer("p", World.START, "spam", "1"));

      assertThat(world.monitoring.feedback("p", "ham", LATER, "ben").state())
          .isEqualTo(State.JOINED);
      assertThat(world.monitoring.feedback("p", "ham", LATER, "ben").state())
          .isEqualTo(State.DUPLICATE);
      assertThat(world.monitoring.feedback("p", "spam", LATER, "ben").state())
          .isEqualTo(State.JOINED);

      assertThat(world.trained).extracting(LabelledRow::label).containsExactly("ham", "spam");
      assertThat(world.trained.getFirst().attributes())
          .containsEntry("source", "ben")
          .containsEntry("predictionId", "p");
      assertThat(world.monitoring.predictions(World.PRODUCT, 0, 1).getFirst().actual())
          .contains("spam");
    }
  }

  @Test
  void a_label_without_its_prediction_waits_and_joins_when_that_appears() {
    try (World world = new World(folder)) {
      assertThat(world.monitoring.feedback("late", "ham", LATER, "ben").state())
          .isEqualTo(State.QUARANTINED);
      assertThat(world.monitoring.view(World.PRODUCT).labels().quarantined()).isEqualTo(1);

      world.monitoring.accept(World.answer("late", World.START, "spam", "1"));
      world.tick();

      assertThat(world.monitoring.predictions(World.PRODUCT, 0, 1).getFirst().actual())
          .contains("ham");
      assertThat(world.monitoring.view(World.PRODUCT).labels().quarantined()).isZero();
    }
  }

  @Test
  void an_unknown_label_is_refused_with_the_valid_ones() {
    try (World world = new World(folder)) {
      world.monitoring.accept(World.answer("p", World.START, "spam", "1"));

      assertThatThrownBy(() -> world.monitoring.feedback("p", "sapm", LATER, "ben"))
          .isInstanceOfSatisfying(
              EspalierException.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
                assertThat(failure).hasMessageContaining("ham, spam");
              });
      assertThatThrownBy(() -> world.monitoring.feedback(" ", "ham", LATER, "ben"))
          .hasMessageContaining("predictionId");
      assertThatThrownBy(() -> world.monitoring.feedback("p", "x".repeat(201), LATER, "ben"))
          .hasMessageContaining("200");
    }
  }

  @Test
  void labels_wait_for_a_review_where_the_canvas_asks_for_one() {
    try (World world =
        new World(
            folder,
            World.canvas("after_review", "full", List.of("inbox")),
            MonitoringConfig.defaults())) {
      world.monitoring.accept(World.answer("p", World.START, "spam", "1"));
      world.monitoring.feedback("p", "ham", LATER, "ben");
      assertThat(world.trained).isEmpty();

      assertThat(world.monitoring.approveLabels(World.PRODUCT)).isEqualTo(1);

      assertThat(world.trained).hasSize(1);
    }
  }

  @Test
  void what_is_declared_for_measuring_joins_and_never_trains() {
    CanvasVersion canvas =
        World.with(
            World.canvas("auto", "full", List.of("inbox")),
            "rating",
            new Spec.FeedbackSource("rating", "metric"));
    try (World world = new World(folder, canvas, MonitoringConfig.defaults())) {
      world.monitoring.accept(World.answer("p", World.START, "spam", "1"));
      world.monitoring.accept(World.answer("q", World.START, "spam", "1"));

      assertThat(world.monitoring.feedback("p", "ham", LATER, "rating").state())
          .isEqualTo(State.JOINED);
      assertThat(world.trained).isEmpty();

      world.monitoring.feedback("q", "ham", LATER, "correction");
      assertThat(world.trained).extracting(LabelledRow::label).containsExactly("ham");
    }
  }

  @Test
  void a_late_label_revises_its_windows_and_fires_nothing_anew() {
    try (World world = new World(folder)) {
      for (int i = 0; i < 100; i++) {
        Instant at = World.START.plusSeconds(i);
        world.monitoring.accept(World.answer("p" + i, at, i < 5 ? "spam" : "ham", "1"));
        if (i < 90) {
          world.monitoring.feedback("p" + i, "ham", at.plusSeconds(9), "ben");
        }
      }
      world.at(World.START.plus(Duration.ofDays(4)));
      world.tick();
      MonitorWindow before =
          world.monitoring.watches().windows(World.PRODUCT, "false_spam_rise").getFirst();
      assertThat(before.state()).isEqualTo(WindowState.FINAL);
      assertThat(before.n()).isEqualTo(90);

      for (int i = 90; i < 100; i++) {
        world.monitoring.feedback("p" + i, "ham", World.START.plus(Duration.ofDays(5)), "ben");
      }

      MonitorWindow after =
          world.monitoring.watches().windows(World.PRODUCT, "false_spam_rise").getFirst();
      assertThat(after.state()).isEqualTo(WindowState.REVISED);
      assertThat(after.n()).isEqualTo(100);
      assertThat(world.monitoring.incidents(World.PRODUCT)).isEmpty();
    }
  }
}
