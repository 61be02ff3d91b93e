package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import dev.espalier.serving.Ask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each drill proves something, can fail, can be stopped, and leaves production alone. */
class ServingDrillsTest {
  @TempDir Path folder;
  private Rig rig;
  private DrillLanes lanes;

  @BeforeEach
  void open() {
    rig = new Rig(folder);
    lanes = new DrillLanes(rig.serving, rig.registry);
    rig.specs.put(
        Spec.Endpoint.class,
        new Spec.Endpoint(
            Duration.ofSeconds(20), Duration.ofSeconds(25), 0.995, Duration.ofSeconds(30), 16));
    rig.specs.put(Spec.Volume.class, Rig.volume(10, Duration.ofSeconds(30)));
    rig.specs.put(
        Spec.PreAssertion.class,
        new Spec.PreAssertion(List.of("schema", "length <= 500000"), "reject"));
    fallback(
        new Spec.FallbackRung(
            Set.of("timeout", "error", "post_fail"),
            "previous_champion",
            Optional.empty(),
            Duration.ofSeconds(5)),
        new Spec.FallbackRung(
            Set.of("*"), "default_value", Optional.of("ham"), Duration.ofSeconds(1)));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void fallback(Spec.FallbackRung... chain) {
    rig.specs.put(
        Spec.Fallback.class,
        new Spec.Fallback(List.of("sum(prob) = 1"), Duration.ofSeconds(2), List.of(chain), 0.02));
  }

  private Drill drill(String name) {
    return new ServingDrills(
            rig.serving,
            rig.registry,
            rig.bundles,
            rig.ids,
            CleanJvm.likeThis(folder.resolve("artifacts").toAbsolutePath().toString()))
        .all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  private Map<String, Observation> run(String name) {
    return seen(drill(name).run(Rig.PRODUCT, rig.canvas(), rig.clock.instant()));
  }

  private static Map<String, Observation> seen(List<Observation> observations) {
    Map<String, Observation> seen = new HashMap<>();
    observations.forEach(one -> seen.put(one.question() + "/" + one.clause(), one));
    return seen;
  }

  /** Two versions, the second one answering. */
  private void two() {
    var _ = rig.released();
    var _ = rig.deployments.release(Rig.PRODUCT, rig.register(0.2), "drift");
    for (int i = 0; i < 3; i++) {
      rig.traffic(400);
      rig.clock.advance(Duration.ofHours(2));
      rig.deployments.reconcile(Rig.PRODUCT);
    }
    assertThat(rig.state()).isEqualTo(Rollout.PROMOTED);
    rig.log.clear();
  }

  @Test
  void nothing_can_be_drilled_before_the_first_release() {
    assertThatThrownBy(() -> run("rollback")).hasMessageContaining("Nothing is released");
  }

  @Test
  void a_rollback_is_timed_under_clients_and_touches_neither_route_nor_log() {
    two();
    Observation rollback = run("rollback").get("deploy.strategy/rollback");
    assertThat(rollback.value().orElseThrow()).isPositive().isLessThan(60);
    assertThat(rollback.pass()).contains(true);
    assertThat(rollback.n()).isGreaterThanOrEqualTo(300);
    assertThat(rollback.detail()).contains("0 lost").contains("under 4 clients");
    assertThat(rig.log).isEmpty();
    assertThat(rig.serving.view(Rig.PRODUCT).orElseThrow().route().candidate()).isEmpty();
  }

  @Test
  void with_one_version_only_there_is_nothing_to_roll_back_from_and_that_is_no_pass() {
    var _ = rig.released();
    assertThatThrownBy(() -> run("rollback")).hasMessageContaining("one version only");
  }

  @Test
  void every_rung_is_made_to_answer_for_every_trigger_that_reaches_it() {
    two();
    Observation fallback = run("fallback").get("serving.fallback/drill");
    assertThat(fallback.pass()).as(fallback.detail()).contains(true);
    // timeout, error, post_fail reach two rungs each; overload one; the rest cannot be pulled.
    assertThat(fallback.n()).isEqualTo(7);
    assertThat(rig.log).isEmpty();
  }

  @Test
  void a_rule_is_rehearsed_with_its_own_words_and_the_rungs_behind_it_without_them() {
    Spec.FallbackRung value =
        new Spec.FallbackRung(
            Set.of("*"), "default_value", Optional.of("ham"), Duration.ofSeconds(1));
    fallback(
        new Spec.FallbackRung(
            Set.of("error", "overload"),
            "rule",
            Optional.of("minutes, prize -> spam"),
            Duration.ofSeconds(1)),
        value);
    var _ = rig.released();
    Observation seen = run("fallback").get("serving.fallback/drill");
    assertThat(seen.pass()).as(seen.detail()).contains(true);
    assertThat(seen.n()).as("two triggers of two rungs, two of one").isEqualTo(6);
    fallback(
        new Spec.FallbackRung(Set.of("*"), "rule", Optional.of("* -> spam"), Duration.ofSeconds(1)),
        value);
    Observation first = run("fallback").get("serving.fallback/drill");
    assertThat(first.pass()).as(first.detail()).contains(true);
    assertThat(first.n()).as("nothing behind whatever is left is ever asked").isEqualTo(4);
  }

  @Test
  void a_rung_without_a_version_behind_it_is_named() {
    var _ = rig.released();
    Observation fallback = run("fallback").get("serving.fallback/drill");
    assertThat(fallback.detail()).contains("no version stands behind previous_champion");
  }

  @Test
  void a_rung_that_breaks_fails_the_drill_by_name() {
    two();
    String previous = rig.registry.alias(Rig.PRODUCT, "previous").orElseThrow().version();
    rig.failing.add(previous);
    Observation fallback = run("fallback").get("serving.fallback/drill");
    assertThat(fallback.pass()).contains(false);
    assertThat(fallback.detail()).contains("error → previous_champion: default_value answered");
  }

  @Test
  void a_rung_for_any_trigger_really_answers_in_production() {
    var _ = rig.released();
    rig.failing.add(rig.champion());
    assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("a")).servedBy()).isEqualTo("default_value");
  }

