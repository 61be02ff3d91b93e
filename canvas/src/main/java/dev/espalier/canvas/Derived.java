package dev.espalier.canvas;

import java.util.List;

/** Answers that the platform gives itself; a document never writes them. */
sealed interface Derived extends Answer {
  record Dated() implements Derived {
    static final Question<Dated> QUESTION =
        Question.of("A10", "product.date", Lane.DESIGN, Dated.class, "Date of this version?")
            .claim(_ -> "The date of the version is that of its approval")
            .evidence(
                (_, _) -> List.of(Clause.recorded("approval", "the date is that of the approval")));
  }

  record Versioned() implements Derived {
    static final Question<Versioned> QUESTION =
        Question.of("A11", "canvas.version", Lane.DESIGN, Versioned.class, "Which version?")
            .claim(_ -> "Every version follows from its parent")
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("chain", "the chain of versions is intact"),
                    Clause.recorded(
                        "compiled_from", "all resources come from the active version")));
  }
}
