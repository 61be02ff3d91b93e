package dev.espalier.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.pipeline.Isolation;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Trains every rung of the ladder on the same rows, in a process of its own: native tensors are
 * outside the heap, and a limit on them can only be a process's. The validation part calibrates a
 * first pass; then its rows train too.
 *
 * <p>The system property {@value #CACHE} names a folder that outlives runs, for vectors of the
 * frozen encoder; without it nothing is kept between runs.
 */
public final class TrainStep implements StepLogic<TrainedLadder> {
  /** The system property of the cache folder. */
  public static final String CACHE = "espalier.training.cache";

  @Override
  public String name() {
    return "train";
  }

  @Override
  public Class<TrainedLadder> output() {
    return TrainedLadder.class;
  }

  @Override
  public Isolation isolation() {
    return Isolation.FORKED;
  }

  @Override
  public SequencedMap<String, Class<?>> inputs() {
    SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
    inputs.put("prepare", Prepared.class);
    return inputs;
  }

  @Override
  public Set<String> measurements() {
    return Set.of("cpuSeconds");
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    return Json.tree(
        LadderTask.of(
            canvas.spec(Spec.Ladder.class),
            canvas.specs(Spec.Architecture.class).stream().findFirst(),
            seed));
  }

  @Override
  public TrainedLadder run(StepContext context) {
    LadderTask task = Json.read(Json.write(context.params()), LadderTask.class);
    Prepared prepared = context.input("prepare", Prepared.class);
    ArtifactStore artifacts = context.artifacts();
    LadderTrainer trainer =
        new LadderTrainer(
            task,
            prepared.labels(),
            TrainingRows.thaw(artifacts, prepared.train()),
            TrainingRows.thaw(artifacts, prepared.valid()),
            artifacts,
            cache(context),
            new Reporter(context));
    List<TrainedRung> rungs = trainer.train();
    double cpu = rungs.stream().mapToDouble(TrainedRung::cpuSeconds).sum();
    context.metric("train.cpu_seconds", cpu);
    return new TrainedLadder(prepared.labels(), rungs, cpu);
  }

  private static Path cache(StepContext context) {
    String folder = System.getProperty(CACHE, "");
    return folder.isBlank() ? context.scratch() : Path.of(folder);
  }

  private record Reporter(StepContext context) implements LadderTrainer.Listener {
    @Override
    public void progress(long done, long total) {
      context.checkCancelled();
      context.progress(done, total, "‰ of a rung");
    }

    @Override
    public void log(String line) {
      context.log(line);
    }
  }
}
