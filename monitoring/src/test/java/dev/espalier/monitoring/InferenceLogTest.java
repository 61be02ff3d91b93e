package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.deployment.ArmOutcomes;
import dev.espalier.platform.Database;
import dev.espalier.platform.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InferenceLogTest {
  @TempDir Path folder;

  @Test
  void what_was_accepted_is_durable_after_a_flush_from_many_threads() throws Exception {
    try (World world = new World(folder)) {
      List<Thread> threads = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        String prefix = "t" + thread + "_";
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int i = 0; i < 100; i++) {
                    world.monitoring.accept(World.answer(prefix + i, World.START, "ham", "1.0.0"));
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      world.monitoring.flush();

      List<PredictionView> logged = world.monitoring.predictions(World.PRODUCT, 0, 1000);
      assertThat(logged).hasSize(800);
      assertThat(logged).extracting(PredictionView::seq).doesNotHaveDuplicates().isSorted();
    }
  }

  @Test
  void an_answer_that_is_logged_already_is_neither_logged_nor_counted_again() {
    try (World world = new World(folder)) {
      world.monitoring.accept(World.answer("a", World.START, "ham", "1.0.0"));
      world.monitoring.flush();
      world.monitoring.accept(World.answer("a", World.START, "spam", "1.0.0"));
      world.monitoring.accept(World.answer("b", World.START, "spam", "1.0.0"));
      world.monitoring.flush();

      List<PredictionView> logged = world.monitoring.predictions(World.PRODUCT, 0, 10);
      assertThat(logged).extracting(PredictionView::predictionId).containsExactly("a", "b");
      assertThat(logged).extracting(PredictionView::seq).doesNotHaveDuplicates().isSorted();
      assertThat(logged.getFirst().label()).contains("ham");
      assertThat(
              world
                  .monitoring
                  .store()
                  .coverage(World.PRODUCT, "1.0.0", World.START, World.START.plusSeconds(1))
                  .rows())
          .isEqualTo(2);
    }
  }

  @Test
  void how_sure_a_version_was_is_the_highest_of_its_scores_the_newest_first() {
    try (World world = new World(folder)) {
      world.monitoring.accept(World.answer("a", World.START, "ham", "1.0.0"));
      world.monitoring.accept(World.answer("b", World.START.plusSeconds(9), "spam", "1.0.0"));
      world.monitoring.accept(World.answer("c", World.START, "spam", "2.0.0"));
      world.monitoring.flush();

      assertThat(world.monitoring.store().confidence(World.PRODUCT, "1.0.0", World.START, 10))
          .containsExactly(
              new PredictionStore.Sure(World.START.plusSeconds(9), 0.9),
              new PredictionStore.Sure(World.START, 0.9));
    }
    assertThat(PredictionStore.highest("{\"ham\":0.25,\"0.99\":0.75}")).hasValue(0.75);
    assertThat(PredictionStore.highest("{\"certain\":1,\"never\":0}")).hasValue(1);
    assertThat(PredictionStore.highest("{}")).isEmpty();
  }

  @Test
  void a_full_queue_drops_and_counts_and_never_waits() throws Exception {
    try (Database database = TestDatabase.in(folder)) {
      PredictionStore store = new PredictionStore(database);
      CountDownLatch blocked = new CountDownLatch(1);
      CountDownLatch writing = new CountDownLatch(1);
      InferenceLog log =
          new InferenceLog(
              store,
              2,
              _ -> {
                writing.countDown();
                try {
                  blocked.await();
                } catch (InterruptedException interrupted) {
                  throw new IllegalStateException(interrupted);
                }
                return new InferenceLog.Keeping(1, "hashed");
              });
      log.accept(World.answer("first", World.START, "ham", "1"));
      writing.await();
      for (int i = 0; i < 5; i++) {
        log.accept(World.answer("p" + i, World.START, "ham", "1"));
      }
      assertThat(log.dropped(World.PRODUCT)).isEqualTo(3);
      blocked.countDown();
      log.flush();
      log.close();

      assertThat(store.after(World.PRODUCT, 0, 10)).hasSize(3);
      assertThat(new ViewStore(database).dropped(World.PRODUCT)).isEqualTo(3);
    }
  }

  @Test
  void keeps_of_the_text_what_the_canvas_allows() {
    for (String payload : List.of("full", "hashed", "none")) {
      try (World world =
          new World(
              folder.resolve(payload).toFile().mkdir() ? folder.resolve(payload) : folder,
              World.canvas("auto", payload, List.of("inbox")),
              MonitoringConfig.defaults())) {
        world.monitoring.accept(World.answer("p", World.START, "ham", "1"));
        world.monitoring.flush();

        assertThat(world.monitoring.store().payload("p").isPresent())
            .isEqualTo(payload.equals("full"));
      }
    }
  }

  @Test
  void outcomes_belong_to_the_version_that_the_route_chose() {
    try (World world = new World(folder)) {
      world.monitoring.accept(World.answer("a", World.START, "spam", "1.0.0"));
      world.monitoring.accept(World.answer("b", World.START.plusSeconds(1), "ham", "1.1.0"));
      world.monitoring.feedback("a", "ham", World.START.plusSeconds(5), "person");

      ArmOutcomes arm = world.monitoring.outcomes(World.PRODUCT, "1.0.0", World.START);

      assertThat(arm.requests()).isEqualTo(1);
      assertThat(arm.outcomes().getFirst().predicted()).contains("spam");
      assertThat(arm.outcomes().getFirst().actual()).contains("ham");
      assertThat(
              world
                  .monitoring
                  .outcomes(World.PRODUCT, "1.1.0", World.START.plusSeconds(2))
                  .requests())
          .isZero();
    }
  }

  @Test
  void forgets_what_is_older_than_its_retention() {
    try (World world = new World(folder)) {
      world.monitoring.accept(World.answer("old", World.START, "ham", "1"));
      world.at(World.START.plus(Duration.ofDays(500)));
      world.tick();

      assertThat(world.monitoring.predictions(World.PRODUCT, 0, 10)).isEmpty();
      assertThat(world.monitoring.alerts(Optional.empty())).isEmpty();
    }
  }

  @Test
  void of_the_predictions_the_share_is_kept_that_the_canvas_asks_for() {
    CanvasVersion half =
        World.with(
            World.without(World.canvas("auto", "full", List.of("inbox")), Spec.InferenceLog.class),
            "log",
            new Spec.InferenceLog(0.5, "hashed", Duration.ofDays(30)));
    try (World world = new World(folder, half, MonitoringConfig.defaults())) {
      for (int i = 0; i < 400; i++) {
        world.monitoring.accept(World.answer("p" + i, World.START, "ham", "1.0.0"));
      }
      world.monitoring.flush();
      // Binomial(400, 1/2): beyond 5 standard deviations of 10 nothing is chance.
      assertThat(world.monitoring.predictions(World.PRODUCT, 0, 1000)).hasSizeBetween(150, 250);
      assertThat(world.monitoring.dropped(World.PRODUCT)).as("nothing was lost").isZero();
    }
  }
}
