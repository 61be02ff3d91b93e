package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Signer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that was applied can be changed unseen. */
class ChainTest {
  @TempDir Path folder;
  private Signer signer;
  private CanvasKit kit;

  @BeforeEach
  void open() throws Exception {
    signer = Signer.in(folder);
    kit = new CanvasKit(folder, signer);
    String mail = CanvasesTest.mail();
    kit.apply(mail);
    kit.apply(mail.replace("max_staleness: 120d", "max_staleness: 100d"));
    kit.apply(mail.replace("max_staleness: 120d", "max_staleness: 150d"));
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private Verification verify() {
    return kit.canvases.verify("mail-filter");
  }

  private void sql(String update) {
    kit.database.write(handle -> handle.execute(update));
  }

  @Test
  void an_untouched_chain_is_intact_also_for_another_process_with_the_same_home() {
    assertThat(verify().intact()).as(verify().problems().toString()).isTrue();
    assertThat(verify().versions()).isEqualTo(3);
    List<CanvasDocument> stored = kit.canvases.versions("mail-filter");
    assertThat(Chain.verify("mail-filter", stored, Signer.in(folder)).intact()).isTrue();
    assertThat(stored.get(1).parent()).contains(stored.get(0).digest());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version",
        "digest",
        "content_digest",
        "parent",
        "applied_at",
        "applied_by",
        "reason",
        "source",
        "document",
        "planned_by",
        "key_id",
        "signature"
      })
  void a_changed_character_in_any_column_is_found(String column) {
    // The last character that is a letter or a digit becomes another one of its kind.
    String value =
        kit.database.read(handle ->
            handle
                .createQuery("SELECT " + column + " FROM canvas_version WHERE number = 2")
                .mapTo(String.class)
                .one());
    int at = value.length() - 1;
    while (!Character.isLetterOrDigit(value.charAt(at))) {
      at--;
    }
    char other =
        value.charAt(at) == '0'
            ? '1'
            : value.charAt(at) == 'a' ? 'b' : Character.isDigit(value.charAt(at)) ? '0' : 'a';
    String changed = value.substring(0, at) + other + value.substring(at + 1);
    kit.database.write(handle ->
        handle
            .createUpdate("UPDATE canvas_version SET " + column + " = :to WHERE number = 2")
            .bind("to", changed)
            .execute());
    assertThat(verify().intact()).as(column).isFalse();
  }

  @Test
  void every_flipped_byte_of_the_document_is_found() {
    CanvasDocument row = kit.canvases.versions("mail-filter").getLast();
    String text = dev.espalier.platform.Json.write(row.tree());
    int tried = 0;
    // Every 97th character: a step that visits keys, values, quotes and numbers alike.
    for (int i = 1; i < text.length() - 1; i += 97) {
      char was = text.charAt(i);
      String flipped = text.substring(0, i) + (char) (was ^ 1) + text.substring(i + 1);
      Optional<CanvasDocument> read = readable(row, flipped);
      if (read.isPresent()) {
        List<CanvasDocument> all = List.of(read.get());
        assertThat(Chain.verify("mail-filter", all, signer).problems())
            .as("byte %d", i)
            .anyMatch(problem -> problem.contains("digest covers"));
        tried++;
      }
    }
    assertThat(tried).isGreaterThan(30);
  }

  /** The row with another document, unless the text is no JSON any more. */
  private static Optional<CanvasDocument> readable(CanvasDocument row, String document) {
    try {
      return Optional.of(
          new CanvasDocument(
              row.product(),
              row.version(),
              row.digest(),
              row.contentDigest(),
              row.parent(),
              row.appliedAt(),
              row.appliedBy(),
              row.reason(),
              row.source(),
              dev.espalier.platform.Json.tree(document).toString(),
              row.plannedBy(),
              row.approvals(),
              row.keyId(),
              row.signature()));
    } catch (dev.espalier.platform.EspalierException notJson) {
      return Optional.empty();
    }
  }

  @Test
  void a_version_taken_out_of_the_middle_or_signed_by_a_stranger_is_found() {
    sql("DELETE FROM canvas_version WHERE number = 2");
    assertThat(verify().problems()).anyMatch(each -> each.contains("parent"));
    List<CanvasDocument> rest = kit.canvases.versions("mail-filter");
    assertThat(Chain.verify("mail-filter", rest, Signer.temporary()).problems())
        .anyMatch(each -> each.contains("signed by " + signer.keyId()));
  }

  @Test
  void the_board_turns_red_when_the_chain_breaks() {
    sql("UPDATE canvas_version SET reason = 'nobody said this' WHERE number = 3");
    List<Observation> seen =
        new CanvasEvidence(kit.canvases)
            .observe("mail-filter", kit.canvases.require("mail-filter"), kit.clock.instant());
    kit.canvases.record("mail-filter", seen);
    assertThat(kit.row("canvas.version").state()).isEqualTo(State.VIOLATED);
    assertThat(kit.row("canvas.version").reason()).contains("2.0.0", "the row says something else");
  }

  private State state(String question) {
    Canvases anew = kit.anew(signer);
    anew.record(
        "mail-filter",
        new CanvasEvidence(anew)
            .observe("mail-filter", anew.require("mail-filter"), kit.clock.instant()));
    return anew.conformance("mail-filter").questions().stream()
        .filter(row -> row.question().equals(question))
        .findFirst()
        .orElseThrow()
        .state();
  }

  @Test
  void a_date_that_is_not_the_approvals_is_violated() {
    assertThat(state("product.date")).isEqualTo(State.CONFORMS);
    sql("UPDATE canvas_version SET applied_at = '2026-10-01T00:00:00Z' WHERE number = 3");
    assertThat(state("product.date")).isEqualTo(State.VIOLATED);
  }

  @Test
  void a_version_that_is_about_another_product_is_violated() {
    assertThat(state("product.name")).isEqualTo(State.CONFORMS);
    sql(
        "UPDATE canvas_version SET document ="
            + " replace(document, '\"product\":\"mail-filter\"', '\"product\":\"junk\"') WHERE number = 2");
    assertThat(state("product.name")).isEqualTo(State.VIOLATED);
  }

  @Test
  void an_older_version_comes_back_as_a_new_one() {
    Plan back = kit.canvases.reapply("mail-filter", "1.0.0", Caller.local());
    assertThat(back.base()).contains("2.0.0");
    assertThat(back.version()).as("120 days are stricter than 150").isEqualTo("2.1.0");
    CanvasVersion again =
        kit.canvases.apply("mail-filter", back.planDigest(), Consent.silent(), Caller.local());
    CanvasDocument first = kit.canvases.document("mail-filter", "1.0.0");
    assertThat(again.contentDigest()).isEqualTo(first.contentDigest());
    assertThat(again.digest()).isNotEqualTo(first.digest());
    assertThat(kit.canvases.history("mail-filter"))
        .extracting(VersionRow::version)
        .containsExactly("1.0.0", "1.1.0", "2.0.0", "2.1.0");
    assertThat(verify().intact()).isTrue();
  }
}
