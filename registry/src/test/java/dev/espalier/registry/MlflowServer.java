package dev.espalier.registry;

import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.model.Bundles;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.tracking.MlflowArtifactRoutes;
import dev.espalier.tracking.MlflowExperimentRoutes;
import dev.espalier.tracking.MlflowMetricRoutes;
import dev.espalier.tracking.MlflowModelRoutes;
import dev.espalier.tracking.MlflowMultipartRoutes;
import dev.espalier.tracking.MlflowRunRoutes;
import dev.espalier.tracking.MlflowTraceRoutes;
import dev.espalier.tracking.Tracking;
import io.helidon.webserver.WebServer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** Every MLflow route of tracking and the registry, on a real port over a real database. */
final class MlflowServer implements AutoCloseable {
  final Database database;
  final Tracking tracking;
  final Registry registry;
  final Events events;
  final Webhooks webhooks;
  private final WebServer server;

  MlflowServer(Path folder) {
    InstantSource machine = InstantSource.system();
    database = TestDatabase.in(folder);
    LocalArtifactStore files = new LocalArtifactStore(folder.resolve("files"));
    tracking = new Tracking(database);
    ProductClocks clocks = new ProductClocks(database, machine);
    events = new Events(database, clocks, machine);
    webhooks = new Webhooks(database, SecretBox.in(folder), Set.of(), events, machine);
    registry =
        new Registry(database, new Bundles(files), clocks, new RegistryNews(events, webhooks));
    AliasRules rules =
        new AliasRules(registry, _ -> Set.of("champion", "staging"), (_, _) -> Optional.empty());
    ArtifactTree tree = new ArtifactTree(database, files, machine);
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .update(JsonRoutes::passPackedBodies)
            .routing(routing ->
                routing
                    .register(new MlflowExperimentRoutes(tracking))
                    .register(new MlflowRunRoutes(tracking))
                    .register(new MlflowMetricRoutes(tracking))
                    .register(new MlflowModelRoutes(tracking))
                    .register(new MlflowArtifactRoutes(tracking, tree))
                    .register(new MlflowMultipartRoutes(tree, InstantSource.system()))
                    .register(new MlflowTraceRoutes(tracking, tree, InstantSource.system()))
                    .register(new MlflowRegistryRoutes(registry, rules, tracking, tree, machine))
                    .register(new MlflowWebhookRoutes(webhooks))
                    .register(new MlflowExperimentRoutes.UnknownRoutes()))
            .build()
            .start();
  }

  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  @Override
  public void close() {
    server.stop();
    webhooks.close();
    database.close();
  }
}
