package dev.espalier.deployment;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.util.List;

/**
 * The clean process of the reload drill: opens one bundle from the artifact store, replays its
 * golden rows and writes one line of JSON. It shares nothing with its parent but the files.
 */
public final class ReloadProcess {
  static final String MARK = "reload: ";

  /**
   * What the process found.
   *
   * @param rows golden rows replayed
   * @param difference the largest, in probability
   * @param error why it could not; empty text when it could
   */
  record Result(long pid, int rows, double difference, String error) {}

  private ReloadProcess() {}

  /** {@code ARTIFACTS DIGEST}; exit code 0 with a result, whatever it says. */
  public static void main(String[] arguments) {
    Result result;
    try {
      Bundles bundles = new Bundles(ArtifactStore.shared(arguments[0]));
      Digest bundle = new Digest(arguments[1]);
      List<Bundles.Golden> rows = bundles.golden(bundle);
      try (Engine engine = bundles.load(bundle)) {
        double difference = rows.isEmpty() ? 0 : Bundles.goldenDifference(engine, rows);
        result = new Result(ProcessHandle.current().pid(), rows.size(), difference, "");
      }
    } catch (EspalierException failure) {
      result =
          new Result(ProcessHandle.current().pid(), 0, 1, String.valueOf(failure.getMessage()));
    }
    System.out.println(MARK + Json.write(result));
  }
}
