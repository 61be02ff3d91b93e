package dev.espalier.tracking.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactPath;

/**
 * What the caller of one request may do to experiments and registered models. Runs, logged models,
 * traces and artifacts go by their experiment, versions by their model. The server decides and puts
 * it into the request; every {@code may…} throws DENIED, and lets through what does not exist,
 * which the route then says.
 */
public interface Rights {
  /** What may be done; each level may do what the ones before it may. */
  enum Level {
    NO_PERMISSIONS,
    READ,
    /** As {@link #READ}; MLflow uses it for what Espalier has not. */
    USE,
    EDIT,
    /** Also delete, restore and share. */
    MANAGE;

    public boolean atLeast(Level least) {
      return compareTo(least) >= 0;
    }
  }

  /** Whoever is not asked for anything: the machine's own user, or a server without a login. */
  Rights ALL = new Unlimited();

  /** Checks one row of the table of routes, with the fields that the caller sent. */
  void mayCall(String method, String path, Fields fields);

  /** Told once a call has succeeded: what was made belongs to the caller. */
  void called(String method, String path, Fields fields, JsonNode answer);

  void mayExperiment(long experiment, Level level);

  /** An experiment by its name. */
  void mayNamed(String experiment, Level level);

  void mayRun(String run, Level level);

  void mayLoggedModel(String model, Level level);

  void mayTrace(String trace, Level level);

  void mayArtifacts(ArtifactPath path, Level level);

  void mayRegistered(String name, Level level);

  /** The experiments that a search shows, by id. */
  Visible experiments();

  /** The registered models that a search shows, by name. */
  Visible models();

  /** No limits at all. */
  final class Unlimited implements Rights {
    private Unlimited() {}

    @Override
    public void mayCall(String method, String path, Fields fields) {}

    @Override
    public void called(String method, String path, Fields fields, JsonNode answer) {}

    @Override
    public void mayExperiment(long experiment, Level level) {}

    @Override
    public void mayNamed(String experiment, Level level) {}

    @Override
    public void mayRun(String run, Level level) {}

    @Override
    public void mayLoggedModel(String model, Level level) {}

    @Override
    public void mayTrace(String trace, Level level) {}

    @Override
    public void mayArtifacts(ArtifactPath path, Level level) {}

    @Override
    public void mayRegistered(String name, Level level) {}

    @Override
    public Visible experiments() {
      return new Visible.All();
    }

    @Override
    public Visible models() {
      return new Visible.All();
    }
  }
}