  private List<Observation> load(Duration shortest, AtomicBoolean stopped) {
    Rehearsal rehearsal =
        new Rehearsal(
            "load",
            Rig.PRODUCT,
            rig.registry.version(Rig.PRODUCT, rig.champion()),
            rig.canvas(),
            rig.clock.instant(),
            stopped::get);
    return new LoadDrill(rig.serving, rig.bundles, lanes, shortest).run(rehearsal);
  }

  @Test
  void a_load_sends_a_thousand_requests_at_least_and_forecasts_from_what_it_measured() {
    two();
    rig.specs.put(Spec.Volume.class, Rig.volume(10, Duration.ofSeconds(5)));
    Map<String, Observation> seen = seen(load(Duration.ofSeconds(5), new AtomicBoolean()));
    Observation load = seen.get("serving.volume/load");
    assertThat(load.n()).isGreaterThanOrEqualTo(1000);
    assertThat(load.detail())
        .contains("p50 ")
        .contains("p95 ")
        .contains("p99 ")
        .contains("need 39.0/s");
    Observation saturation = seen.get("serving.volume/saturation");
    assertThat(saturation.value().orElseThrow())
        .isCloseTo(
            LoadDrill.daysLeft(Rig.volume(10, Duration.ZERO), load.value().orElseThrow()),
            within(1e-9));
    assertThat(seen.get("serving.accelerator/load").pass()).isEqualTo(load.pass());
    assertThat(rig.log).as("no drill is logged as traffic").isEmpty();
  }

  @Test
  void a_load_that_fails_proves_no_capacity() {
    two();
    fallback();
    rig.failing.add(rig.champion());
    Map<String, Observation> seen = seen(load(Duration.ofSeconds(1), new AtomicBoolean()));
    assertThat(seen.get("serving.volume/load").value()).hasValue(0);
    assertThat(seen.get("serving.volume/load").pass()).contains(false);
    assertThat(seen.get("serving.volume/saturation").value()).hasValue(0);
  }

