package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Hypotheses;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Ask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a release needs, what two people at once get, and what goes back how fast. */
class ReleaseTest {
  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(folder);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void requires(String... records) {
    rig.specs.put(
        Spec.ReleasePolicy.class,
        Rig.policy("deployment", 0, List.of(), List.of(), Set.of(records)));
  }

  @ParameterizedTest
  @CsvSource({
    "ci, espalier ci mail",
    "card, espalier docs mail",
    "drills, espalier drill mail reload",
    "horoscope, known are gates"
  })
  void a_missing_record_is_named_with_the_command_that_makes_it(String record, String command) {
    requires("gates", record);
    String version = rig.register(0.1);
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, version, "first"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining("requires " + record)
        .hasMessageContaining(command);
    assertThat(rig.deployments.rollouts(Rig.PRODUCT)).isEmpty();
  }

  @Test
  void a_scan_is_made_of_the_bundle_as_it_lies_there_now() throws IOException {
    requires("scan");
    String version = rig.register(0.1);
    String bundle = rig.registry.version(Rig.PRODUCT, version).bundle().hex();
    assertThat(
            rig.deployments
                .release(Rig.PRODUCT, version, "first")
                .admission()
                .orElseThrow()
                .check("scan")
                .orElseThrow()
                .detail())
        .contains("nothing found");
    String second = rig.register(0.2);
    bundle = rig.registry.version(Rig.PRODUCT, second).bundle().hex();
    try (Stream<Path> files = Files.walk(folder.resolve("artifacts"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.toString().replace("/", "").contains(bundle)) {
          Files.delete(file);
        }
      }
    }
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, second, "drift"))
        .hasMessageContaining("requires scan");
  }

  private void drilled(String version, String drill, String state) {
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
            "request",
            "ana",
            List.of(),
            "as it went"));
  }

  @Test
  void drills_count_for_their_version_their_canvas_and_their_thirty_days() {
    requires("drills");
    String version = rig.register(0.1);
    drilled("another", "reload", DrillRecord.PASSED);
    drilled(version, "rollback", DrillRecord.PASSED);
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, version, "first"))
        .hasMessageContaining("'reload'");
    drilled(version, "reload", DrillRecord.PASSED);
    drilled(version, "reload", DrillRecord.FAILED);
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, version, "first"))
        .hasMessageContaining("last: FAILED");
    drilled(version, "reload", DrillRecord.PASSED);
    rig.clock.advance(Duration.ofDays(30));
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, version, "first"))
        .hasMessageContaining("'reload'");
    drilled(version, "reload", DrillRecord.PASSED);
    drilled(version, "rollback", DrillRecord.PASSED);
    rig.specs.put(Spec.Volume.class, Rig.volume(1, Duration.ofSeconds(30)));
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, version, "first"))
        .as("another volume is another promise")
        .hasMessageContaining("'reload'");
    rig.specs.remove(Spec.Volume.class);
    assertThat(rig.deployments.release(Rig.PRODUCT, version, "first").state())
        .isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void a_record_that_expires_while_the_proposal_waits_for_its_window_holds_it() {
    rig.specs.put(
        Spec.ReleasePolicy.class,
        Rig.policy("deployment", 0, List.of("Mon 09:00-10:00"), List.of(), Set.of("drills")));
    String version = rig.register(0.1);
    drilled(version, "reload", DrillRecord.PASSED);
    drilled(version, "rollback", DrillRecord.PASSED);
    rig.clock.advance(Duration.ofDays(29));
    assertThat(rig.deployments.release(Rig.PRODUCT, version, "first").state())
        .isEqualTo(Rollout.WAITING_WINDOW);
    // Friday 30 January; the window opens on Monday 2 February, when the records are expired.
    rig.clock.set(Instant.parse("2026-02-02T09:30:00Z"));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.WAITING_WINDOW);
    assertThat(rig.newest().decisions().getLast().why()).startsWith("drills: ");
    int decisions = rig.newest().decisions().size();
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.newest().decisions()).as("said once").hasSize(decisions);
    drilled(version, "reload", DrillRecord.PASSED);
    drilled(version, "rollback", DrillRecord.PASSED);
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void a_first_version_has_nothing_to_roll_back_from_and_is_released_all_the_same() {
    requires("drills");
    String version = rig.register(0.1);
    drilled(version, "reload", DrillRecord.UNPROVED);
    drilled(version, "rollback", DrillRecord.UNPROVED);
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, version, "first"))
        .as("a reload needs nothing but the version itself")
        .hasMessageContaining("'reload'");
    drilled(version, "reload", DrillRecord.PASSED);
    assertThat(rig.deployments.release(Rig.PRODUCT, version, "first").state())
        .isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void a_wired_source_answers_for_its_record() {
    AtomicBoolean green = new AtomicBoolean();
    ReleaseRecords records =
        rig.records.with("ci", (v, _, _) -> new PolicyCheck("ci", green.get(), "run 7"));
    var version = rig.registry.version(Rig.PRODUCT, rig.register(0.1));
    assertThat(records.find("ci", version, rig.canvas(), rig.clock.instant()).passed()).isFalse();
    green.set(true);
    assertThat(records.find("ci", version, rig.canvas(), rig.clock.instant()).passed()).isTrue();
    assertThat(rig.records.find("ci", version, rig.canvas(), rig.clock.instant()).passed())
        .as("the original is unchanged")
        .isFalse();
  }

  @Test
  void of_many_who_release_at_once_one_begins_and_the_others_get_a_conflict() {
    String first = rig.released();
    List<String> versions = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      versions.add(rig.register(0.1 + i * 0.01));
    }
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger conflicts = new AtomicInteger();
    together(
        versions.stream()
            .<Runnable>map(version ->
                () -> {
                  try {
                    var _ = rig.deployments.release(Rig.PRODUCT, version, "race");
                    begun.incrementAndGet();
                  } catch (EspalierException refused) {
                    assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
                    conflicts.incrementAndGet();
                  }
                })
            .toList());
    assertThat(begun).hasValue(1);
    assertThat(conflicts).hasValue(7);
    assertThat(rig.deployments.rollouts(Rig.PRODUCT)).hasSize(2);
    assertThat(rig.champion()).isEqualTo(first);
  }

  private static void together(List<Runnable> works) {
    CountDownLatch start = new CountDownLatch(1);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (Runnable work : works) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException interrupted) {
                  Thread.currentThread().interrupt();
                }
                work.run();
              },
              Thread::startVirtualThread));
    }
    start.countDown();
    all.forEach(CompletableFuture::join);
  }

  @Test
  void alias_moves_by_compare_and_set_are_linear_however_many_race() {
    List<String> versions = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      versions.add(rig.register(0.1 + i * 0.01));
    }
    AtomicInteger moved = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    List<Runnable> racers = new ArrayList<>();
    for (int racer = 0; racer < 8; racer++) {
      int me = racer;
      racers.add(() -> {
        for (int i = 0; i < 12; i++) {
          Optional<String> seen =
              rig.registry.alias(Rig.PRODUCT, Registry.CHAMPION).map(one -> one.version());
          String to = versions.get((me + i) % versions.size());
          if (seen.equals(Optional.of(to))) {
            continue;
          }
          try {
            var _ =
                rig.registry.moveAlias(
                    Rig.PRODUCT, Registry.CHAMPION, seen, to, "racer" + me, "race");
            moved.incrementAndGet();
          } catch (EspalierException beaten) {
            assertThat(beaten.code()).isEqualTo(ErrorCode.CONFLICT);
            lost.incrementAndGet();
          }
        }
      });
    }
    together(racers);
    var history = rig.registry.aliasHistory(Rig.PRODUCT);
    assertThat(history).hasSize(moved.get());
    Optional<String> names = Optional.empty();
    for (var move : history) {
      assertThat(move.from()).as("each move starts where the last one ended").isEqualTo(names);
      names = Optional.of(move.to());
    }
    assertThat(rig.champion()).isEqualTo(names.orElseThrow());
    assertThat(moved.get() + lost.get()).isPositive();
  }

  /** Takes a second version to full traffic and its bake. */
  private String baking() {
    var _ = rig.released();
    String second = rig.register(0.2);
    var _ = rig.deployments.release(Rig.PRODUCT, second, "drift");
    for (int i = 0; i < 2; i++) {
      rig.traffic(400);
      rig.clock.advance(Duration.ofHours(2));
      rig.deployments.reconcile(Rig.PRODUCT);
    }
    assertThat(rig.state()).isEqualTo(Rollout.BAKING);
    return second;
  }

  @Test
  void a_rollback_under_load_loses_no_request_and_its_last_new_answer_is_soon_after_it() {
    String bad = baking();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong lastBad = new AtomicLong();
    AtomicInteger answers = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    AtomicLong done = new AtomicLong(Long.MAX_VALUE);
    AtomicInteger badAfter = new AtomicInteger();
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(
          CompletableFuture.runAsync(
              () -> {
                while (!stop.get()) {
                  long began = System.nanoTime();
                  try {
                    if (rig.serving.predict(Rig.PRODUCT, Ask.of("a")).modelVersion().equals(bad)) {
                      lastBad.accumulateAndGet(System.nanoTime(), Math::max);
                      badAfter.addAndGet(began > done.get() ? 1 : 0);
                    }
                    answers.incrementAndGet();
                  } catch (EspalierException failed) {
                    lost.incrementAndGet();
                  }
                }
              },
              Thread::startVirtualThread));
    }
    while (answers.get() < 200) {
      Thread.onSpinWait();
    }
    long alarm = System.nanoTime();
    assertThat(rig.deployments.rollback(Rig.PRODUCT, "ana", "complaints").state())
        .isEqualTo(Rollout.ROLLED_BACK);
    done.set(System.nanoTime());
    int before = answers.get();
    while (answers.get() < before + 200) {
      Thread.onSpinWait();
    }
    stop.set(true);
    clients.forEach(CompletableFuture::join);
    assertThat(lost).hasValue(0);
    assertThat(badAfter).as("answers of the bad version that began after the rollback").hasValue(0);
    double seconds = (lastBad.get() - alarm) / 1e9;
    assertThat(seconds).as("alarm to last bad answer, in seconds").isLessThan(30);
  }

  @Test
  void a_rollback_races_with_the_ticker_and_always_wins() {
    for (int round = 0; round < 10; round++) {
      try (Rig one = new Rig(Files.createDirectory(folder.resolve("r" + round)))) {
        String first = one.released();
        String second = one.register(0.2);
        var _ = one.deployments.release(Rig.PRODUCT, second, "drift");
        one.traffic(100);
        together(
            List.of(
                () -> one.deployments.reconcile(Rig.PRODUCT),
                () -> one.deployments.rollback(Rig.PRODUCT, "ana", "seen enough"),
                () -> one.deployments.reconcile(Rig.PRODUCT)));
        assertThat(one.state()).isEqualTo(Rollout.ROLLED_BACK);
        assertThat(one.champion()).isEqualTo(first);
      } catch (IOException failure) {
        throw new AssertionError(failure);
      }
    }
  }

  @Test
  void a_rollback_goes_back_even_while_a_proposal_waits() {
    String bad = baking();
    rig.clock.advance(Duration.ofHours(2));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.PROMOTED);
    rig.specs.put(
        Spec.ReleasePolicy.class, Rig.policy("delivery", 2, List.of(), List.of(), Set.of("gates")));
    String third = rig.register(0.3);
    var _ = rig.deployments.release(Rig.PRODUCT, third, "next");
    assertThat(rig.state()).isEqualTo(Rollout.PENDING);
    var _ = rig.deployments.rollback(Rig.PRODUCT, "ana", "complaints");
    assertThat(rig.champion()).isNotEqualTo(bad);
    assertThat(rig.deployments.quarantined(Rig.PRODUCT))
        .as("the proposal did nothing wrong")
        .containsExactly(bad);
    assertThat(rig.deployments.rollouts(Rig.PRODUCT))
        .extracting(Rollout::state)
        .containsExactly(Rollout.PROMOTED, Rollout.PROMOTED, Rollout.WITHDRAWN, Rollout.PROMOTED);
  }

  @Test
  void only_what_waits_can_be_withdrawn_and_it_may_come_again() {
    rig.specs.put(
        Spec.ReleasePolicy.class, Rig.policy("delivery", 1, List.of(), List.of(), Set.of("gates")));
    String version = rig.register(0.1);
    Rollout waiting = rig.deployments.release(Rig.PRODUCT, version, "first");
    assertThat(rig.deployments.withdraw(Rig.PRODUCT, waiting.id(), "ben", "not yet").state())
        .isEqualTo(Rollout.WITHDRAWN);
    assertThatThrownBy(() -> rig.deployments.withdraw(Rig.PRODUCT, waiting.id(), "ben", "again"))
        .hasMessageContaining("WITHDRAWN");
    Rollout again = rig.deployments.release(Rig.PRODUCT, version, "now");
    assertThat(rig.deployments.approve(Rig.PRODUCT, again.id(), "ben").state())
        .isEqualTo(Rollout.PROMOTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ghost", "../../etc", "mail'; --"})
  void nobody_makes_a_product_exist_by_asking_about_it(String product) {
    assertThat(catchThrowable(() -> rig.deployments.rollback(product, "ana", "x")))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    assertThat(catchThrowable(() -> rig.deployments.approve(product, "rol-1", "ana")))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    assertThat(rig.deployments.view(product).arms()).isEmpty();
    assertThat(rig.deployments.view(product).outlook()).isEmpty();
  }

  private Outlook outlook() {
    return rig.deployments.view(Rig.PRODUCT).outlook().orElseThrow();
  }

  @Test
  void the_outlook_counts_down_what_must_still_come() {
    var _ = rig.released();
    var _ = rig.deployments.release(Rig.PRODUCT, rig.register(0.2), "drift");
    assertThat(outlook().requestsLeft()).isEqualTo(60);
    assertThat(outlook().holdLeft()).contains(Duration.ofHours(1));
    assertThat(outlook().waitsFor().getFirst()).isEqualTo("60 more requests on the candidate");
    rig.traffic(400);
    rig.clock.advance(Duration.ofMinutes(45));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(outlook().requestsLeft()).isZero();
    assertThat(outlook().holdLeft()).contains(Duration.ofMinutes(15));
    assertThat(outlook().waitsFor()).containsExactly("the hold: PT15M");
    assertThat(outlook().unproven()).isEmpty();
    assertThat(outlook().effects())
        .anySatisfy(one -> {
          assertThat(one.signal()).isEqualTo("error");
          assertThat(one.low()).isLessThan(0);
          assertThat(one.high()).isGreaterThan(0);
        });
    rig.clock.advance(Duration.ofMinutes(15));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(outlook().step()).isEqualTo(1);
    var _ = rig.deployments.rollback(Rig.PRODUCT, "ana", "enough");
    assertThat(rig.deployments.view(Rig.PRODUCT).outlook()).isEmpty();
  }

  @Test
  void the_outlook_of_what_waits_names_the_approvals_and_the_opening() {
    rig.specs.put(
        Spec.ReleasePolicy.class,
        Rig.policy("delivery", 2, List.of("Mon 09:00-10:00"), List.of(), Set.of("gates")));
    Rollout waiting = rig.deployments.release(Rig.PRODUCT, rig.register(0.1), "first");
    assertThat(outlook().approvalsLeft()).isEqualTo(2);
    var _ = rig.deployments.approve(Rig.PRODUCT, waiting.id(), "ben");
    assertThat(outlook().waitsFor().getFirst()).isEqualTo("one more approval");
    assertThat(outlook().opensAt()).contains(Instant.parse("2026-01-05T09:00:00Z"));
    var _ = rig.deployments.approve(Rig.PRODUCT, waiting.id(), "cem");
    assertThat(outlook().state()).isEqualTo(Rollout.WAITING_WINDOW);
    assertThat(outlook().waitsFor().getFirst()).startsWith("outside of every window");
  }

  private Map<String, Observation> evidence() {
    Map<String, Observation> seen = new HashMap<>();
    new DeploymentEvidence(rig.deployments, rig.serving, rig.registry)
        .observe(Rig.PRODUCT, rig.canvas(), rig.clock.instant())
        .forEach(one -> seen.put(one.question() + "/" + one.clause(), one));
    return seen;
  }

  @Test
  void under_four_eyes_the_approver_is_on_record_as_another_than_the_author() {
    rig.specs.put(
        Spec.ReleasePolicy.class, Rig.policy("delivery", 1, List.of(), List.of(), Set.of("gates")));
    Rollout waiting = rig.deployments.release(Rig.PRODUCT, rig.register(0.1), "first");
    assertThatThrownBy(() -> rig.deployments.approve(Rig.PRODUCT, waiting.id(), "ana"))
        .hasMessageContaining("Four eyes");
    assertThat(evidence()).doesNotContainKey("deploy.release_policy/approver");
    var _ = rig.deployments.approve(Rig.PRODUCT, waiting.id(), "ben");
    assertThat(evidence().get("deploy.release_policy/approver").pass()).contains(true);
    assertThat(evidence().get("deploy.release_policy/satisfied").value()).hasValue(1);
  }

  /**
   * The sum of {@code scipy.stats.chisquare([k, n-k], [n*p, n*(1-p)])} over the steps and {@code
   * scipy.stats.chi2.sf(sum, steps)}, SciPy 1.17.1.
   */
  @Test
  void a_sample_ratio_mismatch_has_scipys_probability() {
    assertThat(
            Hypotheses.sampleRatio(
                new long[] {120, 260}, new long[] {400, 500}, new double[] {0.25, 0.5}))
        .isCloseTo(0.04657615022238343, org.assertj.core.api.Assertions.within(1e-12));
    assertThat(
            Hypotheses.sampleRatio(
                new long[] {180, 260}, new long[] {400, 500}, new double[] {0.25, 0.5}))
        .isCloseTo(1.9787198599236342e-19, org.assertj.core.api.Assertions.within(1e-24));
    assertThat(Hypotheses.sampleRatio(new long[] {25}, new long[] {100}, new double[] {0.25}))
        .isEqualTo(1);
  }
}
