package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.pipeline.TestStep.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A process that runs a pipeline five times, from wherever the last process was killed. */
public final class KilledProcess {
  static final int RUNS = 5;

  /** Said when a step's work is done, before it is stored. */
  static final String WORKED = "worked";

  static final CanvasVersion CANVAS = Bench.canvas("read", "fit", "gate", "publish");

  private KilledProcess() {}

  /** The folder is the argument; exits with 0 when every run succeeded. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    try (Bench bench = new Bench(folder, steps(folder))) {
      System.out.println("ready");
      for (String id : bench.pipelines.resume((_, _) -> CANVAS)) {
        bench.pipelines.await(id, Bench.LONG);
      }
      for (int seed = bench.pipelines.runs("mail").size(); seed < RUNS; seed++) {
        bench.run(CANVAS, seed);
      }
    }
    System.exit(0);
  }

  static StepLogic<?>[] steps(Path folder) {
    return new StepLogic<?>[] {
      new TestStep("read", context -> slowly("rows " + context.seed())),
      new TestStep("fit", context -> slowly(blob(context, "read"))).after("read"),
      new TestStep("gate", context -> slowly(blob(context, "fit"))).after("fit"),
      new TestStep("publish", context -> publish(context, folder.resolve("effects")))
          .after("gate")
          .effect()
    };
  }

  private static String slowly(String text) {
    for (int slice = 0; slice < 10; slice++) {
      LockSupport.parkNanos(5_000_000);
    }
    System.out.println(WORKED);
    return text;
  }

  private static String blob(StepContext context, String source) {
    byte[] content = (context.step() + context.input(source, Text.class).text()).getBytes();
    return context.artifacts().put(content).text();
  }

  /** Does its work once per key, as every effect must: the same key again changes nothing. */
  private static String publish(StepContext context, Path file) throws Exception {
    String key = context.seed() + " " + context.idempotencyKey();
    List<String> done = Files.exists(file) ? Files.readAllLines(file) : List.of();
    if (!done.contains(key)) {
      Files.writeString(file, key + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    return slowly(context.input("gate", Text.class).text());
  }
}
