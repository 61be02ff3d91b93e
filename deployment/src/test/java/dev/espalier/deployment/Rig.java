package dev.espalier.deployment;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
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
import dev.espalier.serving.Serving;
import dev.espalier.serving.ServingConfig;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A product's registry, data plane and deployments on one database, which can be killed. */
final class Rig implements AutoCloseable {
  static final String PRODUCT = "mail";
  static final Signature SIGNATURE =
      new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 1000);

  /** A kill: thrown where a test wants the process to end. */
  static final class Killed extends RuntimeException {
    Killed() {
      super("killed", null, false, false);
    }
  }

  final MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
  final List<InferenceRecord> log = Collections.synchronizedList(new ArrayList<>());
  final Set<String> failing = ConcurrentHashMap.newKeySet();
  final Map<Class<?>, Spec> specs = new HashMap<>();
  final Path folder;
  final Database database;
  final Bundles bundles;
  Registry registry;
  Serving serving;
  Deployments deployments;
  DrillStore drills;
  ProductClocks clocks;
  ReleaseRecords records;
  Ids ids;
  long latencyMicros = 100;
  boolean unverified;
  String gates = "{\"passed\":true,\"summary\":\"1 of 1 gates pass.\",\"results\":[]}";
  Host host = new Host("x86_64", Optional.of("eu"), Set.of());

  /** How many more reads of the canvas the process survives; negative for ever. */
  final AtomicInteger life = new AtomicInteger(-1);

  private int registered;

  Rig(Path folder) {
    this.folder = folder;
    this.database = TestDatabase.in(folder);
    this.bundles = new Bundles(new LocalArtifactStore(folder.resolve("artifacts")));
    specs.put(
        Spec.ReleasePolicy.class, policy("deployment", 0, List.of(), List.of(), Set.of("gates")));
    specs.put(Spec.Rollout.class, rollout(true));
    restart();
  }

  static Spec.ReleasePolicy policy(
      String mode,
      int approvals,
      List<String> windows,
      List<String> freezes,
      Set<String> requires) {
    return new Spec.ReleasePolicy(mode, true, approvals, approvals > 0, windows, freezes, requires);
  }

  static Spec.Rollout rollout(boolean autoRollback) {
    return new Spec.Rollout(
        "canary",
        List.of(
            new Spec.RolloutStep(0.25, Duration.ofHours(1)),
            new Spec.RolloutStep(0.5, Duration.ofHours(1)),
            new Spec.RolloutStep(1, Duration.ofHours(1))),
        60,
        List.of(
            new Spec.Guardrail("error", Spec.Op.AT_MOST, 0.01),
            new Spec.Guardrail("p95", Spec.Op.AT_MOST, 100),
            new Spec.Guardrail("fallback", Spec.Op.AT_MOST, 0.02)),
        autoRollback,
        Duration.ofSeconds(60),
        Duration.ofHours(1));
  }

  static Spec.Volume volume(double perSecond, Duration drill) {
    return new Spec.Volume(perSecond, 3, 0.3, 0.05, 256, drill);
  }

  private final class Breakable implements Engine {
    private final Engine engine;
    private final String version;
    private final AtomicInteger calls = new AtomicInteger();

    Breakable(Engine engine, String version) {
      this.engine = engine;
      this.version = version;
    }

    @Override
    public Signature signature() {
      return engine.signature();
    }

    @Override
    public List<double[]> score(List<String> texts) {
      if (calls.getAndIncrement() > 0 && failing.contains(version)) {
        throw new EspalierException(ErrorCode.INTERNAL, "broken");
      }
      return engine.score(texts);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  /** A new process on the same database: nothing in memory survives. */
  void restart() {
    life.set(-1);
    if (serving != null) {
      serving.close();
    }
    clocks = new ProductClocks(database, clock);
    Events events = new Events(database, clocks, clock);
    ids = new Ids(clock, new Random(registered * 31L + log.size()));
    registry = new Registry(database, bundles, clocks, events);
    DeploymentModelSource source =
        new DeploymentModelSource(registry, bundles, _ -> Optional.of(canvas()));
    serving =
        new Serving(
            new ModelSource() {
              @Override
              public Engine open(String product, String version) {
                return new Breakable(source.open(product, version), version);
              }

              @Override
              public long verified(String product) {
                return unverified ? 0 : source.verified(product);
              }
            },
            log::add,
            clocks::now,
            clock,
            ids,
            new ServingConfig(2));
    drills = new DrillStore(database);
    records = ReleaseRecords.of(bundles, new DrillPlan(drills), host);
    deployments =
        new Deployments(
            database,
            registry,
            serving,
            this::outcomes,
            clocks,
            events,
            ids,
            records,
            _ -> canvas());
    deployments.resume();
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
                    latencyMicros,
                    one.probabilities(),
                    one.label(),
                    Optional.of("ham")))
            .toList();
    return new ArmOutcomes(version, outcomes);
  }

  CanvasVersion canvas() {
    if (life.get() >= 0 && life.getAndDecrement() == 0) {
      throw new Killed();
    }
    Digest digest = Digest.of("canvas");
    return new CanvasVersion(
        PRODUCT,
        "1",
        digest,
        digest,
        Optional.empty(),
        Instant.EPOCH,
        "ana",
        specs.values().stream().map(spec -> Resource.of(spec.kind(), "canvas@1#x", spec)).toList());
  }

  /** Registers a version with 200 golden rows that says spam with the given probability. */
  String register(double spam) {
    return register(PRODUCT, spam);
  }

  /** As {@link #register(double)}, for another product with the same canvas. */
  String register(String product, double spam) {
    String shares = "[%s,%s]".formatted(1 - spam, spam);
    Map<String, byte[]> files = new HashMap<>();
    files.put(Bundles.SHARES, shares.getBytes(StandardCharsets.UTF_8));
    try (Engine engine = Bundles.engine("majority", SIGNATURE, files, Map.of())) {
      files.put(
          Bundles.GOLDEN,
          Bundles.goldenFile(
              engine, IntStream.range(0, 200).mapToObj(i -> "golden text " + i).toList()));
    }
    Digest bundle =
        bundles.write("majority", SIGNATURE, files, Map.of("n", String.valueOf(registered)));
    Registration registration =
        new Registration(
            product,
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

  void traffic(int requests) {
    for (int i = 0; i < requests; i++) {
      try {
        var _ = serving.predict(PRODUCT, Ask.of("text"));
      } catch (EspalierException nobody) {
        if (nobody.code() != ErrorCode.UNAVAILABLE) {
          throw nobody;
        }
      }
    }
  }

  String state() {
    return newest().state();
  }

  Rollout newest() {
    return deployments.rollouts(PRODUCT).getLast();
  }

  String champion() {
    return registry.alias(PRODUCT, Registry.CHAMPION).orElseThrow().version();
  }

  /** Releases a first version and returns it. */
  String released() {
    String first = register(0.1);
    var _ = deployments.release(PRODUCT, first, "first");
    return first;
  }

  @Override
  public void close() {
    serving.close();
    database.close();
  }
}
