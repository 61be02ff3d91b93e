package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.canvas.Observation;
import dev.espalier.monitoring.MonitoringConfig.Targets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTest {
  @TempDir Path folder;
  private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  private final List<String> signed = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger answer = new AtomicInteger(200);
  private HttpServer receiver;

  @BeforeEach
  void listen() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
          String stamp = exchange.getRequestHeaders().getFirst("X-Espalier-Timestamp");
          String given = exchange.getRequestHeaders().getFirst("X-Espalier-Signature");
          signed.add(Outbox.signature("secret", stamp + "." + body).equals(given) ? "good" : "bad");
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(answer.get(), -1);
          exchange.close();
        });
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private World world(Targets targets) {
    URI hook = URI.create("http://127.0.0.1:%d/hook".formatted(receiver.getAddress().getPort()));
    return new World(
        folder,
        World.canvas("auto", "full", List.of("inbox", "webhook")),
        new MonitoringConfig(100, List.of(hook), Optional.of("secret"), targets, 2));
  }

  @Test
  void a_test_page_arrives_signed_in_inbox_and_webhook() {
    try (World world = world(Targets.PRIVATE_ALLOWED)) {
      List<Observation> seen =
          new PageDrill(world.monitoring).run(World.PRODUCT, world.canvas, World.START);

      assertThat(seen.getFirst().pass()).contains(true);
      assertThat(seen.getFirst().n()).isEqualTo(2);
      assertThat(signed).containsExactly("good");
    }
  }

  @Test
  void a_test_page_that_a_receiver_refuses_fails() {
    answer.set(500);
    try (World world = world(Targets.PRIVATE_ALLOWED)) {
      Observation seen =
          new PageDrill(world.monitoring).run(World.PRODUCT, world.canvas, World.START).getFirst();
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).contains("0 of 1 webhooks");
    }
  }

  @Test
  void a_failed_delivery_is_tried_again_under_the_same_key_and_then_given_up() {
    try (World world = world(Targets.PRIVATE_ALLOWED)) {
      answer.set(503);
      assertThat(new PageDrill(world.monitoring).run(World.PRODUCT, world.canvas, World.START))
          .first()
          .satisfies(seen -> assertThat(seen.pass()).contains(false));
      assertThat(world.monitoring.deliver()).as("backing off").isZero();
      assertThat(keys).hasSize(1);

      world.machine.advance(Duration.ofMinutes(1));
      assertThat(world.monitoring.deliver()).isZero();
      world.machine.advance(Duration.ofHours(1));
      answer.set(200);
      assertThat(world.monitoring.deliver()).as("a dead letter").isZero();

      assertThat(keys).hasSize(2).containsOnly(keys.getFirst());
      assertThat(world.monitoring.outbox().count(World.PRODUCT, "dead")).isEqualTo(1);
    }
  }

  @Test
  void no_redirect_is_followed() {
    try (World world = world(Targets.PRIVATE_ALLOWED)) {
      answer.set(302);
      new PageDrill(world.monitoring).run(World.PRODUCT, world.canvas, World.START);
      assertThat(keys).hasSize(1);
    }
  }

  @Test
  void a_private_address_is_refused_unless_allowed() {
    try (World world = world(Targets.PUBLIC_ONLY)) {
      new PageDrill(world.monitoring).run(World.PRODUCT, world.canvas, World.START);
      assertThat(keys).isEmpty();
    }
  }

  @Test
  void a_dead_letter_is_told_by_another_way() {
    try (World world = world(Targets.PRIVATE_ALLOWED)) {
      answer.set(500);
      new PageDrill(world.monitoring).run(World.PRODUCT, world.canvas, World.START);
      world.machine.advance(Duration.ofMinutes(1));
      world.monitoring.deliver();
      assertThat(world.monitoring.alerts(Optional.of(World.PRODUCT)))
          .filteredOn(alert -> alert.monitor().equals("delivery"))
          .singleElement()
          .satisfies(alert -> {
            assertThat(alert.severity()).isEqualTo("warn");
            assertThat(alert.text()).contains("given up after 2 attempts", "answered 500");
          });
    }
  }

  @Test
  void the_same_alert_stored_again_after_a_crash_is_one_message() {
    try (World world = world(Targets.PRIVATE_ALLOWED)) {
      Alert alert =
          Alert.plain(
              "alert_x", World.PRODUCT, "m", "warn", World.START, "words", Alert.Purpose.LIVE);
      List<Outbox.Message> messages =
          world.monitoring.responder().messages(alert, List.of("webhook"));
      world.monitoring.watches().fire(alert, messages);
      assertThat(world.monitoring.deliver(messages)).isEqualTo(1);
      // The process dies before it knows that it fired: the repeat changes nothing.
      world.monitoring.watches().fire(alert, messages);
      assertThat(world.monitoring.deliver(messages)).isEqualTo(1);
      assertThat(world.monitoring.deliver()).isZero();
      assertThat(keys).hasSize(1);
    }
  }

  @Test
  void what_was_not_delivered_goes_out_after_a_restart_under_the_same_key() {
    try (World world = world(Targets.PRIVATE_ALLOWED)) {
      answer.set(503);
      new PageDrill(world.monitoring).run(World.PRODUCT, world.canvas, World.START);
    }
    answer.set(200);
    try (World world = world(Targets.PRIVATE_ALLOWED)) {
      world.machine.advance(Duration.ofMinutes(5));
      world.monitoring.deliver();
      assertThat(world.monitoring.outbox().count(World.PRODUCT, "delivered")).isEqualTo(1);
      assertThat(keys).hasSize(2).containsOnly(keys.getFirst());
    }
  }
}
