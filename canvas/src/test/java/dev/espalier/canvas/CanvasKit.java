package dev.espalier.canvas;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.Signer;
import dev.espalier.platform.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Canvases over a real database in a temporary folder, with a clock that a test moves. */
final class CanvasKit implements AutoCloseable {
  static final String PRODUCT = "mail-filter";
  final MovableClock clock = new MovableClock(Instant.parse("2026-11-20T00:00:00Z"));
  final Database database;
  final Events events;
  final Canvases canvases;

  CanvasKit(Path folder, Signer signer) {
    this(folder, signer, _ -> Facts.unknown());
  }

  CanvasKit(Path folder, Signer signer, FactSource facts) {
    database = TestDatabase.in(folder);
    ProductClocks clocks = new ProductClocks(database, clock);
    events = new Events(database, clocks, clock);
    canvases =
        new Canvases(database, clocks, events, new Ids(clock, new Random(7)), clock, signer, facts);
  }

  /** What another process over the same database would read. */
  Canvases anew(Signer signer) {
    return new Canvases(
        database,
        new ProductClocks(database, clock),
        events,
        new Ids(clock, new java.security.SecureRandom()),
        clock,
        signer,
        _ -> Facts.unknown());
  }

  static CanvasKit in(Path folder) {
    return new CanvasKit(folder, Signer.temporary());
  }

  Plan plan(String text, Caller caller) {
    return canvases.plan(text.getBytes(StandardCharsets.UTF_8), caller);
  }

  CanvasVersion apply(String text) {
    return apply(text, Caller.local());
  }

  CanvasVersion apply(String text, Caller caller) {
    Plan plan = plan(text, caller);
    return canvases.apply(
        plan.product(),
        plan.planDigest(),
        Consent.because("a test").confirming(plan.confirms()),
        caller);
  }

  Conformance.QuestionRow row(String key) {
    return canvases.conformance(PRODUCT).questions().stream()
        .filter(each -> each.question().equals(key))
        .findFirst()
        .orElseThrow();
  }

  void measured(String question, String clause, long n, double value) {
    canvases.record(
        PRODUCT,
        List.of(
            Observation.measured(
                question,
                clause,
                "1.0.0",
                clock.instant(),
                n,
                value,
                Optional.empty(),
                "seen",
                "/x")));
  }

  @Override
  public void close() {
    database.close();
  }
}
