package dev.espalier.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.model.Signature;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Open Inference Protocol v2 over REST: text in as BYTES, label and probabilities out. Mounted
 * at {@code /v2}. Errors are {@code {"error": …}} as the protocol has it; binary tensors and the
 * repository extensions are not offered, and {@code GET /v2} says so by listing no extension.
 */
public final class InferenceRoutes extends JsonRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(InferenceRoutes.class);
  private static final String VERSION = "0.1.0";
  private static final HeaderName BINARY = HeaderNames.create("Inference-Header-Content-Length");
  private static final Pattern KNOWN =
      Pattern.compile("/?|/health/(live|ready)|/models/[^/]+(/versions/[^/]+)?(/ready)?");
  private final Predictor serving;

  public InferenceRoutes(Predictor serving) {
    this.serving = serving;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", errors(this::server))
        .get("/health/live", errors((_, response) -> send(response, flag("live", Flag.YES))))
        .get("/health/ready", errors(this::ready))
        .get("/models/{name}", errors(this::metadata))
        .get("/models/{name}/ready", errors(this::modelReady))
        .post("/models/{name}/infer", errors(this::infer))
        .get("/models/{name}/versions/{version}", errors(this::metadata))
        .get("/models/{name}/versions/{version}/ready", errors(this::modelReady))
        .post("/models/{name}/versions/{version}/infer", errors(this::infer));
    rules.any("/*", InferenceRoutes::unknown);
  }

  /**
   * A known address with another method is a 405, anything else a 404; both as the protocol has it.
   */
  private static void unknown(ServerRequest request, ServerResponse response) {
    String path = request.path().path();
    boolean posts = path.endsWith("/infer") && path.startsWith("/models/");
    boolean reads = KNOWN.matcher(path).matches();
    Method method = request.prologue().method();
    if (posts || (reads && !method.equals(Method.GET))) {
      response.header(HeaderNames.ALLOW, posts ? "POST" : "GET");
      error(response, 405, "%s takes %s.".formatted(path, posts ? "POST" : "GET"));
    } else {
      error(response, 404, "The protocol has no " + path + " here.");
    }
  }

  private enum Flag {
    YES,
    NO
  }

  private static ObjectNode flag(String name, Flag value) {
    return JsonNodeFactory.instance.objectNode().put(name, value == Flag.YES);
  }

  private static Handler errors(Handler handler) {
    return (request, response) -> {
      try {
        handler.handle(request, response);
      } catch (EspalierException failure) {
        PredictRoutes.retryAfter(response, failure);
        error(response, failure.code().httpStatus(), String.valueOf(failure.getMessage()));
      } catch (RuntimeException failure) {
        LOG.error("{} failed", request.path().path(), failure);
        error(response, 500, "Unexpected failure; the server's log has it.");
      }
    };
  }

  private static void error(ServerResponse response, int status, String message) {
    response
        .status(Status.create(status))
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .send(Json.bytes(JsonNodeFactory.instance.objectNode().put("error", message)));
  }

  private void server(ServerRequest request, ServerResponse response) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", "espalier").put("version", VERSION).putArray("extensions");
    send(response, node);
  }

  private void ready(ServerRequest request, ServerResponse response) {
    boolean ready = serving.views().stream().allMatch(EndpointView::ready);
    send(response, ready ? 200 : 503, flag("ready", ready ? Flag.YES : Flag.NO));
  }

  private static Optional<String> version(ServerRequest request) {
    return request.path().pathParameters().first("version").asOptional();
  }

  private void modelReady(ServerRequest request, ServerResponse response) {
    String name = path(request, "name");
    EndpointView view = known(name, version(request));
    boolean ready =
        version(request)
            .map(asked -> view.models().get(asked) == ServedModelState.READY)
            .orElse(view.ready());
    ObjectNode node = flag("ready", ready ? Flag.YES : Flag.NO);
    send(response, ready ? 200 : 503, node.put("name", name));
  }

  private EndpointView known(String name, Optional<String> version) {
    Signature _ = serving.signature(name, version);
    return serving
        .view(name)
        .orElseThrow(() -> EspalierException.notFound("The model was just removed."));
  }

  private void metadata(ServerRequest request, ServerResponse response) {
    String name = path(request, "name");
    EndpointView view = known(name, version(request));
    Signature signature = serving.signature(name, version(request));
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", name);
    view.route().versions().stream().sorted().forEach(node.putArray("versions")::add);
    node.put("platform", "espalier_bundle");
    tensor(node.putArray("inputs").addObject(), InferenceCodec.TEXT, "BYTES", -1);
    var outputs = node.putArray("outputs");
    tensor(outputs.addObject(), InferenceCodec.LABEL, "BYTES", -1);
    tensor(
        outputs.addObject(), InferenceCodec.PROBABILITIES, "FP64", -1, signature.labels().size());
    tensor(outputs.addObject(), InferenceCodec.PREDICTION_ID, "BYTES", -1);
    tensor(outputs.addObject(), InferenceCodec.SERVED_BY, "BYTES", -1);
    send(response, node);
  }

  private static void tensor(ObjectNode into, String name, String datatype, int... shape) {
    into.put("name", name).put("datatype", datatype);
    var dimensions = into.putArray("shape");
    for (int dimension : shape) {
      dimensions.add(dimension);
    }
  }

  private void infer(ServerRequest request, ServerResponse response) {
    String name = path(request, "name");
    if (request.headers().contains(BINARY)) {
      throw InferenceCodec.binary();
    }
    if (request.headers().contains(HeaderNames.CONTENT_ENCODING)) {
      throw new EspalierException(
          ErrorCode.UNSUPPORTED, "Compressed requests are not offered: send plain JSON.");
    }
    JsonNode body = Json.tree(PredictRoutes.Utf8.decode(bytes(request, MAX_BODY)));
    InferenceCodec.Inference inference = InferenceCodec.decode(body);
    Signature signature = serving.signature(name, version(request));
    int most = serving.maxBatch(name);
    if (inference.asks().size() > most) {
      throw EspalierException.invalid(
          "A request to '%s' has 1 to %d texts, not %d (serving.mode.online.max_batch)."
              .formatted(name, most, inference.asks().size()));
    }
    List<Answer> answers = new ArrayList<>();
    for (Ask ask : inference.asks()) {
      answers.add(serving.predict(name, ask, version(request)));
    }
    send(response, InferenceCodec.encode(name, inference, answers, signature.labels()));
  }
}
