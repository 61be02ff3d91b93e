package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What drills do to a shadow lane is nobody else's business. */
class ShadowLaneTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final Script script = new Script(2);

  private static final Rung DEFAULT =
      new Rung(Set.of(Trigger.values()), Rung.Use.DEFAULT_VALUE, Optional.of("ham"), Duration.ZERO);

  @BeforeEach
  void start() {
    script.serving.configure(Script.config(LONG, LONG.dividedBy(2), DEFAULT), Route.only("1"));
  }

  @AfterEach
  void close() {
    script.close();
    assertThat(script.misuse).hasValue(0);
  }

  private Answer ask() {
    return script.serving.predict(Script.PRODUCT, Ask.of("text"));
  }

  @Test
  void a_circuit_that_a_drill_opens_stays_closed_in_production() {
    try (ShadowLane lane = script.serving.shadow(Script.PRODUCT)) {
      for (int i = 0; i < 30; i++) {
        Answer _ = lane.predict(Ask.of("text"), new Fault(Trigger.ERROR, Set.of()));
      }
      assertThat(lane.predict(Ask.of("text")).fallbackReason()).contains("error: circuit_open");
      assertThat(ask().servedBy()).isEqualTo("champion");
    }
    assertThat(script.log).as("production's only").hasSize(1);
    assertThat(script.serving.fallbacks(Script.PRODUCT).fallbacks()).isZero();
  }

  @Test
  void a_full_shadow_lane_leaves_production_its_permits_and_its_queue() {
    script.acts.put(
        "1",
        text -> text.startsWith("drill") ? script.hanging().score(text) : Script.SPAM.score(text));
    try (ShadowLane lane = script.serving.shadow(Script.PRODUCT)) {
      List<CompletableFuture<Answer>> drills = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        drills.add(
            CompletableFuture.supplyAsync(
                () -> lane.predict(Ask.of("drill")), Thread::startVirtualThread));
      }
      while (lane.queued() < 8) {
        Thread.onSpinWait();
      }
      assertThat(lane.predict(Ask.of("drill")).fallbackReason()).contains("overload: queue_full");
      for (int i = 0; i < 20; i++) {
        assertThat(ask().servedBy()).isEqualTo("champion");
      }
      assertThat(script.serving.queued(Script.PRODUCT)).isZero();
      script.release();
      drills.forEach(CompletableFuture::join);
    }
  }

  @Test
  void a_shadow_route_swaps_alone_and_its_versions_leave_with_it() {
    try (ShadowLane lane = script.serving.shadow(Script.PRODUCT)) {
      lane.route(Route.only("2"));
      assertThat(lane.predict(Ask.of("text")).modelVersion()).isEqualTo("2");
      assertThat(ask().modelVersion()).isEqualTo("1");
      assertThat(script.serving.models(Script.PRODUCT)).containsEntry("2", ServedModelState.READY);
    }
    assertThat(script.serving.models(Script.PRODUCT))
        .containsEntry("2", ServedModelState.ABSENT)
        .containsEntry("1", ServedModelState.READY);
  }

  @Test
  void a_lane_answers_for_its_own_product_only() {
    try (ShadowLane lane = script.serving.shadow(Script.PRODUCT)) {
      assertThatThrownBy(() -> lane.predict("other", Ask.of("a"), Optional.empty()))
          .hasMessageContaining("another product");
      assertThat(lane.views()).hasSize(1);
      assertThat(lane.view("other")).isEmpty();
      assertThat(lane.signature(Script.PRODUCT, Optional.empty()).labels())
          .containsExactly("ham", "spam");
    }
  }

  private OpenLoop load(ShadowLane lane, java.util.function.BooleanSupplier stop) {
    return new OpenLoop(
        ask -> {
          Answer _ = lane.predict(ask);
        },
        () -> "text",
        RandomGeneratorFactory.of("L64X128MixRandom").create(7),
        stop);
  }

  @Test
  void a_load_offers_what_it_says_and_counts_every_request() {
    try (ShadowLane lane = script.serving.shadow(Script.PRODUCT)) {
      LoadReport report = load(lane, () -> false).run(500, 500);
      assertThat(report.sent()).isEqualTo(500);
      assertThat(report.latency().n() + report.failed()).isEqualTo(500);
      // The sum of 500 exponential gaps of 2 ms has mean 1 s and standard deviation 45 ms.
      assertThat(report.seconds()).isGreaterThan(0.8);
      assertThat(report.complete()).isTrue();
    }
  }

  @Test
  void a_server_that_stalls_cannot_hide_the_requests_that_it_made_wait() {
    AtomicInteger calls = new AtomicInteger();
    script.acts.put(
        "1",
        text -> {
          // One stall of 400 ms on each permit; everything else is instant.
          if (calls.incrementAndGet() <= 2) {
            LockSupport.parkNanos(Duration.ofMillis(400).toNanos());
          }
          return Script.SPAM.score(text);
        });
    EndpointConfig wide =
        new EndpointConfig(
            Script.PRODUCT,
            LONG,
            LONG.dividedBy(2),
            Duration.ofMillis(100),
            1000,
            0,
            EndpointConfig.OnPreFail.REJECT,
            List.of(),
            4096);
    try (ShadowLane lane = script.serving.shadow(wide, Route.only("1"))) {
      LoadReport report = load(lane, () -> false).run(200, 100);
      // Some 80 requests came due during the stall; a closed loop would have seen two slow ones.
      assertThat(report.latency().p50Millis()).isGreaterThan(50);
      assertThat(report.met(100)).isFalse();
    }
  }

  @Test
  void a_load_that_is_stopped_says_that_it_is_not_complete() {
    AtomicBoolean stop = new AtomicBoolean();
    script.acts.put(
        "1",
        text -> {
          stop.set(true);
          return Script.SPAM.score(text);
        });
    try (ShadowLane lane = script.serving.shadow(Script.PRODUCT)) {
      LoadReport report = load(lane, stop::get).run(50, 100_000);
      assertThat(report.complete()).isFalse();
      assertThat(report.sent()).isLessThan(100_000);
      assertThat(report.met(1e9)).isFalse();
    }
  }

  @Test
  void a_failed_request_is_a_failure_and_never_a_latency() {
    script.acts.put("1", Script.ERROR);
    try (ShadowLane lane =
        script.serving.shadow(Script.config(LONG, LONG.dividedBy(2)), Route.only("1"))) {
      LoadReport report = load(lane, () -> false).run(500, 50);
      assertThat(report.failed()).isEqualTo(50);
      assertThat(report.latency().n()).isZero();
      assertThat(report.met(100)).isFalse();
    }
  }
}
