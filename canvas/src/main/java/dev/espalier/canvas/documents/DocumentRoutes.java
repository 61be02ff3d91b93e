package dev.espalier.canvas.documents;

import dev.espalier.canvas.documents.Documents.Format;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

/** {@code /documents/{product}} and one document in a form of the reader's choice. */
public final class DocumentRoutes extends JsonRoutes {
  private final Documents documents;

  public DocumentRoutes(Documents documents) {
    this.documents = documents;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/documents/{product}", safely(this::list))
        .get("/documents/{product}/{name}", safely(this::read));
  }

  private void list(ServerRequest request, ServerResponse response) {
    send(response, documents.list(path(request, "product"), query(request, "version")));
  }

  private void read(ServerRequest request, ServerResponse response) {
    Format format = format(query(request, "format").orElse("md"));
    byte[] content =
        documents.read(
            path(request, "product"), path(request, "name"), query(request, "version"), format);
    response
        .status(Status.OK_200)
        .header(
            HeaderNames.CONTENT_TYPE,
            switch (format) {
              case MD -> "text/markdown; charset=utf-8";
              case HTML -> "text/html; charset=utf-8";
              case JSON -> "application/json";
            })
        .send(content);
  }

  private static Format format(String name) {
    return switch (name) {
      case "md" -> Format.MD;
      case "html" -> Format.HTML;
      case "json" -> Format.JSON;
      default ->
          throw EspalierException.invalidField(
              "format", "enum", "format must be md, html or json", Optional.of("md"));
    };
  }
}
