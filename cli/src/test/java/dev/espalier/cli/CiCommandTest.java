package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class CiCommandTest extends Terminal {
  private static final String RED =
      """
      {"id":"ci_1","product":"tickets","canvasVersion":"1.2.0","sample":80,"millis":1500,
       "green":false,"checks":[
       {"name":"lint","outcome":"PASSED","detail":"No problem.","millis":3},
       {"name":"train_smoke","outcome":"FAILED","detail":"macro_f1 < 0.5 & \\"bad\\" \\u0000 <b>","millis":900},
       {"name":"sign","outcome":"SKIPPED","detail":"Nothing here runs 'sign'.","millis":0}]}
      """;

  @Test
  void exits_with_0_when_green_and_says_for_which_canvas() {
    server.on(
        "/ci/tickets",
        200,
        "{\"canvasVersion\":\"1.2.0\",\"green\":true,\"sample\":50,\"millis\":2000,\"checks\":[]}");
    assertThat(espalier("ci", "tickets")).isZero();
    assertThat(out.toString()).contains("Green for canvas 1.2.0, on 50 rows, in 2.0 s.");
  }

  @Test
  void exits_with_1_when_a_check_failed_and_shows_each() {
    server.on("/ci/tickets", 200, RED);
    assertThat(espalier("ci", "tickets")).isEqualTo(1);
    assertThat(out.toString())
        .contains("passed   lint")
        .contains("failed   train_smoke")
        .contains("skipped  sign")
        .contains("Red for canvas 1.2.0");
  }

  @Test
  void writes_a_junit_report_that_a_strict_parser_reads() throws Exception {
    server.on("/ci/tickets", 200, RED);
    Path report = folder.resolve("deep").resolve("checks.xml");
    assertThat(espalier("ci", "tickets", "--junit", report.toString())).isEqualTo(1);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(Files.readAllBytes(report)));
    Element suite = document.getDocumentElement();
    assertThat(suite.getAttribute("tests")).isEqualTo("3");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("skipped")).isEqualTo("1");
    Element failure = (Element) document.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message"))
        .startsWith("macro_f1 < 0.5 & \"bad\"")
        .endsWith("<b>");
    assertThat(document.getElementsByTagName("testcase").getLength()).isEqualTo(3);
  }

  @Test
  void a_report_that_cannot_be_written_is_an_infrastructure_error() throws IOException {
    server.on("/ci/tickets", 200, RED);
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(espalier("ci", "tickets", "--junit", file.resolve("under").toString())).isEqualTo(3);
    assertThat(err.toString()).contains("Cannot write");
  }

  @Test
  void a_product_that_is_no_name_is_refused_before_anything_is_asked() {
    assertThat(espalier("ci", "../tokens")).isEqualTo(2);
    assertThat(server.asked).isEmpty();
  }
}
