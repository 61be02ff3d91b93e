package dev.espalier.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process of its own on this class path, for what only a whole process can show: to be killed, to
 * be small, to be denied. Its output is kept. {@code text} is guarded by itself.
 */
public final class Child implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;
  private final Process process;
  private final StringBuilder text = new StringBuilder();
  private final Thread reader;

  private Child(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /**
   * Starts a main class.
   *
   * @param options of the JVM
   */
  public static Child start(String main, List<String> options, List<String> arguments)
      throws IOException {
    return start(List.of(), main, options, arguments);
  }

  /** As above, with a command in front of the JVM's, such as one that sets limits. */
  public static Child start(
      List<String> before, String main, List<String> options, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(options);
    command.add(main);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // Not among the arguments: ONNX Runtime searches the command line, and a long one overflows it.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return new Child(builder.start());
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (text) {
          text.append(line).append('\n');
          text.notifyAll();
        }
      }
    } catch (IOException killed) {
      // What it said before is kept.
    } finally {
      synchronized (text) {
        text.notifyAll();
      }
    }
  }

  /** Waits until the output holds the pattern; fails when the process ends first. */
  public Matcher await(Pattern pattern) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (text) {
      while (true) {
        Matcher found = pattern.matcher(text.toString());
        if (found.find()) {
          return found;
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || (!process.isAlive() && !reader.isAlive())) {
          throw new AssertionError("Never said " + pattern + ":\n" + text);
        }
        text.wait(Math.min(left, 1_000));
      }
    }
  }

  /** As {@code kill -9}. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** As {@code kill -NAME}. */
  public void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  /** The exit code, once it has ended. */
  public int exit() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("Still running:\n" + text());
    }
    reader.join();
    return process.exitValue();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Everything that it has said. */
  public String text() {
    synchronized (text) {
      return text.toString();
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
