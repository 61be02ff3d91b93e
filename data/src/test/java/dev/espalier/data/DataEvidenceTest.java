package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Events;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataEvidenceTest {
  private static final Instant NOW = Instant.parse("2002-08-01T00:00:00Z");
  @TempDir Path folder;

  private static CanvasVersion canvas() {
    Spec.Dataset training =
        new Spec.Dataset(
            "mail", "training", "text", Duration.ofDays(30), Duration.ofDays(365), Duration.ZERO);
    return new CanvasVersion(
        "mail-filter",
        "1.0.0",
        Digest.of("canvas"),
        Digest.of("content"),
        Optional.empty(),
        NOW,
        "ana",
        List.of(Resource.of("mail", "canvas@1.0.0#data", training)));
  }

  private static Row row(String id, Duration before, String text, String label) {
    return new Row(id, NOW.minus(before), text, Optional.of(label), Map.of());
  }

  @Test
  void measures_age_cleanliness_and_size_of_the_newest_snapshot() {
    MovableClock clock = new MovableClock(NOW);
    try (Database database = TestDatabase.in(folder)) {
      Datasets datasets =
          new Datasets(
              database,
              new LocalArtifactStore(folder.resolve("artifacts")),
              new Events(database, new ProductClocks(database, clock), clock),
              clock);
      DataEvidence evidence = new DataEvidence(datasets);
      assertThat(evidence.observe("mail-filter", canvas(), NOW)).isEmpty();

      datasets.addRows(
          "mail",
          List.of(
              row("1", Duration.ofDays(3), "fine\ttext\n", "spam"),
              row("2", Duration.ofDays(2), "bell \u0007", "ham"),
              row("3", Duration.ofDays(2), "lost \ufffd", "ham"),
              row("4", Duration.ofHours(1), "caf\u00e9", "ham")),
          2);
      datasets.snapshot("mail");
      Map<String, Observation> seen =
          evidence.observe("mail-filter", canvas(), NOW).stream()
              .collect(Collectors.toMap(o -> o.question() + "." + o.clause(), Function.identity()));
      assertThat(seen.get("data.age").value()).hasValue(3600);
      assertThat(seen.get("data.schema").value()).hasValue(0.5);
      assertThat(seen.get("data.schema").n()).isEqualTo(4);
      assertThat(seen.get("data.schema").detail()).contains("2 more were kept aside");
      assertThat(seen.get("feasibility.min_rows").value()).hasValue(4);
      assertThat(seen.get("feasibility.min_per_class").value()).hasValue(1);
      assertThat(seen.values()).allMatch(o -> o.source().equals("/api/v1/datasets/mail"));
    }
  }

  private Datasets datasets(Database database) {
    MovableClock clock = new MovableClock(NOW);
    return new Datasets(
        database,
        new LocalArtifactStore(folder.resolve("artifacts")),
        new Events(database, new ProductClocks(database, clock), clock),
        clock);
  }

  private static Observation age(Datasets datasets, Instant now) {
    return new DataEvidence(datasets)
        .observe("mail-filter", canvas(), now).stream()
            .filter(seen -> seen.clause().equals("age"))
            .findFirst()
            .orElseThrow();
  }

  @Test
  void the_age_is_that_of_what_could_be_trained_on_frozen_or_not() {
    try (Database database = TestDatabase.in(folder)) {
      Datasets datasets = datasets(database);
      datasets.addRows("mail", List.of(row("1", Duration.ofDays(40), "old", "ham")), 0);
      assertThat(age(datasets, NOW).detail()).contains("an uploaded row of");
      datasets.snapshot("mail");
      assertThat(age(datasets, NOW).value()).hasValue(Duration.ofDays(40).toSeconds());

      datasets.label("mail", row("p1", Duration.ofDays(2), "came later", "ham"), "ben");
      datasets.label("mail", row("p2", Duration.ofDays(5), "came earlier", "ham"), "ben");
      Observation labelled = age(datasets, NOW);
      assertThat(labelled.value()).hasValue(Duration.ofDays(2).toSeconds());
      assertThat(labelled.detail())
          .isEqualTo(
              "The newest row that training could use is a label from production of"
                  + " 2002-07-30T00:00:00Z.");

      datasets.addRows("mail", List.of(row("3", Duration.ofHours(5), "new file", "spam")), 0);
      assertThat(age(datasets, NOW).value()).hasValue(Duration.ofHours(5).toSeconds());
    }
  }

  @Test
  void rows_of_the_future_make_no_dataset_young() {
    try (Database database = TestDatabase.in(folder)) {
      Datasets datasets = datasets(database);
      datasets.addRows("mail", List.of(row("1", Duration.ofDays(9), "old", "ham")), 0);
      datasets.addRows("mail", List.of(row("2", Duration.ofDays(-3), "ahead", "ham")), 0);
      datasets.label("mail", row("p", Duration.ofDays(-900), "a wrong clock", "ham"), "ben");
      assertThat(age(datasets, NOW).value()).hasValue(Duration.ofDays(9).toSeconds());
      assertThat(age(datasets, NOW.plus(Duration.ofDays(4))).value())
          .as("once its time has come it counts")
          .hasValue(Duration.ofDays(1).toSeconds());
    }
  }

  @Test
  void counts_what_came_since_the_newest_snapshot() {
    try (Database database = TestDatabase.in(folder)) {
      Datasets datasets = datasets(database);
      assertThat(datasets.since("mail")).isZero();
      datasets.addRows(
          "mail",
          List.of(
              row("1", Duration.ofDays(9), "a", "ham"), row("2", Duration.ofDays(8), "b", "ham")),
          0);
      assertThat(datasets.since("mail")).isEqualTo(2);
      datasets.snapshot("mail");
      assertThat(datasets.since("mail")).isZero();
      datasets.label("mail", row("p", Duration.ofDays(7), "c", "ham"), "ben");
      datasets.addRows("mail", List.of(row("3", Duration.ofDays(99), "d", "ham")), 0);
      assertThat(datasets.since("mail")).isEqualTo(2);
    }
  }

  @Test
  void a_source_was_read_when_its_newest_row_came_and_its_rows_fill_bytes() {
    try (Database database = TestDatabase.in(folder)) {
      Datasets datasets = datasets(database);
      DataEvidence evidence = new DataEvidence(datasets);
      datasets.addRows("mail", List.of(row("1", Duration.ofDays(40), "old", "ham")), 0);
      CanvasVersion plain = canvas();
      List<Resource> more = new java.util.ArrayList<>(plain.resources());
      more.add(
          Resource.of(
              "store",
              "canvas@1.0.0#data.storage",
              new Spec.Storage(java.util.Set.of("cas"), 1_000_000)));
      CanvasVersion canvas =
          new CanvasVersion(
              plain.product(),
              plain.version(),
              plain.digest(),
              plain.contentDigest(),
              plain.parent(),
              plain.appliedAt(),
              plain.appliedBy(),
              more);
      Map<String, Observation> first = byClause(evidence.observe("mail-filter", canvas, NOW));
      assertThat(first.get("data.inventory.read:mail").value())
          .as("older than the 30 days that the source declares")
          .hasValue(Duration.ofDays(40).toSeconds());
      double bytes = first.get("data.storage.usage").value().orElseThrow();
      assertThat(bytes).isPositive();

      datasets.label("mail", row("p1", Duration.ofDays(2), "came later", "ham"), "ben");
      Map<String, Observation> later =
          byClause(evidence.observe("mail-filter", canvas, NOW.plus(Duration.ofHours(2))));
      assertThat(later.get("data.inventory.read:mail").value())
          .hasValue(Duration.ofDays(2).plusHours(2).toSeconds());
      assertThat(later.get("data.storage.usage").value().orElseThrow()).isGreaterThan(bytes);
      assertThat(byClause(evidence.observe("mail-filter", plain, NOW)))
          .doesNotContainKey("data.storage.usage");
    }
  }

  private static Map<String, Observation> byClause(List<Observation> seen) {
    return seen.stream()
        .collect(Collectors.toMap(o -> o.question() + "." + o.clause(), Function.identity()));
  }

  private static CanvasVersion declaring(String ownership, String license, String pii) {
    return new CanvasVersion(
        "mail-filter",
        "1.0.0",
        Digest.of("canvas"),
        Digest.of("content"),
        Optional.empty(),
        NOW,
        "ana",
        List.of(
            canvas().resources().getFirst(),
            Resource.of(
                "mail-source",
                "canvas@1.0.0#data",
                new Spec.Provenance("mail", ownership, license, pii))));
  }

  @Test
  void personal_data_that_are_not_declared_and_licences_that_nobody_can_look_up_are_found() {
    try (Database database = TestDatabase.in(folder)) {
      Datasets datasets = datasets(database);
      datasets.addRows(
          "mail",
          List.of(
              row("1", Duration.ofDays(3), "write to ann@example.org today", "spam"),
              row("2", Duration.ofDays(2), "room 4012 at 10.30", "ham")),
          0);
      datasets.snapshot("mail");
      DataEvidence evidence = new DataEvidence(datasets);

      assertThat(lint(evidence, declaring("public", "CC0-1.0", "possible")).pass()).contains(true);
      assertThat(lint(evidence, declaring("owned", "", "yes")).pass()).contains(true);
      assertThat(lint(evidence, declaring("public", "CC0-1.0", "none")))
          .satisfies(seen -> {
            assertThat(seen.pass()).contains(false);
            assertThat(seen.detail()).contains("1 of 2 rows hold some, as an e-mail address");
          });
      assertThat(lint(evidence, declaring("paid", "", "possible")).detail())
          .contains("names no licence");
      assertThat(lint(evidence, declaring("public", "ask us!", "possible")).detail())
          .contains("no SPDX expression");
      assertThat(lint(evidence, declaring("public", "proprietary", "possible")).pass())
          .contains(false);
      assertThat(evidence.observe("mail-filter", canvas(), NOW))
          .as("nothing is declared")
          .noneMatch(seen -> seen.clause().equals("lint"));
    }
  }

  private static Observation lint(DataEvidence evidence, CanvasVersion canvas) {
    return evidence.observe("mail-filter", canvas, NOW).stream()
        .filter(seen -> seen.question().equals("data") && seen.clause().equals("lint"))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Test numbers: card numbers of the payment schemes' developer pages (4111 1111 1111 1111), the
   * IBAN of the standard's own example (GB82 WEST 1234 5698 7654 32).
   */
  @Test
  void personal_data_are_told_from_numbers_by_their_check_digits() {
    assertThat(SourceLint.personal("card 4111 1111 1111 1111 please")).contains("a card number");
    assertThat(SourceLint.personal("card 4111 1111 1111 1112 please")).isEmpty();
    assertThat(SourceLint.personal("to GB82 WEST 1234 5698 7654 32 by noon")).contains("an IBAN");
    assertThat(SourceLint.personal("to GB83 WEST 1234 5698 7654 32 by noon")).isEmpty();
    assertThat(SourceLint.personal("a.b-c@mail.example.org")).contains("an e-mail address");
    assertThat(SourceLint.personal("see you @ five, order 1234567")).isEmpty();
    assertThat(SourceLint.personal("@".repeat(200_000))).isEmpty();
    assertThat(SourceLint.personal("1 ".repeat(100_000))).isEmpty();
  }
}
