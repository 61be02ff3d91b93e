package dev.espalier.bench;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Check;
import dev.espalier.canvas.Clause;
import dev.espalier.canvas.Conformance;
import dev.espalier.canvas.Consent;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Plan;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The canvas in process, by JMH in a process of its own: plan and conformance. */
public class CanvasBench implements Bench {
  private static final int PRODUCTS = 1000;
  private static final double PLAN_GOAL = 50;
  private static final double CHECK_GOAL = 5;
  private static final double CONFORMANCE_GOAL = 1000;

  /** The longest canvas of the checkout, applied once, with one observation for each clause. */
  @State(Scope.Benchmark)
  public static class Applied {
    @Param("")
    public String file = "";

    @Param("1")
    public int products = 1;

    private byte[] document = new byte[0];
    private Optional<Path> folder = Optional.empty();
    private Optional<Database> database = Optional.empty();
    private Optional<Canvases> canvases = Optional.empty();
    private final List<String> names = new ArrayList<>();

    /** Applies and observes. */
    @Setup(Level.Trial)
    public void apply() throws IOException {
      InstantSource machine = InstantSource.system();
      Path home = Files.createTempDirectory("espalier-bench-canvas-");
      Database opened = Database.open(home.resolve("espalier.db"));
      ProductClocks clocks = new ProductClocks(opened, machine);
      Events events = new Events(opened, clocks, machine);
      Canvases made =
          new Canvases(opened, clocks, events, new Ids(machine, new SplittableRandom(1)), machine);
      folder = Optional.of(home);
      database = Optional.of(opened);
      canvases = Optional.of(made);
      String text = Files.readString(Path.of(file));
      document = text.getBytes(StandardCharsets.UTF_8);
      for (int product = 0; product < products; product++) {
        byte[] own =
            products == 1
                ? document
                : text.replaceFirst("name: [a-z-]+", "name: product-" + product)
                    .getBytes(StandardCharsets.UTF_8);
        Plan plan = made.plan(own, Caller.local());
        CanvasVersion version =
            made.apply(
                plan.product(),
                plan.planDigest(),
                Consent.because("a measurement").confirming(plan.confirms()),
                Caller.local());
        made.record(version.product(), observations(made.conformance(version.product())));
        names.add(version.product());
      }
    }

    private static List<Observation> observations(Conformance board) {
      Instant now = Instant.now();
      return board.questions().stream()
          .flatMap(question ->
              question.evidence().stream()
                  .filter(clause -> clause.kind() != Clause.Kind.ATTEST)
                  .map(clause ->
                      Observation.verdict(
                          question.question(),
                          clause.clause(),
                          "bench",
                          now,
                          500,
                          true,
                          "seen",
                          "/")))
          .toList();
    }

    /** Removes the folder. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
      database.ifPresent(Database::close);
      if (folder.isPresent()) {
        try (Stream<Path> files = Files.walk(folder.get())) {
          for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(each);
          }
        }
      }
    }

    private Canvases canvases() {
      return canvases.orElseThrow();
    }
  }

  /** What the editor asks before an apply: diff, actions, contradictions, digest; stored. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public Plan plan(Applied applied) {
    return applied.canvases().plan(applied.document, Caller.local());
  }

  /** What the editor asks on each keystroke: parsed, judged by every rule, nothing stored. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public Check check(Applied applied) {
    return applied.canvases().check(applied.names.getFirst(), applied.document);
  }

  /** Every product's whole board, from stored evidence. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public int conformance(Applied applied) {
    int questions = 0;
    for (String product : applied.names) {
      questions += applied.canvases().conformance(product).questions().size();
    }
    return questions;
  }

  @Override
  public Section measure(Setting setting) throws Exception {
    Path document = longest(setting.root());
    Sample plan = measured(setting, "plan", document, 1);
    Sample check = measured(setting, "check", document, 1);
    Sample board = measured(setting, "conformance", document, 1);
    Sample all = measured(setting, "conformance", document, PRODUCTS);
    return new Section(
        "canvas",
        "The canvas in process",
        List.of("what", "ms", "goal"),
        List.of(
            List.of(
                "plan of `%s`".formatted(document.getFileName()),
                plan.text(),
                "< " + Sample.number(PLAN_GOAL)),
            List.of("contradiction check of it", check.text(), "< " + Sample.number(CHECK_GOAL)),
            List.of("conformance of one product", board.text(), ""),
            List.of(
                "conformance of 1,000 products",
                all.text(),
                "< " + Sample.number(CONFORMANCE_GOAL))),
        "JMH, one process each, after warm-up: average time of an iteration, median (lowest–highest) of the iterations. "
            + "`%s` is the longest canvas of the checkout; every evidence clause that a stage observes has a stored row; what a person attests has none."
                .formatted(setting.root().relativize(document)));
  }

  private static Path longest(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : List.of("examples", "canvas/src/test/resources/canvases/valid")) {
      try (Stream<Path> files = Files.walk(root.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".yaml")).forEach(found::add);
      }
    }
    return found.stream()
        .max(
            Comparator.comparingLong((Path file) -> file.toFile().length())
                .thenComparing(file -> file))
        .orElseThrow();
  }

  private static Sample measured(Setting setting, String method, Path document, int products)
      throws RunnerException {
    TimeValue window = TimeValue.milliseconds(setting.quick() ? 500 : 1000);
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(CanvasBench.class.getName() + "\\." + method + "$")
                    .param("file", document.toString())
                    .param("products", String.valueOf(products))
                    .forks(1)
                    .jvmArgsAppend("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
                    .warmupIterations(setting.quick() ? 2 : 4)
                    .warmupTime(window)
                    .measurementIterations(setting.rounds())
                    .measurementTime(window)
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    DoubleStream scores =
        results.stream()
            .flatMap(result -> result.getBenchmarkResults().stream())
            .flatMap(result -> result.getIterationResults().stream())
            .map(IterationResult::getPrimaryResult)
            .mapToDouble(result -> result.getScore());
    return Sample.of(scores.toArray());
  }
}
