package dev.espalier.pipeline;

import dev.espalier.canvas.Spec;
import dev.espalier.pipeline.AttemptResult.Failed;
import dev.espalier.pipeline.AttemptResult.FailureClass;
import dev.espalier.pipeline.AttemptResult.Succeeded;
import dev.espalier.pipeline.ForkedTask.Event;
import dev.espalier.pipeline.ForkedTask.Result;
import dev.espalier.pipeline.ForkedTask.Task;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One JVM per attempt, with a heap bound, a scrubbed environment and the step-folder protocol. A
 * timeout or cancellation kills the whole process tree; the child also ends when this process does.
 */
final class ForkedExecutor implements Executor {
  private static final long LOOK_MILLIS = 50;
  private final ForkedJvm jvm;

  ForkedExecutor(ForkedJvm jvm) {
    this.jvm = jvm;
  }

  @Override
  public String id() {
    return "forked-jvm";
  }

  @Override
  public AttemptResult run(Attempt attempt, AttemptEvents events, Cancellation cancellation)
      throws InterruptedException {
    Process process;
    try {
      writeTask(attempt);
      process = start(attempt);
    } catch (IOException failure) {
      return new Failed(FailureClass.TRANSIENT, "cannot start: " + failure.getMessage(), 0);
    }
    try {
      return follow(process, attempt, events, cancellation);
    } finally {
      kill(process);
    }
  }

  private void writeTask(Attempt attempt) throws IOException {
    Task task =
        new Task(
            attempt.logic().getClass().getName(),
            attempt.product(),
            attempt.runId(),
            attempt.step(),
            attempt.seed(),
            attempt.params(),
            attempt.inputs(),
            attempt.cause(),
            attempt.now(),
            jvm.artifacts());
    Path folder = Files.createDirectories(attempt.folder());
    Files.write(folder.resolve(ForkedTask.TASK), Json.bytes(task));
  }

  private Process start(Attempt attempt) throws IOException {
    Path folder = attempt.folder();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm.flags());
    Optional<Spec.Runner> declared = attempt.canvas().specs(Spec.Runner.class).stream().findFirst();
    command.add("-Xmx" + (heap(declared) >> 20) + "m");
    declared.ifPresent(runner ->
        command.add(
            "-XX:ActiveProcessorCount="
                + Math.min(runner.cpu(), Runtime.getRuntime().availableProcessors())));
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add(StepProcess.class.getName());
    command.add(folder.toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().retainAll(jvm.environment());
    // Not as an argument: ONNX Runtime 1.29 matches /proc/self/cmdline against a regular expression
    // that recurses per character, and a class path of 10,000 overflows the stack.
    builder
        .environment()
        .put(
            "CLASSPATH",
            jvm.classPath().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator)));
    return builder
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(ForkedTask.OUTPUT).toFile())
        .start();
  }

  /** What the canvas allows a step, and never more than this machine's configuration does. */
  private long heap(Optional<Spec.Runner> declared) {
    long allowed = declared.map(Spec.Runner::memoryBytes).orElse(jvm.maxHeapBytes());
    return Math.max(ForkedJvm.LEAST_HEAP, Math.min(allowed, jvm.maxHeapBytes()));
  }

  private static AttemptResult follow(
      Process process, Attempt attempt, AttemptEvents events, Cancellation cancellation)
      throws InterruptedException {
    Tail said = new Tail(attempt.folder().resolve(ForkedTask.EVENTS));
    Tail printed = new Tail(attempt.folder().resolve(ForkedTask.OUTPUT));
    long deadline = System.nanoTime() + attempt.timeout().toNanos();
    boolean ended = false;
    while (!ended) {
      ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      said.lines().forEach(line -> hear(line, events));
      printed.lines().forEach(events::log);
      if (!ended && cancellation.isRaised()) {
        return new Failed(FailureClass.CANCELLED, "cancelled by request", 0);
      }
      if (!ended && System.nanoTime() >= deadline) {
        return new Failed(FailureClass.TIMEOUT, "longer than " + attempt.timeout(), 0);
      }
    }
    return result(process.exitValue(), attempt.folder());
  }

  private static void hear(String line, AttemptEvents events) {
    Event event;
    try {
      event = Json.read(line, Event.class);
    } catch (EspalierException halfALine) {
      return;
    }
    event.progress().ifPresent(events::progress);
    event.metric().ifPresent(metric -> events.metric(metric.key(), metric.value()));
    event.log().ifPresent(events::log);
  }

  private static AttemptResult result(int exit, Path folder) {
    Path file = folder.resolve(ForkedTask.RESULT);
    if (!Files.exists(file)) {
      boolean memory = exit == 3 && outOfMemory(folder);
      return new Failed(
          memory ? FailureClass.OUT_OF_MEMORY : FailureClass.LOST,
          memory ? "the heap of the step is full" : "exit %d without a result".formatted(exit),
          0);
    }
    try {
      Result result = Json.read(Files.readAllBytes(file), Result.class);
      return result.output().isPresent()
          ? new Succeeded(result.output().get(), result.cpuMillis())
          : new Failed(
              FailureClass.valueOf(result.failureClass().orElse("USER")),
              result.message(),
              result.cpuMillis());
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot read " + file, failure);
    }
  }

  private static boolean outOfMemory(Path folder) {
    try {
      return Files.readString(folder.resolve(ForkedTask.OUTPUT), StandardCharsets.ISO_8859_1)
          .contains("OutOfMemoryError");
    } catch (IOException unreadable) {
      return false;
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {}

  /** Reads the complete lines that were appended since the last look. */
  private static final class Tail {
    private static final int MOST = 1 << 20;
    private final Path file;
    private long position;

    Tail(Path file) {
      this.file = file;
    }

    List<String> lines() {
      if (!Files.exists(file)) {
        return List.of();
      }
      try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
        int length = (int) Math.min(MOST, in.length() - position);
        byte[] bytes = new byte[length];
        in.seek(position);
        in.readFully(bytes);
        int end = length;
        while (end > 0 && bytes[end - 1] != '\n') {
          end--;
        }
        position += end;
        return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
      } catch (IOException failure) {
        throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot read " + file, failure);
      }
    }
  }
}