  @Test
  void a_load_is_aborted_soon_and_leaves_no_observation() {
    two();
    AtomicBoolean stopped = new AtomicBoolean();
    CompletableFuture<List<Observation>> running =
        CompletableFuture.supplyAsync(
            () -> load(Duration.ofSeconds(30), stopped), Thread::startVirtualThread);
    stopped.set(true);
    assertThatThrownBy(running::join)
        .hasCauseInstanceOf(EspalierException.class)
        .hasMessageContaining("aborted");
  }

  /** {@code log(capacity / peak) / log1p(0.05) * 30.44} of a peak of 3/s, by NumPy. */
  @ParameterizedTest
  @CsvSource({"100, 2187.728289327926", "10, 751.154106315608", "3, 0", "2, 0"})
  void days_to_saturation_follow_the_declared_growth(double capacity, double days) {
    assertThat(LoadDrill.daysLeft(Rig.volume(1, Duration.ZERO), capacity))
        .isCloseTo(days, within(1e-6));
  }

  @Test
  void without_growth_or_volume_saturation_is_ten_years_away() {
    Spec.Volume still = new Spec.Volume(1, 3, 0.3, 0, 256, Duration.ZERO);
    assertThat(LoadDrill.daysLeft(still, 4)).isEqualTo(3650);
    assertThat(LoadDrill.daysLeft(Rig.volume(0, Duration.ZERO), 4)).isEqualTo(3650);
  }

  @Test
  void a_clean_process_replays_the_golden_rows() {
    two();
    Map<String, Observation> seen = run("reload");
    Observation reload = seen.get("deploy.format/reload");
    assertThat(reload.detail()).contains("clean process (pid ");
    assertThat(reload.detail()).doesNotContain("pid " + ProcessHandle.current().pid() + ",");
    assertThat(reload.n()).isEqualTo(200);
    assertThat(reload.value().orElseThrow()).isLessThanOrEqualTo(1e-5);
    assertThat(reload.pass()).contains(true);
    assertThat(seen.get("registry.store/restore").pass()).contains(true);
    assertThat(seen).containsKey("model/golden");
  }

