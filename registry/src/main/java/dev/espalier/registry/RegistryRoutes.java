package dev.espalier.registry;

import dev.espalier.model.Bundles;
import dev.espalier.model.ScanReport;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** The registry over HTTP: versions, lineage, bundles, aliases with their history and moves. */
public final class RegistryRoutes extends JsonRoutes {
  private final Registry registry;

  private final AliasRules rules;
  private final Bundles bundles;

  public RegistryRoutes(Registry registry, AliasRules rules, Bundles bundles) {
    this.registry = registry;
    this.rules = rules;
    this.bundles = bundles;
  }

  /**
   * A bundle read again, byte for byte, at the time of asking.
   *
   * @param files how many the scan looked at; none where one is damaged: what cannot be read cannot
   *     be called clean
   * @param findings what the scan objects to
   * @param damaged files that are gone or no longer what was registered
   */
  record BundleScan(Digest bundle, long files, List<String> findings, List<String> damaged) {}

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
        .get("/models/{product}/versions/{version}/scan", safely(this::scan))
        .get("/models/{product}/versions/{version}/bundle", safely(this::bundle))
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

  private void scan(ServerRequest request, ServerResponse response) {
    Digest bundle = registry.version(path(request, "product"), path(request, "version")).bundle();
    List<String> damaged = bundles.damaged(bundle);
    ScanReport report = damaged.isEmpty() ? bundles.scan(bundle) : new ScanReport(0, List.of());
    send(response, new BundleScan(bundle, report.files(), report.findings(), damaged));
  }

  /** The bundle as a download; nothing of a damaged one goes out. */
  private void bundle(ServerRequest request, ServerResponse response) {
    ModelVersion version = registry.version(path(request, "product"), path(request, "version"));
    List<String> damaged = bundles.damaged(version.bundle());
    if (!damaged.isEmpty()) {
      throw new EspalierException(
          ErrorCode.INTERNAL,
          "The bundle of %s %s is damaged: %s. Restore a backup, or train the version again."
              .formatted(version.product(), version.version(), String.join(", ", damaged)));
    }
    response
        .header(HeaderNames.CONTENT_TYPE, "application/zip")
        .header(
            HeaderNames.CONTENT_DISPOSITION,
            "attachment; filename=\"%s-%s.zip\"".formatted(version.product(), version.version()))
        .header(HeaderNames.create("X-Content-Type-Options"), "nosniff");
    try (OutputStream out = response.outputStream()) {
      bundles.zip(version.bundle(), out);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot send bundle %s.".formatted(version.bundle()), failure);
    }
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
