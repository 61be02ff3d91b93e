package dev.espalier.monitoring;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Lives a product's life from where the files stand until somebody kills it; a line on standard
 * output per acknowledged label. Every ham from day 20 on is taken for spam.
 */
public final class CrashChild {
  static final int PER_DAY = 20;

  private CrashChild() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    try (World world = new World(Path.of(arguments[0]))) {
      int next = world.monitoring.predictions(World.PRODUCT, 0, 100_000).size();
      for (int i = next; i < Integer.parseInt(arguments[1]); i++) {
        Instant at = World.START.plus(Duration.ofDays(1).multipliedBy(i).dividedBy(PER_DAY));
        world.at(at);
        String said = i >= 20 * PER_DAY && i % 3 == 0 ? "spam" : "ham";
        world.monitoring.accept(World.answer("p" + i, at, said, "1.0.0"));
        world.monitoring.feedback("p" + i, "ham", at, "person");
        out.println("p" + i);
        world.tick();
        world
            .monitoring
            .pending(World.PRODUCT)
            .forEach(decision -> world.monitoring.started(decision, "run_1"));
      }
      out.println("done");
    }
  }
}
