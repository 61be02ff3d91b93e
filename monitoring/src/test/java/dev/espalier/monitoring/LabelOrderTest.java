package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stream of mails with the labels that really come back: late, twice, contradicting, corrected,
 * for mails that were never seen, in words that no model knows. Whatever order they arrive in, the
 * settled windows say the same.
 */
class LabelOrderTest {
  private static final int MAILS = 400;
  @TempDir Path folder;

  private record Said(String id, String label, Instant at, String source) {}

  private static Instant at(int mail) {
    return World.START.plus(Duration.ofMinutes(mail * 25L));
  }

  private static List<Said> stream(Random random) {
    List<Said> said = new ArrayList<>();
    for (int i = 0; i < MAILS; i++) {
      String id = "m" + i;
      String truth = i % 4 == 0 ? "spam" : "ham";
      Instant when = at(i).plus(Duration.ofMinutes(random.nextInt(2 * 24 * 60)));
      said.add(new Said(id, truth, when, "user"));
      if (random.nextInt(5) == 0) {
        said.add(new Said(id, truth, when, "user"));
      }
      if (random.nextInt(6) == 0) {
        String other = truth.equals("ham") ? "spam" : "ham";
        said.add(
            new Said(id, other, when.plus(Duration.ofMinutes(random.nextInt(1, 900))), "desk"));
      }
      if (random.nextInt(9) == 0) {
        said.add(new Said("never-seen-" + i, truth, when, "user"));
      }
      if (random.nextInt(9) == 0) {
        said.add(new Said(id, "phishing", when, "user-" + i));
      }
    }
    return said;
  }

  /** Predictions and labels in the order given by {@code random}: true order of neither. */
  private static List<MonitorWindow> live(World world, List<Said> said, Random random) {
    List<Said> shuffled = new ArrayList<>(said);
    Collections.shuffle(shuffled, random);
    int early = shuffled.size() / 3;
    say(world, shuffled.subList(0, early));
    List<Integer> mails = new ArrayList<>();
    for (int i = 0; i < MAILS; i++) {
      mails.add(i);
    }
    Collections.shuffle(mails, random);
    for (int mail : mails) {
      world.monitoring.accept(
          World.answer("m" + mail, at(mail), mail % 7 == 0 ? "spam" : "ham", "1.0.0"));
    }
    world.monitoring.flush();
    world.tick();
    say(world, shuffled.subList(early, shuffled.size()));
    world.at(World.START.plus(Duration.ofDays(30)));
    world.tick();
    return world.monitoring.watches().windows(World.PRODUCT, "false_spam_rise").stream()
        .map(window ->
            new MonitorWindow(
                window.from(),
                window.to(),
                WindowState.FINAL,
                window.version(),
                window.n(),
                window.value(),
                window.low(),
                window.high(),
                window.verdict(),
                window.insufficient()))
        .toList();
  }

