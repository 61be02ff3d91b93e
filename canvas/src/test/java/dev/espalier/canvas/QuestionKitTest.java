package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every question, whoever adds it. */
class QuestionKitTest {
  private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

  static List<Question<?>> all() {
    return Question.all();
  }

  /** Questions that a document may write. */
  static List<Question<?>> written() {
    return Question.all().stream().filter(each -> !each.derived()).toList();
  }

  /** One field of one question, with the answer that sets it to something else. */
  record Edge(Question<?> question, Field field) {
    @Override
    public String toString() {
      return question.key() + "." + field.name();
    }

    /** The example with only this field and the required ones, the field as given. */
    String answer(String value) {
      List<String> fields = new ArrayList<>();
      Field.of(question).stream()
          .filter(each -> each.required() && !each.name().equals(field.name()))
          .forEach(each -> fields.add(each.name() + ": " + sample(each)));
      fields.add(field.name() + ": " + value);
      return "{" + String.join(", ", fields) + "}";
    }

    private static String sample(Field field) {
      return switch (field.type()) {
        case "rate" -> "1/s";
        case "date" -> "2027-01-01";
        case "duration" -> "1d";
        case "enum" -> field.oneOf().getFirst();
        default -> "some text";
      };
    }
  }

  static Stream<Edge> fields() {
    return written().stream()
        .flatMap(each -> Field.of(each).stream().map(field -> new Edge(each, field)));
  }

  @Test
  void a_model_is_named_by_its_family_and_its_shape_where_it_has_one() {
    Map<String, String> words = new TreeMap<>();
    for (String family : List.of("linear", "decoder", "encoder_decoder", "external")) {
      words.put(
          family, claim("model: {family: %s, arch: {layers: 2, d_model: 64}}".formatted(family)));
    }
    assertThat(words)
        .isEqualTo(
            Map.of(
                "linear", "A linear model",
                "decoder", "A decoder of 2 layers, 4 heads, width 64",
                "encoder_decoder", "An encoder-decoder of 2 layers, 4 heads, width 64",
                "external", "A model made elsewhere"));
  }

  private static String claim(String model) {
    Answers answers =
        Answers.read(
            ("canvas: espalier/1\nproduct: {name: words}\n" + model + "\n")
                .getBytes(StandardCharsets.UTF_8));
    Page.Model answer = answers.get(Page.Model.class);
    return Page.Model.QUESTION.claim().apply(answer, answers);
  }

  @Test
  void the_latency_that_is_tested_is_the_one_that_is_promised_until_somebody_says_another() {
    String promised = Canvas.HEAD + "serving: {mode: {online: {p95: 40ms}}}\n";
    assertThat(latency(promised)).isEqualTo(40);
    assertThat(latency(Canvas.HEAD)).isEqualTo(100);
    assertThat(latency(promised + "nfr: [{attribute: efficiency, target: 'p95 <= 70ms'}]"))
        .isEqualTo(70);
  }

  private static double latency(String text) {
    Answers answers = Canvas.read(text);
    double clause =
        Board.clauses(answers, answers.given("nfr")).stream()
            .filter(each -> each.id().equals("pre_deploy:p95"))
            .map(each -> Double.parseDouble(each.bound().orElseThrow().target()))
            .findFirst()
            .orElseThrow();
    double gate =
        Compiler.compile(answers, "p", "1.0.0").stream()
            .filter(each -> each.id().equals("gate/nfr-p95"))
            .map(each -> ((Spec.Gate) each.spec()).bound())
            .findFirst()
            .orElseThrow();
    assertThat(clause).isEqualTo(gate);
    return gate;
  }

  @Test
  void the_sealed_hierarchy_is_the_whole_list() {
    assertThat(Question.all()).hasSize(90);
    assertThat(Question.all()).extracting(Question::id).doesNotHaveDuplicates();
    assertThat(Question.all()).extracting(Question::key).doesNotHaveDuplicates();
    Map<Character, Long> counts = new HashMap<>();
    Question.all().forEach(each -> counts.merge(each.id().charAt(0), 1L, Long::sum));
    assertThat(counts)
        .containsEntry('A', 11L)
        .containsEntry('B', 12L)
        .containsEntry('C', 6L)
        .containsEntry('R', 4L)
        .containsEntry('D', 6L)
        .containsEntry('P', 7L)
        .containsEntry('M', 6L)
        .containsEntry('S', 38L);
  }

