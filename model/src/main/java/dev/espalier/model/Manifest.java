package dev.espalier.model;

import dev.espalier.platform.Digest;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that a bundle consists of. Its own digest names the bundle, so a bundle cannot change
 * without becoming another one.
 *
 * @param kind majority, linear, frozen_encoder, encoder or external
 * @param files by name, each with digest and length
 * @param facts what is worth knowing: seed, parameters, parity, licence …
 */
public record Manifest(
    String kind,
    Signature signature,
    SortedMap<String, FileEntry> files,
    SortedMap<String, String> facts) {

  /** One file of a bundle; {@code bytes} is its length. */
  public record FileEntry(Digest digest, long bytes) {}

  public Manifest {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }
}
