package dev.espalier.registry;

import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** The registry over HTTP: versions, lineage, aliases with their history and their moves. */
public final class RegistryRoutes extends JsonRoutes {
  private final Registry registry;

  private final AliasRules rules;

  public RegistryRoutes(Registry registry, AliasRules rules) {
    this.registry = registry;
    this.rules = rules;
  }

  /**
   * A move that is asked for.
   *
   * @param expected the version that the mover believes the alias to name; empty for none
   */
  record MoveRequest(String version, Optional<String> expected, Optional<String> reason) {}

  /** A version with the aliases that name it. */
  record VersionView(ModelVersion model, List<String> aliases) {}

  /** The aliases of a product and how they came to be. */
  record AliasView(SortedMap<String, String> aliases, List<AliasMove> history) {}

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/models/{product}/versions", safely(this::versions))
        .get("/models/{product}/versions/{version}", safely(this::version))
        .get("/models/{product}/versions/{version}/lineage", safely(this::lineage))
        .get("/models/{product}/aliases", safely(this::aliases))
        .post("/models/{product}/aliases/{alias}", safely(this::move));
  }

  private void versions(ServerRequest request, ServerResponse response) {
    send(response, registry.versions(path(request, "product")));
  }

  private void version(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    ModelVersion model = registry.version(product, path(request, "version"));
    List<String> aliases =
        registry.aliases(product).entrySet().stream()
            .filter(entry -> entry.getValue().equals(model.version()))
            .map(entry -> entry.getKey())
            .toList();
    send(response, new VersionView(model, aliases));
  }

  private void lineage(ServerRequest request, ServerResponse response) {
    send(response, registry.lineage(path(request, "product"), path(request, "version")));
  }

  private void aliases(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    send(response, new AliasView(registry.aliases(product), registry.aliasHistory(product)));
  }

  private void move(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    String alias = path(request, "alias");
    MoveRequest asked = body(request, MoveRequest.class);
    rules.check(product, alias, registry.version(product, asked.version()).number());
    send(
        response,
        registry.moveAlias(
            product,
            alias,
            asked.expected(),
            asked.version(),
            caller(request).user(),
            asked.reason().orElse("")));
  }
}
