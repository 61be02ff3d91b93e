package dev.espalier.canvas.documents;

import dev.espalier.canvas.Spec;
import dev.espalier.canvas.documents.DocumentFacts.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The datasheet of what the version learnt from. Sections after Gebru et al., "Datasheets for
 * Datasets" (2021).
 */
final class Datasheet {
  private Datasheet() {}

  static Document write(Sheet sheet) {
    return sheet
        .section(
            "Motivation",
            part ->
                part.fields("background", "customers", "goals", "pains", "gains")
                    .fields("value", "benefit"))
        .section("Composition", part -> part.model("data", Datasheet::composition))
        .section(
            "Quality",
            part -> part.model("data", Datasheet::quality).evidence("data", "schema", "leakage"))
        .section(
            "Collection",
            part -> part.fields("data", "training", "production").answers("data.inventory"))
        .section(
            "Labelling",
            part ->
                part.fields("data", "labeling")
                    .answers("data.label_people")
                    .evidence("data", "kappa", "label_delay"))
        .section("Preprocessing", part -> steps(sheet, part))
        .section("Uses", part -> part.fields("solution", "features", "out_of_scope"))
        .section("Distribution", part -> licences(part))
        .section(
            "Maintenance",
            part ->
                part.fields("data", "versioning", "retention")
                    .answers("data.version_need", "data.per_model")
                    .evidence("data", "snapshots", "age"))
        .document(DocumentKind.DATASHEET);
  }

  static List<String> composition(Model model) {
    List<String> said = new ArrayList<>();
    said.add(
        "%,d rows of dataset %s, snapshot %s."
            .formatted(model.data().rows(), model.data().dataset(), model.data().snapshot()));
    if (!model.data().perLabel().isEmpty()) {
      said.add(
          "Rows a label: %s."
              .formatted(
                  model.data().perLabel().entrySet().stream()
                      .map(entry -> "%s %,d".formatted(entry.getKey(), entry.getValue()))
                      .collect(Collectors.joining(", "))));
    }
    model
        .data()
        .trainedThrough()
        .ifPresent(at -> said.add("The newest row that was trained on is of %s.".formatted(at)));
    return said;
  }

  private static List<String> quality(Model model) {
    return model.data().checks().entrySet().stream()
        .map(
            entry -> "The check found %,d: %s.".formatted(entry.getValue(), spaced(entry.getKey())))
        .toList();
  }

  /** {@code schemaViolations} as two words. */
  private static String spaced(String name) {
    return name.replaceAll("([A-Z])", " $1").toLowerCase(java.util.Locale.ROOT).strip();
  }

  static void steps(Sheet sheet, Sheet.Part part) {
    sheet.canvas().specs(Spec.Pipeline.class).stream()
        .findFirst()
        .ifPresent(pipeline ->
            part.say(
                "The steps are, in order: %s."
                    .formatted(
                        pipeline.steps().stream()
                            .map(Spec.Step::name)
                            .collect(Collectors.joining(", "))),
                part.answered("ct.workflow")));
    part.answers("features.compute");
  }

  private static void licences(Sheet.Part part) {
    for (String role : List.of("training", "production")) {
      part.items("data", role).stream()
          .filter(source -> source.hasNonNull("license"))
          .forEach(source ->
              part.say(
                  "%s is under %s; ownership %s."
                      .formatted(
                          Sheet.capital(source.path("dataset").asText()),
                          source.path("license").asText(),
                          source.path("ownership").asText("not said")),
                  part.answered("data")));
    }
  }
}
