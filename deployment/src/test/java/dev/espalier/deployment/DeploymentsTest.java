package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.model.Signature;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.registry.Registration;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Ask;
import dev.espalier.serving.InferenceRecord;
import dev.espalier.serving.ModelSource;
import dev.espalier.serving.PredictRoutes;
import dev.espalier.serving.Serving;
import dev.espalier.serving.ServingConfig;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentsTest {
  private static final String PRODUCT = "mail";
  private static final Signature SIGNATURE =
      new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 1000);
  private final MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final List<InferenceRecord> log = Collections.synchronizedList(new ArrayList<>());
  private String failing = "";
  @TempDir Path folder;
  private Database database;
  private Registry registry;
  private Bundles bundles;
  private Serving serving;
  private Deployments deployments;
  private int registered;
  private String gates = "{\"passed\":true,\"summary\":\"3 of 3 gates pass.\",\"results\":[]}";
  private boolean autoRollback = true;
  private Spec.ReleasePolicy policy = policy("deployment", 0, List.of(), List.of());

  /** Answers as its bundle does, until its version is told to fail. */
  private record Breakable(Engine engine, String version, DeploymentsTest test, AtomicInteger calls)
      implements Engine {
    @Override
    public Signature signature() {
      return engine.signature();
    }

    @Override
    public List<double[]> score(List<String> texts) {
      if (calls.getAndIncrement() > 0 && version.equals(test.failing)) {
        throw new EspalierException(ErrorCode.INTERNAL, "broken");
      }
      return engine.score(texts);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    restart();
  }

  /** A new process on the same database: nothing in memory survives. */
  private void restart() {
    if (serving != null) {
      serving.close();
    }
    ProductClocks clocks = new ProductClocks(database, clock);
    Events events = new Events(database, clocks, clock);
    Ids ids = new Ids(clock, new Random(1));
    bundles = new Bundles(new LocalArtifactStore(folder.resolve("artifacts")));
    registry = new Registry(database, bundles, clocks, events);
    DeploymentModelSource source =
        new DeploymentModelSource(registry, bundles, _ -> Optional.empty());
    serving =
        new Serving(
            new ModelSource() {
              @Override
              public Engine open(String product, String version) {
                Engine engine = source.open(product, version);
                return new Breakable(engine, version, DeploymentsTest.this, new AtomicInteger());
              }

              @Override
              public long verified(String product) {
                return source.verified(product);
              }
            },
            log::add,
            clocks::now,
            clock,
            ids,
            new ServingConfig(2));
    deployments =
        new Deployments(
            database,
            registry,
            serving,
            this::outcomes,
            clocks,
            events,
            ids,
            ReleaseRecords.of(bundles, new DrillPlan(new DrillStore(database))),
            _ -> canvas());
    deployments.resume();
  }

  @AfterEach
  void close() {
    serving.close();
    database.close();
  }

  private ArmOutcomes outcomes(String product, String version, Instant since) {
    List<Outcome> outcomes =
        List.copyOf(log).stream()
            .filter(one -> one.routedVersion().equals(version) && !one.at().isBefore(since))
            .map(one ->
                new Outcome(
                    one.predictionId(),
                    one.at(),
                    one.unit(),
                    one.candidateWeight(),
                    one.error().isPresent(),
                    one.fallbackReason().isPresent(),
                    100,
                    one.probabilities(),
                    one.label(),
                    Optional.of("ham")))
            .toList();
    return new ArmOutcomes(version, outcomes);
  }

  private static Spec.ReleasePolicy policy(
      String mode, int approvals, List<String> windows, List<String> freezes) {
    return new Spec.ReleasePolicy(
        mode, true, approvals, approvals > 0, windows, freezes, Set.of("gates"));
  }

  private CanvasVersion canvas() {
    List<Spec> specs =
        List.of(
            policy,
            new Spec.Rollout(
                "canary",
                List.of(
                    new Spec.RolloutStep(0.25, Duration.ofHours(1)),
                    new Spec.RolloutStep(0.5, Duration.ofHours(1)),
                    new Spec.RolloutStep(1, Duration.ofHours(1))),
                60,
                List.of(
                    new Spec.Guardrail("error", Spec.Op.AT_MOST, 0.01),
                    new Spec.Guardrail("p95", Spec.Op.AT_MOST, 100),
                    new Spec.Guardrail("fallback", Spec.Op.AT_MOST, 0.02),
                    new Spec.Guardrail("false_spam", Spec.Op.AT_MOST, 0.1)),
                autoRollback,
                Duration.ofSeconds(60),
                Duration.ofHours(1)),
            new Spec.Metric(
                "false_spam",
                "offline",
                "rate(pred=spam | actual=ham)",
                "down",
                true,
                List.of(),
                30,
                0.95));
    Digest digest = Digest.of("canvas");
    return new CanvasVersion(
        PRODUCT,
        "1",
        digest,
        digest,
        Optional.empty(),
        Instant.EPOCH,
        "ana",
        specs.stream().map(spec -> Resource.of(spec.resourceKind(), "canvas@1#x", spec)).toList());
  }

  private String register(double spam) {
    String shares = "[%s,%s]".formatted(1 - spam, spam);
    Digest bundle =
        bundles.write(
            "majority",
            SIGNATURE,
            Map.of(Bundles.SHARES, shares.getBytes(StandardCharsets.UTF_8)),
            Map.of("n", String.valueOf(registered)));
    Registration registration =
        new Registration(
            PRODUCT,
            bundle,
            "run" + registered,
            Digest.of("rows"),
            "1",
            Digest.of("canvas"),
            "linear",
            SIGNATURE,
            Json.tree(gates),
            Json.tree("{}"),
            new TreeMap<>(),
            new TreeMap<>(Map.of("author", "ana")));
    return registry.register(registration, "key" + registered++).version();
  }

  private void traffic(int requests) {
    for (int i = 0; i < requests; i++) {
      try {
        serving.predict(PRODUCT, Ask.of("text"));
      } catch (EspalierException nobody) {
        assertThat(nobody.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      }
    }
  }

  private String state() {
    return deployments.rollouts(PRODUCT).getLast().state();
  }

  private String champion() {
    return registry.alias(PRODUCT, Registry.CHAMPION).orElseThrow().version();
  }

  @Test
  void the_first_version_is_released_directly() {
    String first = register(0.1);
    Rollout rollout = deployments.release(PRODUCT, first, "first");
    assertThat(rollout.kind()).isEqualTo(Rollout.FIRST);
    assertThat(rollout.state()).isEqualTo(Rollout.PROMOTED);
    assertThat(serving.predict(PRODUCT, Ask.of("a")).modelVersion()).isEqualTo(first);
  }

  @Test
  void a_good_challenger_is_promoted_through_restarts_at_every_transition() {
    String first = register(0.1);
    String second = register(0.2);
    deployments.release(PRODUCT, first, "first");
    deployments.release(PRODUCT, second, "drift");
    for (int i = 0; i < 2; i++) {
      restart();
      assertThat(state()).isEqualTo("RUNNING");
      assertThat(serving.view(PRODUCT).orElseThrow().route().candidateWeight())
          .isEqualTo(i == 0 ? 0.25 : 0.5);
      traffic(400);
      deployments.reconcile(PRODUCT);
      assertThat(champion()).isEqualTo(first);
      clock.advance(Duration.ofHours(2));
      deployments.reconcile(PRODUCT);
    }
    restart();
    assertThat(state()).isEqualTo(Rollout.BAKING);
    assertThat(champion()).isEqualTo(second);
    assertThat(deployments.view(PRODUCT).models()).containsEntry(first, "READY");
    traffic(20);
    clock.advance(Duration.ofHours(2));
    deployments.reconcile(PRODUCT);
    assertThat(state()).isEqualTo(Rollout.PROMOTED);
    deployments.rollback(PRODUCT, "ana", "complaints");
    assertThat(champion()).isEqualTo(first);
    assertThat(serving.predict(PRODUCT, Ask.of("a")).modelVersion()).isEqualTo(first);
  }

  @Test
  void a_challenger_that_errs_is_rolled_back_by_the_machine_over_http() throws Exception {
    String first = register(0.1);
    String bad = register(0.2);
    deployments.release(PRODUCT, first, "first");
    deployments.release(PRODUCT, bad, "drift");
    failing = bad;
    WebServer server =
        WebServer.builder()
            .port(0)
            .routing(r -> r.register(new PredictRoutes(serving, PredictRoutes.EventTime.NOW)))
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
    deployments.reconcile(PRODUCT);
    assertThat(state()).isEqualTo(Rollout.ROLLED_BACK);
    assertThat(deployments.quarantined(PRODUCT)).containsExactly(bad);
    assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
    server.stop();
    assertThatThrownBy(() -> deployments.release(PRODUCT, bad, "again"))
        .isInstanceOf(EspalierException.class);
  }

  @Test
  void a_challenger_that_calls_everything_spam_is_rolled_back_by_its_labels() {
    deployments.release(PRODUCT, register(0.1), "first");
    deployments.release(PRODUCT, register(0.9), "drift");
    traffic(300);
    deployments.reconcile(PRODUCT);
    assertThat(state()).isEqualTo(Rollout.ROLLED_BACK);
  }

  @Test
  void without_traffic_nothing_is_promoted() {
    deployments.release(PRODUCT, register(0.1), "first");
    deployments.release(PRODUCT, register(0.2), "drift");
    clock.advance(Duration.ofDays(3));
    deployments.reconcile(PRODUCT);
    assertThat(state()).isEqualTo("RUNNING");
  }

  /** Releases two versions and takes the second through both steps into its bake. */
  private String bakes() {
    deployments.release(PRODUCT, register(0.1), "first");
    String second = register(0.2);
    deployments.release(PRODUCT, second, "drift");
    for (int i = 0; i < 2; i++) {
      traffic(400);
      clock.advance(Duration.ofHours(2));
      deployments.reconcile(PRODUCT);
    }
    assertThat(state()).isEqualTo(Rollout.BAKING);
    return second;
  }

  @Test
  void guardrails_stay_armed_through_the_bake_and_bring_the_old_version_back() {
    String bad = bakes();
    failing = bad;
    traffic(100);
    deployments.reconcile(PRODUCT);
    assertThat(state()).isEqualTo(Rollout.ROLLED_BACK);
    assertThat(champion()).isNotEqualTo(bad);
    assertThat(serving.predict(PRODUCT, Ask.of("a")).modelVersion()).isEqualTo(champion());
    assertThat(deployments.quarantined(PRODUCT)).containsExactly(bad);
  }

  @Test
  void without_auto_rollback_a_failed_guardrail_holds_until_a_person_decides() {
    autoRollback = false;
    String bad = bakes();
    failing = bad;
    traffic(100);
    deployments.reconcile(PRODUCT);
    clock.advance(Duration.ofDays(30));
    deployments.reconcile(PRODUCT);
    restart();
    assertThat(state()).isEqualTo(Rollout.HELD);
    assertThat(champion()).isEqualTo(bad);
    deployments.rollback(PRODUCT, "ana", "seen enough");
    assertThat(state()).isEqualTo(Rollout.ROLLED_BACK);
    assertThat(champion()).isNotEqualTo(bad);
  }

  @Test
  void a_person_may_accept_what_a_held_rollout_found() {
    autoRollback = false;
    String held = bakes();
    failing = held;
    traffic(100);
    deployments.reconcile(PRODUCT);
    Rollout rollout = deployments.rollouts(PRODUCT).getLast();
    deployments.approve(PRODUCT, rollout.id(), "ben");
    assertThat(state()).isEqualTo(Rollout.PROMOTED);
    assertThat(champion()).isEqualTo(held);
  }

  @Test
  void a_release_outside_of_its_window_waits_and_begins_when_it_opens() {
    // 2026-01-01 is a Thursday; 09:00 in Berlin is 08:00 UTC in winter.
    policy = policy("deployment", 0, List.of("Mon-Fri 09:00-16:00 Europe/Berlin"), List.of());
    String first = register(0.1);
    deployments.release(PRODUCT, first, "first");
    assertThat(state()).isEqualTo(Rollout.WAITING_WINDOW);
    assertThat(serving.view(PRODUCT)).isEmpty();
    clock.advance(Duration.ofMinutes(8 * 60 - 1));
    deployments.reconcile(PRODUCT);
    restart();
    assertThat(state()).isEqualTo(Rollout.WAITING_WINDOW);
    clock.advance(Duration.ofMinutes(1));
    deployments.reconcile(PRODUCT);
    assertThat(champion()).isEqualTo(first);
    assertThat(deployments.rollouts(PRODUCT).getLast().admission().orElseThrow().satisfied())
        .isTrue();
  }

  @Test
  void a_freeze_wins_over_a_window() {
    policy =
        policy(
            "deployment", 0, List.of("Mon-Sun 00:00-24:00 UTC"), List.of("2025-12-21..2026-01-03"));
    deployments.release(PRODUCT, register(0.1), "first");
    clock.advance(Duration.ofDays(3).minusSeconds(1));
    deployments.reconcile(PRODUCT);
    assertThat(state()).isEqualTo(Rollout.WAITING_WINDOW);
    clock.advance(Duration.ofSeconds(1));
    deployments.reconcile(PRODUCT);
    assertThat(state()).isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void a_version_whose_gate_failed_is_refused_by_the_gates_name() {
    gates =
        "{\"passed\":false,\"results\":[{\"metric\":\"recall_spam\",\"verdict\":\"FAIL\","
            + "\"blocking\":true}]}";
    String version = register(0.1);
    assertThatThrownBy(() -> deployments.release(PRODUCT, version, "first"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining("recall_spam");
    assertThat(deployments.rollouts(PRODUCT)).isEmpty();
  }

  @Test
  void delivery_waits_for_persons_who_did_not_make_the_change() {
    policy = policy("delivery", 2, List.of(), List.of());
    Rollout waiting = deployments.release(PRODUCT, register(0.1), "first");
    assertThat(waiting.state()).isEqualTo(Rollout.PENDING);
    assertThatThrownBy(() -> deployments.approve(PRODUCT, waiting.id(), "ana"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DENIED));
    deployments.approve(PRODUCT, waiting.id(), "ben");
    assertThatThrownBy(() -> deployments.approve(PRODUCT, waiting.id(), "ben"))
        .hasMessageContaining("already");
    assertThat(state()).isEqualTo(Rollout.PENDING);
    // The policy of the time of the request holds, whatever the canvas says now.
    policy = policy("delivery", 9, List.of(), List.of());
    deployments.approve(PRODUCT, waiting.id(), "cleo");
    Rollout done = deployments.rollouts(PRODUCT).getLast();
    assertThat(done.state()).isEqualTo(Rollout.PROMOTED);
    assertThat(done.admission().orElseThrow().check("mode").orElseThrow().passed()).isTrue();
    assertThatThrownBy(() -> deployments.approve(PRODUCT, waiting.id(), "dora"))
        .hasMessageContaining("awaits no approval");
  }

  @Test
  void a_manual_product_is_not_released_by_the_machine() {
    policy = policy("manual", 0, List.of(), List.of());
    String version = register(0.1);
    assertThatThrownBy(() -> deployments.release(PRODUCT, version, "first"))
        .hasMessageContaining("manual");
    deployments.release(
        new ReleaseRequest(PRODUCT, version, "looks good", "ana", Optional.empty()));
    assertThat(champion()).isEqualTo(version);
  }

  private Map<String, Observation> evidence() {
    Map<String, Observation> seen = new HashMap<>();
    new DeploymentEvidence(deployments, serving, registry)
        .observe(PRODUCT, canvas(), clock.instant())
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
    clock.advance(Duration.ofSeconds(90));
    assertThat(evidence().get("deploy.targets/heartbeat").value()).hasValue(90);
    assertThat(serving.beat(PRODUCT)).isTrue();
    assertThat(evidence().get("deploy.targets/heartbeat").value()).hasValue(0);
  }

  @Test
  void a_failed_release_shows_in_the_rates_and_a_lead_time_counts_from_its_run() {
    autoRollback = false;
    failing = bakes();
    traffic(100);
    deployments.reconcile(PRODUCT);
    clock.advance(Duration.ofMinutes(30));
    deployments.rollback(PRODUCT, "ana", "seen enough");
    Instant run = clock.instant();
    clock.advance(Duration.ofMinutes(5));
    Map<String, Observation> seen = evidence();
    assertThat(seen.get("deploy.lead_time/change_fail_rate").value()).hasValue(0.5);
    assertThat(seen.get("deploy.lead_time/mttr").value()).hasValue(1800);
    assertThat(seen.get("deploy.targets/digest").pass()).contains(true);
    deployments.release(
        new ReleaseRequest(PRODUCT, register(0.3), "by hand", "ben", Optional.of(run)));
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
