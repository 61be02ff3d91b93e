package dev.espalier.canvas;

import dev.espalier.canvas.Conformance.BlockRow;
import dev.espalier.canvas.Conformance.EvidenceRow;
import dev.espalier.canvas.Conformance.QuestionRow;
import dev.espalier.platform.Json;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The conformance of a whole canvas, from its answers and the stored evidence. Pure. */
final class Board {
  static final List<String> ATTRIBUTION =
      List.of(
          "Machine learning canvas from Made With ML, by Goku Mohandas, CC-BY-SA 4.0.",
          "MLOps Stack Canvas from INNOQ / ml-ops.org, CC-BY-SA 4.0.",
          "Prompts adapted. Licence: https://creativecommons.org/licenses/by-sa/4.0/");
  private static final Map<String, String> TITLES =
      Map.ofEntries(
          Map.entry("page", "Page"),
          Map.entry("integration", "Integration and training"),
          Map.entry("registry", "Registry and versioning"),
          Map.entry("deployment", "Deployment"),
          Map.entry("serving", "Serving"),
          Map.entry("monitoring", "Monitoring"),
          Map.entry("value", "Value proposition"),
          Map.entry("data", "Data"),
          Map.entry("feedback", "Feedback"),
          Map.entry("project", "Project"),
          Map.entry("analysis", "Analysis and experiments"),
          Map.entry("features", "Features and workflows"),
          Map.entry("metadata", "Metadata and governance"));

  private Board() {}

  static Conformance of(Readings.Read canvas, Map<String, Head> evidence, Instant now) {
    List<QuestionRow> rows = new ArrayList<>();
    for (Layout.Row each : canvas.layout().rows()) {
      rows.add(row(each, canvas, evidence, now));
    }
    Map<String, List<QuestionRow>> blocks = new LinkedHashMap<>();
    rows.forEach(row -> blocks.computeIfAbsent(row.block(), _ -> new ArrayList<>()).add(row));
    List<BlockRow> summary =
        blocks.entrySet().stream().map(each -> block(each.getKey(), each.getValue())).toList();
    Map<State, Long> counts = counts(rows);
    return new Conformance(
        canvas.document().product(),
        canvas.document().version(),
        headline(rows, counts),
        why(rows),
        now,
        counts,
        lacks(rows),
        List.copyOf(rows),
        summary,
        ATTRIBUTION);
  }

  /** The clauses of a question under its answer; a question without an answer has none. */
  static <A extends Answer> List<Clause> clauses(Answers answers, Given<A> given) {
    return given
        .value()
        .map(value -> given.question().evidence().apply(value, answers))
        .orElse(List.of())
        .stream()
        .map(clause ->
            clause.resolved(
                clause.home().flatMap(home -> clause(answers, home.question(), home.clause()))))
        .toList();
  }

  static Optional<Clause> clause(Answers answers, String question, String clause) {
    return Question.byKey(question).stream()
        .flatMap(each -> clauses(answers, answers.given(each.key())).stream())
        .filter(each -> each.id().equals(clause))
        .findFirst();
  }

  private static QuestionRow row(
      Layout.Row placed, Readings.Read canvas, Map<String, Head> evidence, Instant now) {
    Question<?> question = placed.question();
    List<EvidenceRow> rows = new ArrayList<>();
    for (Layout.Placed each : placed.clauses()) {
      Clause clause = each.clause();
      Judge.Judged judged =
          placed
              .refused()
              .map(why ->
                  new Judge.Judged(
                      State.NO_EVIDENCE, why, Optional.empty(), Optional.of(Lack.MACHINERY)))
              .orElseGet(() ->
                  Judge.clause(
                      clause,
                      Optional.ofNullable(evidence.get(each.home())),
                      each.answered(),
                      now));
      Optional<Conformance.Waived> waiver =
          Waivers.of(canvas.waivers(), question.key(), clause.id(), now);
      rows.add(evidence(clause, waived(judged, waiver), waiver));
    }
    Optional<Conformance.Deferral> deferral =
        placed
            .deferral()
            .map(each ->
                new Conformance.Deferral(
                    each.owner(),
                    each.due(),
                    LocalDate.ofInstant(now, ZoneOffset.UTC).isAfter(each.due())));
    State state = placed.refused().map(_ -> State.NO_EVIDENCE).orElseGet(() -> state(placed, rows));
    return new QuestionRow(
        question.key(),
        question.id(),
        question.block(),
        question.cell(),
        question.lane(),
        question.text(),
        placed.claim(),
        state,
        deferral
            .filter(Conformance.Deferral::overdue)
            .map(each ->
                "Overdue since %s: %s was to answer it.".formatted(each.due(), each.owner()))
            .or(placed::refused)
            .orElseGet(() -> reason(placed, state, rows)),
        placed.answer().map(Json::tree),
        placed.defaults(),
        List.copyOf(rows),
        placed.resources(),
        rows.stream()
            .filter(each -> each.state() == State.WAIVED)
            .flatMap(each -> each.waiver().stream())
            .findFirst(),
        deferral,
        lack(state, placed, rows));
  }

