package dev.espalier.canvas.documents;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Consent;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Plan;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Documents over a real database, files on disk and one registered version. */
final class Desk implements AutoCloseable {
  static final String PRODUCT = "mail-filter";
  static final String MINIMAL =
      """
      canvas: espalier/1
      product: {name: mail-filter, authors: {ana: owner}}
      model: {family: encoder}
      value: {for: mailbox users, benefit: fewer unwanted messages}
      objectives: [{metric: macro_f1, target: ">= 0.85", due: 2027-03-31}]
      data:
        training: [{dataset: mail-labelled}]
        schema: mail-v1
      metrics: [{id: macro_f1, primary: true}]
      serving:
        volume: 30M/month
        mode: {online: {p95: 40ms}}
      """;

  final MovableClock clock = new MovableClock(Instant.parse("2026-11-20T00:00:00Z"));
  final Database database;
  final Canvases canvases;
  final Documents documents;
  final Facts facts = new Facts();

  Desk(Path folder) {
    database = TestDatabase.in(folder);
    ProductClocks clocks = new ProductClocks(database, clock);
    Events events = new Events(database, clocks, clock);
    canvases = new Canvases(database, clocks, events, new Ids(clock, new Random(7)), clock);
    documents =
        new Documents(database, new Folder(folder.resolve("blobs")), canvases, facts, clocks);
  }

  CanvasVersion apply(String text) {
    Plan plan = canvases.plan(text.getBytes(StandardCharsets.UTF_8), Caller.local());
    return canvases.apply(
        plan.product(),
        plan.planDigest(),
        Consent.because("a test").confirming(plan.confirms()),
        Caller.local());
  }

  void seen(String question, String clause, boolean pass) {
    canvases.record(
        PRODUCT,
        List.of(
            Observation.verdict(
                question, clause, "1.0.0", clock.instant(), 500, pass, "Seen so.", "/api/v1/x")));
  }

  void measured(String question, String clause, double value) {
    canvases.record(
        PRODUCT,
        List.of(
            Observation.measured(
                question,
                clause,
                "1.0.0",
                clock.instant(),
                500,
                value,
                Optional.empty(),
                "Measured so.",
                "/api/v1/x")));
  }

  void later() {
    clock.advance(Duration.ofDays(1));
  }

  String read(String name, Optional<String> version, Documents.Format format) {
    return new String(documents.read(PRODUCT, name, version, format), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    database.close();
  }

  /** The other stages' records, as a test sets them. */
  static final class Facts implements DocumentFacts {
    Optional<Model> model = Optional.of(version("1.0.0"));
    final List<Release> releases = new ArrayList<>();

    @Override
    public Optional<String> champion(String product) {
      return model.map(Model::version);
    }

    @Override
    public Optional<Model> model(String product, String version) {
      return model.filter(one -> one.version().equals(version));
    }

    @Override
    public List<Release> releases(String product) {
      return releases;
    }

    void promoted(String version) {
      Instant at = Instant.parse("2026-11-19T12:00:00Z");
      releases.add(
          new Release(
              "rol_" + version, version, "FIRST", "PROMOTED", "the first", at, Optional.of(at)));
    }

    static Model version(String version) {
      return new Model(
          version,
          Digest.of("bundle").text(),
          123_456,
          "linear",
          Optional.of("131074"),
          "The first version.",
          Instant.parse("2026-11-19T00:00:00Z"),
          "run_1",
          "1.0.0",
          List.of("inbox", "spam"),
          new TreeMap<>(Map.of("macro_f1", 0.91)),
          Optional.of("v1 reaches macro_f1 0.910."),
          List.of(
              new Gate(
                  "macro_f1",
                  Optional.empty(),
                  0.91,
                  0.89,
                  0.93,
                  600,
                  "PASS",
                  true,
                  "asked ≥ 0.85"),
              new Gate(
                  "macro_f1",
                  Optional.of("lang=de"),
                  0.88,
                  0.84,
                  0.92,
                  210,
                  "PASS",
                  true,
                  "asked")),
          new Data(
              "mail-labelled",
              Digest.of("rows").text(),
              4000,
              new TreeMap<>(Map.of("inbox", 2500L, "spam", 1500L)),
              Optional.of(600L),
              Optional.of(Instant.parse("2026-11-18T00:00:00Z")),
              new TreeMap<>(Map.of("duplicates", 3L, "schemaViolations", 0L))));
    }
  }

  /** Bytes as files named by their digest. */
  private record Folder(Path folder) implements Documents.Archive {
    @Override
    public Digest put(byte[] content) {
      Digest digest = Digest.of(content);
      try {
        Files.createDirectories(folder);
        Files.write(folder.resolve(digest.hex()), content);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      return digest;
    }

    @Override
    public byte[] read(Digest digest) {
      try {
        return Files.readAllBytes(folder.resolve(digest.hex()));
      } catch (IOException failure) {
        throw EspalierException.notFound("No blob " + digest);
      }
    }
  }
}
