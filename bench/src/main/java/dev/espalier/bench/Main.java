package dev.espalier.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures, prints the tables, and rewrites them in the report. */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    description = "Measures the assembled program and rewrites docs/benchmarks.md.",
    footer = {"", "Examples:", "  bench/run --quick", "  bench/run serving steps"})
public final class Main implements Callable<Integer> {
  /** Load above which something else was running too. */
  private static final double QUIET = 0.7;

  private record Choice(String name, Bench bench) {}

  private static final List<Choice> ALL =
      List.of(
          new Choice("start", new StartBench()),
          new Choice("serving", new ServingBench()),
          new Choice("steps", new StepBench()),
          new Choice("tracking", new TrackingBench()),
          new Choice("postgres", new PostgresBench()),
          new Choice("growth", new GrowthBench()),
          new Choice("canvas", new CanvasBench()),
          new Choice("board", new BoardBench()),
          new Choice("table", new TableBench()),
          new Choice("demo", new DemoBench()));

  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "SECTION",
      description =
          "Some of: start, serving, steps, tracking, postgres, growth, canvas, board, table, demo. All without any.")
  List<String> sections = new ArrayList<>();

  @Option(names = "--quick", description = "Short windows, fewer rounds, no demo.")
  boolean quick;

  @Option(
      names = "--resume",
      description =
          "Tracking, PostgreSQL and growth: take what an interrupted run has measured already.")
  boolean resume;

  @Option(names = "--report", description = "The document. Default: ${DEFAULT-VALUE}.")
  Path report = Path.of("docs/benchmarks.md");

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<Choice> choices = chosen();
    String circumstances = circumstances();
    int failed = 0;
    for (Choice choice : choices) {
      String name = choice.name();
      out.printf("%s …%n", name);
      out.flush();
      Path work = Files.createTempDirectory("espalier-bench-");
      long start = System.nanoTime();
      try {
        Section section =
            choice.bench().measure(new Bench.Setting(Path.of(""), work, quick, resume));
        Report next =
            new Report(Files.exists(report) ? Files.readString(report) : "# Benchmarks\n")
                .with(section, circumstances);
        Files.writeString(report, next.text());
        out.println(section.table());
        out.printf(Locale.ROOT, "%s took %.0f s%n%n", name, (System.nanoTime() - start) / 1e9);
      } catch (Exception failure) {
        failed++;
        out.printf("%s could not be measured: %s%n", name, failure);
      } finally {
        remove(work);
      }
      out.flush();
    }
    return failed == 0 ? 0 : 1;
  }

  private List<Choice> chosen() {
    List<String> known = ALL.stream().map(Choice::name).toList();
    for (String name : sections) {
      if (!known.contains(name)) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "No section '%s'; one of %s".formatted(name, known));
      }
    }
    return ALL.stream()
        .filter(choice ->
            sections.isEmpty()
                ? !quick || !choice.name().equals("demo")
                : sections.contains(choice.name()))
        .toList();
  }

  /**
   * Machine in words, day, how quiet it was: measured, so that nobody has to remember to say it.
   */
  private String circumstances() throws IOException {
    double load =
        java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return String.format(
        Locale.ROOT,
        "Measured on %s%s: %d × %s, %d GiB memory, JDK %d. %s",
        LocalDate.now(ZoneOffset.UTC),
        quick ? " with `--quick`" : "",
        Runtime.getRuntime().availableProcessors(),
        firstOf("/proc/cpuinfo", "model name"),
        Math.round(
            Double.parseDouble(firstOf("/proc/meminfo", "MemTotal").replaceAll("\\D", ""))
                / (1 << 20)),
        Runtime.version().feature(),
        load > QUIET
            ? "On a shared machine with other work at the same time (load %.1f at the start): figures to compare within this run only."
                .formatted(load)
            : "Nothing else ran.");
  }

  private static String firstOf(String file, String key) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("unknown");
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
