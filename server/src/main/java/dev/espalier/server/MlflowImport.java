package dev.espalier.server;

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
import dev.espalier.server.MlflowFileStore.Place;
import dev.espalier.tracking.LoggedModel;
import dev.espalier.tracking.RunImportStore;
import dev.espalier.tracking.Tracking;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Brings the SQLite file of an MLflow server, and the files it names, into a home whose server does
 * not run. Each run, model and file goes in whole by itself, and what is there already stays: an
 * import that was killed is run again, and an import that was whole changes nothing. Files are read
 * below folders that the operator names and nowhere else, whatever the database says. One thread.
 */
public final class MlflowImport {
  private static final String HERE = "mlflow-artifacts:/";
  private final MlflowFileStore from;
  private final Path base;
  private final List<Path> folders;
  private final Tracking tracking;
  private final RunImportStore runs;
  private final ModelImportStore models;
  private final ArtifactTree tree;
  private final Map<String, String> moved = new LinkedHashMap<>();
  private final List<String> differences = new ArrayList<>();
  private int experimentCount;
  private int runCount;
  private long pointCount;
  private int modelCount;
  private int versionCount;
  private int fileCount;

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
      List<String> differences) {
    public Report {
      differences = List.copyOf(differences);
    }
  }

  private MlflowImport(
      MlflowFileStore from, Path base, List<Path> folders, Database database, ArtifactStore store) {
    InstantSource machine = InstantSource.system();
    this.from = from;
    this.base = base;
    this.folders = folders;
    this.tracking = new Tracking(database);
    ProductClocks clocks = new ProductClocks(database, machine);
    Registry _ =
        new Registry(database, new Bundles(store), clocks, new Events(database, clocks, machine));
    this.runs = new RunImportStore(database);
    this.models = new ModelImportStore(database);
    this.tree = new ArtifactTree(database, store, machine);
  }

  /**
   * Imports the file into the home at {@code folder}.
   *
   * @param folders where artifacts may be read; the first is what {@code mlflow-artifacts:/} means
   * @throws EspalierException UNAVAILABLE while a server has the home; NOT_FOUND and INVALID for
   *     the file
   */
  public static Report run(
      Path folder, Map<String, String> environment, Path file, List<Path> folders) {
    try (MlflowFileStore from = new MlflowFileStore(file);
        Home home = Home.open(folder)) {
      Stores stores = Stores.ofHome(home.folder(), environment);
      try (Database database = stores.openDatabase(home)) {
        Path base = file.toAbsolutePath().normalize().resolveSibling(".").normalize();
        List<Path> allowed = new ArrayList<>();
        for (Path each : folders.isEmpty() ? List.of(base) : folders) {
          allowed.add(real(each));
        }
        return new MlflowImport(from, base, allowed, database, stores.openArtifacts(home)).all();
      }
    }
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException absent) {
      throw EspalierException.notFound("There is no folder %s.".formatted(folder));
    }
  }

  private Report all() {
    for (MlflowFileStore.Experiment each : from.experiments()) {
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
            .ifPresent(uri -> files("model " + model.id(), model.location(), uri));
      }
    }
    for (MlflowFileStore.Registered each : from.registered()) {
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
                  from.aliases(each.name()))));
    }
    return new Report(
        experimentCount, runCount, pointCount, modelCount, versionCount, fileCount, differences);
  }

  private void run(long experiment, Place place) {
    RunImportStore.ForeignRun foreign = from.run(place.id());
    differences.addAll(runs.run(experiment, foreign));
    runCount++;
    pointCount += foreign.points().size();
    tracking
        .artifactUri(place.id())
        .ifPresent(uri -> files("run " + place.id(), place.location(), uri));
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
    differences.add(
        "model %s: the files of version %d stay at %s"
            .formatted(model, there.number(), there.location()));
    return there;
  }

  /** Copies what lies at a location there to its place here. */
  private void files(String whose, String location, String uri) {
    Optional<Path> folder = local(location);
    if (!uri.startsWith(HERE) || location.isEmpty()) {
      return;
    }
    if (folder.isEmpty()) {
      differences.add("%s: files at %s were not fetched".formatted(whose, location));
      return;
    }
    moved.put(location, uri);
    if (!Files.isDirectory(folder.get(), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path root = real(folder.get());
    if (folders.stream().noneMatch(root::startsWith)) {
      differences.add(
          "%s: %s is outside the folders of --artifacts-from; not read".formatted(whose, location));
      return;
    }
    ArtifactPath place = ArtifactPath.of(uri.substring(HERE.length()));
    try (Stream<Path> found = Files.walk(root)) {
      for (Path each : found.sorted().toList()) {
        if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
          file(whose, each, place + "/" + root.relativize(each).toString().replace('\\', '/'));
        }
      }
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read %s.".formatted(location), failure);
    }
  }

  private void file(String whose, Path file, String name) throws IOException {
    ArtifactPath path;
    try {
      path = ArtifactPath.of(name);
    } catch (EspalierException unusable) {
      differences.add("%s: '%s' has no name that can be kept".formatted(whose, file));
      return;
    }
    long bytes = Files.size(file);
    if (tree.find(path).filter(entry -> entry.bytes() == bytes).isPresent()) {
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      tree.put(path, in, Long.MAX_VALUE);
      fileCount++;
    }
  }

  /** Where a location is on this machine, if it is a folder at all. */
  private Optional<Path> local(String location) {
    if (location.startsWith(HERE)) {
      return Optional.of(folders.getFirst().resolve(trimmed(location.substring(HERE.length()))));
    }
    if (location.startsWith("file:")) {
      return Optional.of(Path.of(URI.create(location).getPath()));
    }
    return location.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")
        ? Optional.empty()
        : Optional.of(base.resolve(location));
  }

  private static String trimmed(String path) {
    return path.replaceAll("^/+", "");
  }
}
