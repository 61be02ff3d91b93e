package dev.espalier.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.model.Bundles;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import dev.espalier.registry.ModelImportStore;
import dev.espalier.registry.ModelImportStore.ForeignVersion;
import dev.espalier.registry.Registry;
import dev.espalier.server.MlflowSource.Place;
import dev.espalier.tracking.LoggedModel;
import dev.espalier.tracking.RunImportStore;
import dev.espalier.tracking.TraceImport;
import dev.espalier.tracking.Tracking;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Brings what an MLflow server holds, out of its SQLite file or over its REST API, into a home
 * whose server does not run. Each run, model and file goes in whole by itself, and what is there
 * already stays: an import that was killed is run again, and an import that was whole changes
 * nothing. One thread.
 */
public final class MlflowImport {
  private static final String HERE = "mlflow-artifacts:/";

  /** The source of a prompt, which is text in a tag. */
  static final String NO_FILES = "dummy-source";

  private final MlflowSource from;
  private final Consumer<String> progress;
  private final Tracking tracking;
  private final RunImportStore runs;
  private final ModelImportStore models;
  private final TraceImport traces;
  private final ArtifactTree tree;
  private final Map<String, String> moved = new LinkedHashMap<>();
  private final List<String> differences = new ArrayList<>();
  private int experimentCount;
  private int runCount;
  private long pointCount;
  private int modelCount;
  private int versionCount;
  private int fileCount;
  private int traceCount;

  /**
   * What was found there, and what is not the same here.
   *
   * @param points of metrics
   * @param files that were copied now; those already here are not counted
   */
  public record Report(
      int experiments,
      int runs,
      long points,
      int loggedModels,
      int versions,
      int files,
      int traces,
      List<String> differences) {
    public Report {
      differences = List.copyOf(differences);
    }
  }

  private MlflowImport(
      MlflowSource from, Database database, ArtifactStore store, Consumer<String> progress) {
    InstantSource machine = InstantSource.system();
    this.from = from;
    this.progress = progress;
    this.tracking = new Tracking(database);
    ProductClocks clocks = new ProductClocks(database, machine);
    Registry _ =
        new Registry(database, new Bundles(store), clocks, new Events(database, clocks, machine));
    this.runs = new RunImportStore(database);
    this.models = new ModelImportStore(database);
    this.traces = new TraceImport(tracking, machine);
    this.tree = new ArtifactTree(database, store, machine);
  }

  /**
   * Imports into the home at {@code folder}.
   *
   * @param environment credentials of stores outside the home, and the login of a server that is
   *     asked ({@link MlflowLogin})
   * @param from the SQLite file, or the http or https address of a server that runs
   * @param folders where the artifacts of a file may be read; the first is what {@code
   *     mlflow-artifacts:/} means
   * @param progress hears of each run as it is in
   * @throws EspalierException UNAVAILABLE while a server has the home, or when theirs does not
   *     answer; NOT_FOUND and INVALID for {@code from}; DENIED without the login it wants
   */
  public static Report run(
      Path folder,
      Map<String, String> environment,
      String from,
      List<Path> folders,
      Consumer<String> progress) {
    try (MlflowSource source = source(from, folders, environment);
        Home home = Home.open(folder)) {
      Stores stores = Stores.ofHome(home.folder(), environment);
      try (Database database = stores.openDatabase(home)) {
        return new MlflowImport(source, database, stores.openArtifacts(home), progress).all();
      }
    }
  }

  private static MlflowSource source(
      String from, List<Path> folders, Map<String, String> environment) {
    if (!from.matches("(?i)https?://.*")) {
      return new MlflowFileStore(Path.of(from), folders);
    }
    if (!folders.isEmpty()) {
      throw EspalierException.invalidField(
          "--artifacts-from",
          "goes with a file",
          "A server that is asked by its address sends its artifacts itself.",
          Optional.of("--from mlflow.db"));
    }
    return new MlflowRest(from, MlflowLogin.of(environment));
  }