  private static Optional<Lack> lack(State state, Layout.Row placed, List<EvidenceRow> rows) {
    if (state != State.NO_EVIDENCE) {
      return Optional.empty();
    }
    boolean machinery =
        placed.refused().isPresent()
            || rows.stream().anyMatch(row -> row.lack().equals(Optional.of(Lack.MACHINERY)));
    return Optional.of(machinery ? Lack.MACHINERY : Lack.HAPPENING);
  }

  private static Map<Lack, Long> lacks(List<QuestionRow> rows) {
    Map<Lack, Long> lacks = new EnumMap<>(Lack.class);
    rows.forEach(row -> row.lack().ifPresent(lack -> lacks.merge(lack, 1L, Long::sum)));
    return lacks;
  }

  private static State state(Layout.Row placed, List<EvidenceRow> rows) {
    if (placed.special().isPresent()) {
      return placed.special().get().kind().equals("n/a") ? State.N_A : State.UNANSWERED;
    }
    if (placed.answer().isEmpty()) {
      return State.UNANSWERED;
    }
    State worst = rows.stream().map(EvidenceRow::state).reduce(State.N_A, State::worse);
    return worst == State.CONFORMS && !placed.confirmed() ? State.UNCONFIRMED : worst;
  }

  private static String reason(Layout.Row placed, State state, List<EvidenceRow> rows) {
    if (placed.special().isPresent()) {
      return placed.special().get().kind().equals("n/a")
          ? placed.special().get().reason()
          : "Deferred to " + placed.special().get().reason();
    }
    return switch (state) {
      case UNANSWERED -> "Nobody has answered this yet.";
      case UNCONFIRMED -> "It conforms, but every field is a default that nobody confirmed.";
      case CONFORMS -> "Every clause passes on fresh evidence.";
      default ->
          rows.stream()
              .filter(row -> row.state() == state)
              .findFirst()
              .map(EvidenceRow::reason)
              .orElse("");
    };
  }

  /** A waived clause is not what it is without the waiver, unless it conforms anyway. */
  private static Judge.Judged waived(Judge.Judged plain, Optional<Conformance.Waived> waiver) {
    boolean needed = plain.state() != State.CONFORMS && plain.state() != State.N_A;
    return waiver
        .filter(_ -> needed)
        .map(each ->
            new Judge.Judged(
                State.WAIVED,
                "Waived until %s by %s: %s. Otherwise %s: %s"
                    .formatted(
                        each.until(), each.by(), each.why(), plain.state().words(), plain.reason()),
                plain.evidence()))
        .orElse(plain);
  }

  private static EvidenceRow evidence(
      Clause clause, Judge.Judged judged, Optional<Conformance.Waived> waiver) {
    Optional<Observation> seen = judged.evidence().map(Evidence::seen);
    return new EvidenceRow(
        clause.id(),
        clause.kind(),
        clause.text(),
        judged.state(),
        judged.reason(),
        seen.map(Observation::value).orElse(OptionalDouble.empty()),
        clause.bound().map(Bound::unit),
        clause.bound().map(Bound::target),
        clause.bound().map(Bound::op),
        seen.map(Observation::n),
        clause.minN(),
        seen.flatMap(Observation::interval),
        seen.map(Observation::observedAt),
        judged.evidence().map(Evidence::recordedAt),
        clause.ttl(),
        seen.map(Observation::source),
        seen.map(Observation::subject),
        seen.map(Observation::detail),
        judged.evidence().map(Evidence::id),
        waiver.filter(_ -> judged.state() == State.WAIVED),
        judged.lack());
  }

  private static BlockRow block(String block, List<QuestionRow> rows) {
    State worst = rows.stream().map(QuestionRow::state).reduce(State.N_A, State::worse);
    return new BlockRow(block, title(block), rows.getFirst().lane(), worst, counts(rows));
  }

  static String title(String block) {
    return TITLES.getOrDefault(
        block, block.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + block.substring(1));
  }

  private static Map<State, Long> counts(List<QuestionRow> rows) {
    Map<State, Long> counts = new EnumMap<>(State.class);
    rows.forEach(row -> counts.merge(row.state(), 1L, Long::sum));
    return counts;
  }

  private static String headline(List<QuestionRow> rows, Map<State, Long> counts) {
    long conforming = counts.getOrDefault(State.CONFORMS, 0L);
    String start =
        "%d of %d answers conform."
            .formatted(conforming, rows.size() - counts.getOrDefault(State.N_A, 0L));
    return worst(rows)
        .map(row ->
            "%s %s is %s: %s"
                .formatted(
                    start,
                    title(row.block()),
                    row.state().words(),
                    row.claim().isEmpty() ? row.text() : row.claim()))
        .orElse(start);
  }

  private static Optional<QuestionRow> worst(List<QuestionRow> rows) {
    return rows.stream()
        .filter(row -> row.state() != State.N_A && row.state() != State.CONFORMS)
        .min(java.util.Comparator.comparing(QuestionRow::state));
  }

  private static String why(List<QuestionRow> rows) {
    return worst(rows)
        .map(row -> "%s: %s".formatted(row.question(), row.reason()))
        .orElse("Every answer rests on fresh evidence.");
  }
}
