package dev.espalier.artifacts;

import dev.espalier.platform.Database;
import dev.espalier.platform.MentionStore;
import dev.espalier.platform.TestDatabase;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A process that stores, names and collects all at once, until it is killed. Its writer puts again
 * what the collector is about to remove, and says which names it was told are kept.
 */
public final class KilledCollector {
  /** Longer than a put and its row take on a busy machine; old garbage is older by a day. */
  static final Duration GRACE = Duration.ofMinutes(10);

  private KilledCollector() {}

  static byte[] content(int number) {
    return ("[\"content %d\"]".formatted(number)).getBytes(StandardCharsets.UTF_8);
  }

  public static void main(String[] arguments) {
    Path home = Path.of(arguments[0]);
    String round = arguments[1];
    int first = Integer.parseInt(arguments[2]);
    Database database = TestDatabase.in(home);
    LocalArtifactStore store = new LocalArtifactStore(home.resolve("files"));
    ArtifactTree tree = new ArtifactTree(database, store, InstantSource.system());
    Thread.ofPlatform()
        .start(() -> {
          while (true) {
            GarbageCollection.Summary summary =
                GarbageCollection.run(
                    store,
                    all -> MentionStore.mentioned(database, all),
                    Instant.now().minus(GRACE),
                    GarbageCollection.Mode.REMOVE);
            say("collected " + summary.removed());
          }
        });
    for (int i = 0; ; i++) {
      // Every second one was garbage for a day, and comes back into use now.
      int number = first + i;
      ArtifactEntry _ =
          tree.put(
              ArtifactPath.of(round + "/" + number),
              new ByteArrayInputStream(content(number)),
              1_000);
      say("kept " + round + "/" + number);
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
