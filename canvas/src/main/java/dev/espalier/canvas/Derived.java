package dev.espalier.canvas;

import java.util.List;
import java.util.stream.Stream;

/** Answers that the platform gives itself; a document never writes them. */
sealed interface Derived extends Answer {
  record Lifecycle() implements Derived {
    static final Question<Lifecycle> QUESTION =
        Question.of(
                "A4",
                "lifecycle",
                Lane.DESIGN,
                Kind.CONFIG,
                Lifecycle.class,
                "In which phase does each object live?")
            .help("Everything belongs to Design, Develop or Maintain.")
            .byThePlatform()
            .claim(_ -> "Design, Develop, Maintain")
            .evidence((_, _) ->
                Stream.of(Lane.values())
                    .map(lane -> {
                      String name = lane.name().toLowerCase(java.util.Locale.ROOT);
                      return Clause.live(
                          name, Intent.DAY, "the share of conforming answers in " + name);
                    })
                    .toList());
  }

  record Dated() implements Derived {
    static final Question<Dated> QUESTION =
        Question.of(
                "A10",
                "product.date",
                Lane.DESIGN,
                Kind.CONFIG,
                Dated.class,
                "Date of this version?")
            .help("Set by the platform when the version is approved.")
            .byThePlatform()
            .claim(_ -> "The date of the version is that of its approval")
            .evidence(
                (_, _) -> List.of(Clause.recorded("approval", "the date is that of the approval")));
  }

  record Versioned() implements Derived {
    static final Question<Versioned> QUESTION =
        Question.of(
                "A11",
                "canvas.version",
                Lane.DESIGN,
                Kind.CONFIG,
                Versioned.class,
                "Which version?")
            .help("Derived: MAJOR takes a promise back, MINOR adds or tightens, PATCH is words.")
            .byThePlatform()
            .claim(_ -> "Every version follows from its parent")
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("chain", "the chain of versions is intact"),
                    Clause.recorded(
                        "compiled_from", "all resources come from the active version")));
  }
}
