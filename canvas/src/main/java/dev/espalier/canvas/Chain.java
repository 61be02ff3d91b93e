package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import dev.espalier.platform.Signer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The chain of signed versions. A version's document says everything that its row says, its digest
 * covers the document, its signature the digest, and the next version names the digest as its
 * parent; so no stored byte changes unseen. What a chain cannot show is that its newest versions
 * were taken away: keep an exported one elsewhere.
 */
final class Chain {
  private Chain() {}

  /** Writes into the canonical document how it came to be applied. */
  static void describe(ObjectNode canonical, CanvasDocument row) {
    canonical
        .put("canvas", Answers.FORMAT)
        .put("date", row.appliedAt().toString().substring(0, 10))
        .put("product", row.product())
        .put("version", row.version())
        .put("content", row.contentDigest().text())
        .put("source", Digest.of(row.source()).text());
    row.parent().ifPresent(digest -> canonical.put("parent", digest.text()));
    canonical.set("applied", applied(row));
  }

  private static JsonNode applied(CanvasDocument row) {
    ObjectNode applied = Json.mapper().createObjectNode();
    applied
        .put("at", row.appliedAt().toString())
        .put("by", row.appliedBy())
        .put("plannedBy", row.plannedBy())
        .put("reason", row.reason());
    applied.set("approvals", Json.tree(row.approvals()));
    return applied;
  }

  static Verification verify(String product, List<CanvasDocument> versions, Signer signer) {
    List<String> problems = new ArrayList<>();
    Optional<Digest> parent = Optional.empty();
    for (CanvasDocument each : versions) {
      for (String problem : problems(each, parent, signer)) {
        problems.add(each.version() + ": " + problem);
      }
      parent = Optional.of(each.digest());
    }
    return new Verification(product, problems.isEmpty(), versions.size(), signer.keyId(), problems);
  }

  private static List<String> problems(CanvasDocument row, Optional<Digest> parent, Signer signer) {
    List<String> problems = new ArrayList<>();
    JsonNode document = row.tree();
    if (!Digest.of(CanonicalJson.bytes(document)).equals(row.digest())) {
      problems.add("the document is not the one that its digest covers");
    }
    if (!row.parent().equals(parent)) {
      problems.add("its parent is not the version before it");
    }
    ObjectNode told = document.deepCopy();
    describe(told, row);
    if (!CanonicalJson.write(told).equals(CanonicalJson.write(document))) {
      problems.add("the row says something else than the document");
    }
    if (row.signature().isEmpty()) {
      problems.add("it is not signed");
    } else if (!signer.verify(row.keyId(), row.signed(), row.signature())) {
      problems.add(
          row.keyId().equals(signer.keyId())
              ? "the signature does not match"
              : "it was signed by %s, and this home has %s".formatted(row.keyId(), signer.keyId()));
    }
    return problems;
  }
}
