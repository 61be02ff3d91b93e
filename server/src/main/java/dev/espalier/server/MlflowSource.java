package dev.espalier.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.registry.ModelImportStore.ForeignVersion;
import dev.espalier.tracking.RunImportStore.ForeignExperiment;
import dev.espalier.tracking.RunImportStore.ForeignModel;
import dev.espalier.tracking.RunImportStore.ForeignRun;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/** What an MLflow server holds, read for an import and never written. One thread. */
interface MlflowSource extends AutoCloseable {

  /** An experiment by its number there. */
  record Experiment(long id, String location, ForeignExperiment foreign) {}

  /** What has files of its own. */
  enum Owner {
    RUN,
    MODEL
  }

  /** Something with files: a run or a logged model, and where the server says they are. */
  record Place(Owner owner, String id, String location) {
    @Override
    public String toString() {
      return (owner == Owner.RUN ? "run " : "model ") + id;
    }
  }

  /** A registered model without its versions. */
  record Registered(
      String name,
      String description,
      long createdAt,
      long updatedAt,
      Map<String, String> tags,
      Map<String, Integer> aliases) {}

  /** Takes a file. */
  interface Keep {
    /**
     * @param path below the place, with slashes
     * @param content opened at most once, and only when the file is not here yet
     */
    void file(String path, long bytes, Content content) throws IOException;
  }

  /** Takes a trace. */
  interface KeepTrace {
    /**
     * @param trace as MLflow's {@code traces/get} has it
     */
    void trace(String id, JsonNode trace);
  }

  /** The bytes of a file; the caller closes them. */
  interface Content {
    InputStream open() throws IOException;
  }

  List<Experiment> experiments();

  /** Runs by the time they began, deleted ones included. */
  List<Place> runs(long experiment);

  ForeignRun run(String id);

  List<Place> models(long experiment);

  ForeignModel model(String id);

  List<Registered> registered();

  /** The versions of a model by number; source and location are as they are there. */
  List<ForeignVersion> versions(String model);

  /** Hands over each trace of an experiment; what was not read, each in a sentence. */
  List<String> traces(Experiment experiment, KeepTrace keep);

  /** Whether files at this location would be fetched at all. */
  boolean within(String location);

  /** Hands over each file of a place; what was not read, each in a sentence. */
  List<String> files(Place place, Keep keep) throws IOException;

  @Override
  void close();
}
