package dev.espalier.server.demo;

import dev.espalier.cli.Api;
import dev.espalier.cli.BoardView;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.server.Espalier;
import dev.espalier.server.ServerConfig;
import dev.espalier.server.Shutdown;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job: one product's whole life on real mail, then its board. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Lives a product's whole life on 6,046 real mails, then prints its board.",
    footer = {
      "",
      "Examples:",
      "  espalier demo",
      "  espalier demo --exit --home /tmp/demo --port 0",
      "  espalier demo --shuffle",
      "",
      "A life that was cut off goes on when the same command is given again."
    })
public final class DemoCommand implements Callable<Integer> {
  /** As shells report an end by Ctrl-C. */
  private static final int INTERRUPTED = 130;

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--home",
      description = "Where everything lives. Default: ${DEFAULT-VALUE}.",
      defaultValue = ".espalier/demo")
  Path home = Path.of(".espalier", "demo");

  @Option(names = "--port", description = "The port; 0 for a free one. Default: ${DEFAULT-VALUE}.")
  int port = 8080;

  @Option(names = "--seed", description = "Of every random choice. Default: ${DEFAULT-VALUE}.")
  long seed = 42;

  @Option(names = "--exit", description = "Stop after the summary; 0 only if the loop closed.")
  boolean exit;

  @Option(names = "--shuffle", description = "The same mails in random order.")
  boolean shuffle;

  @Option(names = "--canvas", paramLabel = "FILE", description = "Another canvas to live by.")
  Optional<Path> canvas = Optional.empty();

  private final Corpus corpus;
  private final Set<String> leftOut;

  public DemoCommand() {
    this(new SpamAssassin(), Set.of());
  }

  /** A life on other mails, without some of the drills. */
  DemoCommand(Corpus corpus, Set<String> leftOut) {
    this.corpus = corpus;
    this.leftOut = Set.copyOf(leftOut);
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = Progress.of(out);
    String document = document();
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, port));
        Shutdown shutdown = Shutdown.of(espalier)) {
      try {
        return lived(espalier, document, progress, out, shutdown);
      } catch (RuntimeException failure) {
        if (!shutdown.asked()) {
          throw failure;
        }
        // The process is ending because somebody asked; what failed for that is no news.
        out.printf("%nStopped. The same command goes on from here.%n");
        out.flush();
        return INTERRUPTED;
      }
    }
  }

  private int lived(
      Espalier espalier, String document, Progress progress, PrintWriter out, Shutdown shutdown)
      throws InterruptedException {
    espalier.seed(seed);
    Api api = new Api(espalier.url());
    Life life = new Life(espalier, api, progress, corpus, document, leftOut);
    Settings settings = new Settings(seed, shuffle, Digest.of(document));
    settings.keep(home);
    out.printf("The board, live: %s%n", espalier.url());
    out.flush();
    if (life.over()) {
      out.printf("The life of %s in %s has been lived to its end.%n", life.product(), home);
    } else {
      life.live(settings);
    }
    boolean closed = life.closed(shuffle || canvas.isPresent());
    summary(out, api, life.product(), closed);
    if (!exit) {
      out.printf("%nStill up at %s. Ctrl-C stops it.%n", espalier.url());
      out.flush();
      shutdown.await();
    }
    return closed ? 0 : ErrorCode.CONFLICT.exitCode();
  }

  private String document() {
    try {
      return canvas.isPresent()
          ? Files.readString(canvas.get(), StandardCharsets.UTF_8)
          : Espalier.resource("examples/mail-filter/canvas.yaml");
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.INVALID, "Cannot read the canvas: " + failure.getMessage(), failure);
    }
  }

  private static void summary(PrintWriter out, Api api, String product, boolean closed) {
    out.println();
    BoardView.lines(api.get("/canvases/" + product + "/conformance")).forEach(out::println);
    out.println();
    out.println(closed ? "The loop closed." : "The loop did not close.");
    out.flush();
  }
}
