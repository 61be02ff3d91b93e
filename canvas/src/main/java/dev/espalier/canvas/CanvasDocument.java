package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One stored version of a canvas, as it was applied.
 *
 * @param source the text as it was sent
 * @param document the canonical form: answers with author, time, confirmed fields and reasons, and
 *     how they came to be applied; JSON as text, an eighth of what its tree takes in memory
 * @param plannedBy who wanted it; another person than those who approved it
 * @param keyId which key signed it; empty in a version older than signing
 * @param signature Ed25519 over the digest, in Base64
 */
public record CanvasDocument(
    String product,
    String version,
    Digest digest,
    Digest contentDigest,
    Optional<Digest> parent,
    Instant appliedAt,
    String appliedBy,
    String reason,
    String source,
    @JsonRawValue String document,
    String plannedBy,
    List<Approval> approvals,
    String keyId,
    String signature) {
  public CanvasDocument {
    approvals = List.copyOf(approvals);
  }

  /** The canonical form, read anew at each call. */
  JsonNode tree() {
    return Json.tree(document);
  }

  /** What is signed: the digest, said to be one of a canvas. */
  String signed() {
    return "espalier canvas " + digest.text();
  }

  /** The same version with its canonical form and the digest of it. */
  CanvasDocument covering(String canonical) {
    return copy(canonical, Digest.of(canonical), keyId, signature);
  }

  CanvasDocument with(String key, String signedDigest) {
    return copy(document, digest, key, signedDigest);
  }

  private CanvasDocument copy(String canonical, Digest whole, String key, String signedDigest) {
    return new CanvasDocument(
        product,
        version,
        whole,
        contentDigest,
        parent,
        appliedAt,
        appliedBy,
        reason,
        source,
        canonical,
        plannedBy,
        approvals,
        key,
        signedDigest);
  }
}
