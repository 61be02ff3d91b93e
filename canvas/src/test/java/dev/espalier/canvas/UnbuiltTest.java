package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that can be written and that nothing here can run are refused, with the reason. */
class UnbuiltTest {
  private static final String SHARED =
      Canvas.HEAD.replace("name: p", "name: mail-filter") + "features: {storage: s3}\n";
  @TempDir Path folder;

  static Stream<Question<?>> limited() {
    return Question.all().stream().filter(each -> !each.unbuilt().isEmpty());
  }

  private static Check check(String text) {
    return Check.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_plan_of_what_cannot_run_is_refused_with_field_reason_and_what_works() {
    try (CanvasKit kit = CanvasKit.in(folder)) {
      EspalierException refused =
          catchThrowableOfType(EspalierException.class, () -> kit.plan(SHARED, Caller.local()));
      assertThat(refused.code()).isEqualTo(ErrorCode.INVALID);
      assertThat(refused.field()).contains("features.storage.kind");
      assertThat(refused.rule()).contains("built");
      assertThat(refused.nearest()).contains("embedded");
      assertThat(refused)
          .hasMessageContaining("'s3' cannot run here")
          .hasMessageContaining("there is no feature store")
          .hasMessageContaining("Nearest valid value: embedded");
      assertThat(kit.canvases.plans("mail-filter")).isEmpty();
    }
  }

  @Test
  void an_editor_sees_every_such_value_at_once_and_the_contradictions_as_well() {
    Check check =
        check(
            SHARED
                + "data: {storage: [cas, jdbc]}\nserving: {volume: 1/s}\n"
                + "model: {family: decoder, arch: {causal: no}}\n");
    assertThat(check.problems())
        .extracting(each -> each.field().orElse(""))
        .contains("features.storage.kind", "data.storage.kinds[1]");
    assertThat(check.contradictions()).extracting(Plan.Finding::rule).contains(11);
    assertThat(check.sound()).isFalse();
  }

  @Test
  void the_value_that_works_is_not_refused() {
    assertThat(check(SHARED.replace("s3", "embedded")).problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "confidence >= 0.5, true",
    "confidence ≥ 0.999999, true",
    "confidence ≥ 1, false",
    "confidence >= 1.0, false",
    "label set, true",
    "confidence >= 1.01, false",
    "confidence, false",
    "is polite, false"
  })
  void a_rule_about_answers_is_one_that_serving_checks(String rule, boolean works) {
    Check check =
        check(SHARED.replace("s3", "embedded") + "serving: {fallback: {post: ['" + rule + "']}}\n");
    assertThat(check.problems().isEmpty()).isEqualTo(works);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{use: default_value}|chain[0]",
        "{use: default_value, value: inbox}|",
        "{use: rule}|chain[0]",
        "{use: rule, value: inbox}|chain[0]",
        "{use: rule, value: 'a, , b -> inbox'}|chain[0]",
        "{use: rule, value: 'a -> inbox;'}|chain[0]",
        "{use: rule, value: 'a* -> inbox'}|chain[0]",
        "{use: rule, value: 'offer, big prize -> spam; * -> inbox'}|",
        "{use: cached}|chain[0].use",
        "{use: human_queue}|chain[0].use",
        "{use: baseline, on: [error, out_of_domain]}|chain[0].on[1]",
        "{use: baseline, on: [error]}|",
      })
  void a_rung_that_nothing_stands_behind_is_refused_at_its_place(String rung, String place) {
    Check check =
        check(SHARED.replace("s3", "embedded") + "serving: {fallback: {chain: [" + rung + "]}}\n");
    assertThat(check.problems())
        .extracting(each -> each.field().orElse(""))
        .isEqualTo(place == null ? List.of() : List.of("serving.fallback." + place));
  }

  @ParameterizedTest
  @CsvSource({
    "method: shadow_agreement, evaluation.online.method",
    "method: proxy, evaluation.online.method",
    "method: human, evaluation.online.method",
    "method: labels, ''",
    "sample: 1%, evaluation.online.sample",
    "sample: 100%, ''",
    "every: 3d, ''"
  })
  void what_serves_is_judged_by_all_labels_that_come_back(String online, String place) {
    Check check =
        check(SHARED.replace("s3", "embedded") + "evaluation: {online: {" + online + "}}\n");
    assertThat(check.problems())
        .extracting(each -> each.field().orElse(""))
        .isEqualTo(place.isEmpty() ? List.of() : List.of(place));
  }

