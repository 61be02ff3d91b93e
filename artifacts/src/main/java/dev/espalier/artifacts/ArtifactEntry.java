package dev.espalier.artifacts;

import dev.espalier.platform.Digest;
import java.util.Optional;

/**
 * A file or a folder in an artifact tree.
 *
 * @param content where its bytes are; empty for a folder
 * @param bytes length of a file, 0 for a folder
 */
public record ArtifactEntry(ArtifactPath path, Optional<Digest> content, long bytes) {
  public boolean folder() {
    return content.isEmpty();
  }
}
