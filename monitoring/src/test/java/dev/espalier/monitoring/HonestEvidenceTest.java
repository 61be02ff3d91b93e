package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.serving.InferenceRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No clause is green by itself: for each one there is a world in which it is not. */
class HonestEvidenceTest {
  @TempDir Path folder;

  private static Map<String, Observation> observe(World world, SortedMap<String, Long> broken) {
    return new MonitoringEvidence(world.monitoring, (_, _, _) -> Optional.of(0.02), _ -> broken)
        .observe(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT)).stream()
            .collect(
                Collectors.toMap(
                    seen -> seen.question() + " " + seen.clause(), Function.identity()));
  }

  private static Map<String, Observation> observe(World world) {
    return observe(world, new TreeMap<>());
  }

  private World world(Spec... more) {
    CanvasVersion canvas = World.canvas("auto", "full", List.of("inbox"));
    for (int i = 0; i < more.length; i++) {
      canvas = World.with(canvas, "more-" + i, more[i]);
    }
    return new World(folder, canvas, MonitoringConfig.defaults());
  }

  /** One answer; {@code actual} is its true label. */
  private static void answer(World world, int i, String said, String actual, Served how) {
    Instant at = World.START.plus(Duration.ofHours(i));
    world.at(at);
    InferenceRecord plain = World.answer("p" + i, at, said, "1.0.0");
    world.monitoring.accept(
        new InferenceRecord(
            plain.predictionId(),
            plain.product(),
            plain.at(),
            plain.receivedAt(),
            plain.unit(),
            plain.text(),
            plain.label(),
            plain.probabilities(),
            plain.modelVersion(),
            plain.routedVersion(),
            plain.arm(),
            how.by(),
            how.reason(),
            plain.latencyMicros(),
            plain.error(),
            how.consumer(),
            plain.candidateWeight(),
            plain.attempts()));
    if (!actual.isEmpty()) {
      world.monitoring.feedback("p" + i, actual, at, "person");
    }
  }

  private record Served(String by, Optional<String> reason, Optional<String> consumer) {
    static final Served PLAIN = new Served("champion", Optional.empty(), Optional.empty());
  }

  private static void plain(World world, int n) {
    for (int i = 0; i < n; i++) {
      answer(world, i, i % 4 == 0 ? "spam" : "ham", i % 4 == 0 ? "spam" : "ham", Served.PLAIN);
    }
    world.tick();
  }

  @Test
  void requests_to_the_endpoint_are_not_the_pattern_where_answers_are_made_in_advance() {
    try (World world = world(new Spec.Pattern("precompute"))) {
      plain(world, 20);
      Observation traffic = observe(world).get("serving.pattern traffic");
      assertThat(traffic.value()).hasValue(0);
      assertThat(traffic.n()).isEqualTo(20);
      assertThat(traffic.detail()).contains("not how the declared precompute");
    }
  }

  @Test
  void requests_to_the_endpoint_are_the_pattern_of_a_service() {
    try (World world = world(new Spec.Pattern("model_as_service"))) {
      plain(world, 20);
      assertThat(observe(world).get("serving.pattern traffic").value()).hasValue(1);
    }
  }

  @Test
  void labels_that_never_reach_training_fail_the_next_use() {
    CanvasVersion canvas = World.canvas("never", "full", List.of("inbox"));
    try (World world = new World(folder, canvas, MonitoringConfig.defaults())) {
      plain(world, 20);
      Observation used = observe(world).get("feedback used_next");
      assertThat(used.n()).isEqualTo(20);
      assertThat(used.pass()).contains(false);
      assertThat(used.detail()).startsWith("0 of the newest 20 labels");
    }
  }

  @Test
  void a_request_without_a_name_or_with_another_comes_from_no_declared_consumer() {
    try (World world = world(new Spec.Consumer("gateway", "http", Optional.empty()))) {
      for (int i = 0; i < 8; i++) {
        Optional<String> who =
            i < 5 ? Optional.of("gateway") : i < 7 ? Optional.of("stranger") : Optional.empty();
        answer(world, i, "ham", "ham", new Served("champion", Optional.empty(), who));
      }
      Observation share = observe(world).get("solution declared_consumers");
      assertThat(share.value()).hasValue(5 / 8.0);
      assertThat(share.n()).isEqualTo(8);
      assertThat(share.detail()).contains("unnamed 1", "stranger 2");
    }
  }

  @Test
  void nobody_counts_consumers_where_none_is_declared() {
    try (World world = world()) {
      plain(world, 20);
      assertThat(observe(world)).doesNotContainKey("solution declared_consumers");
    }
  }

  @Test
  void too_many_inputs_that_break_a_rule_fail_the_input_check() {
    Spec rules = new Spec.PreAssertion(List.of("length <= 10"), "fallback");
    Spec chain = new Spec.Fallback(List.of(), Duration.ofMillis(500), List.of(), 0.05);
    try (World world = world(rules, chain)) {
      for (int i = 0; i < 20; i++) {
        Optional<String> why = i < 1 ? Optional.of("pre_fail:length") : Optional.empty();
        answer(world, i, "ham", "ham", new Served("champion", why, Optional.empty()));
      }
      assertThat(observe(world).get("serving.pre_assertion fail_rate").pass()).contains(true);
      for (int i = 20; i < 23; i++) {
        answer(
            world,
            i,
            "ham",
            "ham",
            new Served("champion", Optional.of("pre_fail:length"), Optional.empty()));
      }
      Observation failed = observe(world).get("serving.pre_assertion fail_rate");
      assertThat(failed.pass()).contains(false);
      assertThat(failed.detail()).contains("4 of 23", "at most 5.0 %");
    }
  }

  @Test
  void refused_inputs_count_although_no_log_holds_them() {
    try (World world = world(new Spec.PreAssertion(List.of("length <= 10"), "reject"))) {
      plain(world, 30);
      SortedMap<String, Long> refused = new TreeMap<>(Map.of("length", 10L));
      Observation seen = observe(world, refused).get("serving.pre_assertion fail_rate");
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).contains("length 10");
      assertThat(observe(world).get("serving.pre_assertion fail_rate").pass()).contains(true);
    }
  }

  @Test
  void a_day_with_more_requests_than_the_expected_peak_is_measured_though_the_mean_is_low() {
    // 5 a day with a factor of 2: at most 10 on a day; 24 came on each of the first two.
    Spec volume = new Spec.Volume(5 / 86_400.0, 2, 0.3, 0.05, 8192, Duration.ofSeconds(30));
    try (World world = world(volume)) {
      plain(world, 48);
      world.at(World.START.plus(Duration.ofDays(25)));
      Map<String, Observation> seen = observe(world);
      assertThat(seen.get("serving.volume actual").value().orElseThrow()).isLessThan(0.5);
      Observation peak = seen.get("serving.volume peak");
      assertThat(peak.value().orElseThrow()).isCloseTo(2.4, within(1e-9));
      assertThat(peak.detail()).contains("24 requests in the busiest day", "2002-08-02", "is 10");
      world.at(World.START.plus(Duration.ofDays(60)));
      assertThat(observe(world))
          .as("a peak of the season before")
          .doesNotContainKey("serving.volume peak");
    }
  }

  @Test
  void an_answer_of_a_rung_that_nobody_declared_fails_the_chain() {
    Spec.FallbackRung rung =
        new Spec.FallbackRung(Set.of("*"), "baseline", Optional.empty(), Duration.ofMillis(50));
    Spec chain = new Spec.Fallback(List.of(), Duration.ofMillis(500), List.of(rung), 0.05);
    try (World world = world(chain)) {
      answer(world, 0, "ham", "ham", new Served("baseline", Optional.empty(), Optional.empty()));
      assertThat(observe(world).get("serving.fallback rungs").pass()).contains(true);
      answer(world, 1, "ham", "ham", new Served("cached", Optional.empty(), Optional.empty()));
      Observation seen = observe(world).get("serving.fallback rungs");
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).contains("not in the declared chain: [cached]");
    }
  }

  @Test
  void labels_that_never_come_fail_the_count_of_pending_ones() {
    try (World world = world()) {
      for (int i = 0; i < 20; i++) {
        answer(world, i, "ham", i < 10 ? "ham" : "", Served.PLAIN);
      }
      assertThat(observe(world).get("monitoring.ml pending").pass()).contains(true);
      world.at(World.START.plus(Duration.ofDays(30)));
      Observation seen = observe(world).get("monitoring.ml pending");
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).contains("10 of them longer than declared");
    }
  }

  @Test
  void a_version_that_is_much_worse_in_production_fails_the_gap() {
    try (World world = world()) {
      for (int i = 0; i < 200; i++) {
        answer(world, i, i % 3 == 0 ? "spam" : "ham", "ham", Served.PLAIN);
      }
      world.tick();
      Observation gap = observe(world).get("metrics gap");
      assertThat(gap.pass()).contains(false);
      assertThat(gap.detail()).contains("worse than offline");
    }
  }

  @Test
  void an_online_gate_that_the_labels_disprove_fails_the_online_evaluation() {
    Spec gates =
        new Spec.Evaluation(
            Optional.empty(),
            "bootstrap",
            "labels",
            1,
            Duration.ofDays(7),
            List.of("false_spam <= 0.05"));
    try (World world = world(gates)) {
      for (int i = 0; i < 400; i++) {
        answer(world, i, i % 3 == 0 ? "spam" : "ham", "ham", Served.PLAIN);
      }
      world.at(World.START.plus(Duration.ofDays(19)));
      world.tick();
      Observation seen = observe(world).get("evaluation online");
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).contains("false_spam <= 0.05, but false_spam 0.33");
    }
  }

  @Test
  void a_value_is_said_beside_what_always_the_same_answer_would_have_been_worth() {
    Spec costs = new Spec.Costs(Map.of("ham->spam", "1", "spam->ham", "0.1", "correct", "0"));
    try (World world = world(costs)) {
      for (int i = 0; i < 100; i++) {
        answer(world, i, i % 2 == 0 ? "spam" : "ham", i % 4 < 2 ? "ham" : "spam", Served.PLAIN);
      }
      Observation seen = observe(world).get("value value_per_1000");
      assertThat(seen.pass()).as("the canvas states no least worth").contains(true);
      assertThat(seen.value().orElseThrow()).isBetween(-550.0, -250.0);
      assertThat(seen.interval()).isPresent();
      assertThat(seen.detail()).contains("always 'ham' would be -50.00");
    }
  }

  @Test
  void a_cost_matrix_that_prices_labels_which_no_answer_has_fails_the_value() {
    Spec costs = new Spec.Costs(Map.of("phishing->inbox", "5", "correct", "0"));
    try (World world = world(costs)) {
      plain(world, 20);
      Observation seen = observe(world).get("value value_per_1000");
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).contains("inbox, phishing");
    }
  }

  @Test
  void metrics_are_as_old_as_their_newest_label_and_too_few_labels_are_said_so() {
    try (World world = world()) {
      for (int i = 0; i < 30; i++) {
        answer(world, i, "ham", "ham", Served.PLAIN);
      }
      world.at(World.START.plus(Duration.ofDays(20)));
      Observation seen = observe(world).get("metrics present:false_spam");
      assertThat(seen.observedAt()).isEqualTo(World.START.plus(Duration.ofHours(29)));
      assertThat(seen.n()).isEqualTo(30);
      assertThat(seen.detail()).contains("50");
    }
  }

  @Test
  void an_objective_on_too_few_labels_has_no_value_rather_than_nought() {
    Spec.Objective rare =
        new Spec.Objective(
            "false_spam", Spec.Op.AT_LEAST, 0.5, LocalDate.parse("2002-12-31"), List.of(), "must");
    try (World world = world(rare)) {
      for (int i = 0; i < 30; i++) {
        answer(world, i, "ham", "ham", Served.PLAIN);
      }
      Observation near = observe(world).get("objectives attainment:more-0");
      assertThat(near.n()).isEqualTo(30);
      assertThat(near.value()).as("30 of 50 rows show nothing").isEmpty();
      assertThat(near.interval()).isEmpty();
      assertThat(near.detail()).contains("50");
    }
  }

  @Test
  void thin_traffic_is_looked_at_for_longer_until_the_declared_n_is_reached() {
    try (World world = world()) {
      for (int i = 0; i < 80; i++) {
        answer(
            world, i * 24, i % 8 == 0 ? "spam" : "ham", i % 8 == 0 ? "spam" : "ham", Served.PLAIN);
      }
      Observation seen = observe(world).get("metrics present:false_spam");
      assertThat(seen.n()).isGreaterThanOrEqualTo(50);
      assertThat(seen.detail()).contains("over 90 days");
    }
  }

  @Test
  void a_detector_that_stopped_running_fails() {
    try (World world = world()) {
      plain(world, 24 * 12);
      world.at(World.START.plus(Duration.ofDays(14)));
      world.tick();
      assertThat(observe(world).get("monitoring.decay ran:false_spam_rise").pass()).contains(true);
      world.at(World.START.plus(Duration.ofDays(60)));
      Map<String, Observation> later = observe(world);
      assertThat(later.get("monitoring.decay ran:false_spam_rise").pass()).contains(false);
      assertThat(later.get("monitoring.ml window:false_spam").pass()).contains(false);
    }
  }
}
