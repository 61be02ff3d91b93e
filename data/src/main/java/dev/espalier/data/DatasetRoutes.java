package dev.espalier.data;

import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Datasets over HTTP: streamed uploads of up to 512 MiB, and what is there. */
public final class DatasetRoutes extends JsonRoutes {
  private static final long MAX_UPLOAD = 512L << 20;
  private final Datasets datasets;

  /** The answer to an upload; {@code snapshot} covers everything in the dataset. */
  record Uploaded(Digest snapshot, long rows, long rejected, List<String> reasons) {}

  /** One dataset in the list. */
  record Summary(String dataset, Optional<Snapshot> latest) {}

  /** One dataset with its past. */
  record Detail(String dataset, List<Snapshot> snapshots, List<Added> additions) {}

  public DatasetRoutes(Datasets datasets) {
    this.datasets = datasets;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/datasets", safely(this::list))
        .get("/datasets/{name}", safely(this::get))
        .post("/datasets/{name}", safely(this::add));
  }

  private void list(ServerRequest request, ServerResponse response) {
    send(
        response,
        datasets.names().stream().map(name -> new Summary(name, datasets.latest(name))).toList());
  }

  private void get(ServerRequest request, ServerResponse response) {
    String name = path(request, "name");
    if (!datasets.names().contains(name)) {
      throw Datasets.unknown(name);
    }
    send(response, new Detail(name, datasets.history(name), datasets.additions(name)));
  }

  private void add(ServerRequest request, ServerResponse response) throws IOException {
    Format format = format(request);
    if (request.headers().contentLength().orElse(0) > MAX_UPLOAD) {
      throw tooLong();
    }
    if (!request.content().hasEntity()) {
      throw EspalierException.invalid("The request has no body.");
    }
    try (InputStream body = new Bounded(request.content().inputStream())) {
      Added added = datasets.add(path(request, "name"), body, format);
      Snapshot snapshot = datasets.snapshot(added.dataset());
      send(
          response,
          new Uploaded(snapshot.digest(), added.rows(), added.rejected(), added.reasons()));
    }
  }

  private static Format format(ServerRequest request) {
    String type =
        request
            .headers()
            .first(HeaderNames.CONTENT_TYPE)
            .orElse("")
            .toLowerCase(Locale.ROOT)
            .replaceFirst(";.*", "")
            .strip();
    return switch (type) {
      case "text/csv" -> Format.CSV;
      case "application/x-ndjson", "application/jsonl" -> Format.JSONL;
      default ->
          throw EspalierException.invalidField(
              "Content-Type",
              "media type",
              "Send text/csv or application/x-ndjson, not '%s'.".formatted(type),
              Optional.of("text/csv"));
    };
  }

  private static EspalierException tooLong() {
    return EspalierException.limit("An upload may be up to %d bytes.".formatted(MAX_UPLOAD));
  }

  /** Stops an upload of undeclared length at the bound. */
  private static final class Bounded extends FilterInputStream {
    private long read;

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int n = super.read(target, offset, length);
      read += Math.max(n, 0);
      if (read > MAX_UPLOAD) {
        throw tooLong();
      }
      return n;
    }
  }
}
