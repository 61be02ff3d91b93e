package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.tracking.LoggedModel;
import dev.espalier.tracking.MlflowArtifactRoutes;
import dev.espalier.tracking.Tracking;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Models that clients registered, as something that a product's pipeline may judge and serve: the
 * ONNX graph of a version whose signature is one text in. Everything else of a version stays where
 * it is and is never loaded. Thread-safe.
 */
public final class RegisteredOnnx {
  private static final String SCHEME = "models:/";
  private static final int MAX_MLMODEL = 1 << 20;
  private static final int MAX_GRAPH = 256 << 20;
  private final RegisteredVersions versions;
  private final Tracking tracking;
  private final ArtifactTree tree;

  /** Over a database that {@link Registry} has opened. */
  public RegisteredOnnx(Database database, Tracking tracking, ArtifactTree tree) {
    this.versions = new RegisteredVersions(database);
    this.tracking = tracking;
    this.tree = tree;
  }

  /**
   * A version's graph.
   *
   * @param reference the version by number, {@code models:/spam/3}, whatever named it
   * @param version its SemVer
   * @param bytes the .onnx file, as stored
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed straight to the store of bundles.
  public record Graph(String reference, String version, byte[] bytes) {}

  /**
   * The version that a reference names now, as {@code models:/spam/3}.
   *
   * @param reference {@code models:/spam/3} or {@code models:/spam@champion}, the scheme is
   *     optional
   * @throws EspalierException INVALID for another form; NOT_FOUND
   */
  public String resolve(String reference) {
    return reference(version(reference));
  }

  private static String reference(Version version) {
    return "%s%s/%d".formatted(SCHEME, version.name(), version.number());
  }

  private Version version(String reference) {
    String source = reference.startsWith(SCHEME) ? reference : SCHEME + reference;
    if (!source.matches("models:/[^/@]+(/\\d{1,9}|@[\\w-]+)")) {
      throw EspalierException.invalidField(
          "model",
          "reference",
          "'%s' names no registered version.".formatted(reference),
          Optional.of("models:/spam/3 or models:/spam@champion"));
    }
    return versions.named(source);
  }

  /**
   * Reads the graph of a version.
   *
   * @throws EspalierException INVALID when it is not ready, has no ONNX flavour, or its signature
   *     is not one text in; NOT_FOUND; LIMIT
   */
  public Graph graph(String reference) {
    Version version = version(reference);
    String named = reference(version);
    ready(version, named);
    if (!version.location().startsWith(MlflowArtifactRoutes.SCHEME)) {
      throw EspalierException.invalid(
          "The files of %s are not on this server, and nothing is fetched.".formatted(named));
    }
    ArtifactPath root = MlflowArtifactRoutes.root(version.location());
    JsonNode described =
        yaml(
            new String(
                read(root.resolve(new ArtifactPath("MLmodel")), named, MAX_MLMODEL),
                StandardCharsets.UTF_8),
            named);
    JsonNode onnx = described.at("/flavors/onnx");
    if (onnx.isMissingNode()) {
      throw EspalierException.invalid(
          "%s has no ONNX flavour; other flavours are stored and never loaded.".formatted(named));
    }
    textIn(described.at("/signature/inputs").asText(""), named);
    ArtifactPath file = root.resolve(ArtifactPath.of(onnx.path("data").asText("model.onnx")));
    return new Graph(named, version.version(), read(file, named, MAX_GRAPH));
  }

  private void ready(Version version, String named) {
    Optional<LoggedModel> model =
        version.modelId().isEmpty() ? Optional.empty() : tracking.loggedModel(version.modelId());
    if (model.filter(m -> m.status() != LoggedModel.Status.LOGGED_MODEL_READY).isPresent()) {
      throw EspalierException.invalid("The files of %s are not complete yet.".formatted(named));
    }
  }

  private byte[] read(ArtifactPath path, String named, int most) {
    ArtifactEntry file =
        tree.find(path)
            .filter(entry -> !entry.folder())
            .orElseThrow(() ->
                EspalierException.invalid("%s has no file %s.".formatted(named, path.name())));
    if (file.bytes() > most) {
      throw EspalierException.limit(
          "%s of %s is longer than %d bytes.".formatted(path.name(), named, most));
    }
    try (InputStream in = tree.open(file)) {
      return in.readAllBytes();
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read artifact '%s'.".formatted(path), failure);
    }
  }

  private static JsonNode yaml(String text, String named) {
    LoadSettings settings =
        LoadSettings.builder()
            .setMaxAliasesForCollections(0)
            .setCodePointLimit(MAX_MLMODEL)
            .setAllowDuplicateKeys(false)
            .build();
    try {
      // Paths into anything but an object find nothing, and that is said.
      return Json.tree(new Load(settings).loadFromString(text));
    } catch (YamlEngineException malformed) {
      throw EspalierException.invalid("MLmodel of %s is not YAML.".formatted(named));
    }
  }

  /** One input, a text: what {@code infer_signature(["a text"])} and its kin write. */
  private static void textIn(String inputs, String named) {
    JsonNode fields = inputs.isEmpty() ? Json.tree(Map.of()) : Json.tree(inputs);
    JsonNode only = fields.size() == 1 ? fields.path(0) : Json.tree(Map.of());
    String type = only.path("type").asText();
    String element = only.at("/tensor-spec/dtype").asText();
    if (!type.equals("string")
        && !(type.equals("tensor") && element.matches("str|object|<U\\d*"))) {
      throw EspalierException.invalid(
          ("%s must have a signature of one string input, not %s: log it with"
                  + " signature=infer_signature(texts).")
              .formatted(named, inputs.isEmpty() ? "none" : cut(inputs)));
    }
  }

  private static String cut(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