  @Test
  void a_bundle_that_was_damaged_on_disk_fails_in_the_clean_process_though_it_still_serves()
      throws IOException {
    two();
    var manifest = rig.bundles.manifest(rig.registry.version(Rig.PRODUCT, rig.champion()).bundle());
    String shares = manifest.files().get("shares.json").digest().hex();
    try (Stream<Path> files = Files.walk(folder.resolve("artifacts"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.toString().replace("/", "").contains(shares)) {
          assertThat(file.toFile().setWritable(true)).isTrue();
          Files.writeString(file, "[0.7,0.3]");
        }
      }
    }
    Map<String, Observation> seen = run("reload");
    assertThat(seen.get("deploy.format/reload").pass()).contains(false);
    assertThat(seen.get("registry.store/restore").pass()).contains(false);
    assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("a")).servedBy()).isEqualTo("champion");
  }

  @Test
  void malformed_requests_over_http_give_no_server_error() {
    two();
    Observation malformed = run("malformed").get("serving.pre_assertion/malformed");
    assertThat(malformed.value()).as(malformed.detail()).hasValue(0);
    assertThat(malformed.n()).isEqualTo(2L * MalformedDrill.corpus().size());
    assertThat(malformed.detail()).contains("400=");
    assertThat(rig.log).isEmpty();
  }

  @Test
  void an_endpoint_that_breaks_on_odd_input_is_found() {
    two();
    // Nothing answers but the champion, which breaks: what reaches it makes a 503.
    fallback();
    rig.failing.add(rig.champion());
    Observation malformed = run("malformed").get("serving.pre_assertion/malformed");
    assertThat(malformed.value().orElseThrow()).isPositive();
    assertThat(malformed.pass()).contains(false);
    assertThat(malformed.detail()).contains("503");
  }

  @Test
  void a_candidate_is_drilled_without_a_release() {
    two();
    String candidate = rig.register(0.3);
    VersionDrill drill = (VersionDrill) drill("reload");
    List<Observation> seen = drill.run(Rig.PRODUCT, candidate, rig.canvas(), rig.clock.instant());
    assertThat(seen).allSatisfy(one -> assertThat(one.subject()).isEqualTo(candidate));
    assertThat(
            seen(((VersionDrill) drill("rollback"))
                    .run(Rig.PRODUCT, candidate, rig.canvas(), rig.clock.instant()))
                .get("deploy.strategy/rollback")
                .pass())
        .contains(true);
    assertThat(rig.serving.models(Rig.PRODUCT).get(candidate).name()).isEqualTo("ABSENT");
    assertThat(rig.deployments.knows(Rig.PRODUCT, candidate)).isFalse();
  }

  @Test
  void a_plan_asks_for_what_the_canvas_promises_and_repeats_it_every_week() {
    two();
    DrillPlan plan = new DrillPlan(rig.drills);
    String champion = rig.champion();
    List<String> ofVersion = List.of("reload", "rollback", "fallback", "malformed", "load");
    assertThat(DrillPlan.asked(rig.canvas())).isEqualTo(ofVersion);
    assertThat(DrillPlan.repeated(rig.canvas()))
        .as("the restore concerns the product and holds no release up; nothing is watched here")
        .containsExactly("reload", "rollback", "fallback", "malformed", "load", "restore");
    for (String drill : DrillPlan.repeated(rig.canvas())) {
      assertThat(plan.again(Rig.PRODUCT, champion, rig.canvas(), rig.clock.instant()))
          .contains(new DrillPlan.Due(drill, champion));
      record(drill, champion, DrillRecord.PASSED);
    }
    assertThat(plan.again(Rig.PRODUCT, champion, rig.canvas(), rig.clock.instant())).isEmpty();
    rig.clock.advance(DrillPlan.EVERY);
    assertThat(plan.again(Rig.PRODUCT, champion, rig.canvas(), rig.clock.instant()))
        .contains(new DrillPlan.Due("reload", champion));
    record("reload", champion, DrillRecord.ABORTED);
    assertThat(plan.again(Rig.PRODUCT, champion, rig.canvas(), rig.clock.instant()))
        .contains(new DrillPlan.Due("rollback", champion));
    rig.clock.advance(Duration.ofHours(1));
    assertThat(plan.again(Rig.PRODUCT, champion, rig.canvas(), rig.clock.instant()))
        .as("what was cut short is tried again")
        .contains(new DrillPlan.Due("reload", champion));
    assertThat(plan.before(Rig.PRODUCT, "9.9.9", rig.canvas(), rig.clock.instant()))
        .as("another version has proved nothing")
        .isPresent();
  }

  private void record(String drill, String version, String state) {
    rig.drills.save(
        new DrillRecord(
            rig.ids.next("drl"),
            Rig.PRODUCT,
            drill,
            version,
            "1",
            DrillPlan.terms(rig.canvas()),
            rig.clock.instant(),
            rig.clock.instant().plus(DrillRecord.TTL),
            rig.clock.instant(),
            5,
            state,
            state.equals(DrillRecord.PASSED),
            "schedule",
            Deployments.MACHINE,
            List.of(),
            "as it went"));
  }

  @Test
  void records_survive_a_restart_newest_first() {
    two();
    record("load", "1.0.0", DrillRecord.FAILED);
    record("load", "1.0.0", DrillRecord.PASSED);
    rig.restart();
    assertThat(rig.drills.newest(Rig.PRODUCT, 10))
        .extracting(DrillRecord::state)
        .containsExactly(DrillRecord.PASSED, DrillRecord.FAILED);
    assertThat(rig.drills.newest(Rig.PRODUCT, 1)).hasSize(1);
    assertThat(rig.drills.newest("other", 10)).isEmpty();
  }

  @Test
  void a_guard_ends_a_load_once_production_waits_at_several_looks_in_a_row() {
    two();
    ProductionGuard calm = new ProductionGuard(rig.serving, () -> false, 0);
    assertThat(calm.getAsBoolean()).isFalse();
    calm.check();
    ProductionGuard busy = new ProductionGuard(rig.serving, () -> false, -1);
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!busy.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
    assertThatThrownBy(busy::check).hasMessageContaining("production requests had begun to wait");
  }
}
