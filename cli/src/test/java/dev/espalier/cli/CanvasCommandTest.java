package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CanvasCommandTest extends Terminal {

  @Test
  void explains_a_question_by_key_or_number_and_names_the_nearest_one() {
    server.on(
        "/questions",
        200,
        """
        [{"id":"P6","key":"serving.volume","text":"Expected predictions?","help":"How many.",
          "fields":[{"name":"peak_factor","type":"number","default":"3","min":1,"max":100}],
          "compilesTo":["volume"],
          "evidence":[{"clause":"load","kind":"DRILL","text":"the rate sustained"}]}]
        """);
    assertThat(espalier("canvas", "explain", "serving.volume")).isZero();
    assertThat(out.toString())
        .contains("Expected predictions?")
        .contains("peak_factor: number (default 3; 1 to 100)")
        .contains("Compiles to: volume")
        .contains("DRILL   load: the rate sustained");
    assertThat(espalier("canvas", "explain", "p6")).isZero();
    assertThat(espalier("canvas", "explain", "serving.volum")).isEqualTo(2);
    assertThat(err.toString()).contains("Nearest valid value: serving.volume");
  }

  @Test
  void shows_who_approved_which_version() {
    server.on(
        "/canvases/mail/versions",
        200,
        """
        [{"version":"1.0.0","appliedAt":"2026-11-20T00:00:00Z","appliedBy":"ana","approvals":[],
          "reason":"","active":false},
         {"version":"2.0.0","appliedAt":"2026-11-21T00:00:00Z","appliedBy":"ana",
          "approvals":[{"by":"ben"}],"reason":"late labels","active":true}]
        """);
    assertThat(espalier("canvas", "versions", "mail")).isZero();
    assertThat(out.toString())
        .contains("* 2.0.0    2026-11-21T00:00:00Z  by ana, approved by ben: late labels");
  }

  @Test
  void a_broken_chain_exits_with_1() {
    server.on(
        "/canvases/mail/verify",
        200,
        "{\"intact\":false,\"versions\":2,\"keyId\":\"k\",\"problems\":[\"1.1.0: not signed\"]}");
    assertThat(espalier("canvas", "verify", "mail")).isEqualTo(1);
    assertThat(out.toString()).contains("BROKEN").contains("1.1.0: not signed");
    server.on(
        "/canvases/mail/verify",
        200,
        "{\"intact\":true,\"versions\":2,\"keyId\":\"ed25519:ab\",\"problems\":[]}");
    assertThat(espalier("canvas", "verify", "mail")).isZero();
    assertThat(out.toString()).contains("Intact: 2 versions, signed with ed25519:ab.");
  }

  @Test
  void lists_adopts_and_reverts_what_was_changed_by_hand() {
    server.on(
        "/canvases/mail/drift",
        200,
        "[{\"id\":\"drf_1\",\"state\":\"OPEN\",\"resource\":\"rollout/rollout\",\"field\":\"minRequests\",\"expected\":\"200\",\"actual\":\"7\"}]");
    server.on("/canvases/mail/drift/drf_1/revert", 200, "{\"resource\":\"rollout/rollout\"}");
    server.on(
        "/canvases/mail/drift/drf_1/adopt", 200, "{\"by\":\"ana\",\"baseVersion\":\"1.0.0\"}");
    assertThat(espalier("canvas", "drift", "mail")).as("something is open").isEqualTo(1);
    assertThat(out.toString()).contains("drf_1  open     rollout/rollout minRequests: 7, not 200");
    assertThat(espalier("canvas", "drift", "mail", "--revert", "drf_1")).isZero();
    assertThat(espalier("canvas", "drift", "mail", "--adopt", "drf_1")).isZero();
    server.on("/canvases/mail/drift", 200, "[]");
    assertThat(espalier("canvas", "drift", "mail")).isZero();
  }

  @Test
  void applies_an_older_version_again_with_its_reason() {
    server.on(
        "/canvases/mail/reapply", 200, "{\"contradictions\":[],\"planDigest\":\"sha256:ab\"}");
    server.on("/canvases/mail/apply", 200, "{\"version\":\"2.1.0\"}");
    assertThat(espalier("canvas", "reapply", "mail", "1.0.0", "--reason", "calm")).isZero();
    assertThat(server.asked.getFirst().body()).isEqualTo("{\"version\":\"1.0.0\"}");
    assertThat(server.asked.getLast().body()).contains("sha256:ab").contains("calm");
    assertThat(out.toString()).contains("Applied 1.0.0 again, as version 2.1.0.");
  }

  @Test
  void writes_a_canvas_from_a_csv_file_and_never_over_another_one() throws IOException {
    Path rows = folder.resolve("My Tickets.csv");
    Files.writeString(
        rows,
        "text,label\n\"a, b\nand \"\"c\"\"\",billing\nhello,billing\nbroken,tech: \"x\"\n\nbye,\n");
    Path canvas = folder.resolve("canvas.yaml");
    assertThat(espalier("canvas", "init", canvas.toString(), "--csv", rows.toString(), "--yes"))
        .as(err.toString())
        .isZero();
    String text = Files.readString(canvas);
    assertThat(text)
        .contains("name: \"my-tickets\"")
        .contains("training: [{dataset: \"my-tickets\"}]")
        .contains("metrics: [{id: balanced_accuracy, primary: true, min_n: 20}]")
        .contains("min_rows: 4, min_per_class: 1")
        .contains("use: default_value, value: \"billing\"");
    assertThat(out.toString())
        .contains("4 rows, 2 labels")
        .contains("espalier data add my-tickets");
    assertThat(espalier("canvas", "init", canvas.toString(), "--csv", rows.toString(), "--yes"))
        .isEqualTo(1);
    assertThat(Files.readString(canvas)).isEqualTo(text);
  }

  @Test
  void proposes_from_a_stored_dataset_and_says_what_is_wrong_with_a_file() throws IOException {
    server.on(
        "/datasets/mail",
        200,
        "{\"dataset\":\"mail\",\"rows\":5000,\"labels\":{\"ham\":3000,\"spam\":1500,\"news\":500}}");
    Path canvas = folder.resolve("mail.yaml");
    assertThat(espalier("canvas", "init", canvas.toString(), "--data", "mail", "--yes")).isZero();
    assertThat(Files.readString(canvas))
        .contains("id: macro_f1, primary: true, min_n: 200")
        .contains("value: \"ham\"")
        .contains("min_rows: 1000, min_per_class: 50");
    Path wrong = Files.writeString(folder.resolve("wrong.csv"), "a,b\n1,2\n");
    Path other = folder.resolve("other.yaml");
    assertThat(espalier("canvas", "init", other.toString(), "--csv", wrong.toString(), "--yes"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("no column 'label'");
    assertThat(espalier("canvas", "init", other.toString(), "--csv", "absent.csv", "--yes"))
        .isEqualTo(2);
    assertThat(other).doesNotExist();
  }
}
