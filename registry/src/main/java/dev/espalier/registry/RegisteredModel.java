package dev.espalier.registry;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A name with versions, as MLflow's clients see it. A product that a pipeline registers is one too.
 *
 * @param createdAt epoch milliseconds, as {@code updatedAt}
 * @param latest the newest version of each stage
 * @param aliases the version's number by alias
 */
record RegisteredModel(
    String name,
    String description,
    long createdAt,
    long updatedAt,
    SortedMap<String, String> tags,
    SortedMap<String, Integer> aliases,
    List<Version> latest) {

  /** True when its versions are prompts. */
  boolean prompt() {
    return prompt(tags);
  }

  private static boolean prompt(Map<String, String> tags) {
    return "true".equalsIgnoreCase(tags.get(ClientModelSearchStore.PROMPT));
  }

  /**
   * One version.
   *
   * @param number 1, 2, 3 …; never used twice, deleted ones included
   * @param version SemVer beside MLflow's number
   * @param source what was registered, as the client said it
   * @param location where the files are
   * @param runId empty without one, as {@code modelId}
   * @param stage None, Staging, Production or Archived
   * @param signature digest of the signature's text; empty without one
   */
  record Version(
      String name,
      int number,
      String version,
      String source,
      String location,
      String runId,
      String runLink,
      String modelId,
      String description,
      String user,
      String stage,
      String signature,
      long createdAt,
      long updatedAt,
      SortedMap<String, String> tags,
      List<String> aliases) {
    boolean prompt() {
      return RegisteredModel.prompt(tags);
    }
  }
}
