package dev.espalier.canvas.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.canvas.documents.DocumentFacts.Gate;
import dev.espalier.canvas.documents.DocumentFacts.Model;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * The ML-BOM: what a version consists of. As JSON it is a CycloneDX 1.6 document with a model card
 * (ECMA-424); as Markdown and HTML the same facts in sections. The same facts give the same bytes.
 */
final class MlBom {
  private MlBom() {}

  static Document write(Sheet sheet) {
    return sheet
        .section("Model", part -> part.model("version", ModelCard::details))
        .section("Model parameters", part -> part.answers("model"))
        .section("Datasets", part -> part.model("data", Datasheet::composition))
        .section("Quantitative analysis", part -> part.model("gates", ModelCard::gates))
        .section(
            "Considerations",
            part -> {
              part.fields("background", "customers").fields("solution", "features", "out_of_scope");
              Slices.fairness(part);
            })
        .document(DocumentKind.ML_BOM);
  }

  /** The CycloneDX document; without a version it has no components. */
  static JsonNode cycloneDx(Sheet sheet, Document document) {
    ObjectNode bom = JsonNodeFactory.instance.objectNode();
    bom.put("bomFormat", "CycloneDX").put("specVersion", "1.6");
    String name = document.product() + "@" + document.version().orElse("none");
    bom.put(
        "serialNumber",
        "urn:uuid:"
            + UUID.nameUUIDFromBytes((name + document.asOf()).getBytes(StandardCharsets.UTF_8)));
    bom.put("version", 1);
    ObjectNode metadata = bom.putObject("metadata");
    metadata.put("timestamp", document.asOf().toString());
    ArrayNode properties = metadata.putArray("properties");
    document.attribution().forEach(line -> property(properties, "espalier:attribution", line));
    property(properties, "espalier:canvas", "canvas@" + document.canvasVersion());
    ArrayNode components = bom.putArray("components");
    sheet
        .model()
        .ifPresent(model -> {
          model(components.addObject(), sheet, model);
          dataset(components.addObject(), sheet, model);
          ObjectNode depends = bom.putArray("dependencies").addObject();
          depends.put("ref", reference(sheet, model)).putArray("dependsOn").add(data(model));
        });
    return bom;
  }

  private static void property(ArrayNode properties, String name, String value) {
    properties.addObject().put("name", name).put("value", value);
  }

  private static String reference(Sheet sheet, Model model) {
    return "model:%s@%s".formatted(sheet.product(), model.version());
  }

  private static String data(Model model) {
    return "data:" + model.data().snapshot();
  }

  private static void model(ObjectNode component, Sheet sheet, Model model) {
    component
        .put("type", "machine-learning-model")
        .put("bom-ref", reference(sheet, model))
        .put("name", sheet.product())
        .put("version", model.version());
    hash(component, model.bundle());
    ObjectNode card = component.putObject("modelCard");
    ObjectNode parameters = card.putObject("modelParameters");
    parameters.putObject("approach").put("type", "supervised");
    parameters.put("task", "text classification");
    parameters.put("architectureFamily", family(sheet)).put("modelArchitecture", model.rung());
    parameters.putArray("datasets").addObject().put("ref", data(model));
    parameters.putArray("inputs").addObject().put("format", "text");
    ArrayNode outputs = parameters.putArray("outputs");
    model.labels().forEach(label -> outputs.addObject().put("format", "label " + label));
    ArrayNode metrics = card.putObject("quantitativeAnalysis").putArray("performanceMetrics");
    model.gates().forEach(gate -> metric(metrics.addObject(), gate));
    considerations(card.putObject("considerations"), sheet);
    ArrayNode own = component.putArray("properties");
    property(own, "espalier:run", model.runId());
    property(own, "espalier:canvas", "canvas@" + model.canvasVersion());
  }

  private static String family(Sheet sheet) {
    return sheet.answer("model").map(answer -> answer.path("family").asText("")).orElse("");
  }

  private static void metric(ObjectNode metric, Gate gate) {
    metric.put("type", gate.metric()).put("value", number(gate.value()));
    gate.slice().ifPresent(slice -> metric.put("slice", slice));
    metric
        .putObject("confidenceInterval")
        .put("lowerBound", number(gate.low()))
        .put("upperBound", number(gate.high()));
  }

  private static String number(double value) {
    return Double.isFinite(value) ? BigDecimal.valueOf(value).toPlainString() : "unknown";
  }

  private static void considerations(ObjectNode considerations, Sheet sheet) {
    texts(considerations.putArray("users"), sheet, "background", "customers", "name");
    texts(considerations.putArray("useCases"), sheet, "solution", "features", "text");
    texts(
        considerations.putArray("technicalLimitations"), sheet, "solution", "out_of_scope", "text");
    ArrayNode risks = considerations.putArray("ethicalConsiderations");
    for (JsonNode risk : items(sheet, "metadata.governance", "risks")) {
      ObjectNode each = risks.addObject().put("name", risk.path("text").asText());
      if (risk.hasNonNull("mitigation")) {
        each.put("mitigationStrategy", risk.path("mitigation").asText());
      }
    }
  }

  private static void texts(ArrayNode into, Sheet sheet, String key, String list, String field) {
    items(sheet, key, list).forEach(item -> into.add(item.path(field).asText()));
  }

  private static List<JsonNode> items(Sheet sheet, String key, String list) {
    return sheet.answer(key).stream().flatMap(answer -> answer.path(list).valueStream()).toList();
  }

  private static void dataset(ObjectNode component, Sheet sheet, Model model) {
    component
        .put("type", "data")
        .put("bom-ref", data(model))
        .put("name", model.data().dataset())
        .put("version", model.data().snapshot());
    hash(component, model.data().snapshot());
    ObjectNode data = component.putArray("data").addObject();
    data.put("type", "dataset").put("name", model.data().dataset());
    ArrayNode contents = data.putObject("contents").putArray("properties");
    property(contents, "rows", String.valueOf(model.data().rows()));
    model
        .data()
        .perLabel()
        .forEach((label, rows) -> property(contents, "rows of " + label, String.valueOf(rows)));
    for (JsonNode source : items(sheet, "data", "training")) {
      if (source.path("dataset").asText().equals(model.data().dataset())) {
        data.put("classification", "personal data: " + source.path("pii").asText("not said"));
        if (source.hasNonNull("license")) {
          component
              .putArray("licenses")
              .addObject()
              .putObject("license")
              .put("name", source.path("license").asText());
        }
      }
    }
  }

  private static void hash(ObjectNode component, String digest) {
    String hex = digest.substring(digest.indexOf(':') + 1);
    if (hex.matches("[0-9a-f]{64}")) {
      component.putArray("hashes").addObject().put("alg", "SHA-256").put("content", hex);
    }
  }
}
