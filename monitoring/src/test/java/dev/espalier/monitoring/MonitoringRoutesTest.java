package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import dev.espalier.platform.TestHttp;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitoringRoutesTest {
  @TempDir Path folder;
  private World world;
  private TestHttp http;

  @BeforeEach
  void start() {
    world = new World(folder);
    http = new TestHttp("/", new MonitoringRoutes(world.monitoring, world.clocks));
  }

  @AfterEach
  void stop() {
    http.close();
    world.close();
  }

  private HttpResponse<String> label(String body) throws IOException, InterruptedException {
    return http.post("/feedback", body);
  }

  @Test
  void labels_come_back_with_the_status_that_says_what_became_of_them() throws Exception {
    world.monitoring.accept(World.answer("p", World.START, "spam", "1.0.0"));
    world.at(World.START.plus(Duration.ofDays(1)));

    assertThat(label("{\"predictionId\":\"p\",\"label\":\"ham\"}").statusCode()).isEqualTo(200);
    assertThat(label("{\"predictionId\":\"unknown\",\"label\":\"ham\"}").statusCode())
        .isEqualTo(202);
    HttpResponse<String> wrong = label("{\"predictionId\":\"p\",\"label\":\"hma\"}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("ham, spam").contains("label");
    for (String bad : new String[] {"", "null", "{", "[]", "{\"predictionId\":\"p\"}"}) {
      assertThat(label(bad).statusCode()).as(bad).isEqualTo(400);
    }
  }

  @Test
  void the_page_shows_labels_days_and_releases_and_never_a_text() throws Exception {
    world.monitoring.accept(World.answer("p", World.START, "spam", "1.0.0"));
    world.monitoring.release(World.PRODUCT, "1.0.0", World.START);
    world.monitoring.flush();

    HttpResponse<String> page = http.get("/monitors/mail");
    JsonNode body = Json.tree(page.body());

    assertThat(body.at("/labels/logged").asInt()).isEqualTo(1);
    assertThat(body.at("/daily/0/byLabel/spam").asInt()).isEqualTo(1);
    assertThat(body.at("/releases/0/version").asText()).isEqualTo("1.0.0");
    assertThat(body.at("/monitors/0/id").asText()).isEqualTo("false_spam_rise");
    HttpResponse<String> rows = http.get("/monitors/mail/predictions");
    assertThat(rows.body()).contains("\"predictionId\":\"p\"").doesNotContain("text of");
    assertThat(http.get("/monitors/mail/predictions?limit=0").statusCode()).isEqualTo(400);
    assertThat(http.get("/alerts?product=mail").body()).isEqualTo("[]");
    assertThat(http.get("/incidents/mail").body()).isEqualTo("[]");
  }

  private HttpResponse<String> act(String path, String body) throws Exception {
    return http.post(path, body);
  }

  @Test
  void an_incident_is_acknowledged_put_off_and_resolved_over_http() throws Exception {
    Incident incident =
        Incident.opened("incident_1", World.PRODUCT, "t", "false_spam", "1.0.0", World.START);
    new IncidentStore(world.database).open(incident);
    String path = "/incidents/%s/incident_1".formatted(World.PRODUCT);

    HttpResponse<String> seen = act(path + "/ack", "{\"reason\":\"on it\"}");
    assertThat(seen.statusCode()).isEqualTo(200);
    assertThat(Json.tree(seen.body()).path("state").asText()).isEqualTo("acknowledged");

    HttpResponse<String> quiet = act(path + "/snooze", "{\"until\":\"2002-08-02T00:00:00Z\"}");
    assertThat(Json.tree(quiet.body()).path("snoozedUntil").asText())
        .isEqualTo("2002-08-02T00:00:00Z");

    HttpResponse<String> wrong = act(path + "/resolve", "{\"verdict\":\"meh\"}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("actionable, noise, expected, drill");
    assertThat(act(path + "/resolve", "{}").statusCode()).isEqualTo(400);
    assertThat(act(path + "/snooze", "{\"until\":\"tomorrow\"}").statusCode()).isEqualTo(400);

    HttpResponse<String> done =
        act(path + "/resolve", "{\"verdict\":\"actionable\",\"reason\":\"retrained\"}");
    JsonNode resolved = Json.tree(done.body());
    assertThat(resolved.path("state").asText()).isEqualTo("resolved");
    assertThat(resolved.path("worth").asText()).isEqualTo("ACTIONABLE");
    assertThat(resolved.path("trace")).hasSize(3);
    assertThat(act(path + "/resolve", "{\"verdict\":\"noise\"}").statusCode()).isEqualTo(409);
    assertThat(act("/incidents/other/incident_1/ack", "{}").statusCode()).isEqualTo(404);
    assertThat(act(path + "/ack", "{\"verdict\":\"noise\"}").statusCode())
        .as("a verdict may be changed afterwards")
        .isEqualTo(200);
  }
}
