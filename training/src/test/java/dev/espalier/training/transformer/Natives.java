package dev.espalier.training.transformer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

/** Skips a test, with the reason and the way out, where PyTorch cannot start. */
final class Natives {
  private Natives() {}

  static void required() {
    Optional<String> missing = TransformerTraining.unavailable();
    assumeTrue(
        missing.isEmpty(),
        () ->
            "Skipped: "
                + missing.orElseThrow()
                + ". Run on linux-x86_64 with `./mvnw -pl training -am test`.");
  }
}
