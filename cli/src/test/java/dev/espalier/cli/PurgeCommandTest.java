package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PurgeCommandTest extends Terminal {
  private static final String REPORT =
      """
      {"mode":"%s","before":"2026-10-26T00:00:00Z","experiments":1,"runs":12,"loggedModels":3,
       "traces":40,"files":0,"held":["f00d"]}
      """;

  @Test
  void a_dry_run_says_what_would_go_and_what_is_held() {
    server.on("/tracking/purge", 200, REPORT.formatted("DRY_RUN"));
    assertThat(espalier("purge", "--dry-run")).isZero();
    assertThat(server.asked.getLast().body())
        .contains("\"olderThan\":\"PT720H\"", "\"dryRun\":true");
    assertThat(out.toString())
        .contains("Would go, deleted before 2026-10-26T00:00:00Z: 1 experiments, 12 runs")
        .contains("Held, a registered version needs it: f00d");
  }

  @Test
  void purges_what_is_older_than_it_is_told() {
    server.on("/tracking/purge", 200, REPORT.formatted("PURGE"));
    assertThat(espalier("purge", "--older-than", "12h")).isZero();
    assertThat(server.asked.getLast().body())
        .contains("\"olderThan\":\"PT12H\"", "\"dryRun\":false");
    assertThat(out.toString()).contains("Gone, deleted before").contains("40 traces");
  }

  @Test
  void a_time_that_is_none_and_a_server_that_refuses_end_with_their_words() {
    assertThat(espalier("purge", "--older-than", "soon")).isEqualTo(2);
    assertThat(err.toString()).contains("--older-than").contains("30d");
    assertThat(server.asked).isEmpty();
    server.on("/tracking/purge", 403, "{\"detail\":\"Only an owner purges.\"}");
    assertThat(espalier("purge")).isEqualTo(2);
    assertThat(err.toString()).contains("Only an owner purges.");
  }
}
