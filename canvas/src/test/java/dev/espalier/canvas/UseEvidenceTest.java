package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasEvidence.Act;
import dev.espalier.canvas.UseEvidence.Use;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the answers claim to be in use, against what was seen at work. */
class UseEvidenceTest {
  @TempDir Path folder;
  private CanvasKit kit;
  private final Map<String, Use> parts = new TreeMap<>();
  private final Map<String, Act> personas = new TreeMap<>();
  private final SortedMap<String, Long> languages = new TreeMap<>();

  @BeforeEach
  void open() throws Exception {
    kit = CanvasKit.in(folder);
    kit.apply(CanvasesTest.mail());
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private Conformance.EvidenceRow clause(String question, String clause) {
    UseEvidence.Uses seen =
        new UseEvidence.Uses() {
          @Override
          public Map<String, Use> parts(String product) {
            return parts;
          }

          @Override
          public Map<String, Act> personas(String product) {
            return personas;
          }

          @Override
          public SortedMap<String, Long> languages(String product) {
            return languages;
          }
        };
    kit.canvases.record(
        CanvasKit.PRODUCT,
        new UseEvidence(kit.canvases, seen)
            .observe(
                CanvasKit.PRODUCT, kit.canvases.require(CanvasKit.PRODUCT), kit.clock.instant()));
    return kit.row(question).evidence().stream()
        .filter(row -> row.clause().equals(clause))
        .findFirst()
        .orElseThrow();
  }

  private Act act(String words) {
    return new Act(kit.clock.instant(), words);
  }

  @Test
  void a_part_that_was_not_used_for_a_month_is_stale_and_one_that_never_ran_alone_is_violated() {
    assertThat(clause("stack.components", "claimed:registry").state()).isEqualTo(State.NO_EVIDENCE);
    parts.put("registry", new Use(act("version 1.0.0 was registered"), Optional.empty()));
    assertThat(clause("stack.components", "claimed:registry").state()).isEqualTo(State.CONFORMS);
    Conformance.EvidenceRow byHand = clause("stack.components", "automated:registry");
    assertThat(byHand.state()).isEqualTo(State.VIOLATED);
    assertThat(byHand.reason()).contains("never by itself", "1.0.0");

    parts.put("registry", new Use(act("again"), Optional.of(act("a run registered it"))));
    assertThat(clause("stack.components", "automated:registry").state()).isEqualTo(State.CONFORMS);
    kit.clock.advance(Duration.ofDays(31));
    assertThat(clause("stack.components", "claimed:registry").state()).isEqualTo(State.STALE);
    assertThat(clause("stack.components", "automated:registry").state()).isEqualTo(State.STALE);
  }

  @Test
  void a_part_keeps_the_newest_of_both_kinds_of_use() {
    Instant noon = Instant.parse("2026-01-01T12:00:00Z");
    Act early = new Act(noon, "early");
    Act late = new Act(noon.plusSeconds(1), "late");
    Use both = new Use(early, Optional.of(early)).or(new Use(late, Optional.empty()));
    assertThat(both).isEqualTo(new Use(late, Optional.of(early)));
    assertThat(both.or(new Use(early, Optional.of(late))).byItself()).contains(late);
  }

  @Test
  void a_role_in_which_nobody_acted_for_a_quarter_is_stale() {
    assertThat(clause("value.persona", "active:ml_engineer").state()).isEqualTo(State.NO_EVIDENCE);
    personas.put("ml_engineer", act("ana applied canvas 1.0.0"));
    assertThat(clause("value.persona", "active:ml_engineer").state()).isEqualTo(State.CONFORMS);
    kit.clock.advance(Duration.ofDays(91));
    assertThat(clause("value.persona", "active:ml_engineer").state()).isEqualTo(State.STALE);
  }

  @Test
  void a_run_in_a_language_that_nobody_declared_is_violated() {
    languages.put("java", 3L);
    assertThat(clause("analysis.language", "seen").state()).isEqualTo(State.CONFORMS);
    languages.put("python", 1L);
    Conformance.EvidenceRow seen = clause("analysis.language", "seen");
    assertThat(seen.state()).isEqualTo(State.VIOLATED);
    assertThat(seen.n()).contains(4L);
    assertThat(seen.reason()).contains("not declared: python");
  }
}
