package dev.espalier.canvas.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Json;
import dev.espalier.platform.TestHttp;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentRoutesTest {
  @TempDir Path folder;
  private Desk desk;
  private TestHttp http;

  @BeforeEach
  void start() {
    desk = new Desk(folder);
    desk.apply(Desk.MINIMAL);
    http = new TestHttp("/api/v1", new DocumentRoutes(desk.documents));
  }

  @AfterEach
  void stop() {
    http.close();
    desk.close();
  }

  @Test
  void lists_six_documents_with_what_is_answered() throws Exception {
    var list = Json.tree(http.get("/documents/mail-filter").body());

    assertThat(list.valueStream().map(one -> one.path("name").asText()))
        .containsExactly(
            "model-card", "datasheet", "ml-bom", "technical-file", "dora", "ml-test-score");
    assertThat(list.path(0).path("frozen").asBoolean()).isFalse();
    assertThat(list.path(0).path("answered").asInt()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "md,text/markdown; charset=utf-8,# Model card",
    "html,text/html; charset=utf-8,<!doctype html>",
    "json,application/json,{"
  })
  void answers_in_the_asked_form(String format, String type, String start) throws Exception {
    var answer = http.get("/documents/mail-filter/model-card?format=" + format);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue(type);
    assertThat(answer.body()).startsWith(start);
  }

  @ParameterizedTest
  @CsvSource({
    "/documents/mail-filter/model-card?format=pdf,400,'md, html or json'",
    "/documents/mail-filter/poem,404,model-card",
    "/documents/mail-filter?version=../../x,404,no version",
    "/documents/nobody,404,nobody"
  })
  void refuses_with_what_there_is(String path, int status, String hint) throws Exception {
    var answer = http.get(path);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains(hint);
  }
}
