package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.Rights;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;

/**
 * Uploads in parts over MLflow's REST. The address of a call names the folder; its body names the
 * file as the client has it, of which only the last name counts.
 */
public final class MlflowMultipartRoutes extends WireRoutes {
  private static final String STEPS = "/mlflow-artifacts/mpu/";
  private static final String PARTS = "/api/2.0/mlflow-artifacts/mpu/parts/";
  private final MultipartUploads uploads;

  public MlflowMultipartRoutes(ArtifactTree tree, InstantSource machine) {
    this.uploads = new MultipartUploads(tree, machine);
  }

  @Override
  protected List<Operation> operations() {
    return List.of();
  }

  /** Answers a step of an upload of the file that its request names. */
  @FunctionalInterface
  private interface Step {
    JsonNode answer(ServerRequest request, ArtifactPath file, Fields body);
  }

  @Override
  public void routing(HttpRules rules) {
    for (String prefix : List.of("/api/2.0", "/ajax-api/2.0")) {
      step(rules, prefix, "create", this::begin);
      step(rules, prefix, "complete", (_, file, body) -> complete(file, body));
      step(rules, prefix, "abort", (_, file, body) -> abort(file, body));
    }
    rules.put(PARTS + "{id}/{number}", mlflow(this::part));
  }

  private static void step(HttpRules rules, String prefix, String name, Step step) {
    String path = prefix + STEPS + name;
    for (String each : List.of(path, path + "/{+folder}")) {
      rules.post(
          each,
          mlflow((request, response) -> {
            Fields body = json(request);
            ArtifactPath file = file(request, path, body);
            rights(request).mayArtifacts(file, Rights.Level.EDIT);
            answer(response, step.answer(request, file, body));
          }));
    }
  }

  private static ArtifactPath file(ServerRequest request, String path, Fields body) {
    String raw = request.prologue().uriPath().rawPath();
    String folder = raw.substring(Math.min(raw.length(), raw.indexOf(path) + path.length()));
    String local = body.required("path").replace('\\', '/');
    ArtifactPath name = new ArtifactPath(local.substring(local.lastIndexOf('/') + 1));
    return folder.length() < 2
        ? name
        : MlflowArtifactRoutes.decoded(folder.substring(1)).resolve(name);
  }

  private JsonNode begin(ServerRequest request, ArtifactPath file, Fields body) {
    int parts = Math.clamp(body.number("num_parts").orElse(1), -1, Integer.MAX_VALUE);
    String id = uploads.begin(file, parts);
    ObjectNode json = WireJson.object().put("upload_id", id);
    ArrayNode credentials = json.putArray("credentials");
    // Absolute, of the host that the client reached: the access filter has checked that it is ours.
    String here = "http://" + request.authority() + PARTS + id + "/";
    for (int number = 1; number <= parts; number++) {
      credentials
          .addObject()
          .put("url", here + number + "?signature=" + uploads.signature(id, number))
          .put("part_number", number)
          .putObject("headers");
    }
    return json;
  }

  private void part(ServerRequest request, ServerResponse response) {
    int number;
    try {
      number = Integer.parseInt(path(request, "number"));
    } catch (NumberFormatException notANumber) {
      throw EspalierException.invalid("A part has a number.");
    }
    try (InputStream in =
        request.content().hasEntity()
            ? request.content().inputStream()
            : InputStream.nullInputStream()) {
      String etag =
          uploads.put(path(request, "id"), number, query(request).textOr("signature", ""), in);
      response.header(HeaderNames.ETAG, etag);
      answer(response, WireJson.object());
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.INVALID, "The part ended before it was complete.", failure);
    }
  }

  private JsonNode complete(ArtifactPath file, Fields body) {
    List<MultipartUploads.Sent> sent =
        body.objects("parts").stream()
            .map(part ->
                new MultipartUploads.Sent(
                    Math.clamp(part.requiredNumber("part_number"), 0, Integer.MAX_VALUE),
                    part.textOr("etag", "")))
            .toList();
    uploads.complete(body.required("upload_id"), file, sent);
    return WireJson.object();
  }

  private JsonNode abort(ArtifactPath file, Fields body) {
    uploads.abort(body.required("upload_id"), file);
    return WireJson.object();
  }
}