  private static void say(World world, List<Said> said) {
    for (Said each : said) {
      try {
        world.monitoring.feedback(each.id(), each.label(), each.at(), each.source());
      } catch (EspalierException unknown) {
        assertThat(unknown).hasMessageContaining("The model knows no label 'phishing'");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void labels_in_any_order_give_the_same_final_metric(long seed, @TempDir Path other) {
    List<Said> said = stream(new Random(7));
    try (World first = new World(folder);
        World second = new World(other)) {
      List<MonitorWindow> one = live(first, said, new Random(100));
      List<MonitorWindow> two = live(second, said, new Random(seed));
      assertThat(one).hasSizeGreaterThan(20);
      assertThat(two).isEqualTo(one);
      assertThat(second.monitoring.view(World.PRODUCT).labels().labelled()).isEqualTo(MAILS);
      assertThat(second.monitoring.predictions(World.PRODUCT, 0, 1000))
          .allSatisfy(mail -> assertThat(mail.actual()).isPresent());
      assertThat(effective(second)).isEqualTo(effective(first));
    }
  }

  private static List<String> effective(World world) {
    return world.monitoring.predictions(World.PRODUCT, 0, 1000).stream()
        .map(mail -> mail.predictionId() + " " + mail.actual().orElse(""))
        .sorted()
        .toList();
  }

  @Test
  void of_contradicting_labels_the_one_known_last_counts_not_the_one_heard_last() {
    try (World world = new World(folder)) {
      world.monitoring.accept(World.answer("p", World.START, "ham", "1"));
      Instant noon = World.START.plus(Duration.ofHours(12));
      world.monitoring.feedback("p", "spam", noon, "desk");
      world.monitoring.feedback("p", "ham", noon.minusSeconds(60), "user");
      assertThat(world.monitoring.predictions(World.PRODUCT, 0, 1).getFirst().actual())
          .contains("spam");
      assertThat(world.trained).extracting(LabelledRow::label).containsExactly("spam");
    }
  }

  @Test
  void a_source_corrects_itself_within_the_same_second() {
    try (World world = new World(folder)) {
      world.monitoring.accept(World.answer("p", World.START, "ham", "1"));
      world.monitoring.feedback("p", "spam", World.START, "user");
      world.monitoring.feedback("p", "ham", World.START, "user");
      assertThat(world.monitoring.predictions(World.PRODUCT, 0, 1).getFirst().actual())
          .contains("ham");
    }
  }

  @Test
  void a_waiting_label_that_the_model_does_not_know_is_set_aside_and_blocks_no_other() {
    try (World world = new World(folder)) {
      for (int i = 0; i < 20; i++) {
        world.monitoring.feedback("p" + i, i < 19 ? "no such word" : "ham", World.START, "user");
      }
      for (int i = 0; i < 20; i++) {
        world.monitoring.accept(World.answer("p" + i, World.START, "ham", "1"));
      }
      world.tick();
      assertThat(world.monitoring.view(World.PRODUCT).labels().quarantined()).isZero();
      assertThat(world.monitoring.view(World.PRODUCT).labels().labelled()).isEqualTo(1);
    }
  }

  @Test
  void a_source_cannot_fill_the_store_with_labels_for_nothing() {
    try (World world = new World(folder)) {
      world.database.write(handle -> {
        var batch =
            handle.prepareBatch(
                """
                INSERT INTO feedback (prediction_id, source, revision, label, at, state, training)
                VALUES (:id, 'bot', 1, 'ham', '2002-08-01T00:00:00.000Z', 'quarantined', 'off')
                """);
        for (int i = 0; i < 10_000; i++) {
          batch.bind("id", "x" + i).add();
        }
        return batch.execute().length;
      });
      assertThatThrownBy(() -> world.monitoring.feedback("y", "ham", World.START, "bot"))
          .hasMessageContaining("10000 labels of source 'bot' wait");
      assertThat(world.monitoring.feedback("y", "ham", World.START, "ben").state())
          .isEqualTo(FeedbackResult.State.QUARANTINED);
    }
  }

  @Test
  void agreement_compares_the_newest_word_of_two_sources() {
    try (World world = new World(folder)) {
      for (int i = 0; i < 12; i++) {
        world.monitoring.accept(World.answer("p" + i, World.START, "ham", "1"));
        world.monitoring.feedback("p" + i, i % 2 == 0 ? "ham" : "spam", World.START, "ana");
        if (i < 8) {
          world.monitoring.feedback("p" + i, "ham", World.START.plusSeconds(1), "ben");
        }
        if (i < 8 && i % 2 == 1 && i != 7) {
          world.monitoring.feedback("p" + i, "spam", World.START.plusSeconds(2), "ben");
        }
      }
      assertThat(world.monitoring.labels().pairs(World.PRODUCT, 100))
          .hasSize(8)
          .filteredOn(pair -> !pair.one().equals(pair.other()))
          .hasSize(1);
    }
  }
}
