package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CanvasesTest {
  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(Instant.parse("2002-10-10T00:00:00Z"));
  private Database database;
  private Events events;
  private Canvases canvases;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    ProductClocks clocks = new ProductClocks(database, clock);
    events = new Events(database, clocks, clock);
    canvases = new Canvases(database, clocks, events, new Ids(clock, new Random(7)), clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  static String mail() throws Exception {
    return Files.readString(Path.of("../examples/mail-filter/canvas.yaml"));
  }

  private Plan plan(String text) {
    return canvases.plan(text.getBytes(StandardCharsets.UTF_8), Caller.local());
  }

  private CanvasVersion apply(String text) {
    Plan plan = plan(text);
    return canvases.apply(
        plan.product(),
        plan.planDigest(),
        Consent.because("a test").confirming(plan.confirms()),
        Caller.local());
  }

  private Conformance.QuestionRow row(String key) {
    return canvases.conformance("mail-filter").questions().stream()
        .filter(each -> each.question().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private void measured(String question, String clause, long n, double value) {
    Observation seen =
        Observation.measured(
            question, clause, "1.0.0", clock.instant(), n, value, Optional.empty(), "seen", "/x");
    canvases.record("mail-filter", List.of(seen));
  }

  @Test
  void the_example_gives_no_contradiction_and_every_singular_resource_once() throws Exception {
    Plan plan = plan(mail());
    assertThat(plan.contradictions()).noneMatch(f -> f.level() == Plan.Level.ERROR);
    CanvasVersion version = apply(mail());
    assertThat(version.version()).isEqualTo("1.0.0");
    for (Class<? extends Spec> kind :
        List.of(
            Spec.Product.class,
            Spec.Split.class,
            Spec.Pipeline.class,
            Spec.Schedule.class,
            Spec.Placement.class,
            Spec.Architecture.class,
            Spec.Ladder.class,
            Spec.RegistryPolicy.class,
            Spec.BundlePolicy.class,
            Spec.ReleasePolicy.class,
            Spec.LeadTime.class,
            Spec.Rollout.class,
            Spec.Endpoint.class,
            Spec.PreAssertion.class,
            Spec.Fallback.class,
            Spec.Volume.class,
            Spec.InferenceLog.class,
            Spec.Retrain.class,
            Spec.Feedback.class)) {
      assertThat(version.specs(kind)).as(kind.getSimpleName()).hasSize(1);
    }
    Spec.Monitor monitor = version.spec(Spec.Monitor.class);
    assertThat(monitor.alert()).isEqualTo(0.1);
    assertThat(monitor.breach()).isEqualTo(Spec.Op.ABOVE);
    assertThat(monitor.relative()).isFalse();
    assertThat(version.resources())
        .allMatch(r -> r.compiledFrom().startsWith("mail-filter@1.0.0#"));
  }

  @Test
  void the_minimal_and_the_all_default_canvas_have_no_contradiction_errors() throws Exception {
    for (String name : List.of("minimal", "all-default")) {
      Plan plan =
          canvases.plan(
              Files.readAllBytes(Path.of("src/test/resources/canvases/valid/" + name + ".yaml")),
              Caller.local());
      assertThat(plan.contradictions()).as(name).noneMatch(f -> f.level() == Plan.Level.ERROR);
      canvases.apply(plan.product(), plan.planDigest(), Consent.silent(), Caller.local());
      assertThat(canvases.require(plan.product()).spec(Spec.Volume.class)).isNotNull();
    }
    Plan quickstart = plan(Files.readString(Path.of("../examples/quickstart/canvas.yaml")));
    assertThat(quickstart.blocked()).isFalse();
  }

  @Test
  void of_two_applies_at_once_one_wins_and_one_conflicts() throws Exception {
    apply(mail());
    Plan one = plan(mail().replace("max_staleness: 120d", "max_staleness: 100d"));
    Plan two = plan(mail().replace("max_staleness: 120d", "max_staleness: 90d"));
    CyclicBarrier start = new CyclicBarrier(2);
    try (var threads = Executors.newFixedThreadPool(2)) {
      List<Future<Boolean>> results =
          List.of(threads.submit(attempt(start, one)), threads.submit(attempt(start, two)));
      assertThat(results.get(0).get() ^ results.get(1).get()).isTrue();
    }
    assertThat(canvases.versions("mail-filter")).hasSize(2);
  }

  private Callable<Boolean> attempt(CyclicBarrier start, Plan plan) {
    return () -> {
      start.await();
      try {
        canvases.apply("mail-filter", plan.planDigest(), Consent.silent(), Caller.local());
        return true;
      } catch (EspalierException refused) {
        assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
        return false;
      }
    };
  }

  @Test
  void derives_the_version_and_asks_for_a_reason_before_loosening() throws Exception {
    apply(mail());
    Plan tighter = plan(mail().replace("max_staleness: 120d", "max_staleness: 100d"));
    assertThat(tighter.version()).isEqualTo("1.1.0");
    assertThat(tighter.diff())
        .singleElement()
        .satisfies(c -> assertThat(c.direction()).isEqualTo(Plan.Direction.TIGHTENED));
    Plan looser = plan(mail().replace("max_staleness: 120d", "max_staleness: 150d"));
    assertThat(looser.version()).isEqualTo("2.0.0");
    assertThatThrownBy(() ->
            canvases.apply("mail-filter", looser.planDigest(), Consent.silent(), Caller.local()))
        .hasMessageContaining("say why");
    canvases.apply(
        "mail-filter", looser.planDigest(), Consent.because("the corpus is old"), Caller.local());
    assertThat(canvases.document("mail-filter", "2.0.0").reason()).contains("self-approved");
    Plan words = plan(canvases.document("mail-filter", "2.0.0").source() + "# a comment\n");
    assertThat(words.diff()).isEmpty();
  }

  @Test
  void a_tightened_bound_is_judged_against_what_was_measured_before() throws Exception {
    apply(mail());
    measured("registry.store", "rehash", 5, 0);
    measured("ct.schedule", "data_age", 1, Duration.ofDays(60).toSeconds());
    measured("ct.schedule", "budget", 2, 1);
    assertThat(row("ct.schedule").state()).isEqualTo(State.CONFORMS);
    apply(mail().replace("max_staleness: 120d", "max_staleness: 50d"));
    assertThat(row("ct.schedule").state()).isEqualTo(State.VIOLATED);
    assertThat(canvases.history("mail-filter", "ct.schedule"))
        .extracting(Conformance.Change::to)
        .containsExactly(State.NO_EVIDENCE, State.CONFORMS, State.VIOLATED);
    assertThat(canvases.stateChanges("mail-filter"))
        .as("the board asks for all questions at once")
        .containsAll(canvases.history("mail-filter", "ct.schedule"))
        .extracting(Conformance.Change::question)
        .contains("registry.store");
    assertThat(events.after(0, 1000)).anyMatch(e -> e.type().equals("conformance.changed"));
  }

  @Test
  void a_verdict_is_void_once_the_answer_changed() throws Exception {
    apply(mail());
    canvases.record(
        "mail-filter",
        List.of(
            Observation.verdict(
                "modeling", "ladder", "1.0.0", clock.instant(), 4, true, "four rungs", "/x"),
            Observation.verdict(
                "modeling", "ablation", "1.0.0", clock.instant(), 4, true, "worth it", "/x")));
    assertThat(row("modeling").state()).isEqualTo(State.CONFORMS);
    apply(mail().replace("min_gain: 1pp", "min_gain: 2pp"));
    assertThat(row("modeling").state()).isEqualTo(State.NO_EVIDENCE);
  }

  @Test
  void says_honestly_what_is_missing_and_what_does_not_apply() throws Exception {
    apply(mail().replace("template: mwml12+stack11\n", ""));
    assertThat(row("background").state()).isEqualTo(State.NO_EVIDENCE);
    assertThat(row("ci.workflow").state()).isEqualTo(State.NO_EVIDENCE);
    assertThat(row("ci.workflow").reason()).contains("no promotion carries");
    assertThat(row("monitoring.domain").state()).isEqualTo(State.N_A);
    assertThat(row("ct.distributed").state()).isEqualTo(State.N_A);
    canvases.record(
        "mail-filter",
        new CanvasEvidence(canvases)
            .observe("mail-filter", canvases.require("mail-filter"), clock.instant()));
    for (String key :
        List.of("product.name", "product.authors", "canvas.version", "product.date", "project")) {
      assertThat(row(key).state()).as(key + row(key).evidence()).isEqualTo(State.CONFORMS);
    }
    assertThat(row("canvas.template").state())
        .as("no export was read")
        .isEqualTo(State.NO_EVIDENCE);
    canvases.record(
        "mail-filter",
        List.of(
            Observation.verdict(
                "canvas.template",
                "attribution",
                "canvas",
                clock.instant(),
                1,
                true,
                "read",
                "/x")));
    assertThat(row("canvas.template").state()).isEqualTo(State.UNCONFIRMED);
    measured("serving.mode", "p95", 37, 20);
    assertThat(row("serving.mode").evidence().getFirst().reason()).startsWith("37 of 100");
  }
}
