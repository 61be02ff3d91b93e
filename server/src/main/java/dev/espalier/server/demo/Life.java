package dev.espalier.server.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.Spec;
import dev.espalier.cli.Api;
import dev.espalier.cli.CanvasName;
import dev.espalier.pipeline.Run;
import dev.espalier.platform.ProductClocks;
import dev.espalier.server.Espalier;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One product's life from its first canvas to its last drill. Each part looks first at what is
 * stored, so that a life that was cut off anywhere goes on when it is lived again.
 */
final class Life {
  private final Espalier espalier;
  private final Api api;
  private final Progress progress;
  private final Corpus corpus;
  private final String document;
  private final Set<String> leftOut;
  private final String product;
  private final Story story;

  /**
   * @param document the canvas
   * @param leftOut drills that are not run
   */
  Life(
      Espalier espalier,
      Api api,
      Progress progress,
      Corpus corpus,
      String document,
      Set<String> leftOut) {
    this.espalier = espalier;
    this.api = api;
    this.progress = progress;
    this.corpus = corpus;
    this.document = document;
    this.leftOut = leftOut;
    this.product = CanvasName.in(document);
    this.story = new Story(espalier, api, product, progress);
  }

  String product() {
    return product;
  }

  /** Whether this home has lived to the end. */
  boolean over() {
    return espalier.clocks().state(product).map(ProductClocks.State::ended).orElse(false);
  }

  /** Lives, or goes on living, to the end. */
  void live(Settings settings) throws InterruptedException {
    progress.stage("Corpus");
    History history = History.of(corpus, progress, settings.shuffle(), settings.seed());
    progress.stage("Canvas");
    if (espalier.canvases().active(product).isEmpty()) {
      espalier.clocks().replay(product, corpus.start());
      apply();
    }
    history.store(espalier.datasets(), espalier.canvases().require(product));
    if (espalier.canvases().require(product).specs(Spec.Ci.class).stream().findAny().isPresent()) {
      progress.stage("Checks");
      checks();
    }
    progress.stage("Train");
    first();
    progress.stage("Live");
    new Replay(espalier, api, product, corpus.start(), history.labelDelay(espalier, product), story)
        .play(history.later());
    progress.stage("Drills");
    for (JsonNode drill : api.get("/drills/" + product)) {
      String name = drill.path("name").asText();
      if (!leftOut.contains(name)) {
        story.drilled(name, api.post("/drills/" + product + "/" + name, Map.of()));
      }
    }
    espalier.tick(product);
    espalier.clocks().end(product);
    progress.finishStage();
  }

  /**
   * The checks of the canvas, twice on the same data: once they were green, once they repeat. A new
   * canvas is checked by itself where it says so; a replay that has not begun is ticked by nobody,
   * so the first tick's part of it is done here. Somebody asks for the other.
   */
  private void checks() throws InterruptedException {
    if (api.get("/ci/" + product).isEmpty()) {
      espalier.check(product);
      api.get("/ci/" + product).forEach(this::tell);
    }
    for (int done = api.get("/ci/" + product).size(); done < 2; done++) {
      tell(api.post("/ci/" + product, Map.of()));
    }
  }

  private void tell(JsonNode run) {
    progress.line(
        "Checks %s in %.1f s on %,d rows (%s)."
            .formatted(
                run.path("green").asBoolean() ? "green" : "red: " + run.path("checks"),
                run.path("millis").asLong() / 1000.0,
                run.path("sample").asLong(),
                run.path("trigger").asText().replace('_', ' ')));
  }

  /** The first version: trained and released, or on its way since an earlier process. */
  private void first() throws InterruptedException {
    if (espalier.runs(product).isEmpty()) {
      espalier.train(product, "first", "the first version of " + product);
    }
    Optional<Run> running = espalier.running(product);
    if (running.isPresent()) {
      story.follow(running.get());
    }
    if (espalier.rollouts(product).isEmpty()) {
      espalier.tick(product);
    }
    story.tell();
  }

  private void apply() {
    JsonNode plan =
        api.post(
            "/canvases/" + product + "/plan",
            "application/yaml",
            BodyPublishers.ofString(document));
    for (JsonNode finding : plan.path("contradictions")) {
      progress.line(finding.path("level").asText() + ": " + finding.path("message").asText());
    }
    progress.line(
        "The canvas of %s compiles to %d resources."
            .formatted(product, plan.path("actions").size()));
    JsonNode version =
        api.post(
            "/canvases/" + product + "/apply",
            Map.of(
                "planDigest", plan.path("planDigest").asText(), "confirms", plan.path("confirms")));
    progress.line("Applied as version " + version.path("version").asText() + ".");
  }

  /** As {@link Story#closed}. */
  boolean closed(boolean otherStory) {
    return story.closed(otherStory);
  }
}
