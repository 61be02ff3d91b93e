package dev.espalier.canvas;

import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;

/**
 * Something that an answer compiles to: {@code kind/name}, its specification, the answer that it
 * exists because of ({@code canvas@version#key}), and the digest of the specification.
 */
public record Resource(String kind, String name, String compiledFrom, Spec spec, Digest digest) {

  public static Resource of(String name, String compiledFrom, Spec spec) {
    return new Resource(spec.resourceKind(), name, compiledFrom, spec, CanonicalJson.digest(spec));
  }

  /** The question that it was compiled from. */
  String key() {
    return compiledFrom.substring(compiledFrom.indexOf('#') + 1);
  }

  /** {@code kind/name}, unique within a canvas. */
  public String id() {
    return kind + "/" + name;
  }
}
