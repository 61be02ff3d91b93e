package dev.espalier.server.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Api;
import dev.espalier.deployment.Rollout;
import dev.espalier.pipeline.Run;
import dev.espalier.pipeline.StepRun;
import dev.espalier.server.Espalier;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells what happened, once each, in plain sentences with the product's date. */
final class Story {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final long LOOK_MILLIS = 100;
  private final Espalier espalier;
  private final Api api;
  private final String product;
  private final Progress progress;
  private final Set<String> told = new HashSet<>();
  private boolean silent;

  Story(Espalier espalier, Api api, String product, Progress progress) {
    this.espalier = espalier;
    this.api = api;
    this.product = product;
    this.progress = progress;
  }

  /** Follows a run to its end, with its steps as the bar. */
  void follow(Run run) throws InterruptedException {
    Run now = run;
    while (!now.ended()) {
      long done = now.steps().stream().filter(step -> ended(step)).count();
      String working =
          now.steps().stream()
              .filter(step -> step.state().equals("LEASED"))
              .map(StepRun::name)
              .findFirst()
              .orElse("");
      progress.update(done, now.steps().size(), "run: " + working);
      Thread.sleep(LOOK_MILLIS);
      now = espalier.run(run.id());
    }
    finished(now);
  }

  private static boolean ended(StepRun step) {
    return step.state().equals("SUCCEEDED") || step.state().equals("CACHED");
  }

  private void finished(Run run) {
    double cpu = run.steps().stream().mapToLong(StepRun::cpuMillis).sum() / 1000.0;
    say(
        "run " + run.id(),
        "Run %s (%s): %s in %.0f s, %.0f CPU-s."
            .formatted(
                run.id(),
                run.cause().reason(),
                run.state().toLowerCase(Locale.ROOT),
                run.wallMillis() / 1000.0,
                cpu));
    for (StepRun step : run.steps()) {
      step.failure()
          .ifPresent(why -> say("failure " + run.id() + step.name(), step.name() + ": " + why));
    }
    espalier
        .output(run.id(), "evaluate", JsonNode.class)
        .ifPresent(evaluated -> ladder(run, evaluated));
    espalier
        .output(run.id(), "gate", JsonNode.class)
        .ifPresent(gate -> say("gate " + run.id(), gate.path("summary").asText()));
    espalier
        .output(run.id(), "register", JsonNode.class)
        .ifPresent(done -> say("register " + run.id(), done.path("reason").asText()));
  }

  private void ladder(Run run, JsonNode evaluated) {
    JsonNode verdict = evaluated.findPath("sentence");
    if (verdict.isTextual()) {
      say("ladder " + run.id(), verdict.asText());
    }
  }

  /** Tells what is new: windows, incidents and rollouts. */
  void tell() {
    for (Rollout rollout : espalier.rollouts(product)) {
      for (var decision : rollout.decisions()) {
        say(
            rollout.id() + decision.at() + decision.decision(),
            "%s to %s: %s, %s"
                .formatted(rollout.kind(), rollout.to(), decision.decision(), decision.why()));
      }
    }
    for (JsonNode incident : incidents()) {
      for (JsonNode entry : incident.path("trace")) {
        say(
            incident.path("id").asText() + entry,
            "%s: %s".formatted(entry.path("kind").asText(), entry.path("text").asText()));
      }
    }
  }

  /** Shows how far the replay is. */
  void played(long done, long total, Instant at) {
    progress.update(done, total, DAY.format(at));
    if (done % 500 == 0) {
      windows();
    }
  }

  private void windows() {
    for (JsonNode monitor : api.get("/monitors/" + product).path("monitors")) {
      JsonNode windows = monitor.path("windows");
      if (!windows.isEmpty()) {
        JsonNode last = windows.get(windows.size() - 1);
        say(monitor.path("id").asText() + last.path("to").asText(), window(monitor, last));
      }
    }
  }

  private static String window(JsonNode monitor, JsonNode window) {
    String name = monitor.path("metric").asText(monitor.path("id").asText());
    String to = DAY.format(Instant.parse(window.path("to").asText()));
    if (window.hasNonNull("insufficient")) {
      return "%s, window to %s: %s.".formatted(name, to, window.path("insufficient").asText());
    }
    return String.format(
        Locale.ROOT,
        "%s, window to %s: %.3f [%.3f, %.3f], n %d, version %s.",
        name,
        to,
        window.path("value").asDouble(),
        window.path("low").asDouble(),
        window.path("high").asDouble(),
        window.path("n").asLong(),
        window.path("version").asText());
  }

  void drilled(String name, JsonNode record) {
    say(
        "drill " + name,
        "Drill %s %s in %.1f s."
            .formatted(
                name,
                record.path("passed").asBoolean() ? "passed" : "failed",
                record.path("millis").asLong() / 1000.0));
  }

  /** Says where a life that was cut off goes on, and takes what happened before as told. */
  void resumed(long done, long total) {
    silent = true;
    tell();
    windows();
    silent = false;
    progress.line(
        "Going on from %s: %,d of %,d mails are in the log."
            .formatted(DAY.format(espalier.clocks().now(product)), done, total));
  }

  private void say(String key, String sentence) {
    if (!sentence.isBlank() && told.add(key) && !silent) {
      progress.line(DAY.format(espalier.clocks().now(product)) + " · " + sentence);
    }
  }

  private JsonNode incidents() {
    return api.get("/incidents/" + product);
  }

  /**
   * Whether the loop closed: every incident recovered, and on the story as it is told there was
   * one.
   */
  boolean closed(boolean otherStory) {
    JsonNode incidents = incidents();
    boolean recovered = true;
    for (JsonNode incident : incidents) {
      recovered &=
          List.of("run", "version", "rollout", "recovered").stream()
              .allMatch(kind -> has(incident, kind));
    }
    return recovered && (otherStory || !incidents.isEmpty());
  }

  private static boolean has(JsonNode incident, String kind) {
    for (JsonNode entry : incident.path("trace")) {
      if (entry.path("kind").asText().equals(kind)) {
        return true;
      }
    }
    return false;
  }
}
