package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a person can say. */
class AttestationTest {
  private static final Caller ANA = Caller.named("ana");
  @TempDir Path folder;
  private CanvasKit kit;

  @BeforeEach
  void open() throws Exception {
    kit = CanvasKit.in(folder);
    kit.apply(CanvasesTest.mail());
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private void attest(Caller caller) {
    kit.canvases.attest("mail-filter", "background", "review", "Read it with two users.", caller);
  }

  private Conformance.EvidenceRow review() {
    return kit.row("background").evidence().stream()
        .filter(each -> each.clause().equals("review"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_named_person_signs_and_the_signature_ages() {
    assertThat(review().state()).isEqualTo(State.NO_EVIDENCE);
    attest(ANA);
    assertThat(review().state()).isEqualTo(State.CONFORMS);
    assertThat(review().subject()).contains("ana");
    assertThat(review().detail()).contains("ana: Read it with two users.");
    assertThat(review().kind()).isEqualTo(Clause.Kind.ATTEST);
    kit.clock.advance(Duration.ofDays(180));
    assertThat(review().state()).as("on its last day").isEqualTo(State.CONFORMS);
    kit.clock.advance(Duration.ofSeconds(1));
    assertThat(review().state()).isEqualTo(State.STALE);
    attest(ANA);
    assertThat(review().state()).isEqualTo(State.CONFORMS);
    assertThat(kit.events.after(0, 1000)).anyMatch(e -> e.type().equals("canvas.attested"));
  }

  @Test
  void nobody_signs_without_a_name() {
    assertThatThrownBy(() -> attest(Caller.local()))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DENIED))
        .hasMessageContaining("espalier token create");
    assertThat(review().state()).isEqualTo(State.NO_EVIDENCE);
  }

  @Test
  void no_stage_signs_in_a_persons_place() {
    kit.canvases.record(
        "mail-filter",
        List.of(
            Observation.verdict(
                "background", "review", "ana", kit.clock.instant(), 1, true, "all fine", "/x")));
    assertThat(review().state()).isEqualTo(State.NO_EVIDENCE);
  }

  @Test
  void a_signature_is_void_once_the_answer_changed() throws Exception {
    attest(ANA);
    String other = CanvasesTest.mail().replaceFirst("severity: 5", "severity: 4");
    assertThat(other).isNotEqualTo(CanvasesTest.mail());
    kit.apply(other);
    assertThat(review().state()).isEqualTo(State.NO_EVIDENCE);
    assertThat(review().reason()).contains("earlier answer");
  }

  @Test
  void only_what_a_person_can_know_is_signed() {
    assertThatThrownBy(
            () -> kit.canvases.attest("mail-filter", "serving.volume", "load", "It is fast.", ANA))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.nearest().orElseThrow()).contains("#"));
    assertThatThrownBy(() -> kit.canvases.attest("mail-filter", "background", "review", " ", ANA))
        .hasMessageContaining("statement");
    assertThatThrownBy(
            () -> kit.canvases.attest("mail-filter", "background", "review", "x".repeat(2001), ANA))
        .hasMessageContaining("2000");
    assertThatThrownBy(() -> kit.canvases.attest("nobody", "background", "review", "x", ANA))
        .hasMessageContaining("No canvas");
  }
}
