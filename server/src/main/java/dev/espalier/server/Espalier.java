package dev.espalier.server;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.S3ArtifactStore;
import dev.espalier.canvas.CanvasEvidence;
import dev.espalier.canvas.CanvasRoutes;
import dev.espalier.canvas.CanvasSummary;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Facts;
import dev.espalier.canvas.ProofRoutes;
import dev.espalier.canvas.QuestionRoutes;
import dev.espalier.canvas.UseEvidence;
import dev.espalier.canvas.documents.DocumentEvidence;
import dev.espalier.canvas.documents.DocumentRoutes;
import dev.espalier.canvas.documents.Documents;
import dev.espalier.data.DataEvidence;
import dev.espalier.data.DatasetRoutes;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.data.StorageDrill;
import dev.espalier.deployment.Behind;
import dev.espalier.deployment.CleanJvm;
import dev.espalier.deployment.DeploymentEvidence;
import dev.espalier.deployment.DeploymentModelSource;
import dev.espalier.deployment.DeploymentRoutes;
import dev.espalier.deployment.Deployments;
import dev.espalier.deployment.DrillPlan;
import dev.espalier.deployment.DrillStore;
import dev.espalier.deployment.PolicyCheck;
import dev.espalier.deployment.ReleaseRecords;
import dev.espalier.deployment.Rollout;
import dev.espalier.deployment.ServingDrills;
import dev.espalier.model.Bundles;
import dev.espalier.monitoring.Asked;
import dev.espalier.monitoring.DriftDrill;
import dev.espalier.monitoring.FeatureRoutes;
import dev.espalier.monitoring.LabelledRow;
import dev.espalier.monitoring.MetricRoutes;
import dev.espalier.monitoring.Monitoring;
import dev.espalier.monitoring.MonitoringConfig;
import dev.espalier.monitoring.MonitoringEvidence;
import dev.espalier.monitoring.MonitoringRoutes;
import dev.espalier.monitoring.PageDrill;
import dev.espalier.monitoring.ProcessSignals;
import dev.espalier.monitoring.Skew;
import dev.espalier.pipeline.Cause;
import dev.espalier.pipeline.PipelineConfig;
import dev.espalier.pipeline.PipelineEvidence;
import dev.espalier.pipeline.PipelineRoutes;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.pipeline.RerunDrill;
import dev.espalier.pipeline.Run;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.Role;
import dev.espalier.platform.Signer;
import dev.espalier.registry.AliasRules;
import dev.espalier.registry.BoardWebhookRoutes;
import dev.espalier.registry.MlflowRegistryRoutes;
import dev.espalier.registry.MlflowWebhookRoutes;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.RegisteredOnnx;
import dev.espalier.registry.Registry;
import dev.espalier.registry.RegistryAudit;
import dev.espalier.registry.RegistryEvidence;
import dev.espalier.registry.RegistryNews;
import dev.espalier.registry.RegistryRoutes;
import dev.espalier.registry.SecretBox;
import dev.espalier.registry.Webhooks;
import dev.espalier.server.http.HttpServer;
import dev.espalier.server.identity.Access;
import dev.espalier.server.identity.IdentityRoutes;
import dev.espalier.server.identity.Members;
import dev.espalier.server.identity.MlflowUserRoutes;
import dev.espalier.server.identity.MlflowUsers;
import dev.espalier.server.identity.Ownership;
import dev.espalier.server.identity.Permissions;
import dev.espalier.server.identity.Tokens;
import dev.espalier.serving.InferenceRoutes;
import dev.espalier.serving.PredictRoutes;
import dev.espalier.serving.Serving;
import dev.espalier.serving.ServingConfig;
import dev.espalier.tracking.ExperimentOfStore;
import dev.espalier.tracking.ExperimentRoutes;
import dev.espalier.tracking.MlflowArtifactRoutes;
import dev.espalier.tracking.MlflowExperimentRoutes;
import dev.espalier.tracking.MlflowMetricRoutes;
import dev.espalier.tracking.MlflowModelRoutes;
import dev.espalier.tracking.MlflowMultipartRoutes;
import dev.espalier.tracking.MlflowRunRoutes;
import dev.espalier.tracking.MlflowTraceRoutes;
import dev.espalier.tracking.Purge;
import dev.espalier.tracking.Tracking;
import dev.espalier.tracking.TrackingRoutes;
import dev.espalier.training.CiEvidence;
import dev.espalier.training.CiRoutes;
import dev.espalier.training.EvaluateStep;
import dev.espalier.training.EvaluationRoutes;
import dev.espalier.training.GateStep;
import dev.espalier.training.IngestStep;
import dev.espalier.training.PrepareStep;
import dev.espalier.training.RecordEvidence;
import dev.espalier.training.RegisterStep;
import dev.espalier.training.SplitStep;
import dev.espalier.training.TrainStep;
import dev.espalier.training.TrainingEvidence;
import dev.espalier.training.ValidateStep;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * One whole process, assembled by hand: every stage, wired in the order of the lifecycle, behind
 * one port. Thread-safe; {@link #close} ends it in the opposite order.
 */
public final class Espalier implements AutoCloseable {
  /** Every stage with tables, in the order of the arrows. */
  private static final String[] STAGES = {
    "platform",
    "canvas",
    "documents",
    "identity",
    "data",
    "artifacts",
    "tracking",
    "registry",
    "pipeline",
    "monitoring",
    "deployment",
    "training"
  };

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ProductClocks clocks;
  private final Events events;
  private final Canvases canvases;
  private final Datasets datasets;
  private final Pipelines pipelines;
  private final Serving serving;
  private final Deployments deployments;
  private final Monitoring monitoring;
  private final Drills drills;
  private final ProductLoop loop;
  private final KnownFacts known;
  private final HttpServer http;
  private final String host;

  private Espalier(ServerConfig config) {
    this.host = config.host();
    CompletableFuture<Void> prepared = CompletableFuture.runAsync(HttpServer::prepare);
    try {
      Home home = opened(Home.open(config.home()));
      InstantSource machine = InstantSource.system();
      Ids ids = new Ids(machine, new SecureRandom());
      Database database = opened(config.stores().openDatabase(home));
      database.migrate(STAGES);
      ArtifactStore artifacts = config.stores().openArtifacts(home);
      if (artifacts instanceof S3ArtifactStore bucket) {
        opened(bucket);
      }
      clocks = new ProductClocks(database, machine);
      events = new Events(database, clocks, machine);
      canvases =
          new Canvases(
              database, clocks, events, ids, machine, Signer.in(home.folder()), this::facts);
      Tokens tokens = new Tokens(database, ids, machine);
      datasets = new Datasets(database, artifacts, events, machine);
      Bundles bundles = new Bundles(artifacts);
      Tracking tracking = new Tracking(database);
      ArtifactTree tree = new ArtifactTree(database, artifacts, machine);
      Webhooks webhooks =
          opened(new Webhooks(database, SecretBox.in(home.folder()), Set.of(), events, machine));
      Registry registry =
          new Registry(database, bundles, clocks, new RegistryNews(events, webhooks));
      Ownership ownership =
          new Ownership(
              new MlflowUsers(database, machine),
              members(canvases),
              new ExperimentOfStore(database),
              registry::isRegistered);
      Access access = new Access(tokens, members(canvases), Permissions.ofThisProgram(), ownership);
      RegisteredOnnx registered = new RegisteredOnnx(database, tracking, tree);
      List<StepLogic<?>> steps = steps(datasets, registry, registered);
      pipelines =
          opened(
              new Pipelines(
                  database,
                  artifacts,
                  tracking,
                  clocks,
                  events,
                  ids,
                  steps,
                  PipelineConfig.in(
                      home.work(), Optional.of(TrainingProcess.jvm(home, config.stores())))));
      monitoring =
          opened(
              new Monitoring(
                  database,
                  clocks,
                  events,
                  machine,
                  canvases::active,
                  (dataset, row, source) -> datasets.label(dataset, row(row), source),
                  home.inferenceSpool(),
                  MonitoringConfig.of(System.getenv())));
      serving =
          opened(
              new Serving(
                  new DeploymentModelSource(registry, bundles, canvases::active),
                  monitoring,
                  clocks::now,
                  machine,
                  ids,
                  ServingConfig.ofThisMachine()));
      DrillStore drillRecords = new DrillStore(database);
      CanvasChecks checks =
          new CanvasChecks(
              database, datasets, artifacts, clocks, events, ids, home, canvases, pipelines);
      RecordedFacts facts = new RecordedFacts(registry, this::rollouts);
      Documents documents = new Documents(database, archive(artifacts), canvases, facts, clocks);
      deployments =
          new Deployments(
              database,
              registry,
              serving,
              monitoring,
              clocks,
              events,
              ids,
              ReleaseRecords.of(bundles, new DrillPlan(drillRecords))
                  .with("ci", checks::released)
                  .with("card", (version, _, _) -> card(documents, version)),
              canvases::require);
      canvases.reconciler().lagging(product -> deployments.behind(product).map(Behind::why));
      AliasRules aliases = Naming.rules(registry, canvases, deployments);
      AtWork work =
          new AtWork(
              canvases,
              new AtWork.Stages(
                  datasets,
                  pipelines,
                  tracking,
                  registry,
                  deployments,
                  monitoring,
                  checks.checks()),
              drillRecords,
              clocks,
              machine);
      List<EvidenceSource> sources = new ArrayList<>();
      sources.add(new DocumentEvidence(documents, facts));
      sources.add(new CanvasEvidence(canvases, work::acts));
      sources.add(new UseEvidence(canvases, work));
      sources.add(new DataEvidence(datasets));
      sources.add(new PipelineEvidence(pipelines, steps));
      sources.add(
          new RegistryEvidence(
              registry,
              new RegistryAudit(registry, bundles),
              TrainingEvidence::trainedThrough,
              artifacts::exists,
              artifacts instanceof S3ArtifactStore ? "s3" : "embedded_cas"));
      sources.add(new TrainingEvidence(registry));
      sources.add(new RecordEvidence(pipelines, tracking, registry));
      sources.add(new DeploymentEvidence(deployments, serving, registry));
      sources.add(
          new MonitoringEvidence(
              monitoring,
              (product, version, metric) ->
                  Optional.ofNullable(registry.version(product, version).metrics().get(metric)),
              serving::brokenRules));
      Skew skew = new Skew(monitoring, (product, version) -> texts(registry, product, version));
      sources.add(skew);
      sources.add(opened(new ProcessSignals(database, machine)));
      List<Drill> rehearsed = new ArrayList<>();
      rehearsed.addAll(
          new ServingDrills(
                  serving,
                  registry,
                  bundles,
                  ids,
                  CleanJvm.likeThis(config.stores().artifactPlace(home)))
              .all());
      rehearsed.add(new DriftDrill(monitoring));
      rehearsed.add(new PageDrill(monitoring));
      rehearsed.add(skew);
      rehearsed.add(new RestoreDrill(home, registry, machine));
      rehearsed.add(new RerunDrill(pipelines, Duration.ofSeconds(10)));
      rehearsed.add(new StorageDrill(artifacts));
      rehearsed.add(new ParityDrill(datasets, registry, bundles, serving));
      drills =
          opened(
              new Drills(
                  rehearsed,
                  new Drills.Stages(canvases, registry, deployments, drillRecords),
                  clocks,
                  events,
                  ids,
                  machine));
      sources.add(new CiEvidence(checks.checks(), registry));
      known = new KnownFacts(registry, pipelines, datasets, canvases::active);
      loop =
          new ProductLoop(
              canvases,
              datasets,
              pipelines,
              deployments,
              monitoring,
              clocks,
              sources,
              checks,
              documents::freeze);

      prepared.join();
      http =
          opened(
              new HttpServer(
                  config.host(),
                  config.port(),
                  events,
                  access,
                  new HttpServer.Mounts(
                      List.of(
                          // First: routes are looked through in order, and this one is asked most.
                          new PredictRoutes(serving, PredictRoutes.EventTime.NOW),
                          new IdentityRoutes(tokens, access),
                          new CanvasRoutes(canvases),
                          new QuestionRoutes(canvases),
                          new ProofRoutes(canvases),
                          new BoardWebhookRoutes(webhooks, canvases::require),
                          new DocumentRoutes(documents),
                          new DatasetRoutes(datasets),
                          new ExperimentRoutes(tracking, tree),
                          new TrackingRoutes(
                              tracking, new Purge(database, tree, registry::needs), machine),
                          new PipelineRoutes(pipelines, canvases::require, loop::start),
                          new RegistryRoutes(registry, aliases, bundles),
                          new CiRoutes(checks.checks(), canvases::require),
                          new EvaluationRoutes(pipelines, artifacts),
                          new DeploymentRoutes(deployments),
                          new MonitoringRoutes(monitoring, clocks),
                          new FeatureRoutes(monitoring, skew, clocks),
                          new MetricRoutes(monitoring, canvases::require),
                          new DrillRoutes(drills)),
                      new InferenceRoutes(serving),
                      List.of(
                          new MlflowExperimentRoutes(tracking),
                          new MlflowRunRoutes(tracking),
                          new MlflowMetricRoutes(tracking),
                          new MlflowModelRoutes(tracking),
                          new MlflowArtifactRoutes(tracking, tree),
                          new MlflowMultipartRoutes(tree, machine),
                          new MlflowTraceRoutes(tracking, tree, machine),
                          new MlflowRegistryRoutes(registry, aliases, tracking, tree, machine),
                          new MlflowWebhookRoutes(webhooks),
                          new MlflowUserRoutes(ownership),
                          new MlflowExperimentRoutes.UnknownRoutes()),
                      () -> serving.metrics() + monitoring.metrics())));
    } catch (RuntimeException failure) {
      close();
      throw failure;
    }
  }

  /** A card that says what it must is frozen with the first release that asks for it. */
  private static PolicyCheck card(Documents documents, ModelVersion version) {
    Documents.Card card = documents.freezeCard(version.product(), version.version());
    return new PolicyCheck(
        "card",
        card.open().isEmpty(),
        card.open().isEmpty()
            ? "model card %s is frozen, %d of %d sections answered"
                .formatted(card.digest().brief(), card.answered(), card.sections())
            : "the model card of %s does not say %s; `espalier docs %s model-card --version %s` shows it"
                .formatted(
                    version.version(),
                    String.join(", ", card.open()),
                    version.product(),
                    version.version()));
  }

  private static Documents.Archive archive(ArtifactStore artifacts) {
    return new Documents.Archive() {
      @Override
      public Digest put(byte[] content) {
        return artifacts.put(content);
      }

      @Override
      public byte[] read(Digest digest) {
        return artifacts.read(digest);
      }
    };
  }

  private Facts facts(String product) {
    return known.about(product);
  }

  private static Members members(Canvases canvases) {
    return new Members() {
      @Override
      public Optional<Role> role(String product, String user) {
        return canvases.role(product, user);
      }

      @Override
      public List<String> products() {
        return canvases.products();
      }
    };
  }

  private static List<StepLogic<?>> steps(
      Datasets datasets, Registry registry, RegisteredOnnx registered) {
    return List.of(
        new IngestStep(datasets),
        new ValidateStep(datasets),
        new SplitStep(datasets, registry),
        new PrepareStep(datasets),
        new TrainStep(),
        new EvaluateStep(registry, registered),
        new GateStep(),
        new RegisterStep(registry));
  }

  /** The rows that a version could be trained on: its snapshot up to the newest one it used. */
  private Stream<String> texts(Registry registry, String product, String version) {
    ModelVersion model = registry.version(product, version);
    return datasets.stream(model.snapshot()).filter(row -> row.label().isPresent()).map(Row::text);
  }

  private static Row row(LabelledRow row) {
    return new Row(row.id(), row.at(), row.text(), Optional.of(row.label()), row.attributes());
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /**
   * Opens a home and listens. What an earlier process left is taken up first: interrupted runs go
   * on, routes are rebuilt, and evidence about this process is measured anew before {@code /readyz}
   * answers 200.
   */
  public static Espalier start(ServerConfig config) {
    Espalier espalier = new Espalier(config);
    try {
      espalier.deployments.resume();
      espalier.pipelines.resume(espalier.canvases::version);
      for (CanvasSummary canvas : espalier.canvases.list()) {
        espalier.loop.observe(canvas.product(), espalier.canvases.require(canvas.product()));
      }
      espalier.opened(
          new Ticker(espalier.canvases, espalier.clocks, espalier.loop, espalier.drills));
      espalier.http.ready();
      return espalier;
    } catch (RuntimeException failure) {
      espalier.close();
      throw failure;
    }
  }

  /** Every route that is mounted. */
  List<HttpServer.Route> routes() {
    return http.routes();
  }

  List<HttpServer.Route> mlflowRoutes() {
    return http.mlflowRoutes();
  }

  /** Where this process listens, as a browser writes it. */
  public String url() {
    return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, http.port());
  }

  public Canvases canvases() {
    return canvases;
  }

  public Datasets datasets() {
    return datasets;
  }

  public ProductClocks clocks() {
    return clocks;
  }

  public Events events() {
    return events;
  }

  /** The seed of runs that start from now on. */
  public void seed(long seed) {
    loop.seed(seed);
  }

  /** Starts a run of the product's pipeline and returns its id. */
  public String train(String product, String trigger, String reason) {
    return loop.start(canvases.require(product), new Cause(trigger, reason, Optional.empty()));
  }

  /** Runs the checks of a new canvas as a tick does, and waits for their end. */
  public void check(String product) throws InterruptedException {
    loop.check(product);
  }

  /** Moves a product by what is due. */
  public void tick(String product) {
    loop.tick(product);
  }

  /** Waits until everything that was answered is in the log. */
  public void flush() {
    monitoring.flush();
  }

  /** Every logged request of a product, in the order of the log. */
  public List<Asked> asked(String product) {
    return monitoring.asked(product);
  }

  /** The run that works for the product now. */
  public Optional<Run> running(String product) {
    return loop.active(product);
  }

  /** A run as it stands. */
  public Run run(String id) {
    return pipelines.run(id);
  }

  /** The output of a run's step. */
  public <T> Optional<T> output(String run, String step, Class<T> type) {
    return pipelines.output(run, step, type);
  }

  /** Whether a rollout of the product is under way. */
  public boolean rollingOut(String product) {
    return deployments.rollouts(product).stream().anyMatch(rollout -> !rollout.ended());
  }

  /** The product's runs, newest first. */
  public List<Run> runs(String product) {
    return pipelines.runs(product);
  }

  /** The product's rollouts, oldest first. */
  public List<Rollout> rollouts(String product) {
    return deployments.rollouts(product);
  }

  /**
   * A text file of the program, such as an example canvas.
   *
   * @throws EspalierException NOT_FOUND
   */
  public static String resource(String name) {
    return HttpServer.resource(name);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      while (!open.isEmpty()) {
        try {
          open.pop().close();
        } catch (Exception failure) {
          System.getLogger(Espalier.class.getName())
              .log(System.Logger.Level.WARNING, "Closing failed", failure);
        }
      }
    }
  }
}
