package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Consent;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.deployment.ArmOutcomes;
import dev.espalier.deployment.DeploymentModelSource;
import dev.espalier.deployment.Deployments;
import dev.espalier.deployment.DrillPlan;
import dev.espalier.deployment.DrillRecord;
import dev.espalier.deployment.DrillStore;
import dev.espalier.deployment.ReleaseRecords;
import dev.espalier.deployment.VersionDrill;
import dev.espalier.model.Bundles;
import dev.espalier.model.Signature;
import dev.espalier.platform.Caller;
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
import dev.espalier.serving.Serving;
import dev.espalier.serving.ServingConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One lane for all drills: what is due, what is recorded, and what cannot pass by doing nothing.
 */
class DrillsTest {
  private static final String PRODUCT = "tickets";
  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: tickets, authors: {ana: owner}}
      model: {family: linear}
      value: {for: the help desk, benefit: a ticket reaches the right team}
      objectives: [{metric: macro_f1, target: ">= 0.8", due: 2030-12-31}]
      data:
        training: [{dataset: tickets}]
      metrics: [{id: macro_f1, primary: true, min_n: 20}]
      modeling:
        - {id: v0, approach: majority, hypothesis: the floor}
        - {id: v1, approach: linear, hypothesis: words are enough}
      ct: {schedule: {triggers: [manual], auto_promote: to_production}}
      ci: {workflow: {deferred: {owner: ana, due: 2030-12-31}}}
      deploy:
        mode: deployment
        lead_time: 30d
        release_policy: {approvals: 0, four_eyes: no, windows: ["Mon-Sun 00:00-24:00 UTC"], requires: [REQUIRES]}
      serving:
        volume: 1000/day
      """;

  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final List<String> ran = new ArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private volatile Outcome outcome = Outcome.PASSES;
  private Database database;
  private Canvases canvases;
  private Registry registry;
  private Bundles bundles;
  private Serving serving;
  private Deployments deployments;
  private DrillStore records;
  private Drills drills;
  private int registered;

  private enum Outcome {
    PASSES,
    FAILS,
    SEES_NOTHING,
    HAS_NOTHING_TO_TRY,
    WAITS_TO_BE_ABORTED,
    WAITS_AT_THE_GATE
  }

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    ProductClocks clocks = new ProductClocks(database, clock);
    Events events = new Events(database, clocks, clock);
    Ids ids = new Ids(clock, new Random(1));
    canvases = new Canvases(database, clocks, events, ids, clock);
    bundles = new Bundles(new LocalArtifactStore(folder.resolve("artifacts")));
    registry = new Registry(database, bundles, clocks, events);
    serving =
        new Serving(
            new DeploymentModelSource(registry, bundles, _ -> Optional.empty()),
            _ -> {},
            clocks::now,
            clock,
            ids,
            new ServingConfig(1));
    records = new DrillStore(database);
    deployments =
        new Deployments(
            database,
            registry,
            serving,
            (_, version, _) -> new ArmOutcomes(version, List.of()),
            clocks,
            events,
            ids,
            ReleaseRecords.of(bundles, new DrillPlan(records)),
            canvases::require);
    List<Drill> all = new ArrayList<>();
    for (String name : List.of("reload", "rollback", "fallback", "malformed", "load")) {
      all.add(new Scripted(name));
    }
    for (String name : List.of("drift", "page", "restore")) {
      all.add(new OfProduct(new Scripted(name)));
    }
    drills =
        new Drills(
            all,
            new Drills.Stages(canvases, registry, deployments, records),
            clocks,
            events,
            ids,
            clock);
  }

  @AfterEach
  void close() {
    gate.countDown();
    drills.close();
    serving.close();
    database.close();
  }

  private final class Scripted implements VersionDrill {
    private final String name;
    private final CountDownLatch aborted = new CountDownLatch(1);

    Scripted(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String description() {
      return "Does what the test says.";
    }

    @Override
    public void abort() {
      aborted.countDown();
    }

    @Override
    public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
      return run(product, "champion", canvas, now);
    }

    @Override
    public List<Observation> run(
        String product, String version, CanvasVersion canvas, Instant now) {
      synchronized (ran) {
        ran.add(name + " " + version);
      }
      switch (outcome) {
        case SEES_NOTHING -> {
          return List.of();
        }
        case HAS_NOTHING_TO_TRY -> throw EspalierException.conflict("One version only.");
        case WAITS_TO_BE_ABORTED -> {
          await(aborted);
          throw new EspalierException(ErrorCode.UNAVAILABLE, "The drill was aborted.");
        }
        case WAITS_AT_THE_GATE -> await(gate);
        case PASSES, FAILS -> {}
      }
      return List.of(
          Observation.verdict(
              "serving.fallback",
              "drill",
              version,
              now,
              7,
              outcome != Outcome.FAILS,
              "As the test says.",
              "/api/v1/drills"));
    }
  }

  /** A drill that takes no version. */
  private record OfProduct(Scripted script) implements Drill {
    @Override
    public String name() {
      return script.name();
    }

    @Override
    public String description() {
      return script.description();
    }

    @Override
    public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
      return script.run(product, canvas, now);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void until(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited a minute in vain").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private void apply(String requires) {
    byte[] document = CANVAS.replace("REQUIRES", requires).getBytes(StandardCharsets.UTF_8);
    var plan = canvases.plan(document, Caller.local());
    var _ =
        canvases.apply(
            PRODUCT,
            plan.planDigest(),
            Consent.because("test").confirming(plan.confirms()),
            Caller.local());
  }

  private String register() {
    Signature signature = new Signature(Signature.TEXT_CLASSIFICATION, List.of("a", "b"), 1000);
    Digest bundle =
        bundles.write(
            "majority",
            signature,
            Map.of(Bundles.SHARES, "[0.7,0.3]".getBytes(StandardCharsets.UTF_8)),
            Map.of("n", String.valueOf(registered)));
    return registry
        .register(
            new Registration(
                PRODUCT,
                bundle,
                "run" + registered,
                Digest.of("rows"),
                "1",
                Digest.of("canvas"),
                "linear",
                signature,
                Json.tree("{\"passed\":true,\"summary\":\"fine\",\"results\":[]}"),
                Json.tree("{}"),
                new TreeMap<>(),
                new TreeMap<>()),
            "key" + registered++)
        .version();
  }

  private String released() {
    apply("gates");
    String version = register();
    var _ = deployments.release(PRODUCT, version, "first");
    return version;
  }

  private DrillRecord run(String name) {
    return drills.run(PRODUCT, name, Optional.empty(), "ana");
  }

  @Test
  void a_drill_that_saw_nothing_has_not_passed() {
    String _ = released();
    outcome = Outcome.SEES_NOTHING;
    assertThat(run("reload").state()).isEqualTo(DrillRecord.UNPROVED);
    outcome = Outcome.HAS_NOTHING_TO_TRY;
    DrillRecord record = run("rollback");
    assertThat(record.state()).isEqualTo(DrillRecord.UNPROVED);
    assertThat(record.passed()).isFalse();
    assertThat(record.detail()).contains("One version only");
    outcome = Outcome.FAILS;
    assertThat(run("fallback").state()).isEqualTo(DrillRecord.FAILED);
    outcome = Outcome.PASSES;
    assertThat(run("fallback").state()).isEqualTo(DrillRecord.PASSED);
    assertThat(drills.records(PRODUCT))
        .extracting(DrillRecord::state)
        .containsExactly(
            DrillRecord.PASSED, DrillRecord.FAILED, DrillRecord.UNPROVED, DrillRecord.UNPROVED);
  }

  @Test
  void a_record_says_who_drilled_what_under_which_canvas_and_until_when_it_counts() {
    String version = released();
    DrillRecord record = run("load");
    assertThat(record.version()).isEqualTo(version);
    assertThat(record.by()).isEqualTo("ana");
    assertThat(record.trigger()).isEqualTo("request");
    assertThat(record.canvasVersion()).isEqualTo(canvases.require(PRODUCT).version());
    assertThat(record.expiresAt()).isEqualTo(clock.instant().plus(Duration.ofDays(30)));
    assertThat(Json.read(Json.write(record), DrillRecord.class)).isEqualTo(record);
  }

  @Test
  void one_drill_runs_at_a_time_and_who_comes_second_is_told_which() {
    String _ = released();
    outcome = Outcome.WAITS_AT_THE_GATE;
    CompletableFuture<DrillRecord> first =
        CompletableFuture.supplyAsync(() -> run("load"), Thread::startVirtualThread);
    until(() -> {
      synchronized (ran) {
        return !ran.isEmpty();
      }
    });
    assertThatThrownBy(() -> run("reload"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining("'load' of tickets runs");
    gate.countDown();
    assertThat(first.join().passed()).isTrue();
    assertThat(run("reload").passed()).isTrue();
  }

  @Test
  void an_aborted_drill_is_recorded_as_such_and_is_no_evidence() {
    String _ = released();
    assertThatThrownBy(() -> drills.abort(PRODUCT, "load")).hasMessageContaining("does not run");
    assertThatThrownBy(() -> drills.abort(PRODUCT, "lode")).hasMessageContaining("No drill 'lode'");
    outcome = Outcome.WAITS_TO_BE_ABORTED;
    CompletableFuture<DrillRecord> running =
        CompletableFuture.supplyAsync(() -> run("load"), Thread::startVirtualThread);
    until(() -> {
      synchronized (ran) {
        return !ran.isEmpty();
      }
    });
    drills.abort(PRODUCT, "load");
    DrillRecord record = running.join();
    assertThat(record.state()).isEqualTo(DrillRecord.ABORTED);
    assertThat(record.observations()).isEmpty();
  }

  @Test
  void an_unknown_drill_product_or_version_is_refused_and_leaves_no_record() {
    String _ = released();
    assertThatThrownBy(() -> run("lode"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
    assertThatThrownBy(() -> drills.run("ghost", "load", Optional.empty(), "ana"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    assertThatThrownBy(() -> drills.run(PRODUCT, "load", Optional.of("9.9.9"), "ana"))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    assertThat(drills.records(PRODUCT)).isEmpty();
    assertThat(drills.records("ghost")).isEmpty();
  }

  @Test
  void what_is_due_runs_by_itself_every_week_and_not_in_the_first_minutes() {
    String version = released();
    drills.tick(PRODUCT);
    assertThat(drills.records(PRODUCT)).as("the process has just begun").isEmpty();
    clock.advance(Duration.ofMinutes(5));
    List<String> wanted = DrillPlan.repeated(canvases.require(PRODUCT));
    assertThat(wanted).contains("load").endsWith("drift", "page", "restore");
    int all = wanted.size();
    for (int i = 1; i <= all; i++) {
      int so = i;
      until(() -> {
        drills.tick(PRODUCT);
        return drills.records(PRODUCT).size() >= so;
      });
    }
    assertThat(drills.records(PRODUCT))
        .allSatisfy(record -> {
          assertThat(record.trigger()).isEqualTo("schedule");
          assertThat(record.version()).isEqualTo(version);
          assertThat(record.by()).isEqualTo(Deployments.MACHINE);
        })
        .extracting(DrillRecord::drill)
        .containsExactlyInAnyOrderElementsOf(wanted);
    for (int i = 0; i < 20; i++) {
      drills.tick(PRODUCT);
    }
    assertThat(drills.records(PRODUCT)).hasSize(all);
    clock.advance(DrillPlan.EVERY);
    until(() -> {
      drills.tick(PRODUCT);
      return drills.records(PRODUCT).size() > all;
    });
  }

  @Test
  void a_version_that_must_be_drilled_before_its_release_is_and_proves_nothing_of_the_champion() {
    apply("gates, drills");
    String version = register();
    assertThatThrownBy(() -> deployments.release(PRODUCT, version, "first"))
        .hasMessageContaining("espalier drill tickets reload");
    until(() -> {
      drills.tick(PRODUCT);
      return new DrillPlan(records)
          .unproven(PRODUCT, version, canvases.require(PRODUCT), clock.instant())
          .isEmpty();
    });
    assertThat(drills.records(PRODUCT))
        .allSatisfy(one -> assertThat(one.trigger()).isEqualTo("release"));
    assertThat(
            canvases.conformance(PRODUCT).questions().stream()
                .filter(one -> one.question().equals("serving.fallback"))
                .flatMap(one -> one.evidence().stream())
                .filter(one -> one.clause().equals("drill"))
                .allMatch(one -> one.n().isEmpty()))
        .as("a candidate's drill is no evidence about what answers now")
        .isTrue();
    assertThat(deployments.release(PRODUCT, version, "first").state()).isEqualTo("PROMOTED");
  }
}
