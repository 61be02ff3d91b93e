package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A resource changed by hand is found, runs, and is adopted or put back. */
class DriftTest {
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

  private List<Drift> reconcile() {
    return kit.canvases.reconciler().reconcile("mail-filter");
  }

  private String spec(String id) {
    return kit.database.read(handle ->
        handle
            .createQuery("SELECT spec FROM canvas_resource WHERE id = :id")
            .bind("id", id)
            .mapTo(String.class)
            .one());
  }

  /** What a person with a database client does. */
  private void edit(String id, String from, String to) {
    String before = spec(id);
    assertThat(before).contains(from);
    kit.database.write(handle ->
        handle
            .createUpdate("UPDATE canvas_resource SET spec = :spec WHERE id = :id")
            .bind("spec", before.replace(from, to))
            .bind("id", id)
            .execute());
  }

  private Spec.Rollout rollout() {
    return kit.canvases.require("mail-filter").spec(Spec.Rollout.class);
  }

  private String field(String name) {
    return "\"%s\":%s".formatted(name, Json.tree(spec("rollout/rollout")).path(name));
  }

  @Test
  void untouched_resources_do_not_drift() throws Exception {
    assertThat(reconcile()).isEmpty();
    kit.apply(CanvasesTest.mail().replace("max_staleness: 120d", "max_staleness: 100d"));
    assertThat(reconcile()).isEmpty();
    assertThat(kit.canvases.reconciler().drifts("mail-filter")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "src/test/resources/canvases/valid/complete.yaml",
        "src/test/resources/canvases/valid/minimal.yaml",
        "src/test/resources/canvases/valid/all-default.yaml",
        "../examples/quickstart/canvas.yaml"
      })
  void every_specification_survives_being_stored(String file) throws Exception {
    Answers answers = Answers.read(Files.readAllBytes(Path.of(file)));
    for (Resource each : Compiler.compile(answers, "p", "1.0.0")) {
      Spec again = Specs.read(each.kind(), Json.write(each.spec())).orElseThrow();
      assertThat(again).as(each.id()).isEqualTo(each.spec());
      assertThat(Specs.tree(again)).as(each.id()).isEqualTo(Specs.tree(each.spec()));
    }
  }

  @Test
  void a_changed_value_runs_from_the_next_look_on_and_is_found_by_it() {
    int before = rollout().minRequests();
    edit("rollout/rollout", field("minRequests"), "\"minRequests\":7");
    assertThat(rollout().minRequests()).as("nobody has looked yet").isEqualTo(before);
    List<Drift> found = reconcile();
    assertThat(rollout().minRequests()).isEqualTo(7);
    assertThat(found).hasSize(1);
    Drift drift = found.getFirst();
    assertThat(drift.resource()).isEqualTo("rollout/rollout");
    assertThat(drift.field()).isEqualTo("minRequests");
    assertThat(drift.expected()).isEqualTo(String.valueOf(before));
    assertThat(drift.actual()).isEqualTo("7");
    assertThat(drift.state()).isEqualTo(Drift.State.OPEN);
    assertThat(drift.by()).as("a row does not say who edited it").isEmpty();
    assertThat(reconcile()).as("found once").hasSize(1);
    assertThat(kit.canvases.reconciler().drifts("mail-filter")).hasSize(1);
    assertThat(kit.events.after(0, 1000))
        .filteredOn(e -> e.type().equals("canvas.drift"))
        .hasSize(1);
    kit.canvases.record(
        "mail-filter",
        new CanvasEvidence(kit.canvases)
            .observe("mail-filter", kit.canvases.require("mail-filter"), kit.clock.instant()));
    assertThat(kit.row("canvas.version").state()).isEqualTo(State.VIOLATED);
    assertThat(kit.row("canvas.version").reason()).contains("changed by hand");
  }

  @Test
  void reverting_puts_back_what_the_answer_says() {
    int before = rollout().minRequests();
    edit("rollout/rollout", field("minRequests"), "\"minRequests\":7");
    String id = reconcile().getFirst().id();
    Drift reverted = kit.canvases.reconciler().revert("mail-filter", id, Caller.named("ana"));
    assertThat(reverted.state()).isEqualTo(Drift.State.REVERTED);
    assertThat(reverted.settledBy()).contains("ana");
    assertThat(rollout().minRequests()).isEqualTo(before);
    assertThat(reconcile()).isEmpty();
    assertThatThrownBy(() -> kit.canvases.reconciler().revert("mail-filter", id, Caller.local()))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
  }

  @Test
  void adopting_makes_a_draft_whose_answer_says_what_was_done() throws Exception {
    edit("rollout/rollout", field("minRequests"), "\"minRequests\":70");
    String id = reconcile().getFirst().id();
    Draft draft = kit.canvases.reconciler().adopt("mail-filter", id, Caller.local());
    Answers drafted = Answers.read(draft.source().getBytes(StandardCharsets.UTF_8));
    assertThat(drafted.get(Deploy.Strategy.class).minRequests()).isEqualTo(70);
    Answers active = Answers.read(CanvasesTest.mail().getBytes(StandardCharsets.UTF_8));
    assertThat(Diff.between(active, drafted))
        .as("nothing else")
        .singleElement()
        .satisfies(c -> assertThat(c.path()).isEqualTo("deploy.strategy.min_requests"));
    assertThat(reconcile()).extracting(Drift::state).containsExactly(Drift.State.ADOPTED);
    kit.apply(draft.source());
    assertThat(rollout().minRequests()).isEqualTo(70);
    assertThat(reconcile()).isEmpty();
    assertThat(kit.canvases.reconciler().drifts("mail-filter"))
        .extracting(Drift::state)
        .containsExactly(Drift.State.GONE);
  }

