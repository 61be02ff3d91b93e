package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.evaluation.GateInput.Fact;
import dev.espalier.evaluation.Predictions;
import dev.espalier.evaluation.Scored;
import dev.espalier.model.Engine;
import dev.espalier.model.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Suites on a model whose every reason is known: it looks for one word. */
class SuitesTest {
  private static final Spec.Metric ACCURACY =
      new Spec.Metric("accuracy", "ml", "accuracy", "up", true, List.of(), 1, 0.95);

  /** Says spam, and how sure, by whether the word is there, exactly so spelled. */
  private record Looking(String word) implements Engine {
    @Override
    public Signature signature() {
      return new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 10_000);
    }

    @Override
    public List<double[]> score(List<String> texts) {
      return texts.stream()
          .map(text ->
              List.of(text.split("\\s+")).contains(word)
                  ? new double[] {0.1, 0.9}
                  : new double[] {0.8, 0.2})
          .toList();
    }

    @Override
    public void close() {}
  }

  private static Spec.Suite suite(String metric, Optional<String> name, Optional<String> slice) {
    return new Spec.Suite("any", metric, name, slice, 1);
  }

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean spam = i % 2 == 0;
      rows.add(
          new Row(
              "r" + i,
              Instant.EPOCH,
              "some quite ordinary words about " + (spam ? "lottery" : "gardens") + " and more",
              Optional.of(spam ? "spam" : "ham"),
              Map.of("lang", i < 20 ? "de" : "en")));
    }
    return rows;
  }

  private static Predictions said(Engine engine, List<Row> rows) {
    return new Predictions(
        List.of("ham", "spam"),
        rows.stream()
            .map(row -> {
              double[] scores = engine.score(List.of(row.text())).getFirst();
              return new Scored(
                  row.id(),
                  row.at(),
                  row.label().orElseThrow(),
                  scores,
                  scores[1] > scores[0] ? "spam" : "ham",
                  row.attributes());
            })
            .toList());
  }

  private static Map<String, Fact> measured(Engine engine, Spec.Suite suite) {
    Suites suites = new Suites(List.of(suite), List.of(ACCURACY), 42);
    assertThat(suites.asksTheModel()).isTrue();
    return suites.of(engine, rows(), said(engine, rows()));
  }

  @Test
  void typing_noise_costs_a_model_that_needs_exact_words_and_more_noise_costs_more() {
    Engine looking = new Looking("lottery");
    double none =
        measured(looking, suite("drop", Optional.of("typo-0"), Optional.empty()))
            .get("drop")
            .value();
    double some =
        measured(looking, suite("drop", Optional.of("typo-5"), Optional.empty()))
            .get("drop")
            .value();
    double much =
        measured(looking, suite("drop", Optional.of("typo-40"), Optional.empty()))
            .get("drop")
            .value();
    assertThat(none).isZero();
    assertThat(some).isPositive();
    assertThat(much).isGreaterThan(some).isLessThanOrEqualTo(0.5);
  }

  @Test
  void a_slip_keeps_what_is_no_letter_and_repeats_by_its_seed() {
    String text = "Call 555-1234 now, please!";
    assertThat(Suites.typed(text, 100, 1)).isNotEqualTo(text).contains("555-1234");
    assertThat(Suites.typed(text, 30, 1)).isEqualTo(Suites.typed(text, 30, 1));
    assertThat(Suites.typed(text, 0, 1)).isEqualTo(text);
  }

  @Test
  void deleting_the_word_that_decides_beats_deleting_random_ones() {
    double looking =
        measured(new Looking("lottery"), suite("deletion", Optional.empty(), Optional.empty()))
            .get("deletion")
            .value();
    assertThat(looking).isGreaterThan(0.1);
    double blind =
        measured(new Looking("nowhere"), suite("deletion", Optional.empty(), Optional.empty()))
            .get("deletion")
            .value();
    assertThat(blind).as("no word decides anything").isCloseTo(0, within(1e-12));
  }

  @Test
  void a_model_that_minds_capitals_is_not_invariant() {
    Fact fact =
        measured(new Looking("lottery"), suite("invariance", Optional.empty(), Optional.empty()))
            .get("invariance");
    assertThat(fact.value()).isLessThan(0.95);
    assertThat(fact.n()).isGreaterThanOrEqualTo(40);
  }

  @Test
  void fairness_is_read_from_the_answers_between_the_groups_of_the_slice() {
    Engine looking = new Looking("lottery");
    Suites suites =
        new Suites(
            List.of(
                suite("DIR", Optional.empty(), Optional.of("lang")),
                suite("SPD", Optional.empty(), Optional.of("lang")),
                suite("dir", Optional.empty(), Optional.of("nothing"))),
            List.of(ACCURACY),
            42);
    assertThat(suites.asksTheModel()).isFalse();
    Map<String, Fact> facts = suites.of(said(looking, rows()));
    assertThat(facts).containsOnlyKeys("DIR", "SPD");
    assertThat(facts.get("DIR").value()).isEqualTo(1);
    assertThat(facts.get("SPD").value()).isZero();
  }

  @Test
  void two_slices_are_judged_apart_and_each_gate_reads_its_own() {
    Engine engine = new Looking("lottery");
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      // Spam comes to half of either language, and to the young only.
      rows.add(
          new Row(
              "r" + i,
              Instant.EPOCH,
              i % 2 == 0 ? "lottery" : "gardens",
              Optional.of(i % 2 == 0 ? "spam" : "ham"),
              Map.of("lang", i < 60 ? "de" : "en", "age", i % 2 == 0 ? "young" : "old")));
    }
    List<Spec.Suite> suites =
        List.of(
            suite("DIR@lang", Optional.empty(), Optional.of("lang")),
            suite("DIR@age", Optional.empty(), Optional.of("age")));

    Map<String, Fact> facts = new Suites(suites, List.of(ACCURACY), 7).of(said(engine, rows));

    assertThat(facts.get("DIR@lang").value()).isCloseTo(1.0, within(1e-9));
    assertThat(facts.get("DIR@age").value()).isZero();
  }
}
