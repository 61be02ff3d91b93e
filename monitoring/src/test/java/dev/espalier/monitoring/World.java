package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Events;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.serving.InferenceRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/** A product with one metric, one monitor and everything that monitoring needs, on real SQLite. */
final class World implements AutoCloseable {
  static final String PRODUCT = "mail";
  static final Instant START = Instant.parse("2002-08-01T00:00:00Z");
  final MovableClock machine = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
  final List<LabelledRow> trained = new ArrayList<>();
  final Database database;
  final ProductClocks clocks;
  final Monitoring monitoring;
  final CanvasVersion canvas;

  World(Path folder, CanvasVersion canvas, MonitoringConfig config) {
    this.database = TestDatabase.in(folder);
    this.clocks = new ProductClocks(database, machine);
    this.canvas = canvas;
    if (clocks.state(PRODUCT).isEmpty()) {
      clocks.replay(PRODUCT, START);
    }
    this.monitoring =
        new Monitoring(
            database,
            clocks,
            new Events(database, clocks, machine),
            machine,
            _ -> Optional.of(canvas),
            (_, row, _) -> {
              synchronized (trained) {
                trained.add(row);
              }
            },
            folder.resolve("spool"),
            config);
  }

  World(Path folder) {
    this(folder, canvas("auto", "full", List.of("inbox")), MonitoringConfig.defaults());
  }

  static CanvasVersion canvas(String toTraining, String payload, List<String> route) {
    List<Spec> specs =
        List.of(
            new Spec.Dataset(
                "mails",
                "training",
                "text,label",
                Duration.ofDays(7),
                Duration.ofDays(900),
                Duration.ofDays(2)),
            new Spec.Metric(
                "false_spam",
                "rate",
                "rate(pred=spam | actual=ham)",
                "down",
                true,
                List.of(),
                50,
                0.95),
            new Spec.Metric("macro_f1", "score", "macro_f1", "up", false, List.of(), 50, 0.95),
            new Spec.Monitor(
                "performance_drop",
                Optional.of("false_spam"),
                Optional.empty(),
                "training",
                Duration.ofDays(7),
                60,
                OptionalDouble.empty(),
                0.1,
                Spec.Op.ABOVE,
                false),
            new Spec.Alert(
                "false_spam_rise",
                Duration.ZERO,
                "page",
                route,
                Optional.of("docs/spam.md"),
                "retrain"),
            new Spec.Retrain(
                List.of("decay"), Duration.ofDays(90), Duration.ofDays(1), 3, "champion"),
            new Spec.Feedback(List.of("label"), 0.9, Duration.ofDays(3), toTraining),
            new Spec.InferenceLog(1, payload, Duration.ofDays(400)));
    List<Resource> resources =
        specs.stream()
            .map(spec ->
                Resource.of(
                    spec instanceof Spec.Monitor
                        ? "false_spam_rise"
                        : spec instanceof Spec.Metric metric ? metric.id() : "it",
                    "mail@1#monitoring.decay",
                    spec))
            .toList();
    Digest digest = Digest.of("canvas");
    return new CanvasVersion(
        PRODUCT, "1.0.0", digest, digest, Optional.empty(), START, "ada", resources);
  }

  /** The same canvas without a kind of resource. */
  static CanvasVersion without(CanvasVersion canvas, Class<? extends Spec> kind) {
    return new CanvasVersion(
        canvas.product(),
        canvas.version(),
        canvas.digest(),
        canvas.contentDigest(),
        canvas.parent(),
        canvas.appliedAt(),
        canvas.appliedBy(),
        canvas.resources().stream().filter(one -> !kind.isInstance(one.spec())).toList());
  }

  /** The same canvas with more in it. */
  static CanvasVersion with(CanvasVersion canvas, String name, Spec spec) {
    List<Resource> resources = new ArrayList<>(canvas.resources());
    resources.add(Resource.of(name, "mail@1#more", spec));
    return new CanvasVersion(
        canvas.product(),
        canvas.version(),
        canvas.digest(),
        canvas.contentDigest(),
        canvas.parent(),
        canvas.appliedAt(),
        canvas.appliedBy(),
        resources);
  }

  static InferenceRecord answer(String id, Instant at, String label, String version) {
    return answer(id, at, label, version, "text of " + id);
  }

  static InferenceRecord answer(String id, Instant at, String label, String version, String text) {
    TreeMap<String, Double> scores =
        new TreeMap<>(
            label.equals("spam")
                ? Map.of("ham", 0.1, "spam", 0.9)
                : Map.of("ham", 0.9, "spam", 0.1));
    return new InferenceRecord(
        id,
        PRODUCT,
        at,
        at,
        id,
        text,
        Optional.of(label),
        scores,
        version,
        version,
        "champion",
        "champion",
        Optional.empty(),
        900,
        Optional.empty(),
        Optional.empty(),
        0,
        List.of());
  }

  void at(Instant now) {
    clocks.advance(PRODUCT, now);
  }

  void tick() {
    monitoring.evaluate(PRODUCT, canvas);
  }

  static Set<String> kinds(Incident incident) {
    return new java.util.TreeSet<>(
        incident.trace().stream().map(Incident.TraceEntry::kind).toList());
  }

  @Override
  public void close() {
    monitoring.close();
    database.close();
  }
}
