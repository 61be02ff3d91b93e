package dev.espalier.server.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Api;
import dev.espalier.cli.BoardView;
import dev.espalier.cli.CanvasName;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.server.Espalier;
import dev.espalier.server.ServerConfig;
import dev.espalier.server.Shutdown;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
      "  espalier demo --shuffle"
    })
public final class DemoCommand implements Callable<Integer> {
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

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = Progress.of(out);
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, port))) {
      espalier.seed(seed);
      out.printf("The board, live: %s%n", espalier.url());
      out.flush();
      Api api = new Api(espalier.url());
      boolean closed = live(espalier, api, progress);
      summary(out, api, closed);
      if (!exit) {
        out.printf("%nStill up at %s. Ctrl-C stops it.%n", espalier.url());
        out.flush();
        Shutdown.await(espalier);
      }
      return closed ? 0 : ErrorCode.CONFLICT.exitCode();
    }
  }

  private String product = "";

  private boolean live(Espalier espalier, Api api, Progress progress) throws InterruptedException {
    progress.stage("Corpus");
    History history = History.load(progress, shuffle, seed);
    progress.stage("Canvas");
    product = plan(api, progress);
    if (espalier.canvases().active(product).isPresent()) {
      throw new EspalierException(
          ErrorCode.CONFLICT,
          "This home has lived %s already. See it with: espalier up --home %s; or choose another --home."
              .formatted(product, home));
    }
    espalier.clocks().replay(product, History.START);
    apply(api, progress);
    history.store(espalier.datasets(), espalier.canvases().require(product));
    Story story = new Story(espalier, api, product, progress);
    progress.stage("Train");
    espalier.train(product, "first", "the first version of " + product);
    story.follow(espalier.running(product).orElseThrow());
    espalier.tick(product);
    story.tell();
    progress.stage("Live");
    new Replay(espalier, api, product, History.START, history.labelDelay(espalier, product), story)
        .play(history.later());
    progress.stage("Drills");
    for (JsonNode drill : api.get("/drills/" + product)) {
      String name = drill.path("name").asText();
      JsonNode record = api.post("/drills/" + product + "/" + name, Map.of());
      story.drilled(name, record);
    }
    espalier.tick(product);
    espalier.clocks().end(product);
    progress.finishStage();
    return story.closed(shuffle || canvas.isPresent());
  }

  private String plan(Api api, Progress progress) {
    String document = document();
    JsonNode plan =
        api.post(
            "/canvases/" + CanvasName.in(document) + "/plan",
            "application/yaml",
            BodyPublishers.ofString(document));
    for (JsonNode finding : plan.path("contradictions")) {
      progress.line(finding.path("level").asText() + ": " + finding.path("message").asText());
    }
    progress.line(
        "The canvas of %s compiles to %d resources."
            .formatted(plan.path("product").asText(), plan.path("actions").size()));
    planDigest = plan.path("planDigest").asText();
    return plan.path("product").asText();
  }

  private String planDigest = "";

  private void apply(Api api, Progress progress) {
    JsonNode version =
        api.post("/canvases/" + product + "/apply", Map.of("planDigest", planDigest));
    progress.line("Applied as version " + version.path("version").asText() + ".");
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

  private void summary(PrintWriter out, Api api, boolean closed) {
    out.println();
    BoardView.lines(api.get("/canvases/" + product + "/conformance")).forEach(out::println);
    out.println();
    out.println(closed ? "The loop closed." : "The loop did not close.");
    out.flush();
  }
}
