package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.pipeline.TestStep.Text;
import dev.espalier.platform.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.locks.LockSupport;

/** Steps that run in a JVM of their own; public, as the child makes them by name. */
public final class ForkedSteps {
  private ForkedSteps() {}

  /** What forked test steps have in common. */
  public abstract static class Forked implements StepLogic<Text> {
    @Override
    public String name() {
      return getClass().getSimpleName();
    }

    @Override
    public Class<Text> output() {
      return Text.class;
    }

    @Override
    public Isolation isolation() {
      return Isolation.FORKED;
    }

    @Override
    public JsonNode params(CanvasVersion canvas, long seed) {
      return Json.tree(Map.of("size", 3));
    }
  }

  /** Says everything a step can say. */
  public static final class Speaks extends Forked {
    @Override
    public SequencedMap<String, Class<?>> inputs() {
      return new LinkedHashMap<>(Map.of("read", Text.class));
    }

    @Override
    public Text run(StepContext context) {
      context.progress(2, 2, "rows");
      context.metric("loss", 0.25);
      context.log("héllo");
      System.out.println("printed");
      String read = context.input("read", Text.class).text();
      String blob = context.artifacts().put(read.getBytes()).text();
      boolean scratch = Files.isDirectory(context.scratch());
      return new Text(
          "%s %s %d %s %s %s"
              .formatted(
                  read,
                  context.params().get("size"),
                  context.seed(),
                  blob,
                  scratch,
                  context.cause().trigger()));
    }
  }

  /** Says what its process may use. */
  public static final class Measures extends Forked {
    @Override
    public Text run(StepContext context) {
      Runtime machine = Runtime.getRuntime();
      return new Text(
          "%d MiB, %d".formatted(machine.maxMemory() >> 20, machine.availableProcessors()));
    }
  }

  /** Breaks its own way. */
  public static final class Throws extends Forked {
    @Override
    public Text run(StepContext context) {
      throw new IllegalArgumentException("bad rows");
    }
  }

  /** Asks for what only the parent has. */
  public static final class WantsCanvas extends Forked {
    @Override
    public Text run(StepContext context) {
      return new Text(context.canvas().version());
    }
  }

  /** Leaves without a word. */
  public static final class Exits extends Forked {
    @Override
    public Text run(StepContext context) {
      Runtime.getRuntime().halt(7);
      return new Text("");
    }
  }

  /** Fills its heap. */
  public static final class Eats extends Forked {
    @Override
    public Text run(StepContext context) {
      List<byte[]> eaten = new ArrayList<>();
      while (true) {
        eaten.add(new byte[8 << 20]);
      }
    }
  }

  /** Says its process id and stays. */
  public static final class Stays extends Forked {
    @Override
    public Text run(StepContext context) {
      context.log("pid " + ProcessHandle.current().pid());
      while (true) {
        LockSupport.park();
      }
    }
  }

  /** A class that the child cannot make. */
  public static final class Unmade extends Forked {
    private final Path needed;

    public Unmade(Path needed) {
      this.needed = needed;
    }

    @Override
    public Text run(StepContext context) {
      return new Text(needed.toString());
    }
  }
}
