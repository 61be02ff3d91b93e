package dev.espalier.canvas.documents;

import dev.espalier.canvas.documents.DocumentFacts.Gate;
import dev.espalier.canvas.documents.DocumentFacts.Model;
import dev.espalier.canvas.documents.DocumentFacts.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The model card: what the model is for, how well it does it, on which slices, and with which
 * caveats. Sections after Mitchell et al., "Model Cards for Model Reporting" (2019).
 */
final class ModelCard {
  /** What a card must say before its version may be released. */
  static final List<String> REQUIRED =
      List.of(
          "Model details",
          "Intended use",
          "Metrics",
          "Evaluation data",
          "Training data",
          "Quantitative analyses");

  private ModelCard() {}

  static Document write(Sheet sheet) {
    return sheet
        .section(
            "Model details",
            part -> {
              part.model("version", ModelCard::details)
                  .answers("product.name", "product.authors", "value.model_owner", "model");
              sheet.model().ifPresent(model -> status(sheet, part, model));
              risk(part);
            })
        .section(
            "Intended use",
            part ->
                part.fields("value", "for", "who", "benefit")
                    .fields("solution", "features", "integrations", "out_of_scope")
                    .answers("value.aim"))
        .section("Factors", Slices::describe)
        .section("Metrics", part -> part.fields("metrics", "metrics").answers("objectives"))
        .section(
            "Evaluation data",
            part -> part.fields("data", "split").model("data", ModelCard::evaluationData))
        .section(
            "Training data",
            part -> part.fields("data", "training").model("data", Datasheet::composition))
        .section(
            "Quantitative analyses",
            part -> part.model("gates", ModelCard::gates).model("ladder", ModelCard::ladder))
        .section(
            "Ethical considerations",
            part -> {
              Slices.fairness(part);
              part.fields("metadata.governance", "risk_tier", "risks");
            })
        .section(
            "Caveats and recommendations",
            part ->
                part.waivers()
                    .answers("serving.fallback", "serving.pre_assertion", "registry.decay")
                    .evidence("serving.fallback"))
        .document(DocumentKind.MODEL_CARD);
  }

  /** Where the version is on its way, by the newest of its releases. */
  private static void status(Sheet sheet, Sheet.Part part, Model model) {
    List<Release> own =
        sheet.releases().stream().filter(one -> one.version().equals(model.version())).toList();
    if (own.isEmpty()) {
      part.say(
          "Status: Draft. Nobody has asked for its release.", sheet.recorded(model, "version"));
      return;
    }
    Release newest = own.getLast();
    boolean live = newest.fullTrafficAt().isPresent();
    boolean followed =
        sheet.releases().stream()
            .anyMatch(other ->
                !other.version().equals(model.version())
                    && other.fullTrafficAt().isPresent()
                    && other.startedAt().isAfter(newest.startedAt()));
    String state =
        followed
            ? "Archived. Another version followed it."
            : live
                ? "Approved. It came to answer everything."
                : "PendingReview. Its release is %s."
                    .formatted(newest.state().toLowerCase(Locale.ROOT).replace('_', ' '));
    part.say("Status: " + state, sheet.recorded(newest));
  }

  private static void risk(Sheet.Part part) {
    part.text("metadata.governance", "risk_tier")
        .ifPresent(tier ->
            part.say(
                "Risk: %s."
                    .formatted(
                        switch (tier) {
                          case "minimal" -> "low";
                          case "limited" -> "medium";
                          case "high" -> "high";
                          default -> "unknown";
                        }),
                part.answered("metadata.governance")));
  }

  static List<String> details(Model model) {
    List<String> said = new ArrayList<>();
    said.add(
        "Version %s is the rung %s, registered %s by run %s under canvas %s."
            .formatted(
                model.version(),
                model.rung(),
                day(model.registeredAt()),
                model.runId(),
                model.canvasVersion()));
    said.add("Its bundle %s has %,d bytes.".formatted(model.bundle(), model.bytes()));
    said.add("It answers one of: %s.".formatted(String.join(", ", model.labels())));
    model.parameters().ifPresent(n -> said.add("It has %s trained parameters.".formatted(n)));
    said.add("Why this version number: " + model.bumpReason());
    return said;
  }

  static List<String> evaluationData(Model model) {
    return model
        .data()
        .testRows()
        .map(rows ->
            List.of(
                "%,d rows of snapshot %s were kept from training for the evaluation."
                    .formatted(rows, model.data().snapshot())))
        .orElse(List.of());
  }

  static List<String> gates(Model model) {
    return model.gates().stream().map(ModelCard::words).toList();
  }

  private static String words(Gate gate) {
    return String.format(
        Locale.ROOT,
        "Gate %s%s: %.4g [%.4g, %.4g] on %,d, %s%s. %s.",
        gate.metric(),
        gate.slice().map(slice -> " on slice " + slice).orElse(""),
        gate.value(),
        gate.low(),
        gate.high(),
        gate.n(),
        gate.verdict().toLowerCase(Locale.ROOT).replace('_', ' '),
        gate.blocking() ? "" : " (does not block)",
        gate.detail());
  }

  static List<String> ladder(Model model) {
    return model.ladder().stream().toList();
  }

  static String day(java.time.Instant at) {
    return at.toString().substring(0, 10);
  }
}
