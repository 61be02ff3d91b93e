package dev.espalier.data;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Writes rows where the product's rows lie, reads them back from there, and hashes what was stored:
 * the same rows must come back. What it writes is a few hundred bytes, the same for the same
 * instant.
 */
public final class StorageDrill implements Drill {
  private static final int ROWS = 20;
  private final ArtifactStore artifacts;

  public StorageDrill(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public String name() {
    return "storage";
  }

  @Override
  public String description() {
    return "Writes rows to the storage of datasets, reads them back and compares.";
  }

  @Override
  public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(
          new Row(
              "probe-" + i,
              now,
              "probe %d of %s at %s".formatted(i, product, now),
              Optional.of("probe"),
              new TreeMap<>(Map.of("source", "drill"))));
    }
    long started = System.nanoTime();
    Outcome outcome = writeAndRead(rows);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    return List.of(
        Observation.verdict(
            "data.storage",
            "probe",
            product,
            now,
            rows.size(),
            outcome.same(),
            "%s, in %d ms".formatted(outcome.words(), millis),
            "/api/v1/drills/%s/records".formatted(product)));
  }

  private record Outcome(boolean same, String words) {}

  private Outcome writeAndRead(List<Row> rows) {
    Segments segments = new Segments(artifacts);
    try {
      List<Digest> written = segments.write(rows.iterator());
      List<Row> back = new ArrayList<>();
      Iterator<Row> read = segments.read(written);
      read.forEachRemaining(back::add);
      boolean whole = written.stream().allMatch(artifacts::verify);
      return back.equals(rows) && whole
          ? new Outcome(true, "%d rows were written and read back".formatted(rows.size()))
          : new Outcome(
              false,
              "%d rows were written; what came back or lies there is another thing"
                  .formatted(rows.size()));
    } catch (EspalierException failure) {
      return new Outcome(false, "The storage failed: " + failure.getMessage());
    }
  }
}
