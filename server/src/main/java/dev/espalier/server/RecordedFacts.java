package dev.espalier.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.documents.DocumentFacts;
import dev.espalier.deployment.Rollout;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What documents quote, from the registry's versions and deployment's rollouts. Thread-safe. */
final class RecordedFacts implements DocumentFacts {
  private final Registry registry;
  private final Function<String, List<Rollout>> rollouts;

  RecordedFacts(Registry registry, Function<String, List<Rollout>> rollouts) {
    this.registry = registry;
    this.rollouts = rollouts;
  }

  @Override
  public Optional<String> champion(String product) {
    return registry.alias(product, Registry.CHAMPION).map(ModelVersion::version);
  }

  @Override
  public Optional<Model> model(String product, String version) {
    return registry.versions(product).stream()
        .filter(one -> one.version().equals(version))
        .findFirst()
        .map(RecordedFacts::model);
  }

  @Override
  public List<Release> releases(String product) {
    return rollouts.apply(product).stream().map(RecordedFacts::release).toList();
  }

  private static Release release(Rollout rollout) {
    return new Release(
        rollout.id(),
        rollout.to(),
        rollout.kind(),
        rollout.state(),
        rollout.cause(),
        rollout.startedAt(),
        rollout.fullTrafficAt());
  }

  private static Model model(ModelVersion version) {
    return new Model(
        version.version(),
        version.bundle().text(),
        version.bytes(),
        version.rung(),
        meta(version, "model.parameters"),
        version.bumpReason(),
        version.registeredAt(),
        version.runId(),
        version.canvasVersion(),
        version.signature().labels(),
        version.metrics(),
        Optional.of(version.ladder().path("sentence").asText("")).filter(text -> !text.isBlank()),
        version.gates().path("results").valueStream().map(RecordedFacts::gate).toList(),
        data(version));
  }

  private static Gate gate(JsonNode row) {
    return new Gate(
        row.path("metric").asText(),
        Optional.ofNullable(row.get("slice")).map(JsonNode::asText),
        row.path("value").asDouble(),
        row.path("low").asDouble(),
        row.path("high").asDouble(),
        row.path("n").asLong(),
        row.path("verdict").asText(),
        row.path("blocking").asBoolean(),
        row.path("detail").asText());
  }

  private static Data data(ModelVersion version) {
    return new Data(
        meta(version, "dataset").orElse("unnamed"),
        version.snapshot().text(),
        meta(version, "rows").map(Long::parseLong).orElse(0L),
        counts(meta(version, "labels").map(RecordedFacts::tree)),
        meta(version, "test_rows").map(Long::parseLong),
        meta(version, "trained_through").map(Instant::parse),
        counts(meta(version, "checks").map(RecordedFacts::tree)));
  }

  private static Optional<String> meta(ModelVersion version, String name) {
    return Optional.ofNullable(version.meta().get(name));
  }

  /**
   * Metadata is text that a client of the registry may have written: what is no JSON says nothing.
   */
  private static JsonNode tree(String text) {
    try {
      return Json.tree(text);
    } catch (EspalierException notJson) {
      return Json.mapper().createObjectNode();
    }
  }

  /** The whole numbers of an object. */
  private static SortedMap<String, Long> counts(Optional<JsonNode> object) {
    SortedMap<String, Long> counts = new TreeMap<>();
    object.ifPresent(node -> {
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        if (entry.getValue().isIntegralNumber()) {
          counts.put(entry.getKey(), entry.getValue().asLong());
        }
      }
    });
    return counts;
  }
}
