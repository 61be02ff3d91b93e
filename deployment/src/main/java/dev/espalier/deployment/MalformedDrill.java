package dev.espalier.deployment;

import dev.espalier.canvas.Observation;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import dev.espalier.serving.ShadowLane;
import dev.espalier.serving.ShadowRoutes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Sends ill-formed, hostile and mutated requests over HTTP to a shadow lane: whatever a caller
 * sends, no answer may be a server error and no connection may break.
 */
final class MalformedDrill {
  private static final int MUTATIONS = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PLAIN = "{\"text\":\"the minutes of our meeting\",\"unit\":\"u1\"}";
  private static final String TENSOR =
      "{\"id\":\"1\",\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[2],"
          + "\"data\":[\"the minutes\",\"of our meeting\"]}]}";

  private final DrillLanes lanes;
  private final Ids ids;

  MalformedDrill(DrillLanes lanes, Ids ids) {
    this.lanes = lanes;
    this.ids = ids;
  }

  List<Observation> run(Rehearsal rehearsal) {
    SortedMap<String, Integer> statuses = new TreeMap<>();
    List<String> broken = new ArrayList<>();
    int sent = 0;
    try (ShadowLane lane = lanes.open(rehearsal);
        ShadowRoutes routes = new ShadowRoutes(lane, ids);
        HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      for (URI target :
          List.of(routes.predict(rehearsal.product()), routes.infer(rehearsal.product()))) {
        for (byte[] body : corpus()) {
          if (rehearsal.stopped().getAsBoolean()) {
            throw new EspalierException(ErrorCode.UNAVAILABLE, "The drill was aborted.");
          }
          String status = send(client, target, body);
          statuses.merge(status, 1, Integer::sum);
          sent++;
          if (!status.matches("[234]\\d\\d") && broken.size() < 3) {
            broken.add(status + " for " + brief(body));
          }
        }
      }
    }
    int errors =
        statuses.entrySet().stream()
            .filter(one -> !one.getKey().matches("[234]\\d\\d"))
            .mapToInt(one -> one.getValue())
            .sum();
    String detail =
        "%d malformed requests over HTTP, answers by status %s%s"
            .formatted(sent, statuses, broken.isEmpty() ? "" : ": " + String.join("; ", broken));
    return List.of(
        rehearsal.measured(
            "serving.pre_assertion", "malformed", sent, errors, errors == 0, detail));
  }

  private static String send(HttpClient client, URI target, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(target)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      return String.valueOf(
          client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    } catch (IOException failure) {
      return failure.getClass().getSimpleName();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(ErrorCode.UNAVAILABLE, "The drill was aborted.", interrupted);
    }
  }

  private static String brief(byte[] body) {
    String text = new String(body, 0, Math.min(60, body.length), StandardCharsets.ISO_8859_1);
    return text.replaceAll("[^\\x20-\\x7e]", "?");
  }

  /** Hand-picked hostility, then random damage to well-formed requests, the same each time. */
  static List<byte[]> corpus() {
    List<byte[]> bodies = new ArrayList<>();
    for (String body :
        List.of(
            "",
            " ",
            "null",
            "true",
            "7",
            "\"text\"",
            "[]",
            "{}",
            "{",
            "}",
            "{\"text\"}",
            "{\"text\":}",
            "{\"text\":null}",
            "{\"text\":7}",
            "{\"text\":1e999999999}",
            "{\"text\":NaN}",
            "{\"text\":[]}",
            "{\"text\":{\"text\":\"a\"}}",
            "{\"text\":\"\"}",
            "{\"text\":\"\\u0000\"}",
            "{\"text\":\"\\ud800\"}",
            "{\"text\":\"\\x\"}",
            "{\"text\":\"a\",\"text\":\"b\"}",
            "{\"text\":\"a\",\"__proto__\":{}}",
            "{\"text\":\"a\",\"@class\":\"java.lang.Runtime\"}",
            "{\"text\":\"a\",\"unit\":\"" + "u".repeat(100_000) + "\"}",
            "{\"text\":\"a\",\"at\":\"-999999999-01-01T00:00:00Z\"}",
            "{\"text\":\"${jndi:ldap://127.0.0.1/a}\"}",
            "{\"text\":\"'; DROP TABLE rollout; --\"}",
            "{\"text\":\"" + "x".repeat(900_000) + "\"}",
            "{\"text\":\"" + "x".repeat(2_000_000) + "\"}",
            "{\"text\":" + "[".repeat(50_000),
            "{\"a\":".repeat(20_000),
            PLAIN + PLAIN,
            "<text>a</text>",
            "text=a",
            "\u0000\u0001\u0002",
            "{\"inputs\":null}",
            "{\"inputs\":[]}",
            "{\"inputs\":[{}]}",
            "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1.5]}]}",
            "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[-1],\"data\":[\"a\"]}]}",
            "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[9999999999],\"data\":[]}]}",
            "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[null]}]}",
            "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\"]}]}")) {
      bodies.add(body.getBytes(StandardCharsets.UTF_8));
    }
    bodies.add(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, '{', '}'});
    bodies.add(new byte[] {(byte) 0xff, (byte) 0xfe, '{', 0, '}', 0});
    bodies.add(new byte[] {(byte) 0x80, 2, '}', 'q', 0, '.'});
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    for (int i = 0; i < MUTATIONS; i++) {
      bodies.add(mutated(i % 2 == 0 ? PLAIN : TENSOR, random));
    }
    return bodies;
  }

  private static byte[] mutated(String valid, RandomGenerator random) {
    byte[] body = valid.getBytes(StandardCharsets.UTF_8);
    for (int change = random.nextInt(1, 5); change > 0 && body.length > 1; change--) {
      int at = random.nextInt(body.length);
      switch (random.nextInt(3)) {
        case 0 -> body[at] = (byte) random.nextInt(256);
        case 1 -> body = java.util.Arrays.copyOf(body, at);
        default -> {
          byte[] twice = java.util.Arrays.copyOf(body, body.length + at);
          System.arraycopy(body, 0, twice, body.length, at);
          body = twice;
        }
      }
    }
    return body;
  }
}
