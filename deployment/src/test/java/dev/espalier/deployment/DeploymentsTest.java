package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.serving.Ask;
import dev.espalier.serving.PredictRoutes;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentsTest {
  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(folder);
    rig.specs.put(Spec.Rollout.class, rollout(true));
    rig.specs.put(
        Spec.Metric.class,
        new Spec.Metric(
            "false_spam",
            "offline",
            "rate(pred=spam | actual=ham)",
            "down",
            true,
            List.of(),
            30,
            0.95));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /** The rig's rollout, which also watches how much good mail is called spam. */
  private static Spec.Rollout rollout(boolean autoRollback) {
    Spec.Rollout plain = Rig.rollout(autoRollback);
    return new Spec.Rollout(
        plain.strategy(),
        plain.steps(),
        plain.minRequests(),
        Stream.concat(
                plain.guardrails().stream(),
                Stream.of(new Spec.Guardrail("false_spam", Spec.Op.AT_MOST, 0.1)))
            .toList(),
        plain.autoRollback(),
        plain.rollbackTime(),
        plain.bake());
  }

  private void policy(String mode, int approvals, List<String> windows, List<String> freezes) {
    rig.specs.put(
        Spec.ReleasePolicy.class, Rig.policy(mode, approvals, windows, freezes, Set.of("gates")));
  }

  @Test
  void the_first_version_is_released_directly() {
    String first = rig.register(0.1);
    Rollout rollout = rig.deployments.release(Rig.PRODUCT, first, "first");
    assertThat(rollout.kind()).isEqualTo(Rollout.FIRST);
    assertThat(rollout.state()).isEqualTo(Rollout.PROMOTED);
    assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("a")).modelVersion()).isEqualTo(first);
  }

  @Test
  void a_good_challenger_is_promoted_through_restarts_at_every_transition() {
    String first = rig.register(0.1);
    String second = rig.register(0.2);
    rig.deployments.release(Rig.PRODUCT, first, "first");
    rig.deployments.release(Rig.PRODUCT, second, "drift");
    for (int i = 0; i < 2; i++) {
      rig.restart();
      assertThat(rig.state()).isEqualTo("RUNNING");
      assertThat(rig.serving.view(Rig.PRODUCT).orElseThrow().route().candidateWeight())
          .isEqualTo(i == 0 ? 0.25 : 0.5);
      rig.traffic(400);
      rig.deployments.reconcile(Rig.PRODUCT);
      assertThat(rig.champion()).isEqualTo(first);
      rig.clock.advance(Duration.ofHours(2));
      rig.deployments.reconcile(Rig.PRODUCT);
    }
    rig.restart();
    assertThat(rig.state()).isEqualTo(Rollout.BAKING);
    assertThat(rig.champion()).isEqualTo(second);
    assertThat(rig.deployments.view(Rig.PRODUCT).models()).containsEntry(first, "READY");
    rig.traffic(20);
    rig.clock.advance(Duration.ofHours(2));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.PROMOTED);
    rig.deployments.rollback(Rig.PRODUCT, "ana", "complaints");
    assertThat(rig.champion()).isEqualTo(first);
    assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("a")).modelVersion()).isEqualTo(first);
  }

  @Test
  void a_challenger_that_errs_is_rolled_back_by_the_machine_over_http() throws Exception {
    String first = rig.register(0.1);
    String bad = rig.register(0.2);
    rig.deployments.release(Rig.PRODUCT, first, "first");
    rig.deployments.release(Rig.PRODUCT, bad, "drift");
    rig.failing.add(bad);
    WebServer server =
        WebServer.builder()
            .port(0)
            .routing(r -> r.register(new PredictRoutes(rig.serving, PredictRoutes.EventTime.NOW)))
            .build()
            .start();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/predict/mail"))
            .POST(HttpRequest.BodyPublishers.ofString("{\"text\":\"a\"}"))
            .build();
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 0; i < 100; i++) {
      client.send(request, HttpResponse.BodyHandlers.discarding());
    }
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.ROLLED_BACK);
    assertThat(rig.deployments.quarantined(Rig.PRODUCT)).containsExactly(bad);
    assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
    server.stop();
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, bad, "again"))
        .isInstanceOf(EspalierException.class);
  }

  @Test
  void a_challenger_that_calls_everything_spam_is_rolled_back_by_its_labels() {
    rig.deployments.release(Rig.PRODUCT, rig.register(0.1), "first");
    rig.deployments.release(Rig.PRODUCT, rig.register(0.9), "drift");
    rig.traffic(300);
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.ROLLED_BACK);
  }

  @Test
  void without_traffic_nothing_is_promoted() {
    rig.deployments.release(Rig.PRODUCT, rig.register(0.1), "first");
    rig.deployments.release(Rig.PRODUCT, rig.register(0.2), "drift");
    rig.clock.advance(Duration.ofDays(3));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo("RUNNING");
  }

  /** Releases two versions and takes the second through both steps into its bake. */
  private String bakes() {
    rig.deployments.release(Rig.PRODUCT, rig.register(0.1), "first");
    String second = rig.register(0.2);
    rig.deployments.release(Rig.PRODUCT, second, "drift");
    for (int i = 0; i < 2; i++) {
      rig.traffic(400);
      rig.clock.advance(Duration.ofHours(2));
      rig.deployments.reconcile(Rig.PRODUCT);
    }
    assertThat(rig.state()).isEqualTo(Rollout.BAKING);
    return second;
  }

  @Test
  void guardrails_stay_armed_through_the_bake_and_bring_the_old_version_back() {
    String bad = bakes();
    rig.failing.add(bad);
    rig.traffic(100);
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.ROLLED_BACK);
    assertThat(rig.champion()).isNotEqualTo(bad);
    assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("a")).modelVersion())
        .isEqualTo(rig.champion());
    assertThat(rig.deployments.quarantined(Rig.PRODUCT)).containsExactly(bad);
  }

  @Test
  void without_auto_rollback_a_failed_guardrail_holds_until_a_person_decides() {
    rig.specs.put(Spec.Rollout.class, rollout(false));
    String bad = bakes();
    rig.failing.add(bad);
    rig.traffic(100);
    rig.deployments.reconcile(Rig.PRODUCT);
    rig.clock.advance(Duration.ofDays(30));
    rig.deployments.reconcile(Rig.PRODUCT);
    rig.restart();
    assertThat(rig.state()).isEqualTo(Rollout.HELD);
    assertThat(rig.champion()).isEqualTo(bad);
    rig.deployments.rollback(Rig.PRODUCT, "ana", "seen enough");
    assertThat(rig.state()).isEqualTo(Rollout.ROLLED_BACK);
    assertThat(rig.champion()).isNotEqualTo(bad);
  }

  @Test
  void a_person_may_accept_what_a_held_rollout_found() {
    rig.specs.put(Spec.Rollout.class, rollout(false));
    String held = bakes();
    rig.failing.add(held);
    rig.traffic(100);
    rig.deployments.reconcile(Rig.PRODUCT);
    Rollout rollout = rig.deployments.rollouts(Rig.PRODUCT).getLast();
    rig.deployments.approve(Rig.PRODUCT, rollout.id(), "ben");
    assertThat(rig.state()).isEqualTo(Rollout.PROMOTED);
    assertThat(rig.champion()).isEqualTo(held);
  }

  @Test
  void a_release_outside_of_its_window_waits_and_begins_when_it_opens() {
    // 2026-01-01 is a Thursday; 09:00 in Berlin is 08:00 UTC in winter.
    policy("deployment", 0, List.of("Mon-Fri 09:00-16:00 Europe/Berlin"), List.of());
    String first = rig.register(0.1);
    rig.deployments.release(Rig.PRODUCT, first, "first");
    assertThat(rig.state()).isEqualTo(Rollout.WAITING_WINDOW);
    assertThat(rig.serving.view(Rig.PRODUCT)).isEmpty();
    rig.clock.advance(Duration.ofMinutes(8 * 60 - 1));
    rig.deployments.reconcile(Rig.PRODUCT);
    rig.restart();
    assertThat(rig.state()).isEqualTo(Rollout.WAITING_WINDOW);
    rig.clock.advance(Duration.ofMinutes(1));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.champion()).isEqualTo(first);
    assertThat(
            rig.deployments.rollouts(Rig.PRODUCT).getLast().admission().orElseThrow().satisfied())
        .isTrue();
  }

  @Test
  void a_freeze_wins_over_a_window() {
    policy("deployment", 0, List.of("Mon-Sun 00:00-24:00 UTC"), List.of("2025-12-21..2026-01-03"));
    rig.deployments.release(Rig.PRODUCT, rig.register(0.1), "first");
    rig.clock.advance(Duration.ofDays(3).minusSeconds(1));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.WAITING_WINDOW);
    rig.clock.advance(Duration.ofSeconds(1));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.state()).isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void a_version_whose_gate_failed_is_refused_by_the_gates_name() {
    rig.gates =
        "{\"passed\":false,\"results\":[{\"metric\":\"recall_spam\",\"verdict\":\"FAIL\","
            + "\"blocking\":true}]}";
    String version = rig.register(0.1);
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, version, "first"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining("recall_spam");
    assertThat(rig.deployments.rollouts(Rig.PRODUCT)).isEmpty();
  }

  @Test
  void delivery_waits_for_persons_who_did_not_make_the_change() {
    policy("delivery", 2, List.of(), List.of());
    Rollout waiting = rig.deployments.release(Rig.PRODUCT, rig.register(0.1), "first");
    assertThat(waiting.state()).isEqualTo(Rollout.PENDING);
    assertThatThrownBy(() -> rig.deployments.approve(Rig.PRODUCT, waiting.id(), "ana"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DENIED));
    rig.deployments.approve(Rig.PRODUCT, waiting.id(), "ben");
    assertThatThrownBy(() -> rig.deployments.approve(Rig.PRODUCT, waiting.id(), "ben"))
        .hasMessageContaining("already");
    assertThat(rig.state()).isEqualTo(Rollout.PENDING);
    // The policy of the time of the request holds, whatever the canvas says now.
    policy("delivery", 9, List.of(), List.of());
    rig.deployments.approve(Rig.PRODUCT, waiting.id(), "cleo");
    Rollout done = rig.deployments.rollouts(Rig.PRODUCT).getLast();
    assertThat(done.state()).isEqualTo(Rollout.PROMOTED);
    assertThat(done.admission().orElseThrow().check("mode").orElseThrow().passed()).isTrue();
    assertThatThrownBy(() -> rig.deployments.approve(Rig.PRODUCT, waiting.id(), "dora"))
        .hasMessageContaining("awaits no approval");
  }

  @Test
  void a_manual_product_is_not_released_by_the_machine() {
    policy("manual", 0, List.of(), List.of());
    String version = rig.register(0.1);
    assertThatThrownBy(() -> rig.deployments.release(Rig.PRODUCT, version, "first"))
        .hasMessageContaining("manual");
    rig.deployments.release(
        new ReleaseRequest(Rig.PRODUCT, version, "looks good", "ana", Optional.empty()));
    assertThat(rig.champion()).isEqualTo(version);
  }

  private Map<String, Observation> evidence() {
    Map<String, Observation> seen = new HashMap<>();
    new DeploymentEvidence(rig.deployments, rig.serving, rig.registry)
        .observe(Rig.PRODUCT, rig.canvas(), rig.clock.instant())
        .forEach(one -> seen.put(one.question() + "/" + one.clause(), one));
    return seen;
  }

  @Test
  void evidence_is_measured_from_the_records_of_a_good_release() {
    assertThat(evidence()).isEmpty();
    bakes();
    Map<String, Observation> seen = evidence();
    assertThat(seen.get("deploy.mode/as_declared").value()).hasValue(1);
    assertThat(seen.get("deploy.release_policy/satisfied").n()).isEqualTo(2);
    assertThat(seen.get("deploy.lead_time/lead_time").detail()).contains("2 from registration");
    assertThat(seen.get("deploy.lead_time/mttr").value()).hasValue(0);
    assertThat(seen.get("experimentation/srm").value().orElseThrow()).isGreaterThan(0.001);
    assertThat(seen.get("experimentation/effect").pass()).contains(true);
    assertThat(seen.get("experimentation/effect").detail()).contains("error +0.000 [");
    assertThat(seen.get("experimentation/stages").pass()).contains(true);
    assertThat(seen.get("deploy.strategy/warm").pass()).contains(true);
    assertThat(seen.get("serving.accelerator/device").pass()).contains(true);
    assertThat(seen.get("registry.required/orphans").value()).hasValue(0);
    assertThat(seen.get("deploy.format/signature").n()).isEqualTo(2);
    assertThat(seen.get("deploy.format/signature").pass()).contains(true);
    rig.clock.advance(Duration.ofSeconds(90));
    assertThat(evidence().get("deploy.targets/heartbeat").value()).hasValue(90);
    assertThat(rig.serving.beat(Rig.PRODUCT)).isTrue();
    assertThat(evidence().get("deploy.targets/heartbeat").value()).hasValue(0);
  }

  @Test
  void a_failed_release_shows_in_the_rates_and_a_lead_time_counts_from_its_run() {
    rig.specs.put(Spec.Rollout.class, rollout(false));
    rig.failing.add(bakes());
    rig.traffic(100);
    rig.deployments.reconcile(Rig.PRODUCT);
    rig.clock.advance(Duration.ofMinutes(30));
    rig.deployments.rollback(Rig.PRODUCT, "ana", "seen enough");
    Instant run = rig.clock.instant();
    rig.clock.advance(Duration.ofMinutes(5));
    Map<String, Observation> seen = evidence();
    assertThat(seen.get("deploy.lead_time/change_fail_rate").value()).hasValue(0.5);
    assertThat(seen.get("deploy.lead_time/mttr").value()).hasValue(1800);
    assertThat(seen.get("deploy.targets/digest").pass()).contains(true);
    rig.deployments.release(
        new ReleaseRequest(Rig.PRODUCT, rig.register(0.3), "by hand", "ben", Optional.of(run)));
    Observation mode = evidence().get("deploy.mode/as_declared");
    // Under continuous deployment nobody releases by hand: the third one was an exception.
    assertThat(mode.value().orElseThrow()).isEqualTo(2.0 / 3);
  }

  @Test
  void a_rate_at_its_limit_is_stopped_in_at_most_alpha_of_the_rollouts_however_often_one_looks() {
    Random random = new Random(7);
    int stopped = 0;
    for (int rollout = 0; rollout < 1000; rollout++) {
      int hits = 0;
      for (int n = 1; n <= 400; n++) {
        hits += random.nextDouble() < 0.05 ? 1 : 0;
        if (LimitTest.exceeded(hits, n, 0.05, 0.05)) {
          stopped++;
          break;
        }
      }
    }
    assertThat(stopped).isLessThanOrEqualTo(65);
  }
}
