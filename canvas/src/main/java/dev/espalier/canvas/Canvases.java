package dev.espalier.canvas;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The canvases of all products: plan, apply, evidence and conformance. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Canvases {
  public Canvases(
      Database database, ProductClocks clocks, Events events, Ids ids, InstantSource machine) {}

  /** Plans a document for the product that the document names. */
  public Plan plan(byte[] document) {
    throw later();
  }

  /** Plans a document; {@code product} must be the slug of its product name. */
  public Plan plan(String product, byte[] document) {
    throw later();
  }

  /** Applies a plan; {@code reason} is needed when it loosens something. */
  public CanvasVersion apply(String product, Digest planDigest, Optional<String> reason) {
    throw later();
  }

  public List<CanvasSummary> list() {
    throw later();
  }

  public Optional<CanvasVersion> active(String product) {
    throw later();
  }

  /** The active version, or NOT_FOUND. */
  public CanvasVersion require(String product) {
    throw later();
  }

  public CanvasVersion version(String product, String version) {
    throw later();
  }

  public CanvasDocument document(String product, String version) {
    throw later();
  }

  public List<CanvasDocument> versions(String product) {
    throw later();
  }

  /** Stores what stages saw and publishes every state that changed by it. */
  public void record(String product, List<Observation> observations) {
    throw later();
  }

  public Conformance conformance(String product) {
    throw later();
  }

  /** The question's changes of state, oldest first. */
  public List<Conformance.Change> history(String product, String question) {
    throw later();
  }

  private static EspalierException later() {
    return new EspalierException(ErrorCode.UNAVAILABLE, "The canvas is being wired.");
  }
}
