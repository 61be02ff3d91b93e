package dev.espalier.pipeline;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.pipeline.ForkedTask.Event;
import dev.espalier.pipeline.ForkedTask.Result;
import dev.espalier.pipeline.ForkedTask.Task;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The child JVM of a forked step: reads {@code task.json}, runs the step, writes {@code
 * result.json} by rename. It ends with its parent: when standard input closes, it halts.
 */
public final class StepProcess {
  private StepProcess() {}

  /** Runs the task in the folder that is the only argument. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    followParent();
    Task task = Json.read(Files.readAllBytes(folder.resolve(ForkedTask.TASK)), Task.class);
    Result result = run(task, folder);
    Path written = Files.write(folder.resolve("result.part"), Json.bytes(result));
    Files.move(written, folder.resolve(ForkedTask.RESULT), StandardCopyOption.ATOMIC_MOVE);
    System.exit(result.output().isPresent() ? 0 : 1);
  }

  private static void followParent() {
    Thread.ofPlatform()
        .daemon()
        .name("parent")
        .start(() -> {
          try {
            while (System.in.read() >= 0) {
              // The parent says nothing; it only stays.
            }
          } catch (IOException gone) {
            // As good as closed.
          }
          Runtime.getRuntime().halt(3);
        });
  }

  private static Result run(Task task, Path folder) {
    EventFile events = new EventFile(folder.resolve(ForkedTask.EVENTS));
    try {
      StepLogic<?> logic = (StepLogic<?>) instance(task.stepClass());
      TaskContext context =
          new TaskContext(
              task.product(),
              task.runId(),
              task.step(),
              task.seed(),
              task.params(),
              task.inputs(),
              ArtifactStore.shared(task.artifacts()),
              Optional.empty(),
              task.cause(),
              task.now(),
              folder.resolve("scratch"),
              events,
              new Cancellation());
      Object output = logic.run(context);
      return new Result(Optional.of(Json.tree(output)), Optional.empty(), "", cpuMillis());
    } catch (Throwable failure) {
      failure.printStackTrace();
      var failed = InProcessExecutor.failed(failure, cpuMillis());
      return new Result(
          Optional.empty(), Optional.of(failed.kind().name()), failed.message(), cpuMillis());
    }
  }

  /** The class name comes from the parent's own task file, never from a user. */
  private static Object instance(String name) {
    try {
      return Class.forName(name).getConstructor().newInstance();
    } catch (ReflectiveOperationException failure) {
      throw new EspalierException(
          ErrorCode.INTERNAL,
          "A forked step needs a public class and constructor: " + name,
          failure);
    }
  }

  private static long cpuMillis() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(java.time.Duration::toMillis)
        .orElse(0L);
  }

  private record EventFile(Path file) implements AttemptEvents {
    @Override
    public void progress(StepRun.Progress progress) {
      write(new Event(Optional.of(progress), Optional.empty(), Optional.empty()));
    }

    @Override
    public void metric(String key, double value) {
      write(
          new Event(
              Optional.empty(), Optional.of(new ForkedTask.Metric(key, value)), Optional.empty()));
    }

    @Override
    public void log(String line) {
      write(new Event(Optional.empty(), Optional.empty(), Optional.of(line)));
    }

    private synchronized void write(Event event) {
      try {
        Files.writeString(
            file, Json.write(event) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException failure) {
        throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot write " + file, failure);
      }
    }
  }
}