  @Test
  void no_file_holds_more_than_six_questions() {
    for (Class<?> group : Answer.class.getPermittedSubclasses()) {
      assertThat(group.getPermittedSubclasses().length)
          .as(group.getSimpleName())
          .isLessThanOrEqualTo(6);
    }
  }

  @Test
  void a_name_in_a_group_is_a_field_or_another_question_never_both() {
    for (Question<?> own : Question.all()) {
      Set<String> taken = new HashSet<>(Set.of("value", "n/a", "deferred"));
      if (!own.key().equals("registry.store")) {
        taken.add("why");
      }
      Question.all().stream()
          .filter(each -> each.key().startsWith(own.key() + "."))
          .forEach(each -> taken.add(each.key().substring(own.key().length() + 1)));
      assertThat(Field.of(own))
          .as(own.key())
          .extracting(Field::name)
          .doesNotContainAnyElementsOf(taken);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void has_text_help_and_examples(Question<?> question) {
    assertThat(question.text()).endsWith("?").hasSizeLessThan(120);
    assertThat(question.help()).endsWith(".");
    if (!question.derived() && question.type().getRecordComponents().length > 0) {
      assertThat(question.examples()).isNotEmpty();
    }
    assertThat(Question.all()).filteredOn(q -> q.text().equals(question.text())).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("written")
  void its_examples_compile_and_round_trip(Question<?> question) {
    for (String example : question.examples()) {
      Answers answers = Canvas.with(question, example);
      Given<?> given = answers.given(question.key());
      assertThat(given.value()).isPresent();
      assertThat(given.set()).isNotEmpty();
      assertThat(Compiler.compile(answers, "p", "1.0.0")).isNotEmpty();
      Answers again = Canvas.read(Export.text(answers));
      assertThat(again.given(question.key()).canonical()).isEqualTo(given.canonical());
      assertThat(again.given(question.key()).set()).isEqualTo(given.set());
      assertThat(again.given(question.key()).why()).isEqualTo(given.why());
    }
  }

  @ParameterizedTest
  @MethodSource("fields")
  void a_default_is_within_its_own_bounds(Edge edge) {
    Optional<String> text = edge.field().defaultValue();
    if (text.isPresent()) {
      Answers answers = Canvas.with(edge.question(), edge.answer(text.get()));
      assertThat(answers.given(edge.question().key()).canonical().has(edge.field().name()))
          .isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("fields")
  void a_value_beyond_its_bounds_is_refused_at_its_path(Edge edge) {
    for (String beyond : beyond(edge.field())) {
      EspalierException refused =
          catchThrowableOfType(
              EspalierException.class, () -> Canvas.with(edge.question(), edge.answer(beyond)));
      assertThat(refused).as("%s: %s", edge, beyond).isNotNull();
      assertThat(refused.field().orElse("")).startsWith(edge.toString());
      assertThat(refused.rule()).isPresent();
      assertThat(refused.nearest()).isPresent();
    }
  }

  private static String plain(double value) {
    return new java.math.BigDecimal(value).toPlainString();
  }

  private static List<String> beyond(Field field) {
    List<String> values = new ArrayList<>();
    if (field.list()) {
      values.add("{no: list, at: all}");
    }
    switch (field.type()) {
      case "enum" -> values.add("no_such_word");
      case "bool" -> values.add("perhaps");
      case "integer", "number", "share" -> {
        values.add("many");
        field.min().stream().filter(min -> min > -1e300).forEach(min -> values.add(plain(min - 1)));
        field.max().ifPresent(max -> values.add(plain(max + 1)));
      }
      case "duration" -> values.addAll(List.of("1 month", "-PT1S", "40000d"));
      case "bytes", "rate", "money" -> values.addAll(List.of("lots", "NaN"));
      case "date" -> values.addAll(List.of("2027-02-30", "soon"));
      case "target" -> values.add("roughly 3");
      case "record" -> values.add("{no_such_key: 1}");
      default -> {}
    }
    if (field.type().equals("record") && field.list()) {
      values.remove("{no_such_key: 1}");
      values.add("[{no_such_key: 1}]");
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("fields")
  void moving_a_bounded_promise_is_tightening_one_way_and_loosening_the_other(Edge edge) {
    String tighter = edge.field().tighter().orElse("NONE");
    Optional<String> from = edge.field().defaultValue();
    if (from.isEmpty() || !(tighter.equals("LOWER") || tighter.equals("HIGHER"))) {
      return;
    }
    List<String> words =
        edge.field().oneOf().isEmpty() ? List.of("no", "yes") : edge.field().oneOf();
    boolean ordered = words.contains(from.get());
    // Words stand in the order of their size; a yes is more than a no.
    String more = ordered ? words.get(1) : from.get();
    String fewer = ordered ? words.getFirst() : less(from.get());
    Answers before = Canvas.with(edge.question(), edge.answer(more));
    Answers after = Canvas.with(edge.question(), edge.answer(fewer));
    assertThat(direction(before, after, edge))
        .isEqualTo(tighter.equals("LOWER") ? Plan.Direction.TIGHTENED : Plan.Direction.LOOSENED);
    assertThat(direction(after, before, edge))
        .isEqualTo(tighter.equals("LOWER") ? Plan.Direction.LOOSENED : Plan.Direction.TIGHTENED);
  }

  private static Plan.Direction direction(Answers before, Answers after, Edge edge) {
    return Diff.between(before, after).stream()
        .filter(each -> each.path().startsWith(edge.toString()))
        .findFirst()
        .orElseThrow()
        .direction();
  }

  /** The same quantity, smaller: half the leading number, or one less where it is whole. */
  private static String less(String text) {
    java.util.regex.Matcher number =
        java.util.regex.Pattern.compile("^(\\d+(?:\\.\\d+)?)(.*)$").matcher(text);
    assertThat(number.matches()).as(text).isTrue();
    double value = Double.parseDouble(number.group(1));
    String half =
        value > 1 ? String.valueOf((long) Math.ceil(value / 2) - (value < 3 ? 1 : 0)) : "0";
    if (half.equals(number.group(1))) {
      half = "0";
    }
    if (number.group(2).matches("[dhms]+") && half.equals("0")) {
      return "1ms";
    }
    return (half.equals("0") && number.group(2).isEmpty() && value <= 1 ? "0" : half)
        + number.group(2);
  }

  @ParameterizedTest
  @MethodSource("written")
  void a_target_or_a_policy_says_what_proves_it(Question<?> question) {
    boolean promises =
        Field.of(question).stream()
            .anyMatch(each -> each.kind() == Kind.TARGET || each.kind() == Kind.POLICY);
    Answers example = Answers.example();
    List<Clause> clauses = Board.clauses(example, example.given(question.key()));
    if (promises || question.kind() == Kind.TARGET || question.kind() == Kind.POLICY) {
      assertThat(clauses).isNotEmpty();
    }
    assertThat(clauses).extracting(Clause::id).doesNotHaveDuplicates();
    assertThat(clauses)
        .allSatisfy(each -> {
          assertThat(each.text()).isNotBlank();
          assertThat(each.missing()).doesNotEndWith(".");
        });
  }

  @Test
  void every_view_reads_a_clause_that_exists() {
    Answers example = Answers.example();
    List<String> read = new ArrayList<>();
    for (Given<?> given : example.all()) {
      for (Clause clause : Board.clauses(example, given)) {
        clause
            .home()
            .ifPresent(home -> {
              read.add(given.question().key());
              assertThat(Board.clause(example, home.question(), home.clause()))
                  .as(given.question().key() + "#" + clause.id())
                  .isPresent();
            });
      }
    }
    assertThat(read)
        .contains("data.version_need", "foundations.ci", "metadata.operations", "analysis.metrics");
  }

  @ParameterizedTest
  @MethodSource("all")
  void every_clause_reaches_every_state_that_it_can_have(Question<?> question) {
    Answers example = Answers.example();
    for (Clause clause : Board.clauses(example, example.given(question.key()))) {
      if (clause.irrelevant().isPresent()) {
        assertThat(Judge.clause(clause, Optional.empty(), digest(), NOW).state())
            .isEqualTo(State.N_A);
        continue;
      }
      Set<State> seen = EnumSet.noneOf(State.class);
      Judge.Judged nothing = Judge.clause(clause, Optional.empty(), digest(), NOW);
      seen.add(nothing.state());
      if (!clause.missing().isEmpty()) {
        assertThat(nothing.reason()).contains(clause.missing());
      }
      for (double value : values(clause)) {
        seen.add(judge(clause, value, Duration.ZERO));
        seen.add(judge(clause, value, clause.ttl().plusSeconds(1)));
      }
      assertThat(seen)
          .as(question.key() + "#" + clause.id())
          .contains(State.NO_EVIDENCE, State.VIOLATED, State.STALE, State.CONFORMS);
      assertThat(Judge.clause(clause.notApplicable("no"), Optional.empty(), digest(), NOW).state())
          .isEqualTo(State.N_A);
    }
  }

  /** Values on both sides of the bound, and 1 and 0 for yes and no. */
  private static List<Double> values(Clause clause) {
    if (clause.bound().isEmpty()) {
      return List.of(0.0, 1.0);
    }
    Bound bound = clause.bound().get();
    List<Double> values = new ArrayList<>();
    for (double each : List.of(bound.low().orElse(0), bound.high().orElse(0))) {
      values.addAll(
          List.of(
              each,
              each / 2,
              each * 2 + 1,
              each - 1,
              each + 1,
              (bound.low().orElse(0) + bound.high().orElse(0)) / 2));
    }
    return values;
  }

  private static State judge(Clause clause, double value, Duration age) {
    boolean verdict = clause.bound().isEmpty();
    Observation seen =
        new Observation(
            "q",
            clause.id(),
            "s",
            NOW.minus(age),
            Math.max(1, clause.minN()),
            verdict ? OptionalDouble.empty() : OptionalDouble.of(value),
            Optional.empty(),
            verdict ? Optional.of(value > 0) : Optional.empty(),
            "seen",
            "/x");
    Evidence row = new Evidence("e", clause.kind(), seen, NOW, clause.ttl(), digest());
    return Judge.clause(clause, Optional.of(new Head(row, Trend.NONE)), digest(), NOW).state();
  }

  private static Digest digest() {
    return Digest.of("answer");
  }

  @ParameterizedTest
  @MethodSource("written")
  void can_be_set_aside_deferred_and_confirmed(Question<?> question) {
    if (question.key().equals("product.name")) {
      return;
    }
    Answers aside = Canvas.with(question, "{n/a: nobody needs it, why: truly}");
    assertThat(aside.given(question.key()).special()).isPresent();
    assertThat(aside.given(question.key()).why()).isEqualTo("truly");
    Answers later = Canvas.with(question, "{deferred: {owner: ben, due: 2027-02-01}}");
    assertThat(later.given(question.key()).special().orElseThrow().reason())
        .isEqualTo("ben, due 2027-02-01");
    for (Answers each : List.of(aside, later)) {
      assertThat(Compiler.compile(each, "p", "1.0.0")).isNotEmpty();
      Given<?> again = Canvas.read(Export.text(each)).given(question.key());
      assertThat(again.special()).isEqualTo(each.given(question.key()).special());
      assertThat(again.why()).isEqualTo(each.given(question.key()).why());
    }
    assertThatThrownBy(() -> Canvas.with(question, "{n/a: no, and: more}"))
        .hasMessageContaining("set aside");
  }

  @ParameterizedTest
  @MethodSource("all")
  void what_the_platform_answers_is_never_written(Question<?> question) {
    if (question.derived() && !question.key().equals("canvas.version")) {
      assertThatThrownBy(() -> Canvas.with(question, "2027-01-01"))
          .isInstanceOf(EspalierException.class)
          .hasMessageContaining("set by the platform");
    }
  }
}
