package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenCommandTest extends Terminal {
  private static final String TOKEN = "esp_" + "a".repeat(43);

  @ParameterizedTest
  @CsvSource({"30d,P30D -> PT720H", "12h,PT12H -> PT12H", "PT15M,PT15M -> PT15M"})
  void creates_a_token_and_shows_its_secret_once(String ttl, String means) {
    server.on(
        "/tokens",
        201,
        "{\"token\":\"%s\",\"about\":{\"expiresAt\":\"2027-01-01T00:00:00Z\"}}".formatted(TOKEN));
    assertThat(espalier("token", "create", "--user", "ben", "--ttl", ttl)).isZero();
    assertThat(server.asked.getFirst().body())
        .contains("\"user\":\"ben\"")
        .contains("\"ttl\":\"" + means.split(" -> ", 2)[1] + "\"");
    assertThat(out.toString()).startsWith(TOKEN).contains("For ben until 2027-01-01");
  }

  @Test
  void refuses_a_time_that_is_none_before_asking() {
    assertThat(espalier("token", "create", "--user", "ben", "--ttl", "soon")).isEqualTo(2);
    assertThat(err.toString()).contains("--ttl").contains("30d");
    assertThat(server.asked).isEmpty();
  }

  @Test
  void lists_and_revokes() {
    String token = "{\"id\":\"tok_1\",\"user\":\"ben\",\"expiresAt\":\"2027-01-01T00:00:00Z\"%s}";
    server.on("/tokens", 200, "[" + token.formatted("") + "]");
    server.on(
        "/tokens/tok_1/revoke", 200, token.formatted(",\"revokedAt\":\"2026-12-01T00:00:00Z\""));
    assertThat(espalier("token", "list")).isZero();
    assertThat(out.toString()).contains("tok_1").contains("ben").contains("last used never");
    assertThat(espalier("token", "revoke", "tok_1")).isZero();
    assertThat(out.toString()).contains("revoked 2026-12-01");
    assertThat(espalier("token", "revoke", "../me")).isEqualTo(2);
  }

  @Test
  void every_command_sends_the_token_that_it_is_given_and_no_malformed_one() {
    server.on("/canvases", 200, "[]");
    assertThat(espalier("status", "--token", TOKEN)).isZero();
    assertThat(server.asked.getLast().authorization()).isEqualTo("Bearer " + TOKEN);
    assertThat(espalier("status", "--token", "")).isZero();
    assertThat(server.asked.getLast().authorization()).isEqualTo("null");
    int before = server.asked.size();
    assertThat(espalier("status", "--token", "esp_x\r\nEvil: 1")).isEqualTo(2);
    assertThat(server.asked).hasSize(before);
  }

  @Test
  void approves_a_plan_by_its_digest_and_says_what_is_still_missing() {
    String digest = "sha256:" + "0f".repeat(32);
    server.on(
        "/canvases/mail-filter/plans/" + digest + "/approvals",
        200,
        "{\"by\":\"ana\",\"plan\":{\"version\":\"2.0.0\"},\"missing\":[\"a reason\"]}");
    assertThat(espalier("approve", "mail-filter", digest, "--reason", "agreed")).isZero();
    assertThat(server.asked.getFirst().body()).isEqualTo("{\"reason\":\"agreed\"}");
    assertThat(out.toString()).contains("2.0.0, as ana wants it").contains("Still needs a reason");
  }

  @Test
  void apply_carries_the_reason_and_a_refusal_exits_with_2() throws IOException {
    Path canvas =
        Files.writeString(
            folder.resolve("canvas.yaml"), "canvas: espalier/1\nproduct: {name: mail-filter}\n");
    server.on(
        "/canvases/mail-filter/plan",
        200,
        "{\"actions\":[],\"contradictions\":[],\"planDigest\":\"sha256:abc\"}");
    server.on("/canvases/mail-filter/apply", 403, "{\"detail\":\"Ask ben.\"}");
    assertThat(espalier("apply", "-f", canvas.toString(), "--reason", "why not")).isEqualTo(2);
    assertThat(server.asked.getLast().body()).contains("\"reason\":\"why not\"");
    assertThat(err.toString()).contains("Ask ben.");
  }
}
