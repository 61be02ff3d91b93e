package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import dev.espalier.platform.Signer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change of state is an event: of a question, of its block, and of a deferral that comes due. */
class StateEventsTest {
  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: mail-filter, authors: {ana: owner}}
      metrics: [{id: macro_f1, primary: yes}]
      serving: {volume: 10/s, mode: {online: {p95: 40ms}}}
      feasibility: {deferred: {owner: ben, due: 2026-11-21}}
      """;

  @TempDir Path folder;
  private CanvasKit kit;

  @BeforeEach
  void open() {
    kit = CanvasKit.in(folder);
    kit.apply(CANVAS);
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private List<JsonNode> events(String type) {
    return kit.events.after(0, 10_000).stream()
        .filter(each -> each.type().equals(type))
        .map(each -> Json.tree(each.data()))
        .toList();
  }

  private List<JsonNode> about(String type, String field, String value) {
    return events(type).stream().filter(each -> each.path(field).asText().equals(value)).toList();
  }

  @Test
  void a_question_and_its_block_say_what_they_were_and_what_they_are() {
    kit.measured("serving.mode", "p95", 500, 30);
    assertThat(about("conformance.block", "block", "serving")).as("other clauses lack").hasSize(1);
    assertThat(about("conformance.block", "block", "serving").getFirst().path("to").asText())
        .isEqualTo("NO_EVIDENCE");
    kit.measured("serving.mode", "p95", 500, 60);
    JsonNode worse = about("conformance.block", "block", "serving").getLast();
    assertThat(worse.path("from").asText()).isEqualTo("NO_EVIDENCE");
    assertThat(worse.path("to").asText()).isEqualTo("VIOLATED");
    assertThat(worse.path("counts").path("VIOLATED").asInt()).isEqualTo(1);
    assertThat(
            about("conformance.changed", "question", "serving.mode").getLast().path("to").asText())
        .isEqualTo("VIOLATED");
    int before = events("conformance.block").size();
    kit.measured("serving.mode", "p95", 500, 60);
    assertThat(events("conformance.block")).as("nothing changed").hasSize(before);
    assertThat(kit.canvases.history("mail-filter", "serving.mode"))
        .as("the question's history is stored")
        .extracting(Conformance.Change::to)
        .containsExactly(State.NO_EVIDENCE, State.VIOLATED);
  }

  @Test
  void a_deferral_is_overdue_from_the_day_after_and_is_said_once() {
    kit.clock.advance(Duration.ofHours(47));
    kit.canvases.record("mail-filter", List.of());
    assertThat(kit.row("feasibility").deferral())
        .hasValueSatisfying(each -> assertThat(each.overdue()).isFalse());
    assertThat(events("canvas.overdue")).isEmpty();
    kit.clock.advance(Duration.ofHours(1));
    kit.canvases.record("mail-filter", List.of());
    kit.canvases.record("mail-filter", List.of());
    assertThat(events("canvas.overdue"))
        .singleElement()
        .satisfies(each -> {
          assertThat(each.path("question").asText()).isEqualTo("feasibility");
          assertThat(each.path("owner").asText()).isEqualTo("ben");
          assertThat(each.path("due").asText()).isEqualTo("2026-11-21");
        });
    assertThat(kit.row("feasibility").state()).isEqualTo(State.UNANSWERED);
    assertThat(kit.row("feasibility").reason())
        .isEqualTo("Overdue since 2026-11-21: ben was to answer it.");
    kit.apply(CANVAS.replace("2026-11-21", "2026-12-24"));
    assertThat(kit.row("feasibility").deferral())
        .as("put off again")
        .hasValueSatisfying(each -> assertThat(each.overdue()).isFalse());
    kit.clock.advance(Duration.ofDays(60));
    kit.canvases.record("mail-filter", List.of());
    assertThat(events("canvas.overdue")).as("late once more").hasSize(2);
  }

  @Test
  void what_was_said_survives_a_restart_of_the_process() {
    kit.clock.advance(Duration.ofDays(3));
    kit.measured("serving.mode", "p95", 500, 60);
    int changed = events("conformance.changed").size();
    int overdue = events("canvas.overdue").size();
    kit.close();
    kit = new CanvasKit(folder, Signer.temporary());
    kit.clock.advance(Duration.ofDays(3));
    kit.canvases.record("mail-filter", List.of());
    assertThat(kit.row("serving.mode").state()).isEqualTo(State.VIOLATED);
    assertThat(events("conformance.changed")).hasSize(changed);
    assertThat(events("canvas.overdue")).hasSize(overdue).hasSize(1);
  }

  @Test
  void the_newest_observation_counts_however_many_there_were() {
    for (int i = 0; i < 300; i++) {
      kit.clock.advance(Duration.ofMinutes(1));
      kit.measured("serving.mode", "p95", 500 + i, 20 + i % 7);
    }
    kit.clock.advance(Duration.ofMinutes(1));
    kit.measured("serving.mode", "p95", 1_000, 33);
    Conformance.EvidenceRow row =
        kit.row("serving.mode").evidence().stream()
            .filter(each -> each.clause().equals("p95"))
            .findFirst()
            .orElseThrow();
    assertThat(row.value().orElseThrow()).isEqualTo(33);
    assertThat(row.n()).contains(1_000L);
    int heads =
        kit.database.read(handle ->
            handle.createQuery("SELECT count(*) FROM evidence_head").mapTo(Integer.class).one());
    int all =
        kit.database.read(handle ->
            handle.createQuery("SELECT count(*) FROM evidence").mapTo(Integer.class).one());
    assertThat(heads).isEqualTo(1);
    assertThat(all).as("nothing is forgotten").isEqualTo(301);
  }
}
