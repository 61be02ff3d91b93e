package dev.espalier.tracking;

import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.TestDatabase;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** A process that logs until it is killed, and says after each write that it was acknowledged. */
final class KilledWriter {
  static final int WRITERS = 4;

  private KilledWriter() {}

  public static void main(String[] arguments) {
    Path home = Path.of(arguments[0]);
    String round = arguments[1];
    Database database = TestDatabase.in(home);
    Runs runs = new Tracking(database).runs();
    ArtifactTree tree =
        new ArtifactTree(
            database, new LocalArtifactStore(home.resolve("files")), InstantSource.system());
    for (int writer = 0; writer < WRITERS; writer++) {
      String run = runs.create(0, "", 1, "", java.util.Map.of()).info().id();
      int number = writer;
      Thread.ofPlatform()
          .start(() -> {
            for (int i = 0; ; i++) {
              write(runs, tree, run, number, i);
              say("%s %s %d %d".formatted(round, run, number, i));
            }
          });
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** One batch: two points of a metric, a param and a tag; and one artifact. */
  private static void write(Runs runs, ArtifactTree tree, String run, int writer, int i) {
    List<Runs.LoggedMetric> metrics =
        List.of(metric(new MetricPoint(i, i, writer)), metric(new MetricPoint(i, i, -1 - writer)));
    runs.log(
        run,
        metrics,
        List.of(new Runs.LoggedText("", "p%04d".formatted(i), "v" + i)),
        List.of(new Runs.LoggedText("", "last", Integer.toString(i))));
    byte[] bytes = (run + i).getBytes(StandardCharsets.UTF_8);
    ArtifactEntry _ =
        tree.put(ArtifactPath.of(run + "/" + i), new ByteArrayInputStream(bytes), 1_000);
  }

  private static Runs.LoggedMetric metric(MetricPoint point) {
    return new Runs.LoggedMetric(
        -1, "m", point, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
