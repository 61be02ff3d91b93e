package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.deployment.ArmOutcomes;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.TestDatabase;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** Knows the policy of a product at once and is held up when a batch is about to be written. */
  private static final class HeldUp {
    final CountDownLatch blocked = new CountDownLatch(1);
    final CountDownLatch writing = new CountDownLatch(1);

    InferenceLog.Keeping keeping(String product) {
      if (Thread.currentThread().getName().equals("inference-log")) {
        writing.countDown();
        try {
          blocked.await();
        } catch (InterruptedException interrupted) {
          throw new IllegalStateException(interrupted);
        }
      }
      return new InferenceLog.Keeping(1, "full", Instant.MIN);
    }
  }

  private InferenceSpool spool(int bytes) {
    return InferenceSpool.open(folder.resolve("spool"), bytes);
  }

  @Test
  void a_full_queue_drops_and_counts_and_never_waits() throws Exception {
    try (Database database = TestDatabase.in(folder)) {
      PredictionStore store = new PredictionStore(database);
      HeldUp held = new HeldUp();
      InferenceLog log = new InferenceLog(store, spool(1 << 16), 2, held::keeping);
      log.accept(World.answer("first", World.START, "ham", "1"));
      held.writing.await();
      for (int i = 0; i < 5; i++) {
        log.accept(World.answer("p" + i, World.START, "ham", "1"));
      }
      assertThat(log.dropped(World.PRODUCT)).isEqualTo(3);
      assertThat(log.metrics()).contains("espalier_log_dropped_total{product=\"mail\"} 3\n");
      held.blocked.countDown();
      log.flush();
      log.close();

      assertThat(store.after(World.PRODUCT, 0, 10)).hasSize(3);
      assertThat(new ViewStore(database).dropped(World.PRODUCT)).isEqualTo(3);
    }
  }

  @Test
  void a_full_spool_drops_and_counts_and_takes_again_once_it_is_written() throws Exception {
    try (Database database = TestDatabase.in(folder)) {
      PredictionStore store = new PredictionStore(database);
      HeldUp held = new HeldUp();
      InferenceLog log = new InferenceLog(store, spool(4_096), 1_000, held::keeping);
      int offered = 0;
      while (log.dropped(World.PRODUCT) < 3) {
        log.accept(World.answer("p" + offered++, World.START, "ham", "1"));
      }
      held.blocked.countDown();
      log.flush();
      assertThat(store.after(World.PRODUCT, 0, 100)).hasSize(offered - 3);
      log.accept(World.answer("after", World.START, "ham", "1"));
      log.flush();
      log.close();
      assertThat(store.after(World.PRODUCT, 0, 100)).hasSize(offered - 2);
    }
  }

  @Test
  void what_waited_when_the_process_was_killed_is_logged_once_by_the_next_one() throws Exception {
    try (Database database = TestDatabase.in(folder)) {
      PredictionStore store = new PredictionStore(database);
      HeldUp held = new HeldUp();
      InferenceLog killed = new InferenceLog(store, spool(1 << 16), 1_000, held::keeping);
      for (int i = 0; i < 20; i++) {
        killed.accept(World.answer("p" + i, World.START, i % 2 == 0 ? "ham" : "spam", "1"));
      }
      assertThat(store.after(World.PRODUCT, 0, 100)).as("nothing is written yet").isEmpty();
      // The killed one had committed one of them and had no time to say so.
      store.append(
          List.of(LogRow.of(World.answer("p3", World.START, "spam", "1"), "full")), Map.of());

      for (int start = 0; start < 2; start++) {
        InferenceLog next =
            new InferenceLog(
                store,
                spool(1 << 16),
                1_000,
                _ -> new InferenceLog.Keeping(1, "full", Instant.MIN));
        next.close();
        List<PredictionView> logged = store.after(World.PRODUCT, 0, 100);
        assertThat(logged).hasSize(20);
        assertThat(logged).extracting(PredictionView::predictionId).doesNotHaveDuplicates();
        assertThat(logged).extracting(PredictionView::seq).doesNotHaveDuplicates().isSorted();
        assertThat(store.find("p7").orElseThrow().label()).contains("spam");
        assertThat(store.payload("p7")).contains("text of p7");
        assertThat(
                store.coverage(World.PRODUCT, "1", World.START, World.START.plusSeconds(1)).rows())
            .as("counted once")
            .isEqualTo(20);
      }
      held.blocked.countDown();
    }
  }

  @Test
  void what_is_forgotten_or_forbidden_meanwhile_does_not_come_back_from_the_spool()
      throws Exception {
    try (Database database = TestDatabase.in(folder)) {
      PredictionStore store = new PredictionStore(database);
      HeldUp held = new HeldUp();
      InferenceLog killed = new InferenceLog(store, spool(1 << 16), 1_000, held::keeping);
      killed.accept(World.answer("old", World.START, "ham", "1"));
      killed.accept(World.answer("new", World.START.plusSeconds(60), "ham", "1"));

      InferenceLog next =
          new InferenceLog(
              store,
              spool(1 << 16),
              1_000,
              _ -> new InferenceLog.Keeping(1, "none", World.START.plusSeconds(1)));
      next.close();
      assertThat(store.find("old")).isEmpty();
      assertThat(store.find("new")).isPresent();
      assertThat(store.payload("new")).isEmpty();
      held.blocked.countDown();
    }
  }

  @Test
  void a_text_that_is_not_to_be_kept_never_reaches_the_spool() throws Exception {
    for (String payload : List.of("hashed", "none")) {
      try (Database database = TestDatabase.in(folder)) {
        InferenceLog log =
            new InferenceLog(
                new PredictionStore(database),
                spool(1 << 16),
                10,
                _ -> {
                  if (Thread.currentThread().getName().equals("inference-log")) {
                    throw new EspalierException(ErrorCode.UNAVAILABLE, "not now");
                  }
                  return new InferenceLog.Keeping(1, payload, Instant.MIN);
                });
        log.accept(World.answer("p", World.START, "ham", "1", "my card number"));
        byte[] file = Files.readAllBytes(folder.resolve("spool"));
        assertThat(new String(file, StandardCharsets.ISO_8859_1))
            .contains("\"id\":\"p\"")
            .doesNotContain("card");
        log.close();
        Files.delete(folder.resolve("spool"));
      }
    }
  }

  @Test
  void a_spool_whose_file_is_taken_away_under_it_costs_no_answer_and_is_counted() throws Exception {
    try (Database database = TestDatabase.in(folder)) {
      PredictionStore store = new PredictionStore(database);
      InferenceLog log =
          new InferenceLog(
              store, spool(1 << 16), 1_000, _ -> new InferenceLog.Keeping(1, "full", Instant.MIN));
      try (FileChannel file = FileChannel.open(folder.resolve("spool"), StandardOpenOption.WRITE)) {
        file.truncate(0);
      }
      for (int i = 0; i < 20; i++) {
        log.accept(World.answer("p" + i, World.START, "ham", "1"));
      }
      log.flush();
      assertThat(store.after(World.PRODUCT, 0, 100)).hasSize(20);
      assertThat(log.metrics()).containsPattern("espalier_log_unspooled_total [1-9]");
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
