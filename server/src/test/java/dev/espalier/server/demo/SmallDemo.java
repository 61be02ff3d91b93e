package dev.espalier.server.demo;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import picocli.CommandLine;

/**
 * The demo command on the small corpus: in this process, or as the main class of a child. The load
 * drill, half a minute of requests, is left to the real demo.
 */
public final class SmallDemo {
  private SmallDemo() {}

  public static void main(String[] arguments) {
    System.exit(dev.espalier.cli.Main.commandLine(command()).execute(arguments));
  }

  private static Object command() {
    return new DemoCommand(new SmallCorpus(), Set.of("load"));
  }

  /** How a life went: exit code and everything that was printed. */
  record Told(int code, String text) {}

  static Told run(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = dev.espalier.cli.Main.commandLine(command());
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
    return new Told(line.execute(arguments), out.toString());
  }
}
