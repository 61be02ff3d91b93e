package dev.espalier.training;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rows of a run: read from its snapshot, or frozen as an artifact of one JSON line each. */
final class TrainingRows {
  private TrainingRows() {}

  /** The rows in the window of a run, labelled or not, in the order of the snapshot. */
  static List<Row> all(Datasets datasets, Ingested ingested) {
    return datasets.rows(ingested.snapshot()).stream()
        .filter(row -> ingested.since().map(since -> !row.at().isBefore(since)).orElse(true))
        .toList();
  }

  /** The labelled rows in the window of a run. */
  static List<Row> labelled(Datasets datasets, Ingested ingested) {
    return all(datasets, ingested).stream().filter(row -> row.label().isPresent()).toList();
  }

  static Digest freeze(ArtifactStore artifacts, List<Row> rows) {
    StringBuilder lines = new StringBuilder();
    rows.forEach(row -> lines.append(Json.write(row)).append('\n'));
    return artifacts.put(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  static List<Row> thaw(ArtifactStore artifacts, Digest frozen) {
    return new String(artifacts.read(frozen), StandardCharsets.UTF_8)
        .lines()
        .map(line -> Json.read(line, Row.class))
        .toList();
  }
}
