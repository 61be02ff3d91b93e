package dev.espalier.registry;

import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.model.Bundles;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.tracking.Tracking;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Registers versions and moves an alias along, saying each number, until it is killed. */
final class KilledRegistrar {
  static final String MODEL = "spam";
  static final String ALIAS = "candidate";

  private KilledRegistrar() {}

  /** The registry of a home, with what it stands on. */
  record Opened(Database database, Tracking tracking, ArtifactTree tree, ClientModels models) {
    static Opened in(Path home) {
      InstantSource machine = InstantSource.system();
      Database database = TestDatabase.in(home);
      LocalArtifactStore files = new LocalArtifactStore(home.resolve("files"));
      ProductClocks clocks = new ProductClocks(database, machine);
      Registry registry =
          new Registry(database, new Bundles(files), clocks, new Events(database, clocks, machine));
      Tracking tracking = new Tracking(database);
      ArtifactTree tree = new ArtifactTree(database, files, machine);
      return new Opened(
          database,
          tracking,
          tree,
          new ClientModels(
              registry,
              new AliasRules(registry, _ -> Set.of(), (_, _) -> Optional.empty()),
              tracking,
              tree,
              machine));
    }
  }

  public static void main(String[] arguments) {
    Opened home = Opened.in(Path.of(arguments[0]));
    String round = arguments[1];
    if (round.equals("0")) {
      var _ = home.models().create(MODEL, "", Map.of());
    }
    for (int i = 0; ; i++) {
      String run = "run_%s_%d".formatted(round, i);
      home.tracking().start("kills", run, run, Map.of(), Instant.now());
      String uri = home.tracking().artifactUri(run).orElseThrow() + "/model";
      byte[] content = ("signature:\n  inputs: '" + run + "'\n").getBytes(StandardCharsets.UTF_8);
      var _ =
          home.tree()
              .put(
                  new ArtifactPath(uri.substring("mlflow-artifacts:/".length()) + "/MLmodel"),
                  new ByteArrayInputStream(content),
                  1_000);
      int number =
          home.models()
              .register(new ClientModels.Draft(MODEL, uri, run, "", "", run, Map.of("run", run)))
              .number();
      home.models().setAlias(MODEL, ALIAS, Integer.toString(number), "ann");
      System.out.println(number);
      System.out.flush();
    }
  }
}
