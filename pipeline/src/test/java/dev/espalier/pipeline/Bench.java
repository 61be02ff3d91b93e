package dev.espalier.pipeline;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.tracking.Tracking;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Pipelines on a real database and artifact store in one folder; opened again, it is a restart. */
final class Bench implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  static final Duration LONG = Duration.ofSeconds(60);
  final Database database;
  final LocalArtifactStore artifacts;
  final Tracking tracking;
  final ProductClocks clocks;
  final Events events;
  final Pipelines pipelines;

  Bench(Path folder, StepLogic<?>... steps) {
    this(folder, Duration.ofMillis(50), steps);
  }

  Bench(Path folder, Duration grace, StepLogic<?>... steps) {
    InstantSource machine = InstantSource.system();
    Path blobs = folder.resolve("artifacts").toAbsolutePath();
    database = TestDatabase.in(folder);
    artifacts = new LocalArtifactStore(blobs);
    tracking = new Tracking(database);
    clocks = new ProductClocks(database, machine);
    events = new Events(database, clocks, machine);
    pipelines =
        new Pipelines(
            database,
            artifacts,
            tracking,
            clocks,
            events,
            new Ids(machine, new SplittableRandom(7)),
            List.of(steps),
            new PipelineConfig(
                folder.resolve("work"),
                2,
                grace,
                Duration.ZERO,
                Duration.ZERO,
                1024,
                Optional.of(jvm(blobs)),
                Runner.here()));
  }

  static ForkedJvm jvm(Path artifacts) {
    return new ForkedJvm(
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .toList(),
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
        64 << 20,
        artifacts.toString(),
        ForkedJvm.MINIMAL_ENVIRONMENT);
  }

  static Spec.Step step(String name) {
    return new Spec.Step(name, LONG, 0, true);
  }

  static CanvasVersion canvas(String... names) {
    return canvas(Stream.of(names).map(Bench::step).toArray(Spec.Step[]::new));
  }

  static CanvasVersion canvas(Spec.Step... steps) {
    return canvas(List.of(), steps);
  }

  /** The canvas of these steps that says something more. */
  static CanvasVersion canvas(List<Spec> more, Spec.Step... steps) {
    List<Spec> specs = new ArrayList<>(more);
    specs.add(new Spec.Pipeline(List.of(steps), 0.9));
    specs.add(schedule("make_up", "schedule", "new_data"));
    specs.add(new Spec.Placement("local_process", Set.of(), "small"));
    List<Resource> resources =
        specs.stream().map(spec -> Resource.of("mail", "mail@1.0.0#ct", spec)).toList();
    return new CanvasVersion(
        "mail",
        "1.0.0",
        Digest.of("canvas"),
        Digest.of("canvas"),
        Optional.empty(),
        START,
        "ada",
        resources);
  }

  static Spec.Schedule schedule(String catchUp, String... triggers) {
    return new Spec.Schedule(
        Set.of(triggers),
        Optional.of("0 3 * * *"),
        Duration.ofDays(30),
        Duration.ofHours(2),
        10,
        "never",
        catchUp);
  }

  static Cause manual() {
    return new Cause("manual", "a test", Optional.empty());
  }

  Run run(CanvasVersion canvas) {
    return run(canvas, 1);
  }

  Run run(CanvasVersion canvas, long seed) {
    return pipelines.await(pipelines.start(canvas, manual(), seed), LONG);
  }

  @Override
  public void close() {
    pipelines.close();
    database.close();
  }
}
