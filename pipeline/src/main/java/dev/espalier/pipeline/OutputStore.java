package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The outputs of steps, as canonical JSON by digest. A small one, as nearly all are, is a row and
 * commits with the state of its step: one wait for the disk instead of three. A large one is an
 * artifact, stored before that transaction. Thread-safe.
 */
final class OutputStore {
  /** Longest text that becomes a row, in characters. */
  static final int SMALL = 32 * 1024;

  private final Database database;
  private final ArtifactStore artifacts;

  OutputStore(Database database, ArtifactStore artifacts) {
    this.database = database;
    this.artifacts = artifacts;
  }

  /**
   * An output on its way into a transaction.
   *
   * @param text what is yet to be written; empty when it is there already
   */
  record Output(Digest digest, Optional<String> text) {}

  /** Makes an output ready: large ones are durable when this returns. */
  Output prepare(JsonNode value) {
    byte[] bytes = CanonicalJson.bytes(value);
    return bytes.length > SMALL
        ? new Output(artifacts.put(bytes), Optional.empty())
        : new Output(Digest.of(bytes), Optional.of(new String(bytes, StandardCharsets.UTF_8)));
  }

  /** Writes what {@link #prepare} left, as part of the transaction of {@code handle}. */
  static void keep(Handle handle, Output output) {
    if (output.text().isPresent()) {
      handle.execute(
          "INSERT INTO step_output (digest, json) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
          output.digest().text(),
          output.text().get());
    }
  }

  boolean exists(Digest digest) {
    return row(digest).isPresent() || artifacts.exists(digest);
  }

  /**
   * The output.
   *
   * @throws EspalierException NOT_FOUND when it is gone; INTERNAL when it is damaged
   */
  JsonNode read(Digest digest) {
    Optional<String> row = row(digest);
    if (row.isEmpty()) {
      return Json.read(artifacts.read(digest), JsonNode.class);
    }
    byte[] bytes = row.get().getBytes(StandardCharsets.UTF_8);
    if (!Digest.of(bytes).equals(digest)) {
      throw new EspalierException(
          ErrorCode.INTERNAL,
          "Step output %s is damaged. Restore the home from a backup.".formatted(digest));
    }
    return Json.read(bytes, JsonNode.class);
  }

  private Optional<String> row(Digest digest) {
    return database.read(handle ->
        handle
            .createQuery("SELECT json FROM step_output WHERE digest = :digest")
            .bind("digest", digest.text())
            .mapTo(String.class)
            .findOne());
  }
}
