package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every trigger against every rung, the division of the deadline, and the circuit's probes. */
class LadderTest {
  /** Long enough for a busy machine: no test waits for it unless something hangs on purpose. */
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final WordRules HEURISTIC =
      new WordRules(
          List.of(
              new WordRules.Case(List.of("Prize", "big offer"), "spam"),
              new WordRules.Case(List.of("text"), "ham")));

  private final Script script = new Script(2);
  private final Serving serving = script.serving;

  @AfterEach
  void close() {
    script.close();
    assertThat(script.misuse).hasValue(0);
  }

  private static Rung rung(Rung.Use use, Duration timeout, Trigger... on) {
    Set<Trigger> triggers = on.length == 0 ? Set.of(Trigger.values()) : Set.of(on);
    return use == Rung.Use.RULE
        ? new Rung(triggers, HEURISTIC, timeout)
        : new Rung(triggers, use, Optional.of("ham"), timeout);
  }

  private static Route withRungs(String champion) {
    return new Route(
        "s",
        List.of(
            new Arm(champion, 1, Arm.CHAMPION),
            new Arm("previous", 0, Arm.PREVIOUS),
            new Arm("baseline", 0, Arm.BASELINE)));
  }

  static Stream<Arguments> everyTriggerAndRung() {
    List<Arguments> all = new ArrayList<>();
    for (Trigger trigger : Trigger.values()) {
      for (Rung.Use use : Rung.Use.values()) {
        all.add(Arguments.of(trigger, use));
      }
    }
    return all.stream();
  }

  /** Puts the routed version into a state that pulls {@code trigger}; returns what to ask. */
  private Ask provoke(Trigger trigger) {
    switch (trigger) {
      case TIMEOUT -> script.acts.put("champion", script.hanging());
      case ERROR -> script.acts.put("champion", Script.ERROR);
      case POST_FAIL -> script.acts.put("champion", Script.NAN);
      case LOW_CONFIDENCE -> script.acts.put("champion", Script.UNSURE);
      case PRE_FAIL -> {
        return Ask.of("text " + "x".repeat(1001));
      }
      case OVERLOAD -> fillTheQueue();
    }
    return Ask.of("text");
  }

  /** Both permits hang and all eight places in the queue are taken. */
  private void fillTheQueue() {
    script.acts.put("champion", script.hanging());
    // First the permits, then the queue: all at once, a place too many could be asked for.
    fillers(2);
    until(() -> script.hung.get() == 2);
    fillers(8);
    until(() -> serving.queued(Script.PRODUCT) == 8);
  }

  private void fillers(int count) {
    for (int i = 0; i < count; i++) {
      var _ = CompletableFuture.runAsync(this::askInVain, Thread::startVirtualThread);
    }
  }

  private void askInVain() {
    try {
      Answer _ = serving.predict(Script.PRODUCT, Ask.of("filler"));
    } catch (EspalierException expected) {
      assertThat(expected.code())
          .isIn(ErrorCode.TIMEOUT, ErrorCode.OVERLOADED, ErrorCode.UNAVAILABLE);
    }
  }

