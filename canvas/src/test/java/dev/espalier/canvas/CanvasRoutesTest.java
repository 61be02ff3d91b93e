package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.platform.TestHttp;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CanvasRoutesTest {
  @TempDir Path folder;
  private Database database;
  private TestHttp http;

  @BeforeEach
  void start() {
    MovableClock clock = new MovableClock(Instant.parse("2026-11-20T00:00:00Z"));
    database = TestDatabase.in(folder);
    ProductClocks clocks = new ProductClocks(database, clock);
    Canvases canvases =
        new Canvases(
            database,
            clocks,
            new Events(database, clocks, clock),
            new Ids(clock, new Random(1)),
            clock);
    http = new TestHttp("/api/v1", new CanvasRoutes(canvases), new QuestionRoutes(canvases));
  }

  @AfterEach
  void stop() {
    http.close();
    database.close();
  }

  private JsonNode get(String path) throws Exception {
    return Json.tree(http.get(path).body());
  }

  @Test
  void plans_applies_and_shows_conformance() throws Exception {
    JsonNode plan = Json.tree(http.post("/canvases/mail-filter/plan", CanvasesTest.mail()).body());
    assertThat(plan.path("contradictions").isArray()).isTrue();
    HttpResponse<String> applied =
        http.post(
            "/canvases/mail-filter/apply",
            "{\"planDigest\":%s,\"confirms\":[4]}".formatted(plan.path("planDigest")));
    assertThat(applied.statusCode()).as(applied.body()).isEqualTo(200);
    assertThat(
            http.post(
                    "/canvases/mail-filter/apply",
                    "{\"planDigest\":%s,\"confirms\":[4]}".formatted(plan.path("planDigest")))
                .statusCode())
        .as("a plan applies once")
        .isEqualTo(409);
    assertThat(get("/canvases").path(0).path("product").asText()).isEqualTo("mail-filter");
    assertThat(get("/canvases/mail-filter").path("version").asText()).isEqualTo("1.0.0");
    assertThat(get("/canvases/mail-filter/versions")).hasSize(1);
    assertThat(
            get("/canvases/mail-filter/versions/1.0.0")
                .path("document")
                .path("answers")
                .path("serving.volume")
                .path("value")
                .path("expected")
                .asText())
        .isEqualTo("34/day");
    JsonNode conformance = get("/canvases/mail-filter/conformance");
    assertThat(conformance.path("questions")).hasSize(90);
    assertThat(conformance.path("attribution")).hasSize(3);
    assertThat(conformance.path("headline").asText()).startsWith("0 of ");
    assertThat(get("/canvases/mail-filter/questions/ci.workflow/history").isArray()).isTrue();
    assertThat(get("/canvases/mail-filter/history").isArray()).isTrue();
  }

  @Test
  void gives_the_schema_the_forms_and_a_canvas_as_text() throws Exception {
    JsonNode schema = get("/canvas-schema");
    assertThat(schema.path("$schema").asText()).endsWith("draft/2020-12/schema");
    JsonNode forms = get("/questions");
    assertThat(forms).hasSize(90);
    JsonNode volume =
        forms
            .valueStream()
            .filter(q -> q.path("id").asText().equals("P6"))
            .findFirst()
            .orElseThrow();
    assertThat(volume.path("mainField").asText()).isEqualTo("expected");
    assertThat(volume.path("compilesTo")).extracting(JsonNode::asText).contains("volume");
    assertThat(volume.path("prompt").asText()).contains("expected volume");
    JsonNode peak = volume.path("fields").path(1);
    assertThat(peak.path("name").asText()).isEqualTo("peak_factor");
    assertThat(peak.path("default").asText()).isEqualTo("3");
    assertThat(peak.path("max").asDouble()).isEqualTo(100);
    assertThat(peak.path("tighter").asText()).isEqualTo("HIGHER");
    JsonNode plan = Json.tree(http.post("/canvases/mail-filter/plan", CanvasesTest.mail()).body());
    http.post(
        "/canvases/mail-filter/apply",
        "{\"planDigest\":%s,\"confirms\":[4]}".formatted(plan.path("planDigest")));
    HttpResponse<String> text = http.get("/canvases/mail-filter/export");
    assertThat(text.headers().firstValue("content-type").orElseThrow()).contains("yaml");
    assertThat(text.body()).startsWith("# Machine learning canvas").contains("# default");
    JsonNode again = Json.tree(http.post("/canvases/mail-filter/plan", text.body()).body());
    assertThat(again.path("diff")).as("an export changes nothing").isEmpty();
    assertThat(http.get("/canvases/mail-filter/export?version=9.9.9").statusCode()).isEqualTo(404);
  }

  @Test
  void says_what_is_wrong_as_a_problem() throws Exception {
    HttpResponse<String> unknown =
        http.post("/canvases/p/plan", "canvas: espalier/1\nproduct: {name: p}\nmodle: 3");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(Json.tree(unknown.body()).path("nearest").asText()).isEqualTo("model");
    assertThat(
            http.post("/canvases/other/plan", "canvas: espalier/1\nproduct: {name: p}")
                .statusCode())
        .isEqualTo(400);
    assertThat(http.post("/canvases/p/plan", "x".repeat((1 << 20) + 1)).statusCode())
        .isEqualTo(413);
    assertThat(http.post("/canvases/p/apply", "{}").statusCode()).isEqualTo(400);
    assertThat(
            http.post(
                    "/canvases/p/apply", "{\"planDigest\":\"sha256:%s\"}".formatted("0".repeat(64)))
                .statusCode())
        .isEqualTo(404);
    assertThat(http.get("/canvases/nobody/conformance").statusCode()).isEqualTo(404);
    assertThat(http.get("/canvases/nobody/versions/1.0.0").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> as(String user, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder()
            .header("X-User", user)
            .POST(HttpRequest.BodyPublishers.ofString(body)),
        path);
  }

  @Test
  void a_second_member_approves_from_another_session() throws Exception {
    String canvas =
        CanvasesTest.mail()
            .replace("authors: {ana: owner}", "authors: {ana: owner, ben: approver}");
    String first =
        Json.tree(http.post("/canvases/mail-filter/plan", canvas).body())
            .path("planDigest")
            .asText();
    assertThat(
            http.post(
                    "/canvases/mail-filter/apply",
                    "{\"planDigest\":\"%s\",\"confirms\":[4]}".formatted(first))
                .statusCode())
        .isEqualTo(200);
    JsonNode plan =
        Json.tree(
            http.post(
                    "/canvases/mail-filter/plan",
                    canvas.replace("max_staleness: 120d", "max_staleness: 150d"))
                .body());
    String digest = plan.path("planDigest").asText();
    assertThat(plan.path("loosens").asBoolean()).isTrue();
    assertThat(plan.path("needs")).hasSize(2);
    String apply = "{\"planDigest\":\"%s\",\"reason\":\"old mail\"}".formatted(digest);
    HttpResponse<String> early = http.post("/canvases/mail-filter/apply", apply);
    assertThat(early.statusCode()).isEqualTo(403);
    assertThat(early.body()).contains("espalier approve mail-filter " + digest);
    assertThat(get("/canvases/mail-filter/plans").path(0).path("missing").path(0).asText())
        .contains("ben");
    String approvals = "/canvases/mail-filter/plans/" + digest + "/approvals";
    assertThat(http.post(approvals, "").statusCode()).as("local stands for ana").isEqualTo(403);
    assertThat(as("ana", approvals, "{}").statusCode()).isEqualTo(403);
    assertThat(as("eve", approvals, "{}").statusCode()).isEqualTo(403);
    assertThat(as("ben", approvals, "{\"reason\":\"agreed\"}").statusCode()).isEqualTo(200);
    assertThat(http.post("/canvases/mail-filter/apply", apply).statusCode()).isEqualTo(200);
    JsonNode newest = get("/canvases/mail-filter/versions").path(1);
    assertThat(newest.path("active").asBoolean()).isTrue();
    assertThat(newest.path("appliedBy").asText()).isEqualTo("ana");
    assertThat(newest.path("approvals").path(0).path("by").asText()).isEqualTo("ben");
    assertThat(newest.path("reason").asText()).isEqualTo("old mail");
    assertThat(get("/canvases/mail-filter/verify").path("intact").asBoolean()).isTrue();
    assertThat(get("/canvases/mail-filter/plans")).isEmpty();
  }

  @Test
  void keeps_drafts_and_checks_them_without_storing_anything() throws Exception {
    String canvas = CanvasesTest.mail();
    assertThat(http.get("/canvases/mail-filter/draft").statusCode()).isEqualTo(404);
    String begun = Json.write(java.util.Map.of("source", "canvas: esp", "baseVersion", ""));
    assertThat(http.post("/canvases/mail-filter/draft", begun).statusCode()).isEqualTo(200);
    assertThat(get("/canvases/mail-filter/draft").path("source").asText()).isEqualTo("canvas: esp");
    String digest =
        Json.tree(http.post("/canvases/mail-filter/plan", canvas).body())
            .path("planDigest")
            .asText();
    http.post(
        "/canvases/mail-filter/apply",
        "{\"planDigest\":\"%s\",\"confirms\":[4]}".formatted(digest));
    assertThat(http.post("/canvases/mail-filter/draft", begun).statusCode())
        .as("1.0.0 was applied since")
        .isEqualTo(409);
    assertThat(get("/canvases/mail-filter/draft").path("baseVersion").asText()).isEqualTo("1.0.0");
    JsonNode check =
        Json.tree(
            http.post(
                    "/canvases/mail-filter/check",
                    canvas.replace("max_staleness: 120d", "max_staleness: soon"))
                .body());
    assertThat(check.path("problems").path(0).path("field").asText())
        .isEqualTo("ct.schedule.max_staleness");
    assertThat(Json.tree(http.post("/canvases/mail-filter/check", canvas).body()).path("problems"))
        .isEmpty();
    assertThat(get("/canvases/mail-filter/plans")).isEmpty();
    JsonNode again =
        Json.tree(http.post("/canvases/mail-filter/reapply", "{\"version\":\"1.0.0\"}").body());
    assertThat(again.path("diff")).isEmpty();
    assertThat(http.post("/canvases/mail-filter/reapply", "{\"version\":\"9.0.0\"}").statusCode())
        .isEqualTo(404);
  }

  @Test
  void comments_are_said_read_and_settled_and_bad_ones_name_what_is_wrong() throws Exception {
    JsonNode plan = Json.tree(http.post("/canvases/mail-filter/plan", CanvasesTest.mail()).body());
    HttpResponse<String> applied =
        http.post(
            "/canvases/mail-filter/apply",
            "{\"planDigest\": %s, \"confirms\": %s}"
                .formatted(plan.path("planDigest"), plan.path("confirms")));
    assertThat(applied.statusCode()).as(applied.body()).isEqualTo(200);
    String path = "/canvases/mail-filter/comments";
    JsonNode said =
        Json.tree(
            http.post(path, "{\"question\": \"serving.volume\", \"text\": \"peak?\"}").body());
    assertThat(said.path("text").asText()).isEqualTo("peak?");
    assertThat(said.has("settledBy")).isFalse();
    String settle = path + "/" + said.path("id").asText() + "/settle";
    assertThat(Json.tree(http.post(settle, "").body()).path("settledBy").asText()).isNotEmpty();
    assertThat(get(path).size()).isEqualTo(1);
    HttpResponse<String> wrong = http.post(path, "{\"question\": \"serving.volume\"}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("text");
  }
}
