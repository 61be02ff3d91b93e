package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * No clause is green by construction. A clause with a bound is judged here against numbers on the
 * wrong side; a clause that rests on its source's own verdict names, in {@code falsifiers.txt}, the
 * test that sees it fail. A new clause without one fails this test.
 */
class FalsifiersTest {
  private static final int OPEN = 0;
  private static final Path LIST = Path.of("src/test/resources/falsifiers.txt");

  /** Clauses of the complete example and of the demo's, without the ids of their own things. */
  private static Map<String, Clause> clauses() {
    Map<String, Clause> all = new TreeMap<>();
    for (String text :
        List.of(Canvas.text(Path.of("../examples/mail-filter/canvas.yaml")), Canvas.complete())) {
      Answers answers = Canvas.read(text);
      for (Given<?> given : answers.all()) {
        for (Clause clause : Board.clauses(answers, given)) {
          if (clause.home().isEmpty() && clause.kind() != Clause.Kind.ATTEST) {
            all.put(given.question().key() + " " + clause.id().replaceAll(":.*", ""), clause);
          }
        }
      }
    }
    return all;
  }

  private static Map<String, String> listed() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    for (String line : Files.readAllLines(LIST)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split(" ", 3);
        listed.put(parts[0] + " " + parts[1], parts[2].strip());
      }
    }
    return listed;
  }

  @Test
  void a_number_on_the_wrong_side_fails_every_clause_with_a_bound() {
    clauses()
        .forEach((name, clause) ->
            clause
                .bound()
                .ifPresent(bound ->
                    assertThat(List.of(bound.judge(1e300), bound.judge(-1e300)))
                        .as(name)
                        .contains(Bound.Verdict.OUTSIDE)));
  }

  @Test
  void every_other_clause_that_is_sent_names_a_test_that_sees_it_fail() throws IOException {
    Map<String, String> listed = listed();
    List<String> without = new ArrayList<>();
    clauses()
        .forEach((name, clause) -> {
          boolean sent = clause.missing().isEmpty();
          if (sent && clause.bound().isEmpty() && !listed.containsKey(name)) {
            without.add(name);
          }
        });
    assertThat(without).as("clauses that nothing is seen to fail").isEmpty();
  }

  @Test
  void fewer_and_fewer_clauses_are_open() throws IOException {
    assertThat(listed().values().stream().filter("open"::equals).count())
        .as("clauses that no test sees fail yet: this number may only shrink")
        .isLessThanOrEqualTo(OPEN);
  }

  @Test
  void the_tests_that_are_named_exist() throws IOException {
    TreeSet<String> unknown = new TreeSet<>(listed().keySet());
    unknown.removeAll(clauses().keySet());
    assertThat(unknown).as("clauses that no question has").isEmpty();
    TreeSet<String> tests = new TreeSet<>(listed().values());
    tests.remove("open");
    for (String test : tests) {
      String[] parts = test.split("#", 2);
      Path source = Path.of("..").resolve(parts[0]);
      assertThat(source).exists();
      assertThat(Files.readString(source)).as(test).contains("void " + parts[1] + "(");
    }
  }

  @Test
  void what_has_no_evidence_says_in_words_what_is_missing() {
    clauses()
        .forEach((name, clause) -> {
          Judge.Judged judged =
              Judge.clause(
                  clause,
                  java.util.Optional.empty(),
                  dev.espalier.platform.Digest.of("answer"),
                  java.time.Instant.EPOCH);
          if (judged.state() == State.NO_EVIDENCE) {
            assertThat(judged.reason())
                .as(name)
                .hasSizeGreaterThan(25)
                .doesNotContain("null", "TODO");
          }
        });
  }
}
