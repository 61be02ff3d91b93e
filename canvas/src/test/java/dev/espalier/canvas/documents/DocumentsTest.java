package dev.espalier.canvas.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.Conformance;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.documents.Documents.Format;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DocumentsTest {
  private static final String ALL =
      Desk.MINIMAL + "metadata: {docs: [model_card, datasheet, ml_bom, annex_iv]}\n";

  private static final Optional<String> NOW = Optional.empty();
  @TempDir Path folder;
  private Desk desk;

  @BeforeEach
  void open() {
    desk = new Desk(folder);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  private JsonNode json(String name) {
    return Json.tree(desk.read(name, NOW, Format.JSON));
  }

  private static List<String> sentences(JsonNode document, String heading) {
    return document
        .path("sections")
        .valueStream()
        .filter(section -> section.path("heading").asText().equals(heading))
        .flatMap(section -> section.path("sentences").valueStream())
        .map(sentence -> sentence.path("text").asText())
        .toList();
  }

  @Test
  void every_sentence_names_an_answer_a_stored_evidence_or_a_record_that_exists() {
    desk.apply(Desk.MINIMAL);
    desk.seen("evaluation", "gates", true);
    desk.facts.promoted("1.0.0");
    Conformance board = desk.canvases.conformance(Desk.PRODUCT);
    Set<String> answered =
        board.questions().stream()
            .filter(row -> row.answer().isPresent())
            .map(Conformance.QuestionRow::question)
            .collect(Collectors.toSet());
    Set<String> stored =
        board.questions().stream()
            .flatMap(row -> row.evidence().stream())
            .flatMap(row -> row.id().stream())
            .collect(Collectors.toSet());
    List<String> refs = new ArrayList<>();
    for (DocumentKind kind : DocumentKind.values()) {
      if (kind != DocumentKind.ML_BOM && kind != DocumentKind.ML_TEST_SCORE) {
        json(kind.slug()).findValues("ref").forEach(ref -> refs.add(ref.asText()));
      }
    }

    assertThat(refs).hasSizeGreaterThan(40);
    assertThat(refs)
        .allSatisfy(ref -> {
          if (ref.startsWith("canvas@1.0.0#")) {
            assertThat(answered).contains(ref.substring("canvas@1.0.0#".length()));
          } else if (ref.startsWith("evidence:")) {
            assertThat(stored).contains(ref.substring("evidence:".length()));
          } else {
            assertThat(ref).matches("model@1\\.0\\.0#[a-z]+|release:rol_1\\.0\\.0");
          }
        });
  }

  @Test
  void says_not_answered_where_nothing_is_known_and_invents_nothing() {
    desk.apply(Desk.MINIMAL);
    desk.facts.model = Optional.empty();

    String card = desk.read("model-card", NOW, Format.MD);

    assertThat(card)
        .contains("## Quantitative analyses\n\nNOT ANSWERED")
        .contains("Benefit: fewer unwanted messages")
        .doesNotContain("## Intended use\n\nNOT ANSWERED");
    assertThat(desk.read("dora", NOW, Format.HTML))
        .contains("<h2>Time to restore</h2>\n<p><strong>NOT ANSWERED</strong></p>");
    assertThat(sentences(json("technical-file"), "8. Declaration of conformity")).isEmpty();
  }

  @Test
  void the_scorecard_quotes_how_often_releases_were_made() {
    desk.apply(Desk.MINIMAL + "deploy: {lead_time: {target: 1d, deploy_freq: 2/day}}\n");
    assertThat(sentences(json("dora"), "Deployment frequency")).isEmpty();
    desk.measured("deploy.lead_time", "frequency", 1.5);
    assertThat(sentences(json("dora"), "Deployment frequency"))
        .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
        .contains("As many releases as were asked for", "n 500");
  }

  @Test
  void the_card_quotes_the_registered_version_and_its_gates_by_slice() {
    desk.apply(Desk.MINIMAL);

    JsonNode card = json("model-card");

    assertThat(sentences(card, "Model details"))
        .anyMatch(text -> text.contains("rung linear") && text.contains("2026-11-19"))
        .contains("It answers one of: inbox, spam.");
    assertThat(sentences(card, "Quantitative analyses"))
        .contains(
            "Gate macro_f1: 0.9100 [0.8900, 0.9300] on 600, pass. asked ≥ 0.85.",
            "Gate macro_f1 on slice lang=de: 0.8800 [0.8400, 0.9200] on 210, pass. asked.");
    assertThat(sentences(card, "Training data")).contains("Rows a label: inbox 2,500, spam 1,500.");
    assertThat(card.path("version").asText()).isEqualTo("1.0.0");
  }

  @Test
  void the_card_says_how_far_its_version_has_come_and_at_which_risk() {
    desk.apply(Desk.MINIMAL);
    assertThat(sentences(json("model-card"), "Model details"))
        .contains("Status: Draft. Nobody has asked for its release.", "Risk: low.");
    Instant at = Instant.parse("2026-11-19T12:00:00Z");
    desk.facts.releases.add(
        new DocumentFacts.Release(
            "rol_1", "1.0.0", "FIRST", "WAITING_APPROVAL", "the first", at, Optional.empty()));
    assertThat(sentences(json("model-card"), "Model details"))
        .contains("Status: PendingReview. Its release is waiting approval.");
    desk.facts.promoted("1.0.0");
    assertThat(sentences(json("model-card"), "Model details"))
        .contains("Status: Approved. It came to answer everything.");
    desk.facts.releases.add(
        new DocumentFacts.Release(
            "rol_2",
            "1.1.0",
            "CANARY",
            "PROMOTED",
            "the next",
            at.plusSeconds(60),
            Optional.of(at.plusSeconds(90))));
    assertThat(sentences(json("model-card"), "Model details"))
        .contains("Status: Archived. Another version followed it.");
  }

  @Test
  void the_card_says_among_its_caveats_what_is_waived_while_it_is() {
    desk.apply(
        Desk.MINIMAL
            + """
            waivers:
              - {question: serving.volume, until: 2026-11-22, why: the load test comes next week}
            """);
    assertThat(sentences(json("model-card"), "Caveats and recommendations"))
        .contains(
            "serving.volume is waived until 2026-11-22 by ana: the load test comes next week");
    desk.later();
    desk.later();
    desk.later();
    assertThat(sentences(json("model-card"), "Caveats and recommendations"))
        .noneMatch(text -> text.contains("is waived"));
  }

  @Test
  void the_draft_technical_file_claims_no_compliance_and_prints_no_date_of_law() {
    desk.apply(Desk.MINIMAL);

    String file = desk.read("technical-file", NOW, Format.MD);

    assertThat(file).startsWith("# Draft technical file of");
    assertThat(file.toLowerCase(java.util.Locale.ROOT))
        .doesNotContain("complies", "compliant", "2024/1689", "certif");
  }

  @ParameterizedTest
  @EnumSource(DocumentKind.class)
  void every_export_carries_both_attributions_and_the_licence(DocumentKind kind) {
    desk.apply(Desk.MINIMAL);
    for (Format format : Format.values()) {
      assertThat(desk.read(kind.slug(), NOW, format))
          .as("%s as %s", kind, format)
          .contains(
              "Machine learning canvas from Made With ML, by Goku Mohandas, CC-BY-SA 4.0.",
              "MLOps Stack Canvas from INNOQ / ml-ops.org, CC-BY-SA 4.0.",
              "Prompts adapted. Licence: https://creativecommons.org/licenses/by-sa/4.0/");
    }
  }

  @Test
  void hostile_texts_of_a_canvas_stay_texts() {
    desk.apply(
        Desk.MINIMAL.replace(
            "fewer unwanted messages",
            "\"<script>alert(1)</script> [x](javascript:alert(2)) ![y](http://a/b) \\n# Heading <img src=x onerror=alert(3)> \\u202Eflip\""));
    for (DocumentKind kind : DocumentKind.values()) {
      String html = desk.read(kind.slug(), NOW, Format.HTML);
      String markdown = desk.read(kind.slug(), NOW, Format.MD);

      assertThat(html).doesNotContain("<script", "<img", "\u202E").doesNotContain("href=\"java");
      assertThat(markdown)
          .doesNotContain("<script", "<img", "](javascript", "](http://a", "\n# Heading")
          .doesNotContain("\u202E");
    }
    assertThat(desk.read("model-card", NOW, Format.HTML))
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    assertThat(desk.read("model-card", NOW, Format.MD))
        .contains("\\[x\\]\\(javascript:alert\\(2\\)\\)");
  }

  @Test
  void what_is_frozen_is_read_back_byte_for_byte_whatever_becomes_of_the_canvas() {
    desk.apply(ALL);
    List<Documents.Entry> frozen = desk.documents.freeze(Desk.PRODUCT, "1.0.0");
    Optional<String> version = Optional.of("1.0.0");
    List<String> before = new ArrayList<>();
    for (DocumentKind kind : DocumentKind.values()) {
      for (Format format : Format.values()) {
        before.add(desk.read(kind.slug(), version, format));
      }
    }

    desk.later();
    desk.apply(ALL.replace("mailbox users", "mail operators"));
    List<Documents.Entry> again = desk.documents.freeze(Desk.PRODUCT, "1.0.0");
    List<String> after = new ArrayList<>();
    for (DocumentKind kind : DocumentKind.values()) {
      for (Format format : Format.values()) {
        after.add(desk.read(kind.slug(), version, format));
      }
    }

    assertThat(frozen).hasSize(6).allMatch(Documents.Entry::frozen);
    assertThat(again).isEqualTo(frozen);
    assertThat(after).isEqualTo(before);
    assertThat(desk.read("model-card", NOW, Format.MD)).contains("mail operators");
    assertThat(desk.documents.list(Desk.PRODUCT, NOW)).noneMatch(Documents.Entry::frozen);
  }

  @Test
  void what_the_canvas_declares_is_frozen_and_the_scores_always_are() {
    desk.apply(Desk.MINIMAL + "metadata: {docs: [datasheet]}\n");
    assertThat(frozenNow()).containsExactly("datasheet", "dora", "ml-test-score");
    desk.later();
    desk.apply(Desk.MINIMAL + "metadata: {docs: [datasheet, ml_bom, annex_iv]}\n");
    assertThat(frozenNow())
        .containsExactly("datasheet", "dora", "ml-bom", "ml-test-score", "technical-file");
  }

  private List<String> frozenNow() {
    return desk.documents.freeze(Desk.PRODUCT, "1.0.0").stream()
        .filter(Documents.Entry::frozen)
        .map(Documents.Entry::name)
        .sorted()
        .toList();
  }

  @Test
  void a_card_is_frozen_for_the_release_and_stays_when_the_others_follow() {
    desk.apply(ALL);
    Documents.Card card = desk.documents.freezeCard(Desk.PRODUCT, "1.0.0");
    Optional<String> version = Optional.of("1.0.0");
    String frozen = desk.read("model-card", version, Format.MD);
    desk.later();
    desk.apply(ALL.replace("mailbox users", "mail operators"));

    List<Documents.Entry> all = desk.documents.freeze(Desk.PRODUCT, "1.0.0");

    assertThat(card.open()).isEmpty();
    assertThat(all).hasSize(6).allMatch(Documents.Entry::frozen);
    assertThat(all.getFirst().digest()).isEqualTo(card.digest());
    assertThat(desk.read("model-card", version, Format.MD)).isEqualTo(frozen);
    assertThat(all.getFirst().canvasVersion()).isEqualTo("1.0.0");
    assertThat(all.getLast().canvasVersion()).isNotEqualTo("1.0.0");
    assertThat(desk.documents.freezeCard(Desk.PRODUCT, "1.0.0")).isEqualTo(card);
  }

  @Test
  void a_card_that_lacks_what_it_must_say_is_not_frozen() {
    desk.apply(Desk.MINIMAL);
    DocumentFacts.Model known = desk.facts.model.orElseThrow();
    desk.facts.model =
        Optional.of(
            new DocumentFacts.Model(
                known.version(),
                known.bundle(),
                known.bytes(),
                known.rung(),
                known.parameters(),
                known.bumpReason(),
                known.registeredAt(),
                known.runId(),
                known.canvasVersion(),
                known.labels(),
                known.metrics(),
                Optional.empty(),
                List.of(),
                known.data()));

    Documents.Card card = desk.documents.freezeCard(Desk.PRODUCT, "1.0.0");

    assertThat(card.open()).containsExactly("Quantitative analyses");
    assertThat(desk.documents.list(Desk.PRODUCT, Optional.of("1.0.0")))
        .noneMatch(Documents.Entry::frozen);
  }

  @Test
  void the_same_canvas_evidence_and_instant_give_the_same_bytes() {
    desk.apply(Desk.MINIMAL);

    assertThat(desk.documents.list(Desk.PRODUCT, NOW))
        .isEqualTo(desk.documents.list(Desk.PRODUCT, NOW));
  }

  @Test
  void an_unknown_product_version_or_name_says_what_there_is() {
    assertThatThrownBy(() -> desk.documents.list("nobody", NOW))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("nobody");
    desk.apply(Desk.MINIMAL);
    assertThatThrownBy(() -> desk.documents.list(Desk.PRODUCT, Optional.of("9.9.9")))
        .hasMessageContaining("no version '9.9.9'");
    assertThatThrownBy(() -> desk.documents.freeze(Desk.PRODUCT, "9.9.9"))
        .isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> desk.read("model_card", NOW, Format.MD))
        .hasMessageContaining("model-card, datasheet, ml-bom");
  }

  @Test
  void releases_without_documents_lower_their_share() {
    desk.apply(Desk.MINIMAL);
    DocumentEvidence evidence = new DocumentEvidence(desk.documents, desk.facts);
    var canvas = desk.canvases.require(Desk.PRODUCT);
    assertThat(evidence.observe(Desk.PRODUCT, canvas, desk.clock.instant()))
        .extracting(Observation::question)
        .containsExactly("canvas.template");

    desk.facts.promoted("1.0.0");
    desk.facts.promoted("0.9.0");
    desk.documents.freeze(Desk.PRODUCT, "1.0.0");
    var seen = evidence.observe(Desk.PRODUCT, canvas, desk.clock.instant());

    assertThat(seen.get(1).value()).hasValue(0.5);
    assertThat(seen.get(1).detail()).isEqualTo("No documents of 0.9.0.");
    assertThat(seen).hasSize(2);
  }

  @Test
  void a_kept_document_that_names_nobodys_work_fails_the_attribution() throws Exception {
    desk.apply(Desk.MINIMAL);
    desk.facts.promoted("1.0.0");
    desk.documents.freeze(Desk.PRODUCT, "1.0.0");
    Observation whole = attribution();
    assertThat(whole.pass()).contains(true);
    assertThat(whole.n()).isGreaterThan(3);

    Digest card = desk.documents.frozen(Desk.PRODUCT, "1.0.0").getFirst().html();
    Path file = folder.resolve("blobs").resolve(card.hex());
    Files.writeString(file, Files.readString(file).replace("Goku Mohandas", "somebody"));
    assertThat(attribution().pass()).contains(false);
    assertThat(attribution().detail()).contains("of 1.0.0");
  }

  private Observation attribution() {
    return new DocumentEvidence(desk.documents, desk.facts)
        .observe(Desk.PRODUCT, desk.canvases.require(Desk.PRODUCT), desk.clock.instant())
        .getFirst();
  }

  @Test
  void the_share_of_answered_sections_is_that_of_the_declared_documents() {
    desk.apply(Desk.MINIMAL);
    desk.facts.promoted("1.0.0");
    List<Documents.Entry> frozen = desk.documents.freeze(Desk.PRODUCT, "1.0.0");
    List<Documents.Entry> declared =
        frozen.stream()
            .filter(one -> Set.of("model-card", "datasheet").contains(one.name()))
            .toList();
    double answered = declared.stream().mapToInt(Documents.Entry::answered).sum();
    int sections = declared.stream().mapToInt(Documents.Entry::sections).sum();

    var seen =
        new DocumentEvidence(desk.documents, desk.facts)
            .observe(Desk.PRODUCT, desk.canvases.require(Desk.PRODUCT), desk.clock.instant());

    assertThat(seen.get(1).value()).hasValue(1);
    assertThat(seen.getLast().clause()).isEqualTo("answered");
    assertThat(seen.getLast().value()).hasValue(answered / sections);
    assertThat(seen.getLast().n()).isEqualTo(sections);
  }
}
