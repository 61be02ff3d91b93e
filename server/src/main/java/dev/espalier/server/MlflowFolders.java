package dev.espalier.server;

import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The artifacts of an MLflow server on this machine, read below folders that the operator names and
 * nowhere else, whatever the database says; links are not followed.
 */
final class MlflowFolders {
  private static final String PROXIED = "mlflow-artifacts:/";
  private final Path base;
  private final List<Path> folders;

  /**
   * @param folders where artifacts may be read; the first is what {@code mlflow-artifacts:/} means;
   *     without any, the folder of the file
   */
  MlflowFolders(Path file, List<Path> folders) {
    this.base = file.toAbsolutePath().normalize().resolveSibling(".").normalize();
    this.folders = (folders.isEmpty() ? List.of(base) : folders).stream().map(this::real).toList();
  }

  private Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException absent) {
      throw EspalierException.notFound("There is no folder %s.".formatted(folder));
    }
  }

  /** Whether a location is a folder at all. */
  boolean within(String location) {
    return local(location).isPresent();
  }

  List<String> files(MlflowSource.Place place, MlflowSource.Keep keep) throws IOException {
    Optional<Path> folder = local(place.location());
    if (folder.isEmpty()) {
      return List.of("%s: files at %s were not fetched".formatted(place, place.location()));
    }
    if (!Files.isDirectory(folder.get(), LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    Path root = real(folder.get());
    if (folders.stream().noneMatch(root::startsWith)) {
      return List.of(
          "%s: %s is outside the folders of --artifacts-from; not read"
              .formatted(place, place.location()));
    }
    List<Path> files = new ArrayList<>();
    try (Stream<Path> found = Files.walk(root)) {
      found
          .filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .forEach(files::add);
    }
    for (Path each : files) {
      keep.file(
          root.relativize(each).toString().replace('\\', '/'),
          Files.size(each),
          () -> Files.newInputStream(each));
    }
    return List.of();
  }

  /** Where a location is on this machine, if it is a folder at all. */
  private Optional<Path> local(String location) {
    if (location.startsWith(PROXIED)) {
      return Optional.of(
          folders.getFirst().resolve(location.substring(PROXIED.length()).replaceAll("^/+", "")));
    }
    if (location.startsWith("file:")) {
      return Optional.of(Path.of(URI.create(location).getPath()));
    }
    return location.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")
        ? Optional.empty()
        : Optional.of(base.resolve(location));
  }
}
