package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.evaluation.GateReport;
import dev.espalier.model.Bundles;
import dev.espalier.pipeline.Cause;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.registry.RegisteredOnnx;
import dev.espalier.registry.Registry;
import dev.espalier.tracking.Tracking;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** The steps on real stores in a temporary folder, run one after the other in this process. */
final class TestPipeline implements AutoCloseable {
  static final String PRODUCT = "filter";
  static final String DATASET = "mail";
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  final Path folder;
  final Database database;
  final ArtifactStore artifacts;
  final Datasets datasets;
  final Registry registry;
  final Tracking tracking;
  final ArtifactTree tree;
  final RegisteredOnnx registered;
  final List<String> log = new ArrayList<>();
  final Map<String, Object> outputs = new HashMap<>();
  final ProductClocks clocks;
  final Events events;
  private int runs;

  TestPipeline(Path folder) {
    this.folder = folder;
    this.database = TestDatabase.in(folder);
    this.artifacts = new LocalArtifactStore(folder.resolve("artifacts"));
    MovableClock clock = new MovableClock(START.plus(Duration.ofDays(30)));
    this.clocks = new ProductClocks(database, clock);
    this.events = new Events(database, clocks, clock);
    this.datasets = new Datasets(database, artifacts, events, clock);
    this.registry = new Registry(database, new Bundles(artifacts), clocks, events);
    this.tracking = new Tracking(database);
    this.tree = new ArtifactTree(database, artifacts, clock);
    this.registered = new RegisteredOnnx(database, tracking, tree);
  }

