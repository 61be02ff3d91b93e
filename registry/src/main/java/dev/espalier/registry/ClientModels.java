package dev.espalier.registry;

import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.tracking.Found;
import dev.espalier.tracking.LoggedModel;
import dev.espalier.tracking.MlflowArtifactRoutes;
import dev.espalier.tracking.Tracking;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Filter;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.Vocabulary;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Visible;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The registry as MLflow's clients use it. Names that a pipeline registers under are shown and may
 * be described and tagged, but their versions, and the aliases that traffic follows, move through
 * gates and rollouts only. Thread-safe; every change is one transaction. All methods throw INVALID
 * for input that breaks a rule, NOT_FOUND for what is not there, and DENIED for what is a
 * pipeline's.
 */
final class ClientModels {
  private static final List<String> STAGES = List.of("None", "Staging", "Production", "Archived");
  private static final Pattern VERSION_ALIAS = Pattern.compile("[vV]\\d+");
  private static final int MAX_TAG = 100_000;
  private static final int MAX_TEXT = 5_000;
  private static final Vocabulary MODELS =
      new Vocabulary.Builder()
          .attributePrefixes("attribute", "attributes", "attr")
          .attribute(Vocabulary.TEXT_OR_LIST, "name")
          .entity(Clause.Entity.TAG, Vocabulary.TEXT, "tag", "tags")
          .build();
  private static final Vocabulary MODEL_ORDER =
      new Vocabulary.Builder()
          .attribute(Vocabulary.TEXT, "name")
          .attribute(Vocabulary.NUMERIC, "creation_timestamp")
          .attribute(Vocabulary.NUMERIC, "last_updated_timestamp", "timestamp")
          .build();
  private static final Vocabulary VERSIONS =
      new Vocabulary.Builder()
          .attributePrefixes("attribute", "attributes", "attr")
          .attribute(Vocabulary.TEXT_OR_LIST, "name")
          .attribute(Vocabulary.TEXT, "source_path")
          .attribute(Vocabulary.TEXT_OR_LIST, "run_id")
          .attribute(Vocabulary.NUMERIC, "version_number")
          .entity(Clause.Entity.TAG, Vocabulary.TEXT, "tag", "tags")
          .build();
  private static final Vocabulary VERSION_ORDER =
      new Vocabulary.Builder()
          .attribute(Vocabulary.TEXT, "name")
          .attribute(Vocabulary.NUMERIC, "version_number")
          .attribute(Vocabulary.NUMERIC, "creation_timestamp")
          .attribute(Vocabulary.NUMERIC, "last_updated_timestamp")
          .build();
  private final Database database;
  private final Registry registry;
  private final RegistryNews news;
  private final AliasRules rules;
  private final ClientModelStore store;
  private final ClientModelSearchStore searches;
  private final RegisteredVersions versions;
  private final Tracking tracking;
  private final ArtifactTree tree;
  private final InstantSource machine;

  ClientModels(
      Registry registry,
      AliasRules rules,
      Tracking tracking,
      ArtifactTree tree,
      InstantSource machine) {
    this.database = registry.database();
    this.registry = registry;
    this.news = registry.news();
    this.rules = rules;
    this.store = new ClientModelStore(database);
    this.searches = new ClientModelSearchStore(database);
    this.versions = new RegisteredVersions(database);
    this.tracking = tracking;
    this.tree = tree;
    this.machine = machine;
  }

  RegisteredModel create(String name, String description, Map<String, String> tags) {
    checkName(name);
    tags.forEach(ClientModels::checkTag);
    Checks.length("description", MAX_TEXT, description);
    return database.write(_ -> {
      RegisteredModel model = store.create(name, description, tags, machine.millis());
      news.created(model);
      return model;
    });
  }