  @Test
  void nobody_waits_for_a_batch_that_no_one_fills() {
    String mode = SHARED.replace("s3", "embedded") + "serving: {mode: {online: {max_wait: %s}}}\n";
    assertThat(check(mode.formatted("0s")).problems()).isEmpty();
    assertThat(check(mode.formatted("5ms")).problems())
        .singleElement()
        .satisfies(each -> {
          assertThat(each.field()).contains("serving.mode.online.max_wait");
          assertThat(each.detail()).contains("one at a time", "Nearest valid value: 0s");
        });
  }

  @Test
  void what_is_set_aside_asks_for_nothing() {
    assertThat(check(SHARED.replace("s3", "{n/a: one text field}")).problems()).isEmpty();
  }

  @Test
  void a_version_of_an_earlier_build_stays_readable_and_says_why_it_has_no_evidence() {
    Answers answers = Canvas.read(SHARED);
    List<Resource> resources = Compiler.compile(answers, "mail-filter", "1.0.0");
    Layout.Row row =
        Layout.of(answers, resources).rows().stream()
            .filter(each -> each.question().key().equals("features.storage"))
            .findFirst()
            .orElseThrow();
    assertThat(row.refused().orElseThrow()).contains("there is no feature store");
    assertThat(Canvas.read(Export.text(answers)).contentDigest())
        .isEqualTo(answers.contentDigest());
  }

  @Test
  void what_is_out_of_scope_by_its_length_shortens_what_the_input_check_lets_through() {
    String scope =
        Canvas.HEAD + "solution: {out_of_scope: [{text: books, detector: 'length > 900'}]}\n";
    assertThat(rules(scope)).containsExactly("schema", "length <= 900");
    String check = scope + "serving: {pre_assertion: {rules: [schema, 'length <= %d']}}\n";
    assertThat(rules(check.formatted(4000))).containsExactly("schema", "length <= 900");
    assertThat(rules(check.formatted(80))).containsExactly("schema", "length <= 80");
    assertThat(check(scope.replace("length > 900", "bytes > 10MB")).problems())
        .extracting(each -> each.field().orElse(""))
        .containsExactly("solution.out_of_scope[0].detector");
  }

  private static List<String> rules(String text) {
    return spec(text, Spec.PreAssertion.class).rules();
  }

  private static <S extends Spec> S spec(String text, Class<S> kind) {
    return Compiler.compile(Canvas.read(text), "p", "1.0.0").stream()
        .map(Resource::spec)
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_experiment_before_a_release_is_part_of_the_rollout() {
    String canary =
        Canvas.HEAD
            + "deploy: {strategy: {min_requests: 100, guardrails: ['error <= 1%']}}\n"
            + "experimentation: [{kind: canary, min_n: 350, guardrails: ['p95 <= 40ms']}]\n";
    Spec.Rollout rollout = spec(canary, Spec.Rollout.class);
    assertThat(rollout.minRequests()).isEqualTo(350);
    assertThat(rollout.guardrails())
        .extracting(Spec.Guardrail::signal)
        .containsExactly("error", "p95");
    assertThat(spec(canary.replace("350", "50"), Spec.Rollout.class).minRequests()).isEqualTo(100);
  }

  @ParameterizedTest
  @MethodSource("limited")
  void a_limit_names_a_field_that_exists_and_neither_a_default_nor_an_example(
      Question<?> question) {
    for (Unbuilt each : question.unbuilt()) {
      List<Field> fields = Field.of(question);
      for (String part : each.field().split("\\.")) {
        Field field =
            fields.stream()
                .filter(one -> one.name().equals(part))
                .findFirst()
                .orElseThrow(() -> new AssertionError(question.key() + " has no " + each.field()));
        fields = field.fields();
      }
      assertThat(each.reason()).doesNotEndWith(".").isNotBlank();
      assertThat(each.nearest()).isNotBlank();
    }
    for (String example : question.examples()) {
      assertThat(Unbuilt.in(Canvas.with(question, example)))
          .as(question.key() + ": " + example)
          .isEmpty();
    }
    assertThat(Unbuilt.in(Canvas.with(question, "{n/a: no}"))).isEmpty();
  }

  @Test
  void neither_a_default_nor_a_valid_canvas_is_refused() {
    assertThat(Unbuilt.in(Canvas.read(Canvas.HEAD))).isEmpty();
    for (Path each : Canvas.valid()) {
      assertThat(check(Canvas.text(each)).problems())
          .extracting(Problem::detail)
          .as(each.toString())
          .isEmpty();
    }
  }

  @Test
  void a_form_shows_the_limit_beside_its_field() {
    QuestionForm form =
        QuestionForm.all().stream()
            .filter(each -> each.key().equals("features.storage"))
            .findFirst()
            .orElseThrow();
    assertThat(form.unbuilt()).singleElement().extracting("values").isEqualTo("jdbc, s3");
    assertThat(form.fields().getFirst().help().orElse("")).contains("Not in this build: jdbc, s3");
  }
}