  @Test
  void a_time_is_adopted_in_the_spelling_of_the_answer() {
    edit("rollout/rollout", field("rollbackTime"), "\"rollbackTime\":\"PT5M\"");
    String id = reconcile().getFirst().id();
    Draft draft = kit.canvases.reconciler().adopt("mail-filter", id, Caller.local());
    assertThat(
            Answers.read(draft.source().getBytes(StandardCharsets.UTF_8))
                .get(Deploy.Strategy.class)
                .rollbackTime())
        .isEqualTo(java.time.Duration.ofMinutes(5));
  }

  private State ofTheVersion() {
    kit.clock.advance(java.time.Duration.ofMinutes(2));
    kit.canvases.record(
        "mail-filter",
        new CanvasEvidence(kit.canvases)
            .observe("mail-filter", kit.canvases.require("mail-filter"), kit.clock.instant()));
    return kit.row("canvas.version").evidence().stream()
        .filter(each -> each.clause().equals("compiled_from"))
        .findFirst()
        .orElseThrow()
        .state();
  }

  @Test
  void an_endpoint_that_cannot_follow_is_drift_on_the_board_until_it_does() {
    AtomicReference<Optional<String>> why = new AtomicReference<>(Optional.empty());
    kit.canvases.reconciler().lagging(_ -> why.get());
    assertThat(reconcile()).isEmpty();
    assertThat(ofTheVersion()).isEqualTo(State.CONFORMS);

    why.set(Optional.of("version 1.1.0 is \"damaged\""));
    Drift drift = reconcile().getFirst();
    assertThat(drift.resource()).isEqualTo("endpoint/endpoint");
    assertThat(Json.tree(drift.actual()).asText()).isEqualTo("version 1.1.0 is \"damaged\"");
    assertThat(reconcile()).as("found once").hasSize(1);
    assertThat(ofTheVersion()).isEqualTo(State.VIOLATED);
    assertThat(kit.row("canvas.version").reason()).contains("does not follow", "1.1.0");
    assertThatThrownBy(
            () -> kit.canvases.reconciler().revert("mail-filter", drift.id(), Caller.local()))
        .hasMessageContaining("nothing to put back");
    assertThatThrownBy(
            () -> kit.canvases.reconciler().adopt("mail-filter", drift.id(), Caller.local()))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));

    why.set(Optional.empty());
    assertThat(reconcile()).isEmpty();
    assertThat(ofTheVersion()).isEqualTo(State.CONFORMS);
    assertThat(kit.canvases.reconciler().drifts("mail-filter"))
        .extracting(Drift::state)
        .containsExactly(Drift.State.GONE);
  }

  @Test
  void what_no_answer_can_say_is_only_reverted() {
    kit.database.write(
        handle -> handle.execute("DELETE FROM canvas_resource WHERE id = 'rollout/rollout'"));
    Drift missing = reconcile().getFirst();
    assertThat(missing.field()).isEmpty();
    assertThat(missing.actual()).isEmpty();
    assertThat(rollout()).as("the compiled one works in its place").isNotNull();
    assertThatThrownBy(
            () -> kit.canvases.reconciler().adopt("mail-filter", missing.id(), Caller.local()))
        .hasMessageContaining("No answer makes");
    kit.canvases.reconciler().revert("mail-filter", missing.id(), Caller.local());
    assertThat(reconcile()).isEmpty();
  }

  @Test
  void nonsense_in_a_row_is_found_and_never_runs() {
    Spec.Rollout before = rollout();
    kit.database.write(handle ->
        handle.execute("UPDATE canvas_resource SET spec = '{\"a\":' WHERE id = 'rollout/rollout'"));
    Drift broken = reconcile().getFirst();
    assertThat(broken.actual()).isEqualTo("{\"a\":");
    assertThat(rollout()).isEqualTo(before);
    kit.database.write(handle ->
        handle.execute(
            "INSERT INTO canvas_resource VALUES ('mail-filter', 'alert/x', 'alert', 'x', 'by hand', '{}', 'eve')"));
    assertThat(reconcile())
        .anySatisfy(extra -> {
          assertThat(extra.resource()).isEqualTo("alert/x");
          assertThat(extra.expected()).isEmpty();
          assertThat(extra.by()).contains("eve");
        });
  }

  @Test
  void a_change_that_was_undone_by_hand_is_gone_and_an_older_home_gets_its_rows() {
    edit("rollout/rollout", field("minRequests"), "\"minRequests\":7");
    reconcile();
    edit("rollout/rollout", "\"minRequests\":7", "\"minRequests\":" + 200);
    kit.database.write(handle ->
        handle
            .createUpdate("UPDATE canvas_resource SET spec = :spec WHERE id = 'rollout/rollout'")
            .bind(
                "spec",
                Json.write(
                    Compiler.compile(
                            kit.canvases.latest("mail-filter").orElseThrow().answers(),
                            "mail-filter",
                            "1.0.0")
                        .stream()
                        .filter(each -> each.id().equals("rollout/rollout"))
                        .findFirst()
                        .orElseThrow()
                        .spec()))
            .execute());
    assertThat(reconcile()).isEmpty();
    assertThat(kit.canvases.reconciler().drifts("mail-filter").getFirst().state())
        .isEqualTo(Drift.State.GONE);
    kit.database.write(handle -> handle.execute("DELETE FROM canvas_resource"));
    assertThat(reconcile()).as("a home from before the table").isEmpty();
    assertThat(spec("rollout/rollout")).isNotEmpty();
  }
}
