package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.TestHttp;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BusinessMetricsTest {
  @TempDir Path folder;
  private World world;
  private TestHttp http;

  @BeforeEach
  void start() {
    CanvasVersion canvas = World.canvas("auto", "full", List.of("inbox"));
    canvas = World.with(canvas, "product", new Spec.Product("mail", "ana", List.of("ana")));
    canvas =
        World.with(
            canvas,
            "tickets",
            new Spec.DomainMetric(
                "tickets",
                Optional.of("tickets"),
                "push_api",
                Optional.of("ana"),
                Duration.ofDays(1),
                Optional.empty()));
    canvas =
        World.with(
            canvas,
            "kpi",
            new Spec.Kpi("saved_hours", Optional.of(10.0), Optional.of(20.0), Optional.of("ana")));
    world = new World(folder, canvas, MonitoringConfig.defaults());
    CanvasVersion active = canvas;
    http =
        new TestHttp(
            "/",
            new MetricRoutes(
                world.monitoring,
                product -> {
                  if (!product.equals(World.PRODUCT)) {
                    throw EspalierException.notFound("No product.");
                  }
                  return active;
                }));
  }

  @AfterEach
  void stop() {
    http.close();
    world.close();
  }

  private JsonNode taken(String body) throws IOException, InterruptedException {
    HttpResponse<String> response = http.post("/metrics/mail/tickets", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Json.tree(response.body());
  }

  private void day(int day, double value) throws IOException, InterruptedException {
    Instant at = World.START.plus(Duration.ofDays(day));
    taken("{\"value\": %s, \"n\": 10, \"at\": \"%s\"}".formatted(value, at));
  }

  private Optional<Observation> seen(String clause) {
    return world
        .monitoring
        .business()
        .observe(world.canvas, world.clocks.now(World.PRODUCT))
        .stream()
        .filter(seen -> seen.clause().equals(clause))
        .findFirst();
  }

  @Test
  void a_point_is_stored_once_and_another_value_for_its_time_corrects_it()
      throws IOException, InterruptedException {
    String point = "{\"value\": 9.5, \"n\": 120, \"at\": \"2002-08-01T00:00:00Z\"}";
    assertThat(taken(point).path("state").asText()).isEqualTo("stored");
    assertThat(taken(point).path("state").asText()).isEqualTo("duplicate");
    assertThat(taken(point.replace("9.5", "8.5")).path("state").asText()).isEqualTo("revised");
    List<MetricPoint> kept = world.monitoring.business().points(World.PRODUCT, "tickets");
    assertThat(kept).hasSize(1);
    assertThat(kept.getFirst().value()).isEqualTo(8.5);
    assertThat(kept.getFirst().sentBy()).isEqualTo("ana");
  }

  @Test
  void a_metric_that_is_sent_is_known_from_its_newest_point_and_so_is_its_objective()
      throws IOException, InterruptedException {
    CanvasVersion canvas =
        World.with(world.canvas, "tickets", new Spec.PushedMetric("tickets", "business", "down"));
    canvas =
        World.with(
            canvas,
            "fewer",
            new Spec.Objective(
                "tickets", Spec.Op.AT_MOST, 9, LocalDate.parse("2002-12-31"), List.of(), "must"));
    world.at(World.START.plus(Duration.ofDays(2)));
    assertThat(names(canvas)).doesNotContain("present:tickets", "attainment:fewer");

    day(1, 9.5);
    day(0, 12);
    List<Observation> seen = observe(canvas);
    assertThat(names(canvas)).contains("present:tickets", "attainment:fewer");
    Observation known =
        seen.stream().filter(one -> one.clause().equals("present:tickets")).findFirst().get();
    assertThat(known.n()).isEqualTo(10);
    assertThat(known.observedAt()).isEqualTo(World.START.plus(Duration.ofDays(1)));
    assertThat(known.pass()).contains(true);
    Observation near =
        seen.stream().filter(one -> one.clause().equals("attainment:fewer")).findFirst().get();
    assertThat(near.value()).hasValue(9.5);
    assertThat(near.detail()).contains("tickets is 9.5");
  }

  private List<Observation> observe(CanvasVersion canvas) {
    return world.monitoring.business().observe(canvas, world.clocks.now(World.PRODUCT));
  }

  private List<String> names(CanvasVersion canvas) {
    return observe(canvas).stream().map(Observation::clause).toList();
  }

  @Test
  void bad_points_name_the_field_and_store_nothing() throws IOException, InterruptedException {
    for (String bad :
        List.of(
            "{}",
            "{\"value\": \"many\"}",
            "{\"value\": 1e999}",
            "{\"value\": 1, \"n\": 0}",
            "{\"value\": 1, \"at\": \"2099-01-01T00:00:00Z\"}",
            "{\"value\": 1, \"at\": \"1970-01-01T00:00:00Z\"}",
            "{\"value\": 1, \"at\": \"yesterday\"}",
            "[1]",
            "not json")) {
      assertThat(http.post("/metrics/mail/tickets", bad).statusCode()).as(bad).isEqualTo(400);
    }
    HttpResponse<String> unknown = http.post("/metrics/mail/ticket", "{\"value\": 1}");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("declared: saved_hours, tickets");
    assertThat(http.post("/metrics/other/tickets", "{\"value\": 1}").statusCode()).isEqualTo(404);
    assertThat(world.monitoring.business().points(World.PRODUCT, "tickets")).isEmpty();
  }

  @Test
  void a_series_without_gaps_is_received_and_one_with_gaps_is_not()
      throws IOException, InterruptedException {
    assertThat(seen("received:tickets")).isEmpty();
    world.at(World.START.plus(Duration.ofDays(10)));
    for (int day = 0; day <= 10; day++) {
      day(day, 9);
    }
    Observation whole = seen("received:tickets").orElseThrow();
    assertThat(whole.value()).hasValue(1);
    assertThat(whole.n()).isEqualTo(10);
    world.at(World.START.plus(Duration.ofDays(15)));
    day(15, 9);
    Observation gap = seen("received:tickets").orElseThrow();
    assertThat(gap.value()).hasValue(11 / 15.0);
    assertThat(gap.detail()).contains("11 of the last 15 values of tickets came");
  }

  @Test
  void a_series_that_ended_is_as_old_as_its_last_point() throws IOException, InterruptedException {
    day(0, 9);
    world.at(World.START.plus(Duration.ofDays(20)));
    Observation ended = seen("received:tickets").orElseThrow();
    assertThat(ended.observedAt()).isEqualTo(World.START);
    assertThat(ended.value().orElseThrow()).isLessThan(0.95);
  }

  @Test
  void the_kpi_holds_at_its_target_and_not_before() throws IOException, InterruptedException {
    assertThat(seen("kpi")).isEmpty();
    assertThat(http.post("/metrics/mail/saved_hours", "{\"value\": 15, \"n\": 40}").statusCode())
        .isEqualTo(200);
    Observation early = seen("kpi").orElseThrow();
    assertThat(early.pass()).contains(false);
    assertThat(early.detail()).contains("the target is 20.00, it began at 10.00");
    world.at(World.START.plus(Duration.ofDays(7)));
    assertThat(http.post("/metrics/mail/saved_hours", "{\"value\": 20, \"n\": 40}").statusCode())
        .isEqualTo(200);
    assertThat(seen("kpi").orElseThrow().pass()).contains(true);
  }
}
