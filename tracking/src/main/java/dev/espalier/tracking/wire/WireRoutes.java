package dev.espalier.tracking.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes that speak MLflow: one table of operations, each mounted at {@code /api/N.0} and {@code
 * /ajax-api/N.0}, with MLflow's error bodies. A stage extends it and lists its {@link Operation}s.
 */
public abstract class WireRoutes extends JsonRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(WireRoutes.class);
  private static final Pattern VARIABLE = Pattern.compile("\\{\\+?(\\w+)}");

  /** The bound of a JSON body, in bytes; {@code runs/log-inputs} carries dataset profiles. */
  private static final int MAX_JSON = 40 << 20;

  /** What answers one call. */
  @FunctionalInterface
  protected interface Call {
    JsonNode answer(Fields request);
  }

  /**
   * One row of the table.
   *
   * @param path below the prefix, such as {@code /mlflow/runs/get}; variables in braces fill the
   *     field of the same name
   * @param major 2 or 3
   * @param limit longest accepted body, in bytes
   */
  protected record Operation(Method method, String path, int major, int limit, Call call) {}

  /** An operation of API 2.0 with the common bound of a body. */
  protected static Operation get(String path, Call call) {
    return new Operation(Method.GET, "/mlflow/" + path, 2, MAX_BODY, call);
  }

  /** An operation of API 3.0. */
  protected static Operation getThree(String path, Call call) {
    return three(get(path, call));
  }

  /** The same operation of API 3.0. */
  protected static Operation three(Operation two) {
    return new Operation(two.method(), two.path(), 3, two.limit(), two.call());
  }

  protected static Operation post(String path, Call call) {
    return new Operation(Method.POST, "/mlflow/" + path, 2, MAX_JSON, call);
  }

  protected static Operation patch(String path, Call call) {
    return new Operation(Method.PATCH, "/mlflow/" + path, 2, MAX_BODY, call);
  }

  protected static Operation delete(String path, Call call) {
    return new Operation(Method.DELETE, "/mlflow/" + path, 2, MAX_BODY, call);
  }

  /** The operations that this stage answers. */
  protected abstract List<Operation> operations();

  @Override
  public void routing(HttpRules rules) {
    for (Operation operation : operations()) {
      for (String prefix : List.of("/api/", "/ajax-api/")) {
        rules.route(
            operation.method(),
            prefix + operation.major() + ".0" + operation.path(),
            mlflow((request, response) -> answer(response, call(request, operation))));
      }
    }
  }

  private static JsonNode call(ServerRequest request, Operation operation) {
    Fields fields = fields(request, operation);
    String method = operation.method().text();
    fields.rights().mayCall(method, operation.path(), fields);
    JsonNode answer = operation.call().answer(fields);
    fields.rights().called(method, operation.path(), fields, answer);
    return answer;
  }

  /** What the caller may do, as whoever let the request in has it. */
  public static Rights rights(ServerRequest request) {
    return request.context().get(Rights.class).orElse(Rights.ALL);
  }

  /** A handler whose failures get MLflow's error body. */
  protected static Handler mlflow(Handler handler) {
    return (request, response) -> {
      try {
        handler.handle(request, response);
      } catch (EspalierException failure) {
        if (failure.code() == ErrorCode.INTERNAL || failure.code() == ErrorCode.UNAVAILABLE) {
          LOG.warn("{} {}", request.prologue().method(), request.path().path(), failure);
        }
        MlflowCode code = MlflowCode.of(failure);
        String message = String.valueOf(failure.getMessage());
        error(response, code, failure.code() == ErrorCode.INTERNAL ? opaque() : message);
      } catch (RuntimeException failure) {
        String correlation = opaque();
        LOG.error(
            "{} {}: {}", request.prologue().method(), request.path().path(), correlation, failure);
        error(response, MlflowCode.INTERNAL_ERROR, correlation);
      }
    };
  }

  private static String opaque() {
    return "Internal error; the server's log has the cause under correlation %x."
        .formatted(System.nanoTime());
  }

  private static void error(ServerResponse response, MlflowCode code, String message) {
    if (!response.isSent()) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.put("error_code", code.name()).put("message", message);
      response
          .status(Status.create(code.status()))
          .header(HeaderNames.CONTENT_TYPE, "application/json")
          .send(Json.bytes(body));
    }
  }

  /** Answers 200. */
  protected static void answer(ServerResponse response, JsonNode body) {
    response
        .status(Status.OK_200)
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .send(Json.bytes(body));
  }

  private static Fields fields(ServerRequest request, Operation operation) {
    Fields fields = body(request, operation).askedBy(asked(request), rights(request));
    Matcher variables = VARIABLE.matcher(operation.path());
    while (variables.find()) {
      fields = fields.with(variables.group(1), path(request, variables.group(1)));
    }
    return fields;
  }

  /** Who asks, as a record of it says. */
  private static String asked(ServerRequest request) {
    return request.context().get(Caller.class).map(Caller::user).orElse("mlflow-client");
  }

  private static Fields body(ServerRequest request, Operation operation) {
    Method method = request.prologue().method();
    boolean query = !request.query().isEmpty();
    if (method.equals(Method.GET) && query) {
      return query(request);
    }
    if (method.equals(Method.POST) || method.equals(Method.PUT)) {
      contentType(request);
    }
    byte[] bytes = bytes(request, operation.limit());
    if (bytes.length == 0 && query) {
      return query(request);
    }
    return parse(bytes);
  }

  /** The fields of a JSON body. */
  protected static Fields json(ServerRequest request) {
    contentType(request);
    return parse(bytes(request, MAX_BODY));
  }

  /** The fields of the query string. */
  protected static Fields query(ServerRequest request) {
    TreeMap<String, List<String>> parameters = new TreeMap<>();
    for (String name : request.query().names()) {
      parameters.put(name, request.query().all(name));
    }
    return Fields.ofQuery(Fields.collect(parameters));
  }

  private static void contentType(ServerRequest request) {
    Optional<String> type = request.headers().first(HeaderNames.CONTENT_TYPE);
    if (type.isEmpty()) {
      throw EspalierException.invalid("Bad Request. Content-Type header is missing.");
    }
    String plain = type.get().split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!plain.equals("application/json")) {
      throw EspalierException.invalid(
          "Bad Request. Content-Type should be one of ['application/json'].");
    }
  }

  private static Fields parse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.isBlank()) {
      return Fields.of(JsonNodeFactory.instance.objectNode());
    }
    JsonNode body = Json.tree(text);
    // Older clients encode their JSON twice.
    return Fields.of(body.isTextual() ? Json.tree(body.textValue()) : body);
  }
}
