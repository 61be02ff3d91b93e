package dev.espalier.server.demo;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * What a life was begun with. It is kept in the home, because a life that was cut off can only go
 * on as it began.
 *
 * @param seed of every random choice
 * @param shuffle whether the mails are dealt to the instants at random
 * @param canvas digest of the canvas' text
 */
record Settings(long seed, boolean shuffle, Digest canvas) {
  private static final String FILE = "demo.json";

  /**
   * Keeps these settings in a home that has none yet.
   *
   * @throws EspalierException CONFLICT when the home lives by other ones
   */
  void keep(Path home) {
    Path file = home.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        Path part = home.resolve(FILE + ".part");
        Files.write(part, Json.bytes(this));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        return;
      }
      Settings before = Json.read(Files.readAllBytes(file), Settings.class);
      if (!before.equals(this)) {
        throw EspalierException.conflict(
            "The life in %s was begun with %s. Go on with the same, or choose another --home."
                .formatted(home, before.words(this)));
      }
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot use %s: %s".formatted(file, failure.getMessage()),
          failure);
    }
  }

  private String words(Settings other) {
    if (seed != other.seed) {
      return "--seed " + seed;
    }
    return shuffle == other.shuffle
        ? "another canvas"
        : shuffle ? "--shuffle" : "the mails in their order, without --shuffle";
  }
}
