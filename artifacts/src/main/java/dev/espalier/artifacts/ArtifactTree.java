package dev.espalier.artifacts;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Names over the content-addressed store: what callers see as folders and files. A name is a row, a
 * file's bytes are an artifact of {@link ArtifactStore}; bytes are durable before the row names
 * them. Thread-safe; every change is one transaction.
 */
public final class ArtifactTree {
  private final ArtifactStore store;
  private final ArtifactTreeStore names;
  private final InstantSource machine;

  public ArtifactTree(Database database, ArtifactStore store, InstantSource machine) {
    this.names = new ArtifactTreeStore(database);
    this.store = store;
    this.machine = machine;
  }

  /**
   * Stores a file, with the folders above it; a file of that name is replaced.
   *
   * @param limit longest accepted length, in bytes
   * @throws EspalierException LIMIT; INVALID when the path names a folder or leads through a file
   */
  public ArtifactEntry put(ArtifactPath path, InputStream content, long limit) {
    if (path.isRoot()) {
      throw EspalierException.invalidField(
          "path", "required", "Invalid path: a file needs a name.", Optional.empty());
    }
    names.checkFree(path);
    Digest digest = store.put(content, limit);
    ArtifactEntry entry = new ArtifactEntry(path, Optional.of(digest), store.size(digest));
    names.put(entry, machine.instant());
    return entry;
  }

  /** The entry of that name. */
  public Optional<ArtifactEntry> find(ArtifactPath path) {
    return names.find(path);
  }

  /**
   * Opens a file's bytes.
   *
   * @throws EspalierException NOT_FOUND when no file has that name
   */
  public InputStream open(ArtifactEntry file) throws IOException {
    return store.open(
        file.content()
            .orElseThrow(() -> EspalierException.notFound("'%s' is a folder.".formatted(file))));
  }

  /**
   * What lies directly in a folder, by name; nothing for a file or an absent folder.
   *
   * @param after the last name of the page before, empty at the start
   */
  public List<ArtifactEntry> list(ArtifactPath folder, String after, int limit) {
    return names.list(folder, after, limit);
  }

  /**
   * Takes a file, or a folder with all below it, out of the tree. The bytes stay in the store.
   *
   * @return how many entries went
   */
  public int delete(ArtifactPath path) {
    return path.isRoot() ? 0 : names.delete(path);
  }
}
