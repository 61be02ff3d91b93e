package dev.espalier.server.http;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The web UI, out of the class path. A path that names no file is a page of the app. */
final class UiRoutes extends JsonRoutes {
  private static final Pattern FILE =
      Pattern.compile("/[A-Za-z0-9_-][A-Za-z0-9._/-]*\\.[a-z0-9]{2,5}");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "woff2", "font/woff2",
          "json", "application/json",
          "txt", "text/plain; charset=utf-8");

  @Override
  public void routing(HttpRules rules) {
    rules.get("/*", safely(this::file));
  }

  private void file(ServerRequest request, ServerResponse response) {
    String path = request.path().path();
    boolean asset = FILE.matcher(path).matches() && !path.contains("..");
    Optional<byte[]> content = asset ? read("ui" + path) : read("ui/index.html");
    if (content.isEmpty()) {
      throw EspalierException.notFound(
          asset ? "No such file." : "This build has no web UI; the API is at /api/v1.");
    }
    String extension = asset ? path.substring(path.lastIndexOf('.') + 1) : "html";
    response
        .status(Status.OK_200)
        .header(HeaderNames.CONTENT_TYPE, TYPES.getOrDefault(extension, "application/octet-stream"))
        .header(
            HeaderNames.CACHE_CONTROL,
            path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache")
        .send(content.get());
  }

  private static Optional<byte[]> read(String resource) {
    try (InputStream in = UiRoutes.class.getClassLoader().getResourceAsStream(resource)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot read " + resource, failure);
    }
  }
}