  private static void checkName(String name) {
    if (name.contains("/") || name.contains(":")) {
      throw EspalierException.invalid(
          "Invalid model name '%s'. Names cannot contain '/' or ':'."
              .formatted(Checks.cut(200, name)));
    }
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw EspalierException.invalid("Registered model name cannot be empty.");
    }
    Checks.canonical("name", name);
    Checks.length("name", 256, name);
  }

  private static void checkTag(String key, String text) {
    Checks.key("key", key);
    Checks.length("value", MAX_TAG, text);
  }

  RegisteredModel get(String name) {
    return store.require(name);
  }

  RegisteredModel describe(String name, String description) {
    return store.describe(
        name, Checks.length("description", MAX_TEXT, description), machine.millis());
  }

  RegisteredModel rename(String name, String to) {
    checkName(to);
    refusePipelines(name);
    return store.rename(name, to, machine.millis());
  }

  private void refusePipelines(String name) {
    if (registry.ofPipeline(name)) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "'%s' is registered by its pipeline: its versions stay as they are. Use another name."
              .formatted(name));
    }
  }

  void delete(String name) {
    refusePipelines(name);
    store.delete(name);
  }

  void setTag(String name, String key, String text) {
    checkTag(key, text);
    boolean _ =
        database.write(_ -> {
          store.setModelTag(name, key, text);
          news.modelTagged(store.current(name), key, text);
          return true;
        });
  }

  void deleteTag(String name, String key) {
    boolean _ =
        database.write(_ -> {
          RegisteredModel before = store.current(name);
          store.deleteModelTag(name, key);
          news.modelUntagged(before, key);
          return true;
        });
  }

  /** What a client registers. */
  record Draft(
      String name,
      String source,
      String runId,
      String modelId,
      String runLink,
      String description,
      Map<String, String> tags) {}

  Version register(Draft draft) {
    checkName(draft.name());
    draft.tags().forEach(ClientModels::checkTag);
    Checks.length("description", MAX_TEXT, draft.description());
    Checks.length("run_link", MAX_TEXT, draft.runLink());
    refusePipelines(draft.name());
    store.require(draft.name());
    boolean prompt = "true".equalsIgnoreCase(draft.tags().get(ClientModelSearchStore.PROMPT));
    Place place = prompt ? new Place(draft.source(), draft.runId()) : place(draft);
    SortedMap<String, String> tags = new TreeMap<>(draft.tags());
    VersionScan scan = scan(place.location());
    if (!scan.pickles().isEmpty()) {
      tags.put(
          "espalier.pickle",
          Checks.cut(500, String.join(", ", scan.pickles())) + ": stored, never loaded");
    }
    long now = machine.millis();
    Version unnumbered =
        new Version(
            draft.name(),
            0,
            "",
            draft.source(),
            place.location(),
            place.runId(),
            draft.runLink(),
            draft.modelId(),
            draft.description(),
            "",
            "None",
            scan.signature(),
            now,
            now,
            tags,
            List.of());
    return database.write(_ -> {
      Version version = store.add(unnumbered);
      if (!draft.modelId().isEmpty()) {
        note(draft.modelId(), version);
      }
      news.registered(version);
      return version;
    });
  }

  /** Where a version's files are, and the run that made them. */
  private record Place(String location, String runId) {}

  private Place place(Draft draft) {
    String source = draft.source();
    return switch (VersionSource.check(source)) {
      case MODEL_ID -> {
        String id = source.substring("models:/".length());
        if (!draft.modelId().isEmpty() && !draft.modelId().equals(id)) {
          throw VersionSource.unrelated(source, "model_id");
        }
        LoggedModel model =
            tracking.loggedModel(id).orElseThrow(() -> VersionSource.unrelated(source, "model_id"));
        yield new Place(
            model.artifactUri(), draft.runId().isEmpty() ? model.sourceRunId() : draft.runId());
      }
      case MODEL_VERSION -> {
        Version named = versions.named(source);
        yield new Place(named.location(), draft.runId().isEmpty() ? named.runId() : draft.runId());
      }
      case RUN -> {
        String rest = source.substring("runs:/".length());
        int slash = rest.indexOf('/');
        String run = slash < 0 ? rest : rest.substring(0, slash);
        if (!run.equals(draft.runId())) {
          throw VersionSource.unrelated(source, "run_id");
        }
        String root =
            tracking.artifactUri(run).orElseThrow(() -> VersionSource.unrelated(source, "run_id"));
        yield new Place(slash < 0 ? root : root + rest.substring(slash), run);
      }
      case HERE -> {
        boolean model = !draft.modelId().isEmpty();
        Optional<String> root =
            model
                ? tracking.loggedModel(draft.modelId()).map(LoggedModel::artifactUri)
                : tracking.artifactUri(draft.runId());
        VersionSource.inside(source, root, model ? "model_id" : "run_id");
        yield new Place(source, draft.runId());
      }
      case ELSEWHERE -> new Place(source, draft.runId());
    };
  }

  private VersionScan scan(String location) {
    return location.startsWith(MlflowArtifactRoutes.SCHEME)
        ? VersionScan.of(tree, MlflowArtifactRoutes.root(location))
        : new VersionScan(List.of(), "");
  }

  private void note(String modelId, Version version) {
    if (tracking.loggedModel(modelId).isPresent()) {
      tracking.noteRegistration(modelId, version.name(), version.number());
    }
  }

  /** A version by the number a client writes. */
  Version version(String name, String number) {
    return versions.version(name, number);
  }

  Version describe(String name, String number, String description) {
    Checks.length("description", MAX_TEXT, description);
    return store.change(
        name,
        RegisteredVersions.number(number),
        v -> with(v, description, v.stage()),
        false,
        machine.millis());
  }

  private static Version with(Version v, String description, String stage) {
    return new Version(
        v.name(),
        v.number(),
        v.version(),
        v.source(),
        v.location(),
        v.runId(),
        v.runLink(),
        v.modelId(),
        description,
        v.user(),
        stage,
        v.signature(),
        v.createdAt(),
        v.updatedAt(),
        v.tags(),
        v.aliases());
  }

  /** Moves a version to a stage, as older clients do; others of the stage may be archived. */
  Version stage(String name, String number, String stage, boolean archiveOthers) {
    String canonical = canonical(stage);
    boolean active = canonical.equals("Staging") || canonical.equals("Production");
    if (archiveOthers && !active) {
      throw EspalierException.invalid(
          ("Model version transition cannot archive existing model versions because '%s' is not an"
                  + " Active stage. Valid stages are ['Staging', 'Production']")
              .formatted(stage));
    }
    return store.change(
        name,
        RegisteredVersions.number(number),
        v -> with(v, v.description(), canonical),
        archiveOthers,
        machine.millis());
  }

  private static String canonical(String stage) {
    return STAGES.stream()
        .filter(stage::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(() ->
            EspalierException.invalid(
                "Invalid Model Version stage: %s. Value must be one of %s."
                    .formatted(Checks.cut(100, stage), String.join(", ", STAGES))));
  }

  /** The newest version of each stage, or of the stages asked for. */
  List<Version> latest(String name, List<String> stages) {
    List<String> wanted = stages.stream().map(ClientModels::canonical).toList();
    return store.require(name).latest().stream()
        .filter(version -> wanted.isEmpty() || wanted.contains(version.stage()))
        .toList();
  }

  void deleteVersion(String name, String number) {
    refusePipelines(name);
    store.deleteVersion(name, RegisteredVersions.number(number), machine.millis());
  }

  void setVersionTag(String name, String number, String key, String text) {
    checkTag(key, text);
    boolean _ =
        database.write(_ -> {
          store.setVersionTag(name, RegisteredVersions.number(number), key, text);
          news.tagged(store.current(name), number, key, text);
          return true;
        });
  }

  void deleteVersionTag(String name, String number, String key) {
    boolean _ =
        database.write(_ -> {
          store.deleteVersionTag(name, RegisteredVersions.number(number), key);
          news.untagged(store.current(name), number, key);
          return true;
        });
  }

  /** Moves an alias from whatever it names at that moment, as clients do not say what they saw. */
  void setAlias(String name, String alias, String number, String by) {
    RegisteredVersions.checkAlias(alias);
    if (alias.equalsIgnoreCase("latest")) {
      throw EspalierException.invalid("'latest' alias name (case insensitive) is reserved.");
    }
    if (VERSION_ALIAS.matcher(alias).matches()) {
      throw EspalierException.invalid("Version alias name '%s' is reserved.".formatted(alias));
    }
    int target = RegisteredVersions.number(number);
    rules.check(name, alias, target);
    boolean _ =
        database.write(_ -> {
          String to = store.numbered(name, target).version();
          AliasMove move = move(name, alias, to, by);
          store.setAlias(move, target);
          news.aliased(store.current(name), move, target);
          return true;
        });
  }

  private AliasMove move(String name, String alias, String to, String by) {
    return new AliasMove(
        name,
        alias,
        store.named(name, alias).map(AliasStore.Named::version),
        to,
        by,
        "by an MLflow client",
        registry.now(name));
  }

  void deleteAlias(String name, String alias, String by) {
    RegisteredVersions.checkAlias(alias);
    rules.checkOwner(name, alias);
    boolean _ =
        database.write(_ -> {
          AliasMove move = move(name, alias, "", by);
          if (move.from().isPresent()) {
            store.deleteAlias(move);
          }
          news.unaliased(store.current(name), move);
          return true;
        });
  }

  Version alias(String name, String alias) {
    return versions.alias(name, alias);
  }

  Found<RegisteredModel> models(
      String filter, List<String> orderBy, Visible visible, Optional<String> token, int limit) {
    List<Clause> clauses = Filter.parse(filter, MODELS);
    List<Order> orders = Order.parse(orderBy, MODEL_ORDER);
    String query = "registered-models|" + filter + "|" + orderBy;
    int keys = ClientModelSearchStore.modelKeys(orders).size();
    return Found.of(
        searches.models(
            clauses, orders, visible, token.map(t -> Cursor.parse(t, query, keys)), limit),
        query);
  }

  Found<Version> versions(
      String filter, List<String> orderBy, Visible visible, Optional<String> token, int limit) {
    List<Clause> clauses = Filter.parse(filter, VERSIONS);
    List<Order> orders = Order.parse(orderBy, VERSION_ORDER);
    String query = "model-versions|" + filter + "|" + orderBy;
    int keys = ClientModelSearchStore.versionKeys(orders).size();
    return Found.of(
        searches.versions(
            clauses, orders, visible, token.map(t -> Cursor.parse(t, query, keys)), limit),
        query);
  }
}
