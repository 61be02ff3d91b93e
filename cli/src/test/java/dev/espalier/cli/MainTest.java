package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest extends Terminal {
  private static final String CANVAS = "canvas: espalier/1\nproduct: {name: mail-filter}\n";

  private Path canvas() throws IOException {
    return Files.writeString(folder.resolve("canvas.yaml"), CANVAS);
  }

  @Test
  void applies_the_plan_that_it_was_shown() throws IOException {
    server.on(
        "/canvases/mail-filter/plan",
        200,
        "{\"actions\":[],\"contradictions\":[],\"planDigest\":\"sha256:abc\"}");
    server.on("/canvases/mail-filter/apply", 200, "{\"version\":\"1.0.0\"}");

    int code = espalier("apply", "-f", canvas().toString());

    assertThat(code).isZero();
    assertThat(server.asked)
        .extracting(ScriptedServer.Asked::path)
        .containsExactly("/api/v1/canvases/mail-filter/plan", "/api/v1/canvases/mail-filter/apply");
    assertThat(server.asked.get(0).body()).isEqualTo(CANVAS);
    assertThat(server.asked.get(0).mediaType()).isEqualTo("application/yaml");
    assertThat(server.asked.get(1).body()).isEqualTo("{\"planDigest\":\"sha256:abc\"}");
    assertThat(out.toString()).contains("Applied mail-filter, version 1.0.0.");
  }

  @Test
  void applies_nothing_when_the_plan_has_an_error() throws IOException {
    server.on(
        "/canvases/mail-filter/plan",
        200,
        """
        {"actions":[],"planDigest":"sha256:abc","contradictions":[{"rule":"2","level":"ERROR",
        "questions":["data","monitoring.ml"],"message":"The window is always empty.","repair":"Widen it."}]}
        """);

    assertThat(espalier("apply", "-f", canvas().toString())).isEqualTo(1);
    assertThat(server.asked).hasSize(1);
    assertThat(out.toString())
        .contains("ERROR rule 2 (data, monitoring.ml): The window is always empty.")
        .contains("Repair: Widen it.");
  }

  @Test
  void a_warning_about_what_was_stated_is_accepted_by_its_number() throws IOException {
    server.on(
        "/canvases/mail-filter/plan",
        200,
        """
        {"actions":[],"planDigest":"sha256:abc","confirms":[4,12],"contradictions":[{"rule":4,
        "level":"WARN","questions":["deploy.strategy"],"message":"The step will last 3m.",
        "repair":"Hold it."},{"rule":12,"level":"WARN","message":"It burns.","repair":"Shorten it."}]}
        """);
    server.on("/canvases/mail-filter/apply", 200, "{\"version\":\"1.0.0\"}");
    String file = canvas().toString();
    assertThat(espalier("apply", "-f", file)).isEqualTo(1);
    assertThat(espalier("apply", "-f", file, "--confirm", "4")).isEqualTo(1);
    assertThat(out.toString())
        .contains("WARN rule 4 (deploy.strategy): The step will last 3m.")
        .contains("Nothing is applied. Repair it, or accept the warnings: --confirm 4,12")
        .contains("accept the warnings: --confirm 12");
    assertThat(server.asked).as("only planned").allMatch(each -> each.path().endsWith("/plan"));
    assertThat(espalier("apply", "-f", file, "--confirm", "4,12")).isZero();
    assertThat(server.asked.getLast().body())
        .isEqualTo("{\"planDigest\":\"sha256:abc\",\"confirms\":[4,12]}");
    assertThat(espalier("apply", "-f", file, "--confirm", "four")).as("no number").isEqualTo(2);
  }

  @Test
  void a_warning_does_not_block() throws IOException {
    server.on(
        "/canvases/mail-filter/plan",
        200,
        "{\"actions\":[],\"planDigest\":\"d\",\"contradictions\":[{\"rule\":\"4\",\"level\":\"WARN\"}]}");
    assertThat(espalier("plan", "-f", canvas().toString())).isZero();
  }

  @Test
  void says_how_to_start_a_server_when_none_answers() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    assertThat(espalier("status", "--url", "http://127.0.0.1:" + free)).isEqualTo(3);
    assertThat(err.toString()).contains("espalier up");
  }

  @ParameterizedTest
  @CsvSource({"400,2", "404,2", "403,2", "409,1", "413,2", "500,3", "503,3"})
  void maps_a_problem_to_its_exit_code(int status, int code) {
    server.on("/predict/p", status, "{\"detail\":\"It is so.\"}");
    assertThat(espalier("predict", "p", "text")).isEqualTo(code);
    assertThat(err.toString()).contains("It is so.");
  }

  @Test
  void names_the_field_and_the_nearest_value() {
    server.on(
        "/predict/p",
        400,
        "{\"detail\":\"Not a key.\",\"field\":\"serving.volum\",\"rule\":\"known\",\"nearest\":\"serving.volume\"}");
    assertThat(espalier("predict", "p", "text")).isEqualTo(2);
    assertThat(err.toString())
        .contains("serving.volum: Not a key.")
        .contains("Nearest valid value: serving.volume");
  }

  @Test
  void an_answer_that_is_not_json_is_still_an_error() {
    server.on("/predict/p", 502, "<html>gateway</html>");
    assertThat(espalier("predict", "p", "text")).isEqualTo(3);
    assertThat(err.toString()).contains("HTTP 502");
  }

  @Test
  void prints_a_prediction_in_words_and_as_json() {
    server.on(
        "/predict/mail-filter",
        200,
        """
        {"label":"spam","modelVersion":"1.0.0","servedBy":"champion",
         "probabilities":{"ham":0.1,"spam":0.9}}
        """);
    assertThat(espalier("predict", "mail-filter", "win")).isZero();
    assertThat(out.toString())
        .contains("spam  (version 1.0.0, served by champion)")
        .contains("0.900");
    assertThat(espalier("predict", "mail-filter", "win", "--json")).isZero();
    assertThat(out.toString()).contains("\"label\" : \"spam\"");
  }

  @Test
  void streams_a_file_with_its_media_type() throws IOException {
    server.on(
        "/datasets/tickets",
        200,
        "{\"rows\":2,\"rejected\":1,\"snapshot\":{\"digest\":\"sha256:x\"}}");
    Path file = Files.writeString(folder.resolve("t.csv"), "text,label\na,b\n");
    assertThat(espalier("data", "add", "tickets", file.toString())).isZero();
    assertThat(server.asked.getFirst().mediaType()).isEqualTo("text/csv");
    assertThat(out.toString()).contains("Added 2 rows to tickets (1 rejected); snapshot sha256:x.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rows.xlsx", "rows"})
  void refuses_a_format_it_does_not_read(String name) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "x");
    assertThat(espalier("data", "add", "tickets", file.toString())).isEqualTo(2);
    assertThat(server.asked).isEmpty();
    assertThat(err.toString()).contains("Only .csv and .jsonl");
  }

  @Test
  void follows_a_run_to_its_end_and_fails_with_it() {
    server.on("/pipelines/p/runs", 200, "{\"id\":\"run_1\",\"state\":\"RUNNING\"}");
    server.on(
        "/pipelines/p/runs/run_1",
        200,
        """
        {"id":"run_1","state":"FAILED","wallMillis":1500,"steps":[
         {"name":"ingest","state":"SUCCEEDED"},
         {"name":"train","state":"FAILED","failure":"USER: no rows"}]}
        """);
    assertThat(espalier("run", "p", "--reason", "test")).isEqualTo(1);
    assertThat(out.toString())
        .contains("Run run_1: failed in 1.5 s.")
        .contains("train: USER: no rows");
    assertThat(server.asked.getFirst().body()).contains("\"reason\":\"test\"");
  }

  @Test
  void a_run_whose_gates_stop_the_version_says_so_and_exits_with_one() {
    server.on("/pipelines/p/runs", 200, "{\"id\":\"run_1\",\"state\":\"RUNNING\"}");
    server.on(
        "/pipelines/p/runs/run_1",
        200,
        """
        {"id":"run_1","state":"SUCCEEDED","wallMillis":100,"steps":[
         {"name":"gate","state":"SUCCEEDED","output":{"passed":false,"summary":"ece is 0.08."}}]}
        """);
    assertThat(espalier("run", "p")).isEqualTo(1);
    assertThat(out.toString()).contains("A gate stopped the version: ece is 0.08.");
  }

  @Test
  void a_run_whose_gates_pass_exits_with_zero() {
    server.on("/pipelines/p/runs", 200, "{\"id\":\"run_1\",\"state\":\"RUNNING\"}");
    server.on(
        "/pipelines/p/runs/run_1",
        200,
        """
        {"id":"run_1","state":"SUCCEEDED","wallMillis":100,"steps":[
         {"name":"gate","state":"SUCCEEDED","output":{"passed":true,"summary":"4 of 4."}}]}
        """);
    assertThat(espalier("run", "p")).isZero();
  }

  @Test
  void runs_every_drill_and_fails_when_one_fails() {
    server.on("/drills/p", 200, "[{\"name\":\"rollback\"},{\"name\":\"load\"}]");
    server.on(
        "/drills/p/rollback", 200, "{\"passed\":true,\"observations\":[{\"detail\":\"12 ms\"}]}");
    server.on("/drills/p/load", 200, "{\"passed\":false,\"observations\":[]}");
    assertThat(espalier("drill", "p")).isEqualTo(1);
    assertThat(out.toString())
        .contains("rollback: passed")
        .contains("12 ms")
        .contains("load: failed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "drill p ../../canvases",
        "drill ../tokens",
        "predict p/../../tokens text",
        "run ../p",
        "explain p r/../s step",
        "status ?p",
        "data add a%2fb FILE"
      })
  void a_name_cannot_leave_its_path(String line) throws IOException {
    Path rows = Files.writeString(folder.resolve("t.csv"), "text,label\na,b\n");
    assertThat(espalier(line.replace("FILE", rows.toString()).split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains("Not an id");
    assertThat(server.asked).isEmpty();
  }

  @Test
  void suggests_the_command_that_was_meant() {
    assertThat(espalier("stauts")).isEqualTo(2);
    assertThat(err.toString()).contains("status");
  }

  @Test
  void a_canvas_without_a_name_is_refused_before_anything_is_sent() throws IOException {
    Path file = Files.writeString(folder.resolve("c.yaml"), "canvas: espalier/1\n");
    assertThat(espalier("plan", "-f", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("product.name");
    assertThat(server.asked).isEmpty();
  }

  @Test
  void a_missing_canvas_is_named() {
    assertThat(espalier("plan", "-f", "absent.yaml")).isEqualTo(2);
    assertThat(err.toString()).contains("absent.yaml");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "product: {name: mail-filter, authors: {ana: owner}}|mail-filter",
        "product: {name: \"Mail Filter\"}|mail-filter",
        "product: {authors: {a: owner}, name: x}|x"
      })
  void reads_the_product_name(String line, String expected) throws IOException {
    Path file = Files.writeString(folder.resolve("n.yaml"), "canvas: espalier/1\n" + line + "\n");
    assertThat(CanvasCommands.product(file)).isEqualTo(expected);
  }

  @Test
  void reads_the_product_name_in_block_style() throws IOException {
    Path file =
        Files.writeString(folder.resolve("n.yaml"), "product:\n  name: Ticket router # it\n");
    assertThat(CanvasCommands.product(file)).isEqualTo("ticket-router");
  }

  private static final String BOARD =
      """
      {"headline": "1 of 3 answers conform.", "why": "", "asOf": "2026-11-01T00:00:00Z",
       "lacks": {"HAPPENING": 1, "MACHINERY": 1}, "attribution": [], "questions": [
        {"id": "B3", "lane": "DESIGN", "state": "VIOLATED", "claim": "false spam", "reason": "4 %"},
        {"id": "C4", "lane": "DEVELOP", "state": "NO_EVIDENCE", "lack": "HAPPENING",
         "claim": "scaling", "reason": "Waits: no run."},
        {"id": "P2", "lane": "MAINTAIN", "state": "NO_EVIDENCE", "lack": "MACHINERY",
         "claim": "replicas", "reason": "Not built: one process."}]}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "status mail-filter|B3 C4 P2|",
        "status mail-filter --state violated|B3|C4 P2",
        "status mail-filter --state violated,no-evidence --lane maintain|P2|B3 C4",
        "status mail-filter --lacks machinery|P2|B3 C4",
        "status mail-filter --lacks happening --json|C4|B3 P2",
        "status mail-filter --state stale|leave out --state|B3 C4 P2",
      })
  void shows_of_the_board_what_is_asked_for(String line, String shown, String hidden) {
    server.on("/canvases/mail-filter/conformance", 200, BOARD);
    assertThat(espalier(line.split(" "))).isZero();
    String said = out.toString();
    if (shown.startsWith("leave")) {
      assertThat(said).contains(shown);
    } else {
      assertThat(said).contains(shown.split(" "));
    }
    assertThat(said).doesNotContain(hidden == null ? new String[] {"Missing"} : hidden.split(" "));
    assertThat(said)
        .contains(line.contains("--json") ? "\"MACHINERY\"" : "1 for a part that is not built");
  }

  @Test
  void a_state_that_is_none_is_refused_with_the_nearest() {
    assertThat(espalier("status", "mail-filter", "--state", "violatd")).isEqualTo(2);
    assertThat(err.toString()).contains("violatd", "nearest: violated");
    assertThat(server.asked).isEmpty();
  }

  @Test
  void lists_documents_and_prints_one_as_it_is() {
    server.on(
        "/documents/mail-filter",
        200,
        "[{\"name\":\"model-card\",\"answered\":7,\"sections\":9,\"frozen\":true,\"version\":\"1.0.0\"}]");
    server.on("/documents/mail-filter/model-card", 200, "# Model card of mail-filter\n");

    assertThat(espalier("docs", "mail-filter")).isZero();
    assertThat(out.toString()).contains("model-card", "7 of  9", "frozen with version 1.0.0");
    out.getBuffer().setLength(0);
    assertThat(espalier("docs", "mail-filter", "model-card", "--version", "1.0.0")).isZero();
    assertThat(out.toString()).isEqualTo("# Model card of mail-filter\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a b", "poem"})
  void an_unknown_document_ends_with_a_clear_error(String name) {
    assertThat(espalier("docs", "mail-filter", name)).isEqualTo(2);
    assertThat(err.toString()).isNotBlank().doesNotContain("Unexpected");
  }
}
