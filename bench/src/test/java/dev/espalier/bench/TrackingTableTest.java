package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Json;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrackingTableTest {
  @TempDir Path folder;

  private TrackingSide side(String name, double single, double rate) throws IOException {
    TrackingSide side = TrackingSide.of(name, folder, false);
    side.measure("single", () -> new double[] {single, 2 * single, 3 * single});
    side.measure("one", () -> new double[] {rate});
    return side;
  }

  @Test
  void ratios_say_how_many_times_less_time_or_more_points() throws Exception {
    TrackingTable table =
        new TrackingTable(side("few", 1, 900), side("many", 2, 800), side("stock", 30, 40));
    table.millis("p50", "single", 0.5, "");
    table.rate("points", "one");

    assertThat(table.rows())
        .containsExactly(
            List.of("p50", "2.00", "4.00", "60.0", "15.0 ×", ""),
            List.of("points", "900", "800", "40.0", "20.0 ×", "≥ 80,000, 20 ×"));
  }

  @Test
  void a_figure_that_fails_leaves_its_cells_empty_and_is_said() throws Exception {
    TrackingSide stock = side("stock", 30, 40);
    stock.measure(
        "search-0",
        () -> {
          throw new IllegalStateException("it never answered");
        });
    TrackingSide many = side("many", 2, 800);
    many.measure("search-0", () -> new double[] {10, 20});
    TrackingTable table = new TrackingTable(side("few", 1, 900), many, stock);
    table.search("search", "search-0");

    assertThat(table.rows())
        .containsExactly(List.of("search", "", "10.0 / 20.0", "", "", "p95 ≤ 50"));
    assertThat(table.missing()).containsExactly("search-0 of stock (it never answered)");
  }

  @Test
  void what_was_not_waited_for_is_more_than_the_limit_and_is_not_asked_again() throws Exception {
    TrackingSide stock = side("stock", 30, 40);
    Duration limit = Duration.ofSeconds(30);
    assertThat(
            stock.measureWithin(
                "search-0",
                limit,
                () -> {
                  throw new HttpTimeoutException("request timed out");
                }))
        .isTrue();
    assertThat(stock.measureWithin("search-1", limit, () -> new double[] {500})).isFalse();
    assertThat(
            stock.measureWithin(
                "search-2",
                limit,
                () -> {
                  throw new IllegalStateException("500 broken");
                }))
        .isFalse();
    TrackingSide many = side("many", 2, 800);
    for (String search : List.of("search-0", "search-1", "search-2")) {
      many.measure(search, () -> new double[] {10, 20});
    }

    TrackingSide resumed = TrackingSide.of("stock", folder, true);
    TrackingTable table = new TrackingTable(side("few", 1, 900), many, resumed);
    table.search("cut", "search-0");
    table.search("answered", "search-1");
    table.search("failed", "search-2");

    assertThat(table.rows())
        .containsExactly(
            List.of("cut", "", "10.0 / 20.0", "> 30,000", "> 3,000 ×", "p95 ≤ 50"),
            List.of("answered", "", "10.0 / 20.0", "500", "50.0 ×", "p95 ≤ 50"),
            List.of("failed", "", "10.0 / 20.0", "", "", "p95 ≤ 50"));
    assertThat(stock.missing()).singleElement().asString().contains("500 broken");
    assertThat(
            resumed.measureWithin(
                "search-0",
                limit,
                () -> {
                  throw new AssertionError("asked again");
                }))
        .isFalse();
  }

  @Test
  void an_interrupted_side_goes_on_where_it_was_and_only_when_asked_to() throws Exception {
    TrackingSide before = side("many", 2, 800);
    assertThat(before.has(List.of("single", "memory"))).isFalse();

    TrackingSide after = TrackingSide.of("many", folder, true);
    after.measure("one", () -> new double[] {1});
    after.measure("memory", () -> new double[] {300});
    assertThat(after.has(List.of("single", "memory"))).isTrue();
    assertThat(after.sample("one").orElseThrow().median()).isEqualTo(800);
    assertThat(after.sample("single").orElseThrow().values()).containsExactly(2, 4, 6);

    assertThat(TrackingSide.of("many", folder, false).sample("one")).isEmpty();
  }

  @Test
  void a_batch_has_a_thousand_points_and_no_step_of_a_metric_twice() {
    Set<String> seen = new HashSet<>();
    for (int keys : List.of(1, 10)) {
      seen.clear();
      for (int number = 0; number < 3; number++) {
        Json.tree(TrackingLoad.batch("r", number, keys))
            .path("metrics")
            .forEach(point -> seen.add(point.path("key").asText() + " " + point.path("step")));
      }
      assertThat(seen).hasSize(3 * TrackingLoad.BATCH);
    }
  }
}
