package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.MlflowCode;
import dev.espalier.tracking.wire.Rights.Level;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLConnection;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Artifacts over MLflow's REST: lists, and bytes both ways. What is served downwards is a download
 * in a sandbox, whatever its name says it is.
 */
public final class MlflowArtifactRoutes extends WireRoutes {
  /** The root that resolves to this server. */
  public static final String SCHEME = "mlflow-artifacts:/";

  private static final String PROXY = "/mlflow-artifacts/artifacts";
  private static final int PAGE = 10_000;
  private static final long MAX_FILE = 1L << 40;
  private static final long MAX_UPLOAD = 10L << 20;
  private static final long MAX_SIGNED_SECONDS = 604_800;
  private final Tracking tracking;
  private final ArtifactTree tree;

  public MlflowArtifactRoutes(Tracking tracking, ArtifactTree tree) {
    this.tracking = tracking;
    this.tree = tree;
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        get("artifacts/list", this::ofRun),
        post("artifacts/presigned-upload-url", this::presignedUpload),
        post("artifacts/presigned-download-url", this::presignedDownload),
        get("logged-models/{model_id}/artifacts/directories", this::ofModel));
  }

  @Override
  public void routing(HttpRules rules) {
    super.routing(rules);
    for (String prefix : List.of("/api/2.0", "/ajax-api/2.0")) {
      rules
          .get(prefix + PROXY, mlflow((request, response) -> answer(response, list(request))))
          .get(prefix + PROXY + "/{+path}", mlflow(this::download))
          .put(prefix + PROXY + "/{+path}", mlflow(this::upload))
          .delete(prefix + PROXY + "/{+path}", mlflow(this::delete));
    }
    rules
        .get("/get-artifact", mlflow(this::getArtifact))
        .post("/ajax-api/2.0/mlflow/upload-artifact", mlflow(this::uploadArtifact))
        .get(
            "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files",
            mlflow(this::getModelArtifact));
  }

  /** The folder in the tree that an artifact URI names. */
  public static ArtifactPath root(String uri) {
    String rest = uri.startsWith(SCHEME) ? uri.substring(SCHEME.length()) : "";
    while (rest.startsWith("/")) {
      rest = rest.substring(1);
    }
    if (rest.isEmpty()) {
      throw EspalierException.invalid(
          "The artifacts are at '%s', which is not this server: ask that place.".formatted(uri));
    }
    return ArtifactPath.of(rest);
  }

  private JsonNode ofRun(Fields request) {
    String uri = tracking.runs().get(request.runId()).info().artifactUri();
    return listed(uri, request.textOr("path", ""), request);
  }

  private JsonNode presignedUpload(Fields request) {
    boolean ofModel = request.has("model_id");
    if (ofModel == request.has("run_id")) {
      throw EspalierException.invalid("Exactly one of run_id and model_id must be provided.");
    }
    ArtifactPath _ = ArtifactPath.of(request.required("path"));
    throw unsigned(
        "upload",
        ofModel
            ? tracking.models().get(request.required("model_id")).artifactUri()
            : tracking.runs().get(request.runId()).info().artifactUri());
  }

  private JsonNode presignedDownload(Fields request) {
    ArtifactPath _ = ArtifactPath.of(request.required("path"));
    long seconds = request.number("expiration").orElse(1);
    if (seconds < 1 || seconds > MAX_SIGNED_SECONDS) {
      throw EspalierException.invalid(
          "expiration must be between 1 and %d seconds (got %d)."
              .formatted(MAX_SIGNED_SECONDS, seconds));
    }
    throw unsigned("download", tracking.runs().get(request.runId()).info().artifactUri());
  }

  /**
   * Every file goes through this server, which holds the digests and who may read what, so no store
   * behind it is told on: MLflow's refusal for such servers, on which a client sends and fetches
   * the file itself.
   */
  private static EspalierException unsigned(String way, String uri) {
    return uri.startsWith(SCHEME)
        ? EspalierException.invalid(
            ("Presigned %s is not supported for proxied artifact storage (artifact URI scheme:"
                    + " mlflow-artifacts). Send and fetch files by /api/2.0%s/<path>.")
                .formatted(way, PROXY))
        : MlflowCode.NOT_IMPLEMENTED.because(
            "Presigned %s is not supported for the current artifact repository".formatted(way));
  }

  private JsonNode ofModel(Fields request) {
    String uri = tracking.models().get(request.required("model_id")).artifactUri();
    return listed(uri, request.textOr("artifact_directory_path", ""), request);
  }

  private ObjectNode listed(String uri, String path, Fields request) {
    ArtifactPath root = root(uri);
    ArtifactPath folder = root.resolve(ArtifactPath.of(path));
    String query = "artifacts|" + folder;
    String after =
        request
            .text("page_token")
            .filter(token -> !token.isEmpty())
            .map(token -> String.valueOf(Cursor.parse(token, query, 1).keys().getFirst()))
            .orElse("");
    List<ArtifactEntry> entries = tree.list(folder, after, PAGE + 1);
    List<ArtifactEntry> page = entries.size() > PAGE ? entries.subList(0, PAGE) : entries;
    ObjectNode json = WireJson.object().put("root_uri", uri);
    int below = root.text().length() + 1;
    WireJson.files(json, page, text -> text.substring(below));
    if (entries.size() > PAGE) {
      json.put("next_page_token", new Cursor(List.of(page.getLast().path().name())).token(query));
    }
    return json;
  }

  private JsonNode list(ServerRequest request) {
    ArtifactPath folder = ArtifactPath.of(query(request).textOr("path", ""));
    rights(request).mayArtifacts(folder, Level.READ);
    ObjectNode json = WireJson.object();
    WireJson.files(
        json,
        tree.list(folder, "", Integer.MAX_VALUE).stream()
            .filter(entry -> !entry.path().equals(MultipartUploads.WAITING))
            .toList(),
        text -> text.substring(text.lastIndexOf('/') + 1));
    return json;
  }

  /** From the path as it was sent: the router takes what follows a semicolon for parameters. */
  private static ArtifactPath named(ServerRequest request) {
    String raw = request.prologue().uriPath().rawPath();
    String name = raw.substring(raw.indexOf(PROXY) + PROXY.length() + 1);
    return decoded(name);
  }

  /** A path of an address, decoded once, as a caller may name it. */
  static ArtifactPath decoded(String raw) {
    ArtifactPath path;
    try {
      path = ArtifactPath.of(URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException malformed) {
      throw EspalierException.invalid("Invalid path: its percent-encoding is malformed.");
    }
    String waiting = MultipartUploads.WAITING.text();
    if (path.text().equals(waiting) || path.text().startsWith(waiting + "/")) {
      throw EspalierException.invalid("Invalid path: '%s' is reserved.".formatted(waiting));
    }
    return path;
  }

  private void download(ServerRequest request, ServerResponse response) {
    ArtifactPath path = named(request);
    rights(request).mayArtifacts(path, Level.READ);
    send(response, path);
  }

  private void getArtifact(ServerRequest request, ServerResponse response) {
    Fields query = query(request);
    rights(request).mayRun(query.runId(), Level.READ);
    String uri = tracking.runs().get(query.runId()).info().artifactUri();
    send(response, root(uri).resolve(ArtifactPath.of(query.required("path"))));
  }

  private void getModelArtifact(ServerRequest request, ServerResponse response) {
    rights(request).mayLoggedModel(path(request, "model_id"), Level.READ);
    String uri = tracking.models().get(path(request, "model_id")).artifactUri();
    send(
        response,
        root(uri).resolve(ArtifactPath.of(query(request).required("artifact_file_path"))));
  }

  private void send(ServerResponse response, ArtifactPath path) {
    send(response, tree, path);
  }

  /** Answers with a file's bytes, as a download in a sandbox; NOT_FOUND when there is none. */
  public static void send(ServerResponse response, ArtifactTree tree, ArtifactPath path) {
    ArtifactEntry file =
        tree.find(path)
            .filter(entry -> !entry.folder())
            .orElseThrow(
                () -> EspalierException.notFound("No such artifact: '%s'".formatted(path)));
    sandboxed(response, file);
    try (InputStream in = tree.open(file);
        OutputStream out = response.outputStream()) {
      in.transferTo(out);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read artifact '%s'.".formatted(path), failure);
    }
  }

  /** Headers that keep a browser from running what it is sent. */
  private static void sandboxed(ServerResponse response, ArtifactEntry file) {
    String name = file.path().name();
    String type = URLConnection.guessContentTypeFromName(name);
    response
        .header(HeaderNames.CONTENT_TYPE, type == null ? "application/octet-stream" : type)
        .header(HeaderNames.CONTENT_LENGTH, Long.toString(file.bytes()))
        .header(HeaderNames.create("X-Content-Type-Options"), "nosniff")
        .header(HeaderNames.create("Content-Security-Policy"), "sandbox; default-src 'none'")
        .header(
            HeaderNames.CONTENT_DISPOSITION,
            "attachment; filename*=UTF-8''"
                + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
  }

  private void upload(ServerRequest request, ServerResponse response) {
    ArtifactPath path = named(request);
    rights(request).mayArtifacts(path, Level.EDIT);
    put(request, path, MAX_FILE);
    answer(response, WireJson.object());
  }

  private void uploadArtifact(ServerRequest request, ServerResponse response) {
    Fields query = query(request);
    rights(request).mayRun(query.runId(), Level.EDIT);
    String uri = tracking.runs().get(query.runId()).info().artifactUri();
    put(request, root(uri).resolve(ArtifactPath.of(query.required("path"))), MAX_UPLOAD);
    answer(response, WireJson.object());
  }

  private void put(ServerRequest request, ArtifactPath path, long limit) {
    try (InputStream in =
        request.content().hasEntity()
            ? request.content().inputStream()
            : new ByteArrayInputStream(new byte[0])) {
      ArtifactEntry _ = tree.put(path, in, limit);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.INVALID, "The upload ended before it was complete.", failure);
    }
  }

  private void delete(ServerRequest request, ServerResponse response) {
    ArtifactPath path = named(request);
    rights(request).mayArtifacts(path, Level.MANAGE);
    Optional<ArtifactEntry> entry = tree.find(path);
    int _ = entry.map(found -> tree.delete(found.path())).orElse(0);
    answer(response, WireJson.object());
  }
}
