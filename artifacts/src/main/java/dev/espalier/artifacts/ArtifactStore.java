package dev.espalier.artifacts;

import dev.espalier.platform.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A content-addressed store: what is put in is found again under the SHA-256 of its bytes, and
 * cannot change. {@code ArtifactStoreContract} is the definition every implementation passes.
 * Thread-safe.
 */
public interface ArtifactStore {
  /**
   * The store at a place that another process owns and has open: a folder, or {@code s3://…} with
   * credentials from this process's environment. Nothing is created or removed.
   */
  static ArtifactStore shared(String place) {
    return place.startsWith("s3://")
        ? new S3ArtifactStore(
            S3Address.parse(place), Path.of(System.getProperty("java.io.tmpdir")), System.getenv())
        : LocalArtifactStore.shared(Path.of(place));
  }

  /** The bound of {@link #read}: small things only; stream the rest. */
  int MAX_IN_MEMORY = 256 << 20;

  /**
   * Stores a stream, durably, before it returns. The same bytes twice are one artifact.
   *
   * @param limit longest accepted length, in bytes
   * @throws dev.espalier.platform.EspalierException LIMIT beyond {@code limit}; UNAVAILABLE when
   *     the disk is full or read-only
   */
  Digest put(InputStream content, long limit);

  default Digest put(byte[] content) {
    return put(new ByteArrayInputStream(content), content.length);
  }

  /**
   * Opens an artifact, unverified.
   *
   * @throws dev.espalier.platform.EspalierException NOT_FOUND
   */
  InputStream open(Digest digest) throws IOException;

  /**
   * Reads a whole artifact and verifies its digest.
   *
   * @throws dev.espalier.platform.EspalierException NOT_FOUND; LIMIT beyond {@link #MAX_IN_MEMORY};
   *     INTERNAL when the stored bytes no longer match
   */
  byte[] read(Digest digest);

  boolean exists(Digest digest);

  /** Length in bytes. */
  long size(Digest digest);

  /**
   * What can be seen of an artifact without reading it, such as its length and the time of its last
   * change; empty when it is absent. A write in its place shows here, decay of the medium does not.
   */
  String stamp(Digest digest);

  /** When the artifact was last put. */
  Instant storedAt(Digest digest);

  /**
   * Removes an artifact, unless it was put since {@code cutoff} or is absent; a put at the same
   * time wins. For {@link GarbageCollection}, which knows what nothing names.
   *
   * @return whether it was removed
   */
  boolean remove(Digest digest, Instant cutoff);

  /** Undoes removals that were killed half way; most stores have none. */
  default void settle() {}

  /** Hashes the stored bytes again: true when they still are what their name says. */
  boolean verify(Digest digest);

  /** Every stored digest, in order. */
  List<Digest> list();
}