  private Report all() {
    for (MlflowSource.Experiment each : from.experiments()) {
      long experiment = runs.experiment(each.foreign());
      experimentCount++;
      for (Place run : from.runs(each.id())) {
        run(experiment, run);
      }
      for (Place model : from.models(each.id())) {
        runs.model(experiment, from.model(model.id()));
        modelCount++;
        tracking
            .loggedModel(model.id())
            .map(LoggedModel::artifactUri)
            .ifPresent(uri -> files(model, uri));
      }
      differences.addAll(from.traces(each, (id, trace) -> trace(experiment, id, trace)));
    }
    for (MlflowSource.Registered each : from.registered()) {
      List<ForeignVersion> versions =
          from.versions(each.name()).stream().map(version -> here(each.name(), version)).toList();
      versionCount += versions.size();
      differences.addAll(
          models.model(
              new ModelImportStore.ForeignModel(
                  each.name(),
                  each.description(),
                  each.createdAt(),
                  each.updatedAt(),
                  each.tags(),
                  versions,
                  each.aliases())));
    }
    return new Report(
        experimentCount,
        runCount,
        pointCount,
        modelCount,
        versionCount,
        fileCount,
        traceCount,
        differences);
  }

  private void run(long experiment, Place place) {
    RunImportStore.ForeignRun foreign = from.run(place.id());
    differences.addAll(runs.run(experiment, foreign));
    runCount++;
    pointCount += foreign.points().size();
    tracking.artifactUri(place.id()).ifPresent(uri -> files(place, uri));
    progress.accept(place.toString());
  }

  private void trace(long experiment, String id, JsonNode trace) {
    try {
      traces.put(experiment, trace);
      traceCount++;
    } catch (EspalierException unusable) {
      if (unusable.code() == ErrorCode.UNAVAILABLE || unusable.code() == ErrorCode.INTERNAL) {
        throw unusable;
      }
      differences.add("trace %s stays there: %s".formatted(id, unusable.getMessage()));
    }
  }

  /** A version whose files came along is found here, and says so. */
  private ForeignVersion here(String model, ForeignVersion there) {
    if (there.source().startsWith("models:/m-")) {
      String id = there.source().substring("models:/".length());
      Optional<String> uri = tracking.loggedModel(id).map(LoggedModel::artifactUri);
      if (uri.isPresent()) {
        return there.at(there.source(), uri.get(), id);
      }
    }
    for (Map.Entry<String, String> place : moved.entrySet()) {
      if (there.location().equals(place.getKey())
          || there.location().startsWith(place.getKey() + "/")) {
        String uri = place.getValue() + there.location().substring(place.getKey().length());
        return there.at(uri, uri, "");
      }
    }
    if (there.source().equals(NO_FILES)) {
      return there;
    }
    differences.add(
        "model %s: the files of version %d stay at %s"
            .formatted(model, there.number(), there.location()));
    return there;
  }

  /** Copies the files of a place there to its place here. */
  private void files(Place place, String uri) {
    if (!uri.startsWith(HERE) || place.location().isEmpty()) {
      return;
    }
    ArtifactPath root = ArtifactPath.of(uri.substring(HERE.length()));
    try {
      differences.addAll(
          from.files(place, (path, bytes, content) -> file(place, root, path, bytes, content)));
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot read the files of %s. Run the import again: what is here stays.".formatted(place),
          failure);
    }
    if (from.within(place.location())) {
      moved.put(place.location(), uri);
    }
  }

  private void file(
      Place place, ArtifactPath root, String name, long bytes, MlflowSource.Content content)
      throws IOException {
    ArtifactPath path;
    try {
      path = root.resolve(ArtifactPath.of(name));
    } catch (EspalierException unusable) {
      differences.add("%s: '%s' has no name that can be kept".formatted(place, name));
      return;
    }
    if (tree.find(path).filter(entry -> entry.bytes() == bytes).isPresent()) {
      return;
    }
    try (InputStream in = content.open()) {
      tree.put(path, in, Long.MAX_VALUE);
      fileCount++;
    }
  }
}
