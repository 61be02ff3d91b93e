package dev.espalier.canvas.documents;

/**
 * A draft technical file under the headings of Annex IV of Regulation (EU) 2024/1689. It helps to
 * write one; it claims nothing about the law.
 */
final class TechnicalFile {
  private TechnicalFile() {}

  static Document write(Sheet sheet) {
    return sheet
        .section(
            "1. General description",
            part ->
                part.model("version", ModelCard::details)
                    .answers("product.name", "value", "serving.pattern", "serving.mode")
                    .fields("solution", "features", "integrations")
                    .fields("deploy.targets", "targets"))
        .section("2. (a) Steps of development", part -> Datasheet.steps(sheet, part))
        .section(
            "2. (b) Design and rationale",
            part -> part.answers("model", "modeling").model("ladder", ModelCard::ladder))
        .section(
            "2. (d) Data",
            part ->
                part.fields("data", "training", "labeling", "split")
                    .model("data", Datasheet::composition))
        .section("2. (e) Human oversight", part -> part.answers("feedback").evidence("feedback"))
        .section(
            "2. (f) Pre-determined changes",
            part -> part.answers("ct.schedule", "monitoring.retrain"))
        .section(
            "2. (g) Validation and testing",
            part -> part.answers("evaluation").model("gates", ModelCard::gates))
        .section(
            "2. (h) Cybersecurity",
            part ->
                part.answers("registry.required", "deploy.format")
                    .evidence("deploy.format", "scan", "signature")
                    .evidence("serving.pre_assertion", "malformed"))
        .section(
            "3. Monitoring, functioning and control",
            part -> {
              part.answers("monitoring.required", "monitoring.ml", "nfr");
              Slices.describe(part);
              part.evidence("nfr").evidence("monitoring.required");
            })
        .section(
            "4. Appropriateness of the metrics",
            part -> part.fields("metrics", "metrics").evidence("metrics"))
        .section(
            "5. Risk management",
            part ->
                part.fields("metadata.governance", "risk_tier", "risks", "processes")
                    .evidence("metadata.governance"))
        .section("6. Changes through the life cycle", part -> changes(sheet, part))
        .section("7. Standards applied", _ -> {})
        .section("8. Declaration of conformity", _ -> {})
        .section(
            "9. Post-market monitoring",
            part ->
                part.answers(
                        "monitoring.required",
                        "monitoring.ml",
                        "monitoring.domain",
                        "monitoring.decay",
                        "monitoring.alerts",
                        "monitoring.retrain")
                    .evidence("monitoring.decay")
                    .evidence("monitoring.alerts"))
        .document(DocumentKind.TECHNICAL_FILE);
  }

  private static void changes(Sheet sheet, Sheet.Part part) {
    part.answers("canvas.version", "registry.versioning");
    for (DocumentFacts.Release release : sheet.releases()) {
      part.say(
          "%s of version %s began %s and is %s: %s"
              .formatted(
                  Sheet.capital(release.kind().toLowerCase(java.util.Locale.ROOT)),
                  release.version(),
                  ModelCard.day(release.startedAt()),
                  release.state().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                  release.cause()),
          sheet.recorded(release));
    }
  }
}
