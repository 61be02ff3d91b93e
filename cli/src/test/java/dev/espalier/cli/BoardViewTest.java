package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Json;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoardViewTest {
  private static final String BOARD =
      """
      {"headline":"1 of 2 answers conforms.","why":"Nothing is served yet.","asOf":"2002-12-01T00:00:00Z",
       "questions":[
        {"question":"objectives","id":"B3","lane":"DESIGN","claim":"False spam ≤ 10 %","state":"CONFORMS","reason":"",
         "evidence":[{"state":"CONFORMS","value":0.0213,"unit":"share","n":420,"observedAt":"2002-11-30T00:00:00Z",
                      "ci":{"low":0.011,"high":0.04}}]},
        {"question":"ci.workflow","id":"C5","lane":"DEVELOP","claim":"CI is required","state":"NO_EVIDENCE",
         "reason":"no CI run yet","evidence":[]}],
       "attribution":["Machine learning canvas from Made With ML"]}
      """;

  @Test
  void prints_the_value_with_interval_n_and_age() {
    List<String> lines = BoardView.lines(Json.tree(BOARD));
    assertThat(lines.getFirst()).isEqualTo("1 of 2 answers conforms.");
    assertThat(lines)
        .anySatisfy(line ->
            assertThat(line)
                .contains("● conforms")
                .contains("False spam ≤ 10 %")
                .contains("2.1 % [1.1 %, 4.0 %]")
                .contains("n 420 · 1 d ago"));
  }

  @Test
  void says_what_is_missing_where_there_is_no_evidence() {
    assertThat(BoardView.lines(Json.tree(BOARD)))
        .anySatisfy(line -> assertThat(line).contains("◌ no evidence").endsWith("no CI run yet"));
  }

  @Test
  void keeps_the_lanes_in_order_and_the_attribution_last() {
    List<String> lines = BoardView.lines(Json.tree(BOARD));
    assertThat(lines.indexOf("Design")).isLessThan(lines.indexOf("Develop"));
    assertThat(lines.getLast()).startsWith("Machine learning canvas");
  }

  @ParameterizedTest
  @CsvSource({"PT10S,now", "PT5M,5 min ago", "PT3H,3 h ago", "PT72H,3 d ago"})
  void shortens_ages(Duration age, String expected) {
    assertThat(BoardView.age(age)).isEqualTo(expected);
  }
}