  private static void until(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("Waited a minute in vain");
      }
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest(name = "{0} is answered by {1}")
  @MethodSource("everyTriggerAndRung")
  void every_trigger_reaches_every_rung_and_the_answer_says_so(Trigger trigger, Rung.Use use) {
    // What hangs on purpose gets a short share; everything else as long as it wants.
    boolean hangs = EnumSet.of(Trigger.TIMEOUT, Trigger.OVERLOAD).contains(trigger);
    Duration primary = trigger == Trigger.TIMEOUT ? Duration.ofMillis(50) : LONG.dividedBy(2);
    serving.configure(
        Script.config(LONG, hangs ? primary : LONG.dividedBy(2), rung(use, LONG, trigger)),
        withRungs("champion"));
    Ask ask = provoke(trigger);
    if (use == Rung.Use.REJECT) {
      ErrorCode code =
          catchThrowableOfType(EspalierException.class, () -> serving.predict(Script.PRODUCT, ask))
              .code();
      assertThat(code)
          .isEqualTo(
              switch (trigger) {
                case OVERLOAD -> ErrorCode.OVERLOADED;
                case TIMEOUT -> ErrorCode.TIMEOUT;
                case PRE_FAIL -> ErrorCode.INVALID;
                default -> ErrorCode.UNAVAILABLE;
              });
      return;
    }
    Answer answer = serving.predict(Script.PRODUCT, ask);
    assertThat(answer.servedBy()).isEqualTo(use.text());
    assertThat(answer.fallbackReason().orElseThrow()).startsWith(trigger.text() + ": ");
    assertThat(answer.modelVersion())
        .isEqualTo(
            switch (use) {
              case PREVIOUS_CHAMPION -> "previous";
              case BASELINE -> "baseline";
              case RULE, DEFAULT_VALUE, REJECT -> "none";
            });
    InferenceRecord record =
        script.log.stream()
            .filter(one -> one.predictionId().equals(answer.predictionId()))
            .findFirst()
            .orElseThrow();
    assertThat(record.routedVersion()).as("the arm that caused it").isEqualTo("champion");
    assertThat(record.attempts())
        .extracting(Attempt::outcome)
        .containsExactly(trigger.text(), "ok");
    assertThat(serving.metrics())
        .contains(
            "espalier_fallback_total{product=\"mail\",reason=\"%s\",served_by=\"%s\"} 1\n"
                .formatted(trigger.text(), use.text()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Trigger.class,
      names = {"ERROR", "POST_FAIL", "LOW_CONFIDENCE", "PRE_FAIL"})
  void a_rung_answers_no_other_trigger_than_its_own(Trigger trigger) {
    Trigger[] others =
        Stream.of(Trigger.values()).filter(one -> one != trigger).toArray(Trigger[]::new);
    serving.configure(
        Script.config(LONG, LONG.dividedBy(2), rung(Rung.Use.DEFAULT_VALUE, LONG, others)),
        withRungs("champion"));
    Ask ask = provoke(trigger);
    if (trigger == Trigger.LOW_CONFIDENCE) {
      // The ladder knows the trigger, so it stays one of its own and finds nobody.
      serving.configure(
          Script.config(
              LONG,
              LONG.dividedBy(2),
              rung(Rung.Use.REJECT, LONG, Trigger.LOW_CONFIDENCE),
              rung(Rung.Use.DEFAULT_VALUE, LONG, others)),
          withRungs("champion"));
    }
    assertThatThrownBy(() -> serving.predict(Script.PRODUCT, ask))
        .hasMessageContaining("No rung could answer (%s".formatted(trigger.text()));
  }

  @Test
  void rungs_are_tried_in_order_and_each_try_is_on_record() {
    serving.configure(
        Script.config(
            LONG,
            LONG.dividedBy(2),
            rung(Rung.Use.PREVIOUS_CHAMPION, Duration.ofSeconds(5)),
            rung(Rung.Use.BASELINE, Duration.ofSeconds(5)),
            rung(Rung.Use.DEFAULT_VALUE, Duration.ZERO)),
        withRungs("champion"));
    script.acts.put("champion", Script.ERROR);
    script.acts.put("previous", Script.NAN);
    script.acts.put("baseline", Script.ERROR);
    Answer answer = serving.predict(Script.PRODUCT, Ask.of("text"));
    assertThat(answer.servedBy()).isEqualTo("default_value");
    assertThat(answer.label()).isEqualTo("ham");
    assertThat(answer.probabilities()).isEmpty();
    assertThat(answer.fallbackReason()).contains("error: exception");
    assertThat(script.log.getFirst().attempts())
        .extracting(one -> one.rung() + " " + one.version() + " " + one.outcome())
        .containsExactly(
            "champion champion error",
            "previous_champion previous post_fail",
            "baseline baseline error",
            "default_value none ok");
  }

  @Test
  void a_rejection_ends_the_ladder_whatever_stands_behind_it() {
    serving.configure(
        Script.config(
            LONG,
            LONG.dividedBy(2),
            rung(Rung.Use.REJECT, Duration.ZERO, Trigger.ERROR),
            rung(Rung.Use.DEFAULT_VALUE, Duration.ZERO)),
        withRungs("champion"));
    script.acts.put("champion", Script.ERROR);
    assertThatThrownBy(() -> serving.predict(Script.PRODUCT, Ask.of("text")))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    script.acts.put("champion", Script.NAN);
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).servedBy())
        .isEqualTo("default_value");
  }

