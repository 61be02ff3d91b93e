package dev.espalier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.pipeline.Cause;
import dev.espalier.pipeline.PipelineConfig;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.pipeline.Run;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import dev.espalier.platform.ProductClocks;
import dev.espalier.tracking.Tracking;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What durability costs a pipeline step that does nothing, beside a bare commit of one row. */
final class StepBench implements Bench {
  private static final int STEPS = 100;
  private static final double GOAL_MILLIS = 5;
  private static final Duration LONG = Duration.ofMinutes(2);

  /** What a step that does nothing produces. */
  public record Done(int number) {}

  /** A step that does nothing, after the one before it. */
  private record NoOp(int number) implements StepLogic<Done> {
    @Override
    public String name() {
      return "step_" + number;
    }

    @Override
    public Class<Done> output() {
      return Done.class;
    }

    @Override
    public SequencedMap<String, Class<?>> inputs() {
      SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
      if (number > 0) {
        inputs.put("step_" + (number - 1), Done.class);
      }
      return inputs;
    }

    @Override
    public JsonNode params(CanvasVersion canvas, long seed) {
      return Json.tree(Map.of("seed", seed));
    }

    @Override
    public Done run(StepContext context) {
      return new Done(number);
    }
  }

  @Override
  public Section measure(Setting setting) {
    List<Double> commits = new ArrayList<>();
    List<Double> fresh = new ArrayList<>();
    List<Double> cached = new ArrayList<>();
    try (Database database = Database.open(setting.work().resolve("steps.db"));
        Pipelines pipelines = pipelines(database, setting.work())) {
      CanvasVersion canvas = canvas();
      double _ = run(pipelines, canvas, 0);
      for (int round = 1; round <= setting.rounds(); round++) {
        commits.add(commits(database));
        fresh.add(run(pipelines, canvas, round));
        cached.add(run(pipelines, canvas, round));
      }
    }
    Sample commit = sample(commits);
    return new Section(
        "steps",
        "Durable steps",
        List.of("what", "ms each", "goal", "in bare commits"),
        List.of(
            row("bare commit of one row, `synchronous=FULL`", commit, "", commit),
            row("step that does nothing", sample(fresh), "≤ " + Sample.number(GOAL_MILLIS), commit),
            row("the same from the cache", sample(cached), "", commit)),
        "Median (lowest–highest) of %d rounds: a chain of %d steps from start to end, divided by %d; %d commits of one row to the same database in between."
            .formatted(setting.rounds(), STEPS, STEPS, STEPS));
  }

  private static Sample sample(List<Double> values) {
    return Sample.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static List<String> row(String name, Sample millis, String goal, Sample commit) {
    return List.of(name, millis.text(), goal, Sample.number(millis.median() / commit.median()));
  }

  private static double commits(Database database) {
    int _ =
        database.write(handle ->
            handle.execute("CREATE TABLE IF NOT EXISTS bare (n INTEGER PRIMARY KEY, text TEXT)"));
    long start = System.nanoTime();
    for (int i = 0; i < STEPS; i++) {
      int _ = database.write(handle -> handle.execute("INSERT INTO bare (text) VALUES ('done')"));
    }
    return millisEach(start);
  }

  private static double run(Pipelines pipelines, CanvasVersion canvas, long seed) {
    long start = System.nanoTime();
    Cause cause = new Cause("manual", "a measurement", Optional.empty());
    Run run = pipelines.await(pipelines.start(canvas, cause, seed), LONG);
    double millis = millisEach(start);
    if (!run.succeeded()) {
      throw new IllegalStateException("The chain ended " + run.state());
    }
    return millis;
  }

  private static double millisEach(long start) {
    return (System.nanoTime() - start) / 1e6 / STEPS;
  }

  private static Pipelines pipelines(Database database, Path work) {
    InstantSource machine = InstantSource.system();
    ProductClocks clocks = new ProductClocks(database, machine);
    List<StepLogic<?>> steps = IntStream.range(0, STEPS).<StepLogic<?>>mapToObj(NoOp::new).toList();
    return new Pipelines(
        database,
        new LocalArtifactStore(work.resolve("artifacts").toAbsolutePath()),
        new Tracking(database),
        clocks,
        new Events(database, clocks, machine),
        new Ids(machine, new SplittableRandom(1)),
        steps,
        PipelineConfig.in(work.resolve("runs"), Optional.empty()));
  }

  private static CanvasVersion canvas() {
    List<Spec.Step> steps =
        IntStream.range(0, STEPS)
            .mapToObj(number -> new Spec.Step("step_" + number, LONG, 0, true))
            .toList();
    List<Spec> specs =
        List.of(
            new Spec.Pipeline(steps, 0.9),
            new Spec.Schedule(
                Set.of("manual"), Optional.empty(), LONG, LONG, 1000, "never", "skip"),
            new Spec.Placement("embedded", Set.of(), ""));
    return new CanvasVersion(
        "bench",
        "1.0.0",
        Digest.of("bench"),
        Digest.of("bench"),
        Optional.empty(),
        Instant.EPOCH,
        "bench",
        specs.stream().map(spec -> Resource.of("bench", "bench@1.0.0#ct", spec)).toList());
  }
}
