package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Json;
import dev.espalier.platform.Signer;
import dev.espalier.platform.TestHttp;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/** What an auditor asks the board for: the rows behind it, and something to take away. */
class ProofRoutesTest {
  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: mail-filter, authors: {ana: owner}}
      metrics: [{id: macro_f1, primary: yes}]
      serving: {volume: 10/s, mode: {online: {p95: %s}}}
      """;
  private static final String HOME = "/canvases/mail-filter";

  @TempDir Path folder;
  private CanvasKit kit;
  private TestHttp http;

  @BeforeEach
  void start() {
    kit = CanvasKit.in(folder);
    kit.apply(CANVAS.formatted("40ms"));
    kit.measured("serving.mode", "p95", 700, 31.5);
    http = new TestHttp("/api/v1", new ProofRoutes(kit.canvases));
  }

  @AfterEach
  void stop() {
    http.close();
    kit.close();
  }

  private JsonNode check(JsonNode sent) throws Exception {
    return Json.tree(http.post(HOME + "/snapshot/check", Json.write(sent)).body());
  }

  @Test
  void a_signed_board_is_checked_as_it_was_downloaded() throws Exception {
    HttpResponse<String> taken = http.get(HOME + "/snapshot");
    assertThat(taken.headers().firstValue("content-disposition"))
        .hasValue("attachment; filename=\"mail-filter-1.0.0-conformance.json\"");
    JsonNode board = Json.tree(taken.body());
    assertThat(board.path("conformance").path("questions")).hasSize(90);
    JsonNode fine = check(board);
    assertThat(fine.path("intact").asBoolean()).as("%s", fine).isTrue();
    assertThat(fine.path("version").asText()).isEqualTo("1.0.0");
    // It stays true of its instant when the world goes on.
    kit.clock.advance(Duration.ofDays(400));
    kit.apply(CANVAS.formatted("30ms"));
    kit.measured("serving.mode", "p95", 700, 99);
    assertThat(check(board).path("intact").asBoolean()).isTrue();
  }

  @Test
  void a_board_that_was_made_greener_is_found_out() throws Exception {
    JsonNode board = Json.tree(http.get(HOME + "/snapshot").body());
    ObjectNode greener = board.deepCopy();
    ((ObjectNode) greener.path("conformance").path("questions").path(3)).put("state", "CONFORMS");
    assertThat(check(greener).path("problems"))
        .extracting(JsonNode::asText)
        .hasSize(2)
        .anyMatch(each -> each.startsWith("Something was changed"));
    ObjectNode resealed = greener.deepCopy();
    Signer other = Signer.temporary();
    resealed.put("keyId", other.keyId());
    assertThat(check(resealed).path("problems"))
        .extracting(JsonNode::asText)
        .anyMatch(each -> each.startsWith("It is not signed by the key of this home"));
    ObjectNode elsewhere = board.deepCopy();
    elsewhere.put("canvas", elsewhere.path("digest").asText());
    assertThat(check(elsewhere).path("problems"))
        .extracting(JsonNode::asText)
        .anyMatch(each -> each.startsWith("The chain has no version 1.0.0"));
  }

  @Test
  void what_is_no_signed_board_of_the_product_is_refused() throws Exception {
    for (String body : new String[] {"", "{", "[]", "{}", "\"x\"", "{\"takenAt\":\"soon\"}"}) {
      assertThat(http.post(HOME + "/snapshot/check", body).statusCode()).as(body).isEqualTo(400);
    }
    ObjectNode other = Json.tree(http.get(HOME + "/snapshot").body()).deepCopy();
    other.put("product", "somebody-else");
    HttpResponse<String> answer = http.post(HOME + "/snapshot/check", Json.write(other));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("the request about 'mail-filter'");
    assertThat(http.get("/canvases/none/snapshot").statusCode()).isEqualTo(404);
    assertThat(http.get("/canvases/none/badge.svg").statusCode()).isEqualTo(404);
  }

  @Test
  void the_rows_behind_a_clause_come_newest_first_and_say_about_which_answer() throws Exception {
    kit.clock.advance(Duration.ofHours(1));
    kit.measured("serving.mode", "p95", 800, 35);
    kit.apply(CANVAS.formatted("30ms"));
    kit.clock.advance(Duration.ofHours(1));
    kit.measured("serving.mode", "p95", 900, 29);
    JsonNode rows = Json.tree(http.get(HOME + "/evidence/serving.mode/p95").body());
    assertThat(rows).extracting(row -> row.path("n").asLong()).containsExactly(900L, 800L, 700L);
    assertThat(rows)
        .extracting(row -> row.path("current").asBoolean())
        .containsExactly(true, false, false);
    assertThat(rows.path(2).path("value").asDouble()).isEqualTo(31.5);
    assertThat(rows.path(2).path("observedAt").asText()).isEqualTo("2026-11-20T00:00:00Z");
    assertThat(Json.tree(http.get(HOME + "/evidence/serving.mode/p95?limit=1").body())).hasSize(1);
  }

  @Test
  void a_question_or_clause_that_is_not_there_is_answered_with_the_nearest() throws Exception {
    HttpResponse<String> clause = http.get(HOME + "/evidence/serving.mode/p96");
    assertThat(clause.statusCode()).isEqualTo(400);
    assertThat(clause.body()).contains("\"nearest\":\"p95\"", "there is no 'p96'");
    assertThat(http.get(HOME + "/evidence/serving.mood/p95").body()).contains("serving.mode");
    assertThat(http.get(HOME + "/evidence/serving.mode/p95?limit=0").statusCode()).isEqualTo(400);
    assertThat(http.get(HOME + "/evidence/serving.mode/p95?limit=100000").statusCode())
        .isEqualTo(400);
    assertThat(http.get(HOME + "/evidence/value.importance/any").statusCode()).isEqualTo(400);
  }

  @Test
  void the_badge_is_a_picture_of_its_own_that_says_what_the_board_says() throws Exception {
    HttpResponse<String> answer = http.get(HOME + "/badge.svg");
    assertThat(answer.headers().firstValue("content-type")).hasValue("image/svg+xml");
    assertThat(answer.headers().firstValue("cache-control")).hasValue("no-cache");
    String svg = answer.body();
    DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
    assertThat(svg)
        .contains("canvas 1.0.0")
        .doesNotContain("violated", "href", "script", "style", "url(");
    kit.measured("serving.mode", "p95", 900, 99);
    Conformance board = kit.canvases.conformance("mail-filter");
    assertThat(board.counts().get(State.VIOLATED)).isPositive();
    assertThat(http.get(HOME + "/badge.svg").body())
        .contains(
            "%d of 77 conform, %d violated"
                .formatted(
                    board.counts().getOrDefault(State.CONFORMS, 0L),
                    board.counts().get(State.VIOLATED)),
            "#b23c26");
  }
}
