package dev.espalier.canvas;

import dev.espalier.canvas.Conformance.Defaults;
import dev.espalier.canvas.Conformance.ResourceRow;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the board needs of one version whatever was seen: each question's clauses, words, resources
 * and digest. Worked out once for each version, and small: it holds on to none of the answers.
 * Immutable.
 */
final class Layout {
  private final List<Row> rows;
  private final Map<String, Row> byKey = new HashMap<>();

  /**
   * One question of the board.
   *
   * @param special why there is no value, where somebody said so
   * @param answer the merged answer in canonical JSON, as text; empty when unanswered
   * @param deferral to whom and until when it is put off
   * @param refused why this build cannot run the answer, where an earlier one applied it
   */
  record Row(
      Question<?> question,
      List<Placed> clauses,
      String claim,
      Optional<Given.Special> special,
      Optional<String> answer,
      Digest digest,
      Defaults defaults,
      List<ResourceRow> resources,
      Optional<Deferral> deferral,
      Optional<String> refused) {
    /** Whether a person stood behind a field of the answer, or there is none to stand behind. */
    boolean confirmed() {
      return defaults.total() == 0 || defaults.confirmed() > 0;
    }
  }

  /** A question that is put off. */
  record Deferral(String owner, LocalDate due) {}

  /**
   * A clause and where its evidence lies.
   *
   * @param home {@code question + " " + clause}
   * @param answered the digest of the answer that the evidence must be about
   */
  record Placed(Clause clause, String home, Digest answered) {}

  private Layout(List<Row> rows) {
    this.rows = List.copyOf(rows);
    rows.forEach(row -> byKey.put(row.question().key(), row));
  }

  static Layout of(Answers answers, List<Resource> resources) {
    Map<String, Digest> digests = new HashMap<>();
    answers.all().forEach(given -> digests.put(given.question().key(), given.digest()));
    Map<String, List<ResourceRow>> compiled = new HashMap<>();
    for (Resource each : resources) {
      compiled
          .computeIfAbsent(each.key(), _ -> new ArrayList<>())
          .add(new ResourceRow(each.id(), each.kind(), each.name(), each.digest()));
    }
    List<Row> rows = new ArrayList<>();
    for (Given<?> given : answers.all()) {
      rows.add(row(answers, given, digests, compiled));
    }
    return new Layout(rows);
  }

  private static <A extends Answer> Row row(
      Answers answers,
      Given<A> given,
      Map<String, Digest> digests,
      Map<String, List<ResourceRow>> compiled) {
    Question<A> question = given.question();
    List<Placed> clauses = new ArrayList<>();
    for (Clause clause : Board.clauses(answers, given)) {
      Clause.Home home =
          clause.home().orElseGet(() -> new Clause.Home(question.key(), clause.id()));
      clauses.add(
          new Placed(
              clause,
              EvidenceStore.key(home.question(), home.clause()),
              Objects.requireNonNull(digests.get(home.question()), home.question())));
    }
    return new Row(
        question,
        List.copyOf(clauses),
        given.value().map(value -> question.claim().apply(value, answers)).orElse(question.text()),
        given.special(),
        given.value().map(_ -> Json.write(given.canonical())),
        Objects.requireNonNull(digests.get(question.key()), question.key()),
        new Defaults(given.set().size(), given.fields()),
        List.copyOf(compiled.getOrDefault(question.key(), List.of())),
        given
            .special()
            .filter(special -> special.kind().equals("deferred"))
            .map(special -> deferral(special.reason())),
        Unbuilt.in(given).stream().findFirst().map(Unbuilt.Found::words));
  }

  private static Deferral deferral(String reason) {
    int due = reason.lastIndexOf(", due ");
    return new Deferral(reason.substring(0, due), LocalDate.parse(reason.substring(due + 6)));
  }

  /** Every question, in the order of the board. */
  List<Row> rows() {
    return rows;
  }

  /** A clause of a question under its answer. */
  Optional<Clause> clause(String question, String clause) {
    return Optional.ofNullable(byKey.get(question)).stream()
        .flatMap(row -> row.clauses().stream())
        .map(Placed::clause)
        .filter(each -> each.id().equals(clause))
        .findFirst();
  }

  /**
   * A clause with its place.
   *
   * @throws EspalierException INVALID for a question or clause that there is not
   */
  Placed placed(String question, String clause) {
    Row row = byKey.get(question);
    if (row == null) {
      throw unknown("question", question, List.copyOf(byKey.keySet()));
    }
    return row.clauses().stream()
        .filter(each -> each.clause().id().equals(clause))
        .findFirst()
        .orElseThrow(() ->
            unknown(
                "clause", clause, row.clauses().stream().map(each -> each.clause().id()).toList()));
  }

  private static EspalierException unknown(String field, String asked, List<String> known) {
    String brief = DocumentReader.brief(asked);
    return known.isEmpty()
        ? EspalierException.invalidField(
            field, "known " + field, "%s: nothing here has one.".formatted(field), Optional.empty())
        : EspalierException.invalidField(
            field,
            "known " + field,
            "%s: there is no '%s'.".formatted(field, brief),
            Optional.of(Nearest.of(asked, known)));
  }

  /** What evidence about a question refers to. */
  Digest digest(String question) {
    return Objects.requireNonNull(byKey.get(question), question).digest();
  }
}
