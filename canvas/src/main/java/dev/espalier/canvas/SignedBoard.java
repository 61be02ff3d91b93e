package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.Signer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The whole board at one instant, signed with the key that signs the versions of the canvas: what
 * an auditor takes away, and can have checked later.
 *
 * @param canvas the digest of the version that was judged
 * @param takenAt machine time; {@code conformance.asOf} is the product's
 * @param digest of the canonical JSON of everything but the last three
 */
public record SignedBoard(
    String product,
    Digest canvas,
    Instant takenAt,
    Conformance conformance,
    Digest digest,
    String keyId,
    String signature) {

  /**
   * What became of a snapshot that somebody holds up.
   *
   * @param intact it is what this home signed, about a version that is still in the chain
   */
  public record Check(boolean intact, String version, Instant takenAt, List<String> problems) {}

  static SignedBoard of(Digest canvas, Instant takenAt, Conformance board, Signer signer) {
    Digest none = Digest.of(new byte[0]);
    SignedBoard bare = new SignedBoard(board.product(), canvas, takenAt, board, none, "", "");
    Digest digest = digest(Json.tree(bare));
    return new SignedBoard(
        board.product(),
        canvas,
        takenAt,
        board,
        digest,
        signer.keyId(),
        signer.sign(signed(digest)));
  }

  private static String signed(Digest digest) {
    return "espalier snapshot " + digest.text();
  }

  /** What the signature covers, whoever wrote the JSON and in whatever order. */
  private static Digest digest(JsonNode snapshot) {
    ObjectNode covered = snapshot.deepCopy();
    covered.remove(List.of("digest", "keyId", "signature"));
    return CanonicalJson.digest(covered);
  }

  /**
   * Checks a snapshot as it was downloaded.
   *
   * @throws EspalierException INVALID for what is no snapshot of this product
   */
  static Check check(String product, byte[] sent, List<CanvasDocument> versions, Signer signer) {
    JsonNode snapshot = Json.tree(new String(sent, StandardCharsets.UTF_8));
    Optional<Instant> takenAt = instant(snapshot.path("takenAt").asText());
    String version = snapshot.path("conformance").path("version").asText();
    if (!snapshot.isObject() || takenAt.isEmpty() || version.isEmpty()) {
      throw EspalierException.invalidField(
          "body",
          "snapshot",
          "body: needs a snapshot as GET /canvases/%s/snapshot answers it.".formatted(product),
          Optional.empty());
    }
    if (!snapshot.path("product").asText().equals(product)) {
      throw EspalierException.invalidField(
          "product",
          "product of the path",
          "product: the snapshot is about '%s', the request about '%s'."
              .formatted(DocumentReader.brief(snapshot.path("product").asText()), product),
          Optional.of(product));
    }
    List<String> problems = new ArrayList<>();
    Digest covered = digest(snapshot);
    if (!covered.text().equals(snapshot.path("digest").asText())) {
      problems.add("Something was changed: its content is not what its digest covers.");
    }
    if (!signer.verify(
        snapshot.path("keyId").asText(), signed(covered), snapshot.path("signature").asText())) {
      problems.add("It is not signed by the key of this home, %s.".formatted(signer.keyId()));
    }
    boolean known =
        versions.stream()
            .anyMatch(each ->
                each.version().equals(version)
                    && each.digest().text().equals(snapshot.path("canvas").asText()));
    if (!known) {
      problems.add(
          "The chain has no version %s of that digest.".formatted(DocumentReader.brief(version)));
    }
    return new Check(problems.isEmpty(), version, takenAt.get(), List.copyOf(problems));
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }
}
