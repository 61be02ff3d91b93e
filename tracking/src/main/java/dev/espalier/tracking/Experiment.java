package dev.espalier.tracking;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A named set of runs. A pipeline's runs belong to the experiment that has its product's name.
 *
 * @param artifactLocation where its runs' artifacts go; {@code mlflow-artifacts:/<id>} is this
 *     server
 * @param createdAt epoch milliseconds, as {@code updatedAt}
 */
public record Experiment(
    long id,
    String name,
    String artifactLocation,
    LifecycleStage stage,
    long createdAt,
    long updatedAt,
    SortedMap<String, String> tags) {
  public Experiment {
    tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
  }
}
