package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.platform.Role;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The canvas over HTTP: read, draft, check, plan, approve, apply; conformance and history. */
public final class CanvasRoutes extends JsonRoutes {
  private final Canvases canvases;

  public CanvasRoutes(Canvases canvases) {
    this.canvases = canvases;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/canvases", safely(this::list))
        .get("/canvases/{product}", safely(this::active))
        .get("/canvases/{product}/versions", safely(this::versions))
        .get("/canvases/{product}/versions/{version}", safely(this::version))
        .get("/canvases/{product}/conformance", safely(this::conformance))
        .get("/canvases/{product}/history", safely(this::stateChanges))
        .get("/canvases/{product}/questions/{key}/history", safely(this::history))
        .get("/canvases/{product}/history/{key}", safely(this::history))
        .get("/canvases/{product}/verify", safely(this::verify))
        .get("/canvases/{product}/draft", safely(this::draft))
        .post("/canvases/{product}/draft", safely(this::keep))
        .post("/canvases/{product}/check", safely(this::check))
        .get("/canvases/{product}/plans", safely(this::plans))
        .get("/canvases/{product}/plans/{digest}", safely(this::openPlan))
        .post("/canvases/{product}/plans/{digest}/approvals", safely(this::approve))
        .post("/canvases/{product}/reapply", safely(this::reapply))
        .post("/canvases/{product}/attest", safely(this::attest))
        .get("/canvases/{product}/drift", safely(this::drift))
        .post("/canvases/{product}/drift/{id}/adopt", safely(this::adopt))
        .post("/canvases/{product}/drift/{id}/revert", safely(this::revert))
        .post("/canvases/{product}/patch", safely(this::patch))
        .post("/canvases/{product}/plan", safely(this::plan))
        .post("/canvases/{product}/apply", safely(this::apply));
  }

  private void active(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    send(response, canvases.document(product, canvases.require(product).version()));
  }

  private void versions(ServerRequest request, ServerResponse response) {
    send(response, canvases.history(path(request, "product")));
  }

  private void version(ServerRequest request, ServerResponse response) {
    send(response, canvases.document(path(request, "product"), path(request, "version")));
  }

  private void conformance(ServerRequest request, ServerResponse response) {
    send(response, canvases.conformance(path(request, "product")));
  }

  private void history(ServerRequest request, ServerResponse response) {
    send(response, canvases.history(path(request, "product"), path(request, "key")));
  }

  private void stateChanges(ServerRequest request, ServerResponse response) {
    send(response, canvases.stateChanges(path(request, "product")));
  }

  private void plan(ServerRequest request, ServerResponse response) {
    send(
        response,
        canvases.plan(path(request, "product"), bytes(request, MAX_BODY), caller(request)));
  }

  /** What the caller may read; all of it for whoever is at the machine. */
  private void list(ServerRequest request, ServerResponse response) {
    Caller caller = caller(request);
    send(
        response,
        canvases.list().stream()
            .filter(each ->
                !caller.isNamed()
                    || canvases
                        .role(each.product(), caller.user())
                        .filter(role -> role.atLeast(Role.VIEWER))
                        .isPresent())
            .toList());
  }

  private void verify(ServerRequest request, ServerResponse response) {
    send(response, canvases.verify(path(request, "product")));
  }

  private void draft(ServerRequest request, ServerResponse response) {
    send(response, canvases.draft(path(request, "product"), caller(request)));
  }

  private void keep(ServerRequest request, ServerResponse response) {
    Keep body = Json.read(bytes(request, 2 * MAX_BODY), Keep.class);
    if (body.source().length() > MAX_BODY) {
      throw EspalierException.limit("A canvas has at most 1 MiB.");
    }
    send(
        response,
        canvases.draft(
            path(request, "product"), body.source(), body.baseVersion(), caller(request)));
  }

  private void check(ServerRequest request, ServerResponse response) {
    send(response, canvases.check(path(request, "product"), bytes(request, MAX_BODY)));
  }

  private void plans(ServerRequest request, ServerResponse response) {
    send(response, canvases.plans(path(request, "product")));
  }

  private void openPlan(ServerRequest request, ServerResponse response) {
    send(response, canvases.openPlan(path(request, "product"), digest(request)));
  }

  private void approve(ServerRequest request, ServerResponse response) {
    byte[] sent = bytes(request, MAX_BODY);
    Optional<String> reason =
        sent.length == 0 ? Optional.empty() : Json.read(sent, Approve.class).reason();
    send(
        response,
        canvases.approve(path(request, "product"), digest(request), reason, caller(request)));
  }

  private void patch(ServerRequest request, ServerResponse response) {
    Patching body = Json.read(bytes(request, 2 * MAX_BODY), Patching.class);
    byte[] source = body.source().getBytes(StandardCharsets.UTF_8);
    send(response, new Patched(canvases.patched(source, body.patch())));
  }

  private void drift(ServerRequest request, ServerResponse response) {
    send(response, canvases.reconciler().drifts(path(request, "product")));
  }

  private void adopt(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    send(response, canvases.reconciler().adopt(product, path(request, "id"), caller(request)));
  }

  private void revert(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    send(response, canvases.reconciler().revert(product, path(request, "id"), caller(request)));
  }

  private void attest(ServerRequest request, ServerResponse response) {
    Attest body = body(request, Attest.class);
    String product = path(request, "product");
    canvases.attest(product, body.question(), body.clause(), body.statement(), caller(request));
    send(
        response,
        canvases.conformance(product).questions().stream()
            .filter(each -> each.question().equals(body.question()))
            .findFirst()
            .orElseThrow());
  }

  private void reapply(ServerRequest request, ServerResponse response) {
    Reapply body = body(request, Reapply.class);
    send(response, canvases.reapply(path(request, "product"), body.version(), caller(request)));
  }

  private static Digest digest(ServerRequest request) {
    return new Digest(path(request, "digest"));
  }

  private void apply(ServerRequest request, ServerResponse response) {
    Apply body = body(request, Apply.class);
    send(
        response,
        canvases.apply(
            path(request, "product"),
            body.planDigest(),
            new Consent(body.reason(), Set.copyOf(body.confirms().orElse(List.of()))),
            caller(request)));
  }

  /** A draft to keep, and the version that it started from. */
  record Keep(
      @JsonProperty(required = true) String source,
      @JsonProperty(required = true) String baseVersion) {}

  /** Why a plan may be applied. */
  record Approve(Optional<String> reason) {}

  /** A document and what to change in it. */
  record Patching(
      @JsonProperty(required = true) String source,
      @JsonProperty(required = true) List<Patch> patch) {}

  /** The changed document. */
  record Patched(String source) {}

  /** What a person signs. */
  record Attest(
      @JsonProperty(required = true) String question,
      @JsonProperty(required = true) String clause,
      @JsonProperty(required = true) String statement) {}

  /** Which version to plan again. */
  record Reapply(@JsonProperty(required = true) String version) {}

  /** Which plan to apply, why where it loosens something, and the warnings that are accepted. */
  record Apply(
      @JsonProperty(required = true) Digest planDigest,
      Optional<String> reason,
      Optional<List<Integer>> confirms) {}
}
