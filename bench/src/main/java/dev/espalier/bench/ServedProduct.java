package dev.espalier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.cli.Api;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A real product on a running server: its canvas applied, its model trained from made-up mails,
 * registered and released as any other's.
 */
record ServedProduct(String name, Digest bundle) {
  private static final int ROWS = 600;
  private static final long LIMIT_SECONDS = 240;

  private static String canvas(String name, String approach) {
    return """
    canvas: espalier/1
    product: {name: %s, authors: {local: owner}}
    model: {family: linear}
    value: {for: a measurement, benefit: figures}
    objectives: [{metric: macro_f1, target: ">= 0.5", due: 2030-12-31}]
    data:
      training: [{dataset: bench-mails}]
    metrics: [{id: macro_f1, primary: true, min_n: 20}]
    modeling:
      - {id: v0, approach: majority, hypothesis: the floor}
      - {id: v1, approach: %s, hypothesis: what is measured}
    ct: {schedule: {triggers: [manual], auto_promote: to_production}}
    nfr:
      - {attribute: efficiency, target: "p95 <= 5s", when: [pre_deploy]}
      - {attribute: calibration, target: "ece <= 1", when: [pre_deploy]}
    ci: {workflow: {deferred: {owner: local, due: 2030-12-31}}}
    deploy:
      mode: deployment
      lead_time: 30d
      release_policy: {approvals: 0, four_eyes: no, windows: ["Mon-Sun 00:00-24:00 UTC"], requires: [gates]}
    serving:
      volume: 1000/day
      mode: {online: {p95: 5s, p99: 8s, timeout: 20s}}
    """
        .formatted(name, approach);
  }

  /** Gives the server the mails that the products learn from. */
  static void addMails(Api api) {
    String rows =
        new MailTexts(1)
            .take(ROWS).stream()
                .map(mail -> Json.write(Map.of("text", mail.text(), "label", mail.label())))
                .collect(Collectors.joining("\n"));
    JsonNode _ =
        api.post(
            "/datasets/bench-mails", "application/x-ndjson", BodyPublishers.ofString(rows + "\n"));
  }

  /**
   * Applies, trains and waits until the version answers.
   *
   * @param approach of the ladder's second rung: linear, frozen_encoder
   */
  static ServedProduct release(Api api, String name, String approach) throws InterruptedException {
    JsonNode plan =
        api.post(
            "/canvases/" + name + "/plan",
            "application/yaml",
            BodyPublishers.ofString(canvas(name, approach)));
    JsonNode _ =
        api.post(
            "/canvases/" + name + "/apply", Map.of("planDigest", plan.path("planDigest").asText()));
    JsonNode _ =
        api.post(
            "/pipelines/" + name + "/runs", Map.of("trigger", "manual", "reason", "a measurement"));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (System.nanoTime() < end) {
      String champion = api.get("/deployments/" + name).path("aliases").path("champion").asText("");
      if (!champion.isEmpty()) {
        JsonNode version = api.get("/models/" + name + "/versions/" + champion);
        JsonNode model = version.has("model") ? version.get("model") : version;
        return new ServedProduct(name, new Digest(model.path("bundle").asText()));
      }
      refuseStopped(name, api.get("/pipelines/" + name + "/runs"));
      boolean _ = new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
    }
    throw new IllegalStateException(name + " is not released in time.");
  }

  /** A run that ends without a version says why; waiting longer would not help. */
  private static void refuseStopped(String name, JsonNode runs) {
    JsonNode run = runs.path(0);
    JsonNode registered = run.path("none");
    for (JsonNode step : run.path("steps")) {
      registered = step.path("name").asText().equals("register") ? step.path("output") : registered;
    }
    boolean stopped = registered.has("reason") && !registered.has("version");
    if (stopped || run.path("state").asText().equals("FAILED")) {
      throw new IllegalStateException(
          "%s is not released: %s"
              .formatted(name, registered.path("reason").asText("its run failed")));
    }
  }

  /** The same model in this process. */
  Engine open(Path home) {
    return new Bundles(LocalArtifactStore.shared(home.resolve("artifacts").toAbsolutePath()))
        .load(bundle);
  }

  static List<String> texts(int n) {
    return new MailTexts(2).take(n).stream().map(MailTexts.Mail::text).toList();
  }
}
