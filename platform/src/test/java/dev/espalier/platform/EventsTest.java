package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
  @TempDir Path folder;
  private final MovableClock machine = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
  private Database database;
  private Events events;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    events = new Events(database, new ProductClocks(database, machine), machine);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void a_reader_that_comes_back_misses_nothing_and_repeats_nothing() {
    for (int i = 0; i < 5; i++) {
      events.publish("p", "thing.changed", Map.of("i", i));
    }
    List<Events.Event> first = events.after(0, 3);
    List<Events.Event> rest = events.after(first.getLast().seq(), 100);
    assertThat(first).hasSize(3);
    assertThat(rest).extracting(Events.Event::data).containsExactly("{\"i\":3}", "{\"i\":4}");
    assertThat(events.latest()).isEqualTo(rest.getLast().seq());
    assertThat(events.after(events.latest(), 10)).isEmpty();
  }

  @Test
  void many_changes_are_recorded_in_order_or_not_at_all() {
    events.publishAll("p", "thing.changed", List.of(Map.of("i", 1), Map.of("i", 2)));
    Object unwritable =
        new Object() {
          @SuppressWarnings("unused")
          public String getName() {
            throw new IllegalStateException("no name");
          }
        };

    assertThatThrownBy(
            () -> events.publishAll("p", "thing.changed", List.of(Map.of("i", 3), unwritable)))
        .isInstanceOf(EspalierException.class);

    assertThat(events.after(0, 10))
        .extracting(Events.Event::data)
        .containsExactly("{\"i\":1}", "{\"i\":2}");
  }

  @Test
  void carries_product_time_and_machine_time() {
    ProductClocks clocks = new ProductClocks(database, machine);
    clocks.replay("old", Instant.parse("2002-08-01T00:00:00Z"));
    new Events(database, clocks, machine).publish("old", "thing.changed", Map.of());
    Events.Event event = events.after(0, 1).getFirst();
    assertThat(event.at()).isEqualTo(Instant.parse("2002-08-01T00:00:00Z"));
    assertThat(event.recordedAt()).isEqualTo(machine.instant());
  }

  @Test
  void wakes_a_waiting_reader() throws Exception {
    CompletableFuture<List<Events.Event>> waiting =
        CompletableFuture.supplyAsync(() -> {
          try {
            return events.await(0, 10, 30_000);
          } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
          }
        });
    events.publish("p", "thing.changed", Map.of());
    assertThat(waiting.get(20, TimeUnit.SECONDS)).hasSize(1);
  }

  @Test
  void a_wait_without_news_ends_empty() throws InterruptedException {
    assertThat(events.await(0, 10, 10)).isEmpty();
  }

  @Test
  void numbering_goes_on_after_a_restart() {
    events.publish("p", "a.b", Map.of());
    long before = events.latest();
    database.close();
    open();
    events.publish("p", "a.b", Map.of());
    assertThat(events.latest()).isGreaterThan(before);
  }

  @Test
  void a_change_inside_a_write_is_seen_when_it_has_committed() throws Exception {
    CompletableFuture<List<Events.Event>> reader =
        CompletableFuture.supplyAsync(() -> {
          try {
            return events.await(0, 10, 30_000);
          } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
          }
        });
    String seenInside =
        database.write(_ -> {
          events.publish("p", "thing.changed", Map.of("i", 1));
          database.write(handle -> handle.execute("CREATE TABLE other (n INT)"));
          return events.after(0, 10).toString();
        });

    assertThat(seenInside).as("not durable yet").isEqualTo("[]");
    assertThat(reader.get(20, TimeUnit.SECONDS)).hasSize(1);
  }

  @Test
  void a_change_inside_a_write_that_fails_never_was() {
    assertThatThrownBy(() ->
            database.write(_ -> {
              events.publish("p", "thing.changed", Map.of("i", 1));
              throw EspalierException.conflict("no");
            }))
        .hasMessage("no");
    assertThat(events.latest()).isZero();
    events.publish("p", "thing.changed", Map.of("i", 2));
    assertThat(events.after(0, 10)).extracting(Events.Event::data).containsExactly("{\"i\":2}");
  }
}