  @Test
  void one_slow_rung_cannot_eat_the_time_of_the_next() {
    // Declared, the two rungs want 40 s of the 2 s that there are.
    serving.configure(
        Script.config(
            Duration.ofSeconds(2),
            Duration.ofMillis(100),
            rung(Rung.Use.PREVIOUS_CHAMPION, Duration.ofSeconds(20)),
            rung(Rung.Use.BASELINE, Duration.ofSeconds(20))),
        withRungs("champion"));
    script.acts.put("champion", Script.ERROR);
    script.acts.put("previous", script.hanging());
    Answer answer = serving.predict(Script.PRODUCT, Ask.of("text"));
    assertThat(answer.servedBy()).isEqualTo("baseline");
    Attempt slow = script.log.getFirst().attempts().get(1);
    assertThat(slow.outcome()).isEqualTo("timeout");
    assertThat(Duration.ofNanos(slow.micros() * 1000))
        .isBetween(Duration.ofMillis(700), Duration.ofMillis(1900));
  }

  @Test
  void a_rung_within_its_declared_time_gets_all_of_it() {
    serving.configure(
        Script.config(
            LONG,
            Duration.ofMillis(100),
            rung(Rung.Use.PREVIOUS_CHAMPION, Duration.ofSeconds(10)),
            rung(Rung.Use.BASELINE, Duration.ofSeconds(10))),
        withRungs("champion"));
    script.acts.put("champion", Script.ERROR);
    script.acts.put("previous", Script.slow(Duration.ofMillis(400)));
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).servedBy())
        .isEqualTo("previous_champion");
  }

  @Test
  void the_primary_is_left_at_its_share_and_not_at_the_callers_deadline() {
    serving.configure(
        Script.config(LONG, Duration.ofMillis(50), rung(Rung.Use.DEFAULT_VALUE, Duration.ZERO)),
        withRungs("champion"));
    script.acts.put("champion", script.hanging());
    Answer answer = serving.predict(Script.PRODUCT, Ask.of("text"));
    assertThat(answer.fallbackReason()).contains("timeout: running");
    assertThat(answer.latencyMicros()).isBetween(50_000L, 20_000_000L);
  }

  @Test
  void without_any_time_left_only_what_needs_none_answers() {
    serving.configure(
        Script.config(
            Duration.ofMillis(60),
            Duration.ofMillis(60),
            rung(Rung.Use.BASELINE, LONG),
            rung(Rung.Use.DEFAULT_VALUE, Duration.ZERO)),
        withRungs("champion"));
    script.acts.put("champion", script.hanging());
    script.acts.put("baseline", script.hanging());
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).servedBy())
        .isEqualTo("default_value");
  }

  @Test
  void a_rung_whose_version_is_the_routed_one_or_does_not_exist_is_passed_over() {
    serving.configure(
        Script.config(
            LONG,
            LONG.dividedBy(2),
            rung(Rung.Use.PREVIOUS_CHAMPION, LONG),
            rung(Rung.Use.BASELINE, LONG),
            rung(Rung.Use.DEFAULT_VALUE, Duration.ZERO)),
        Route.only("champion"));
    script.acts.put("champion", Script.ERROR);
    Answer answer = serving.predict(Script.PRODUCT, Ask.of("text"));
    assertThat(answer.servedBy()).isEqualTo("default_value");
    assertThat(script.log.getFirst().attempts()).hasSize(2);
  }

  @Test
  void a_candidates_previous_champion_is_the_champion() {
    serving.configure(
        Script.config(LONG, LONG.dividedBy(2), rung(Rung.Use.PREVIOUS_CHAMPION, LONG)),
        new Route(
            "s",
            List.of(
                new Arm("champion", 0, Arm.CHAMPION),
                new Arm("new", 1, Arm.CANDIDATE),
                new Arm("previous", 0, Arm.PREVIOUS))));
    script.acts.put("new", Script.ERROR);
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).modelVersion())
        .isEqualTo("champion");
  }

  @Test
  void an_unsure_answer_without_a_declared_rung_for_it_is_a_failed_post_assertion() {
    serving.configure(
        Script.config(
            LONG, LONG.dividedBy(2), rung(Rung.Use.DEFAULT_VALUE, LONG, Trigger.POST_FAIL)),
        withRungs("champion"));
    script.acts.put("champion", Script.UNSURE);
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).fallbackReason())
        .contains("post_fail: confidence below the limit");
  }

  @Test
  void a_rung_is_not_asked_to_be_as_sure_as_the_champion() {
    serving.configure(
        Script.config(LONG, LONG.dividedBy(2), rung(Rung.Use.BASELINE, LONG)),
        withRungs("champion"));
    script.acts.put("champion", Script.ERROR);
    script.acts.put("baseline", Script.UNSURE);
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).servedBy()).isEqualTo("baseline");
  }

  @Test
  void an_open_circuit_asks_the_version_no_more_until_a_shadow_copy_proves_it_well() {
    serving.configure(
        Script.config(LONG, LONG.dividedBy(2), rung(Rung.Use.BASELINE, LONG)),
        withRungs("champion"));
    var calls = new java.util.concurrent.atomic.AtomicInteger();
    script.acts.put(
        "champion",
        text -> {
          calls.incrementAndGet();
          return Script.ERROR.score(text);
        });
    for (int i = 0; i < 20; i++) {
      assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).servedBy()).isEqualTo("baseline");
    }
    int before = calls.get();
    Answer open = serving.predict(Script.PRODUCT, Ask.of("text"));
    assertThat(open.fallbackReason()).contains("error: circuit_open");
    assertThat(calls.get()).as("nobody waits for a sick version").isEqualTo(before);
    script.acts.put("champion", Script.SPAM);
    // After its back-off of a second a copy of some request closes it; no caller pays for it.
    until(() -> {
      Answer answer = serving.predict(Script.PRODUCT, Ask.of("text"));
      assertThat(answer.servedBy()).isIn("baseline", "champion");
      return answer.servedBy().equals("champion");
    });
  }

  @Test
  void an_answer_that_is_not_wanted_keeps_its_own_reason_however_often_it_comes() {
    serving.configure(
        Script.config(LONG, LONG.dividedBy(2), rung(Rung.Use.BASELINE, LONG)),
        withRungs("champion"));
    script.acts.put("champion", Script.NAN);
    for (int i = 0; i < 60; i++) {
      assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).fallbackReason().orElseThrow())
          .startsWith("post_fail: ");
    }
    script.acts.put("champion", Script.SPAM);
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).servedBy()).isEqualTo("champion");
  }

  @Test
  void a_rule_answers_by_whole_words_in_order_and_passes_on_what_none_fits() {
    serving.configure(
        Script.config(
            LONG,
            LONG.dividedBy(2),
            rung(Rung.Use.RULE, Duration.ZERO),
            rung(Rung.Use.BASELINE, LONG)),
        withRungs("champion"));
    script.acts.put("champion", Script.ERROR);
    assertThat(by("a text with a PRIZE!")).isEqualTo("rule spam");
    assertThat(by("the big offer")).isEqualTo("rule spam");
    assertThat(by("the big small offer of a text")).isEqualTo("rule ham");
    assertThat(by("surprize and contexts")).isEqualTo("baseline spam");
    assertThat(script.log.getLast().attempts())
        .extracting(one -> one.rung() + " " + one.outcome())
        .containsExactly("champion error", "rule no_match", "baseline ok");
    assertThatThrownBy(() -> new WordRules(List.of())).hasMessageContaining("at least one case");
    assertThatThrownBy(() -> new WordRules.Case(List.of(""), "ham"))
        .hasMessageContaining("words that say something");
  }

  private String by(String text) {
    Answer answer = serving.predict(Script.PRODUCT, Ask.of(text));
    return answer.servedBy() + " " + answer.label();
  }

  @Test
  void whether_scores_must_be_a_distribution_is_for_the_rule_to_say() {
    Rung rescue = rung(Rung.Use.DEFAULT_VALUE, LONG);
    serving.configure(Script.config(LONG, LONG.dividedBy(2), rescue), withRungs("champion"));
    script.acts.put("champion", Script.LOOSE);
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).fallbackReason())
        .contains("post_fail: the probabilities sum to 1.6");
    serving.configure(
        Script.config(EnumSet.of(PostRule.LABEL_SET), LONG, LONG.dividedBy(2), rescue),
        withRungs("champion"));
    assertThat(by("text")).isEqualTo("champion spam");
    script.acts.put("champion", Script.NAN);
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).fallbackReason())
        .as("from this no answer can be read, whatever is asked")
        .contains("post_fail: a probability is not finite");
  }

  @Test
  void whether_a_rescuer_must_know_the_champions_labels_is_for_the_rule_to_say() {
    script.labels.put("previous", List.of("eggs", "spam"));
    Rung[] rungs = {rung(Rung.Use.PREVIOUS_CHAMPION, LONG), rung(Rung.Use.BASELINE, LONG)};
    serving.configure(Script.config(LONG, LONG.dividedBy(2), rungs), withRungs("champion"));
    script.acts.put("champion", Script.ERROR);
    assertThat(by("text")).isEqualTo("baseline spam");
    assertThat(script.log.getLast().attempts())
        .extracting(one -> one.rung() + " " + one.outcome())
        .containsExactly("champion error", "previous_champion post_fail", "baseline ok");
    serving.configure(
        Script.config(EnumSet.of(PostRule.SUM), LONG, LONG.dividedBy(2), rungs),
        withRungs("champion"));
    assertThat(by("text")).isEqualTo("previous_champion spam");
  }

  @Test
  void a_version_that_is_no_distribution_when_it_warms_up_is_loaded_only_where_none_is_asked() {
    script.first.put("loose", Script.LOOSE);
    script.first.put("broken", Script.NAN);
    EndpointConfig any = Script.config(EnumSet.noneOf(PostRule.class), LONG, LONG.dividedBy(2));
    assertThatThrownBy(
            () -> serving.configure(Script.config(LONG, LONG.dividedBy(2)), Route.only("loose")))
        .hasMessageContaining("sum to 1.6");
    assertThat(serving.models(Script.PRODUCT)).containsEntry("loose", ServedModelState.ABSENT);
    assertThatThrownBy(() -> serving.configure(any, Route.only("broken")))
        .hasMessageContaining("not finite");
    serving.configure(any, Route.only("loose"));
    assertThat(by("text")).isEqualTo("champion spam");
  }

  @Test
  void an_overload_never_opens_a_circuit() {
    serving.configure(
        Script.config(
            LONG, LONG.dividedBy(2), rung(Rung.Use.DEFAULT_VALUE, Duration.ZERO, Trigger.OVERLOAD)),
        withRungs("champion"));
    fillTheQueue();
    for (int i = 0; i < 50; i++) {
      assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).fallbackReason())
          .contains("overload: queue_full");
    }
    script.acts.put("champion", Script.SPAM);
    script.release();
    until(() -> serving.queued(Script.PRODUCT) == 0);
    assertThat(serving.predict(Script.PRODUCT, Ask.of("text")).servedBy()).isEqualTo("champion");
  }
}
