package dev.espalier.tracking;

import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.platform.Database;
import java.util.List;
import java.util.Optional;

/** To which experiment something belongs, for whoever decides who may touch it. Thread-safe. */
public final class ExperimentOfStore {
  private final Database database;

  public ExperimentOfStore(Database database) {
    this.database = database;
  }

  public Optional<Long> ofRun(String run) {
    return one("SELECT experiment FROM experiment_run WHERE id = :id", run);
  }

  public Optional<Long> ofLoggedModel(String model) {
    return one("SELECT experiment FROM logged_model WHERE id = :id", model);
  }

  public Optional<Long> ofTrace(String trace) {
    return one("SELECT experiment FROM trace WHERE id = :id", trace);
  }

  public Optional<Long> named(String name) {
    return one("SELECT id FROM experiment WHERE name = :id", name);
  }

  public Optional<String> name(long experiment) {
    return database.read(handle ->
        handle
            .createQuery("SELECT name FROM experiment WHERE id = :id")
            .bind("id", experiment)
            .mapTo(String.class)
            .findOne());
  }

  private Optional<Long> one(String query, String id) {
    return database.read(
        handle -> handle.createQuery(query).bind("id", id).mapTo(Long.class).findOne());
  }

  /**
   * Every experiment whose artifacts lie at or above the path. There is more than one when somebody
   * chose a place inside another's for theirs.
   */
  public List<Long> ofArtifacts(ArtifactPath path) {
    String below = path.text() + "/";
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT id, artifact_location FROM experiment
                WHERE artifact_location LIKE 'mlflow-artifacts:/%' ORDER BY id
                """)
            .map((row, _) ->
                new Place(row.getLong("id"), folder(row.getString("artifact_location"))))
            .list()
            .stream()
            .filter(place -> place.folder().isEmpty() || below.startsWith(place.folder() + "/"))
            .map(Place::experiment)
            .toList());
  }

  private record Place(long experiment, String folder) {}

  /** As artifact paths are written; the top for an experiment that took all of it. */
  private static String folder(String location) {
    String rest = location.substring(MlflowArtifactRoutes.SCHEME.length()).replaceFirst("^/+", "");
    return rest.isEmpty() ? "" : ArtifactPath.of(rest).text();
  }
}
