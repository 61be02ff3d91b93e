package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every evidence clause of every question is written by somebody, or says what is missing. Who
 * writes it is read from the sources of all stages; the clauses are those of every canvas at hand
 * and of the complete example with each field changed in turn.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SendersTest {
  private static final int WORDS = 4;

  /** How one speaks of what may still happen. What nobody sends cannot. */
  private static final Pattern WAITING =
      Pattern.compile("\\b(has|have) (been|\\w+ed|run)\\b|\\byet\\b|fewer than");

  private final Map<Clause.Home, Clause> clauses =
      new TreeMap<>(Comparator.comparing(Clause.Home::question).thenComparing(Clause.Home::clause));
  private SenderSources sources = new SenderSources(Set.of(), Set.of(), Map.of());

  @BeforeAll
  void read() throws IOException {
    sources = SenderSources.ofAllStages();
    for (Path file : Canvas.valid()) {
      Answers answers = Canvas.read(Canvas.text(file));
      Question.all().forEach(each -> collect(answers, each));
    }
    for (FlipTest.Flip flip : FlipTest.flips()) {
      for (ObjectNode changed : flip.changed()) {
        try {
          collect(FlipTest.read(flip.question().key(), changed), flip.question());
        } catch (EspalierException refused) {
          assertThat(refused.getMessage()).isNotBlank();
        }
      }
    }
  }

  /** A clause that some answer makes relevant counts as relevant. */
  private void collect(Answers answers, Question<?> question) {
    for (Clause each : Board.clauses(answers, answers.given(question.key()))) {
      clauses.merge(
          new Clause.Home(question.key(), each.id()),
          each,
          (one, other) -> one.irrelevant().isPresent() ? other : one);
    }
  }

  private boolean isSent(Clause.Home at) {
    return sources.sent().stream().anyMatch(each -> each.sends(at.question(), at.clause()));
  }

  @Test
  void every_clause_has_a_sender_or_names_the_missing_piece() {
    Set<String> nobody = new TreeSet<>();
    clauses.forEach((at, clause) -> {
      boolean asked =
          clause.home().isEmpty()
              && clause.kind() != Clause.Kind.ATTEST
              && clause.irrelevant().isEmpty();
      boolean named =
          clause.lack() == Lack.MACHINERY
              && clause.missing().split(" ").length >= WORDS
              && !WAITING.matcher(clause.missing()).find();
      if (asked && !isSent(at) && !named) {
        nobody.add(at.question() + " " + at.clause());
      }
    });
    assertThat(nobody).as("clauses that nobody sends and that do not say so").isEmpty();
  }

  @Test
  void what_is_said_not_to_be_built_is_sent_by_nobody() {
    Set<String> built = new TreeSet<>();
    clauses.forEach((at, clause) -> {
      // A sender of many clauses ("live:" and what a run knows) may well leave this one out.
      boolean surely =
          sources.sent().stream()
              .filter(each -> !each.clause().endsWith(".*"))
              .anyMatch(each -> each.sends(at.question(), at.clause()));
      if (clause.home().isEmpty() && clause.lack() == Lack.MACHINERY && surely) {
        built.add(at.question() + " " + at.clause());
      }
    });
    assertThat(built).as("clauses that are said to lack machinery, and somebody sends").isEmpty();
  }

  @Test
  void what_waits_for_something_to_happen_is_sent_once_it_has() {
    Set<String> nobody = new TreeSet<>();
    clauses.forEach((at, clause) -> {
      boolean waits = !clause.missing().isEmpty() && clause.lack() == Lack.HAPPENING;
      if (waits && clause.home().isEmpty() && clause.kind() != Clause.Kind.ATTEST && !isSent(at)) {
        nobody.add(at.question() + " " + at.clause());
      }
    });
    assertThat(nobody).as("clauses that wait for what nobody would send").isEmpty();
  }

  @Test
  void a_clause_that_reads_another_reads_one_that_exists() {
    assertThat(
            clauses.values().stream()
                .flatMap(each -> each.home().stream())
                .filter(home -> Question.byKey(home.question()).isPresent())
                .filter(home -> !clauses.containsKey(home)))
        .isEmpty();
  }

  @Test
  void what_is_sent_is_asked_by_a_clause() {
    assertThat(sources.sent()).hasSizeGreaterThan(100).allMatch(this::exists);
  }

  @Test
  void what_a_document_reads_is_asked_by_a_clause() {
    assertThat(sources.read()).hasSizeGreaterThan(30).allMatch(this::exists);
  }

  private boolean exists(SenderSources.Sent pair) {
    return clauses.keySet().stream().anyMatch(at -> pair.sends(at.question(), at.clause()));
  }

  @Test
  void every_sender_is_part_of_the_running_program() {
    Set<String> running = sources.reachedFrom("Espalier");
    assertThat(running).contains("Conformance").doesNotContain("FalsifiersTest");
    assertThat(sources.sent().stream().map(SenderSources.Sent::type).collect(Collectors.toSet()))
        .isSubsetOf(running);
  }
}