  /** Rows one hour apart; every third is spam; a tenth of the words are noise of the other side. */
  static List<Row> rows(int from, int to) {
    String[] spam = {"win", "money", "prize", "free", "click", "offer"};
    String[] ham = {"lunch", "meeting", "notes", "team", "friday", "report"};
    List<Row> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      SplittableRandom random = new SplittableRandom(i);
      boolean bad = i % 3 == 0;
      StringBuilder text = new StringBuilder("row " + i);
      for (int word = 0; word < 6; word++) {
        boolean odd = random.nextInt(10) == 0;
        String[] words = bad != odd ? spam : ham;
        text.append(' ').append(words[random.nextInt(words.length)]);
      }
      rows.add(
          new Row(
              "row-" + i,
              START.plus(Duration.ofHours(i)),
              text.toString(),
              Optional.of(bad ? "spam" : "ham"),
              Map.of("half", i % 2 == 0 ? "even" : "odd")));
    }
    return rows;
  }

  static CanvasVersion canvas(Spec... more) {
    List<Spec> specs =
        new ArrayList<>(
            List.of(
                new Spec.Dataset(
                    DATASET,
                    "training",
                    "text,label",
                    Duration.ofDays(7),
                    Duration.ofDays(365),
                    Duration.ofDays(2)),
                new Spec.Split("time", 0.7, 0.1, 0.2, 42),
                new Spec.Ladder(
                    List.of(
                        new Spec.Rung("majority", "majority", "the floor"),
                        new Spec.Rung("bag_of_words", "linear", "words decide")),
                    0.01,
                    "majority"),
                metric("macro_f1", "macro_f1", "up", true),
                metric("false_spam", "rate(pred=spam | actual=ham)", "down", false),
                new Spec.Gate(
                    "false_spam",
                    Spec.Op.AT_MOST,
                    0.5,
                    Spec.Versus.ABSOLUTE,
                    Optional.empty(),
                    10,
                    "block",
                    true),
                new Spec.Gate(
                    "p95",
                    Spec.Op.AT_MOST,
                    10_000,
                    Spec.Versus.ABSOLUTE,
                    Optional.empty(),
                    1,
                    "block",
                    true),
                new Spec.RegistryPolicy(
                    true,
                    Set.of("data_snapshot", "params", "seed", "metrics", "signature"),
                    "semver",
                    Set.of("champion", "challenger"))));
    specs.addAll(List.of(more));
    List<Resource> resources = new ArrayList<>();
    for (Spec spec : specs) {
      resources.add(Resource.of(spec.resourceKind() + resources.size(), "filter@1#test", spec));
    }
    return new CanvasVersion(
        PRODUCT,
        "1",
        Digest.of("canvas"),
        Digest.of("content"),
        Optional.empty(),
        START,
        "local",
        resources);
  }

  /** A canvas with only the last specification of one kind. */
  static CanvasVersion withLastOf(CanvasVersion canvas, Class<? extends Spec> kind) {
    Resource last = canvas.resources(kind).getLast();
    return new CanvasVersion(
        canvas.product(),
        canvas.version(),
        canvas.digest(),
        canvas.contentDigest(),
        canvas.parent(),
        canvas.appliedAt(),
        canvas.appliedBy(),
        canvas.resources().stream()
            .filter(resource -> resource.equals(last) || !kind.isInstance(resource.spec()))
            .toList());
  }

  private static Spec.Metric metric(String id, String formula, String direction, boolean primary) {
    return new Spec.Metric(id, "offline", formula, direction, primary, List.of("half"), 10, 0.95);
  }

  /** Runs all steps and returns what registration did. */
  Registered run(CanvasVersion canvas, String trigger) {
    String run = "run_" + ++runs;
    outputs.clear();
    step(canvas, trigger, run, new IngestStep(datasets));
    step(canvas, trigger, run, new ValidateStep(datasets));
    step(canvas, trigger, run, new SplitStep(datasets, registry));
    step(canvas, trigger, run, new PrepareStep(datasets));
    step(canvas, trigger, run, new TrainStep());
    step(canvas, trigger, run, new EvaluateStep(registry, registered));
    step(canvas, trigger, run, new GateStep());
    return step(canvas, trigger, run, new RegisterStep(registry));
  }

  <O> O step(CanvasVersion canvas, String trigger, String run, StepLogic<O> logic) {
    Context context = new Context(canvas, trigger, run, logic);
    try {
      // Outputs travel as JSON, as in the real pipeline.
      O output = Json.read(Json.write(logic.run(context)), logic.output());
      outputs.put(logic.name(), output);
      return output;
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  <T> T output(String step, Class<T> type) {
    return type.cast(outputs.get(step));
  }

  GateReport gates() {
    return output("gate", GateReport.class);
  }

  @Override
  public void close() {
    database.close();
  }

  private final class Context implements StepContext {
    private final CanvasVersion canvas;
    private final String trigger;
    private final String run;
    private final StepLogic<?> logic;

    private Context(CanvasVersion canvas, String trigger, String run, StepLogic<?> logic) {
      this.canvas = canvas;
      this.trigger = trigger;
      this.run = run;
      this.logic = logic;
    }

    @Override
    public String product() {
      return PRODUCT;
    }

    @Override
    public String runId() {
      return run;
    }

    @Override
    public String step() {
      return logic.name();
    }

    @Override
    public long seed() {
      return 7;
    }

    @Override
    public JsonNode params() {
      return logic.params(canvas, seed());
    }

    @Override
    public <T> T input(String step, Class<T> type) {
      if (logic.inputs().get(step) != type) {
        throw new IllegalStateException(logic.name() + " did not declare its input " + step);
      }
      return output(step, type);
    }

    @Override
    public ArtifactStore artifacts() {
      return artifacts;
    }

    @Override
    public CanvasVersion canvas() {
      return canvas;
    }

    @Override
    public Cause cause() {
      return new Cause(trigger, "test", Optional.empty());
    }

    @Override
    public Instant now() {
      return START.plus(Duration.ofDays(30));
    }

    @Override
    public void progress(long done, long total, String unit) {}

    @Override
    public void metric(String key, double value) {}

    @Override
    public void log(String line) {
      log.add(line);
    }

    @Override
    public void checkCancelled() {}

    @Override
    public Path scratch() {
      return folder.resolve("scratch");
    }
  }
}
